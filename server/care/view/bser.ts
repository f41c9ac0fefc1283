// A task as BSeR has it: referral-task, in a state of the harmonised referral machine.
// https://hl7.org/fhir/us/bser/StructureDefinition-referral-task.html
import type { CodeableConcept, Identifier, Task } from '@medplum/fhirtypes';
import { BSER_STATUS, codeOf, hasCode, STAGE } from '../code.ts';
import { BSER_STATES, bserCode, codeOfStatus, withBserCode } from '../state/bser.ts';
import { suspendedFrom } from '../state/suspended-from.ts';
import type { TaskStatus } from '../state/task.ts';
import { checkAuthored, checkOrder, checkReferences, claiming, inWords, untellable } from './element.ts';

const GUIDE = 'BSeR';
const PROFILE = 'http://hl7.org/fhir/us/bser/StructureDefinition/referral-task';
const IDENTIFIER_TYPE = 'http://terminology.hl7.org/CodeSystem/v2-0203';

const REFERENCES = [
  ['focus', ['ServiceRequest']],
  ['for', ['Patient', 'RelatedPerson', 'Group']],
  ['requester', ['PractitionerRole', 'Practitioner', 'Organization']],
  [
    'owner',
    [
      ...['Practitioner', 'PractitionerRole', 'Organization', 'CareTeam', 'HealthcareService', 'Patient'],
      ...['Device', 'RelatedPerson'],
    ],
  ],
] as const;

/** The statuses of the machine, by ours. A task on hold is told as it was before. */
const TOLD_AS: Readonly<Partial<Record<TaskStatus, TaskStatus>>> = {
  draft: 'draft',
  requested: 'received',
  received: 'received',
  accepted: 'accepted',
  ready: 'accepted',
  rejected: 'rejected',
  'in-progress': 'in-progress',
  cancelled: 'cancelled',
  completed: 'completed',
};

/** What our stages are in the machine, where work is in progress and no code of the machine says it. */
const CODE_OF_STAGE: Readonly<Record<string, string>> = {
  scheduled: '5.1.1',
  'no-show': '5.1.2',
  attended: '5.1.4',
  'report-received': '5.1.4',
  'reviewed-by-requester': '5.1.4',
  'patient-informed': '5.1.4',
};
const RUNNING: readonly string[] = Object.entries(BSER_STATES).flatMap(([state, { status }]) =>
  status === 'in-progress' ? [state] : [],
);

function statusOf(task: Task): TaskStatus {
  const ours = task.status === 'on-hold' ? suspendedFrom(task) : task.status;
  const status = TOLD_AS[ours as TaskStatus];
  if (status) return status;
  throw untellable(
    GUIDE,
    `the referral machine has no state for a task that is ${task.status}.`,
    'Task.status',
  );
}

/** What a business status says beside the machine. */
function withoutCode(businessStatus: CodeableConcept | undefined): CodeableConcept | undefined {
  const { coding = [], ...rest } = businessStatus ?? {};
  const others = coding.filter(({ system }) => system !== BSER_STATUS);
  if (others.length) return { ...rest, coding: others };
  return rest.text === undefined ? undefined : rest;
}

function businessStatusOf(task: Task, status: TaskStatus): CodeableConcept | undefined {
  const { businessStatus } = task;
  if (status === 'draft') return withoutCode(businessStatus);
  const said = bserCode(task);
  const stage = codeOf(businessStatus, STAGE);
  const running = said !== undefined && RUNNING.includes(said) ? said : stage && CODE_OF_STAGE[stage];
  const code = status === 'in-progress' ? running : codeOfStatus(status);
  if (code) return withBserCode(businessStatus, code);
  return withoutCode(businessStatus) ?? { text: 'Active' };
}

const identifiersOf = ({ identifier = [] }: Task, type: string): Identifier[] =>
  identifier.filter((one) => hasCode(one.type, IDENTIFIER_TYPE, type));

/** The identifiers of the two sides: one each, and that of the recipient says whose it is. */
function checkIdentifiers(task: Task): void {
  const [placer, filler] = [identifiersOf(task, 'PLAC'), identifiersOf(task, 'FILL')];
  if (placer.length > 1 || filler.length > 1)
    throw untellable(GUIDE, 'it has one identifier of each side, PLAC and FILL.', 'Task.identifier');
  if (![...placer, ...filler].every(({ value }) => value) || !filler.every(({ assigner }) => assigner))
    throw untellable(
      GUIDE,
      'its identifiers have a value, that of the type FILL an assigner too.',
      'Task.identifier',
    );
}

/** The task for the other side of a referral, with the code that the machine has for its state. */
export function bserView(task: Task): Task {
  checkOrder(GUIDE, task);
  checkReferences(GUIDE, task, REFERENCES);
  checkAuthored(GUIDE, task);
  checkIdentifiers(task);
  const status = statusOf(task);
  const businessStatus = businessStatusOf(task, status);
  const { businessStatus: _, ...rest } = task;
  return claiming({ ...rest, ...inWords(task), status, ...(businessStatus && { businessStatus }) }, PROFILE);
}
