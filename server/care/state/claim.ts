// Claiming: a task that lies in a pool is taken out of it. https://hl7.org/fhir/R4/task-definitions.html#Task.owner
import type { Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { bserCode, withBserCode } from './bser.ts';
import type { TaskStatus } from './task.ts';

export const CLAIM_RULE = 'task-claim';
/** Refuses a claim for somebody else. */
export const ASSIGN_RULE = 'claim-for-another';

/** Owners whom many work for: a task of theirs is anybody's to take. */
const POOL = /(^|\/)(Organization|CareTeam|HealthcareService)\/[^/]+(\/_history\/[^/]+)?$/;
/** Owners who may be named: staff. */
const STAFF = /(^|\/)(PractitionerRole|Practitioner)\//;

/** The status that a claim leads to, by that which it finds. */
const CLAIMED: Readonly<Partial<Record<TaskStatus, TaskStatus>>> = {
  requested: 'accepted',
  received: 'accepted',
  ready: 'ready',
};

/** Who has a task already, as a sentence may name them: a patient or relative by no name. */
function holderOf({ owner }: Task): string | undefined {
  if (!owner || (owner.reference && POOL.test(owner.reference))) return undefined;
  if (owner.reference && !STAFF.test(owner.reference)) return 'the person or somebody close to them';
  return owner.display ?? owner.reference ?? owner.identifier?.value ?? 'somebody';
}

/**
 * A task as it is once it is claimed.
 * @param owner `PractitionerRole/…`
 * @throws FhirError 409 business-rule, rule `task-claim`, which names the holder or the status
 */
export function claimed(task: Task, owner: string, now: Date): Task {
  const holder = holderOf(task);
  if (holder !== undefined)
    throw businessRule(
      `This task belongs to ${holder} already. Take another one, or ask a supervisor to assign it to you.`,
      'Task.owner',
      CLAIM_RULE,
    );
  const status = CLAIMED[task.status];
  if (status === undefined)
    throw businessRule(
      `A task that is ${task.status} cannot be claimed; one that is ${Object.keys(CLAIMED).join(', ')} can.`,
      'Task.status',
      CLAIM_RULE,
    );
  const isReferral = status === 'accepted' && bserCode(task) !== undefined;
  return {
    ...task,
    status,
    ...(isReferral && { businessStatus: withBserCode(task.businessStatus, '3.0') }),
    owner: { reference: owner },
    lastModified: now.toISOString(),
  };
}
