// The rules of three guides for a task, restated from their profiles: cardinalities, value sets, slices, invariants.
// https://hl7.org/fhir/us/sdoh-clinicalcare · https://hl7.org/fhir/us/bser · https://build.fhir.org/ig/HL7/fhir-cow-ig
import type { Reference, Task } from '@medplum/fhirtypes';
import { PAIRS, type Pair, statusOf } from '../state/bser-rows.ts';

/** What a task breaks of a guide; empty when it is valid. */
export type GuideCheck = (task: Task) => string[];

const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const ALL = [
  ...['draft', 'requested', 'received', 'accepted', 'rejected', 'ready', 'cancelled', 'in-progress'],
  ...['on-hold', 'failed', 'completed', 'entered-in-error'],
];

const typeOf = (reference: Reference | undefined) => reference?.reference?.split('/').at(-2);
const isOneOf = (reference: Reference | undefined, types: readonly string[]) =>
  types.includes(typeOf(reference) ?? '');
const hasTaskCode = ({ code }: Task, wanted: string) =>
  code?.coding?.some(
    (one) => one.system === 'http://hl7.org/fhir/CodeSystem/task-code' && one.code === wanted,
  ) ?? false;
const identifiers = ({ identifier = [] }: Task, type: string) =>
  identifier.filter((one) =>
    one.type?.coding?.some(
      ({ system, code }) => system === 'http://terminology.hl7.org/CodeSystem/v2-0203' && code === type,
    ),
  );
const broken = (rules: Readonly<Record<string, boolean>>): string[] =>
  Object.entries(rules).flatMap(([name, holds]) => (holds ? [] : [name]));

/** SDOHCC-TaskForReferralManagement. */
export const gravity: GuideCheck = (task) =>
  broken({
    profile:
      String(task.meta?.profile) ===
      'http://hl7.org/fhir/us/sdoh-clinicalcare/StructureDefinition/SDOHCC-TaskForReferralManagement',
    'status in SDOHCC-ValueSetReferralTaskStatus': ALL.filter(
      (status) => status !== 'ready' && status !== 'received',
    ).includes(task.status),
    'statusReason.text 1..': !task.statusReason || Boolean(task.statusReason.text),
    'a reason is told when rejected, cancelled, on-hold or failed':
      !['rejected', 'cancelled', 'on-hold', 'failed'].includes(task.status) || Boolean(task.statusReason),
    'intent = order': task.intent === 'order',
    'code = fulfill': hasTaskCode(task, 'fulfill'),
    'focus 1.. ServiceRequest': isOneOf(task.focus, ['ServiceRequest']),
    'for 1.. RelatedPerson, Group, Patient': isOneOf(task.for, ['RelatedPerson', 'Group', 'Patient']),
    'authoredOn 1..': Boolean(task.authoredOn),
    'requester 1.. PractitionerRole, Organization': isOneOf(task.requester, [
      'PractitionerRole',
      'Organization',
    ]),
  });

/** Statuses with business statuses that the machine has; 5.1 has a code of no system of BSeR. */
const isOfMachine = ({ status, businessStatus }: Task): boolean => {
  const code = businessStatus?.coding?.find(({ system }) => system === BSER)?.code;
  const told = code ?? (status === 'in-progress' ? 'stage' : '-');
  return PAIRS.some((pair: Pair) => statusOf(pair) === status && pair.split(' ')[1]!.split(':')[0] === told);
};

/** referral-task. */
export const bser: GuideCheck = (task) => {
  const [placer, filler] = [identifiers(task, 'PLAC'), identifiers(task, 'FILL')];
  const codes = task.businessStatus?.coding?.filter(({ system }) => system === BSER) ?? [];
  return broken({
    profile: String(task.meta?.profile) === 'http://hl7.org/fhir/us/bser/StructureDefinition/referral-task',
    'initiator identifier 0..1 with value': placer.length < 2 && placer.every(({ value }) => value),
    'recipient identifier 0..1 with value and assigner':
      filler.length < 2 &&
      filler.every(({ value, assigner }) => value && isOneOf(assigner, ['Organization'])),
    'statusReason.text 1..1': !task.statusReason || Boolean(task.statusReason.text),
    'businessStatus from TaskBusinessStatusVS': codes.length < 2,
    'a state of the machine': isOfMachine(task),
    'intent = order': task.intent === 'order',
    'code = fulfill': hasTaskCode(task, 'fulfill'),
    'focus 1.. ServiceRequest': isOneOf(task.focus, ['ServiceRequest']),
    'for 1.. Patient, RelatedPerson, Group': isOneOf(task.for, ['Patient', 'RelatedPerson', 'Group']),
    'authoredOn 1..': Boolean(task.authoredOn),
    'requester 1.. PractitionerRole, Practitioner, Organization': isOneOf(task.requester, [
      ...['PractitionerRole', 'Practitioner', 'Organization'],
    ]),
    'owner 1..': Boolean(task.owner?.reference),
  });
};

const REQUESTS = [
  ...['ServiceRequest', 'DeviceRequest', 'MedicationRequest', 'NutritionOrder', 'SupplyRequest'],
  'VisionPrescription',
];

/** coordination-task, or cancellation-request-task where the code is abort. */
export const cow: GuideCheck = (task) => {
  const profiles = 'http://hl7.org/fhir/uv/cow/StructureDefinition';
  if (hasTaskCode(task, 'abort'))
    return broken({
      profile: String(task.meta?.profile) === `${profiles}/cancellation-request-task`,
      'focus 1..1 a request or a coordination task': isOneOf(task.focus, [...REQUESTS, 'Task']),
    });
  return broken({
    profile: String(task.meta?.profile) === `${profiles}/coordination-task`,
    'identifier 1..': Boolean(task.identifier?.length),
    'code 1.., fulfill': hasTaskCode(task, 'fulfill'),
    'focus 1.. a request': isOneOf(task.focus, REQUESTS),
  });
};

export const guides = { gravity, bser, cow } as const;
