// A task as Gravity has it: SDOHCC-TaskForReferralManagement, which knows neither received nor ready.
// https://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition-SDOHCC-TaskForReferralManagement.html
import type { Task } from '@medplum/fhirtypes';
import type { TaskStatus } from '../state/task.ts';
import { checkAuthored, checkOrder, checkReferences, claiming, inWords, untellable } from './element.ts';

const GUIDE = 'Gravity';
const PROFILE =
  'http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-TaskForReferralManagement';
const TASK_STATUS = 'http://hl7.org/fhir/task-status';

const REFERENCES = [
  ['focus', ['ServiceRequest']],
  ['for', ['Patient', 'RelatedPerson', 'Group']],
  ['requester', ['PractitionerRole', 'Organization']],
] as const;

/** Statuses that Gravity leaves out, all of them ways in which work is asked for and not begun. */
const TOLD_AS_REQUESTED: readonly TaskStatus[] = ['received', 'ready'];
const WITH_REASON: readonly TaskStatus[] = ['rejected', 'cancelled', 'on-hold', 'failed'];

/** The task for a referral's source or target: `received` and `ready` are told as requested, the detail as business status. */
export function gravityView(task: Task): Task {
  checkOrder(GUIDE, task);
  checkReferences(GUIDE, task, REFERENCES);
  checkAuthored(GUIDE, task);
  if (WITH_REASON.includes(task.status) && !task.statusReason)
    throw untellable(GUIDE, `a task that is ${task.status} says why in statusReason.`, 'Task.statusReason');
  const told = claiming({ ...task, ...inWords(task) }, PROFILE);
  if (!TOLD_AS_REQUESTED.includes(task.status)) return told;
  const coding = [...(task.businessStatus?.coding ?? []), { system: TASK_STATUS, code: task.status }];
  return { ...told, status: 'requested', businessStatus: { ...task.businessStatus, coding } };
}
