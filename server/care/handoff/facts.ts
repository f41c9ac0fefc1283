// Looks up what a hand-off rests on: the enrolment, the plan, the summary, the screen, the consent.
// https://hl7.org/fhir/R4/task-definitions.html#Task.input
import type {
  CarePlan,
  Composition,
  Consent,
  DocumentReference,
  EpisodeOfCare,
  Patient,
  PractitionerRole,
  Reference,
  Task,
} from '@medplum/fhirtypes';
import {
  CATEGORY,
  CB,
  codeOf,
  extensionOf,
  hasCode,
  PARAMETER,
  PROGRAMME,
  ROLE,
  TASK_CODE,
} from '../code.ts';
import { enrolmentOf } from '../people.ts';
import { localKey, relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';
import type { HandoffFacts } from './complete.ts';
import { sideAsked } from './side.ts';

/** Programmes that a person consents to before anything is billed. */
const CONSENTED = new Set(['pin', 'pin-ps', 'chi', 'ccm', 'pcm', 'apcm', 'bhi', 'cocm']);

/** The form that asks what stands in the way. */
const SCREEN = `${CB}/Questionnaire/cn-q-navigator-barriers`;

/** Code of cn-role of a role; undefined when it has none, or is no role. */
export async function roleOf(desk: Desk, reference: Reference | undefined): Promise<string | undefined> {
  const key = await localKey(desk, reference, 'PractitionerRole');
  const found = key && (await desk.read<PractitionerRole>(key));
  return found ? codeOf(found.code, ROLE) : undefined;
}

/** The inputs of a task of one kind. @param name code of cn-task-parameter */
export const inputsOf = ({ input = [] }: Task, name: string): Reference[] =>
  input.flatMap(({ type, valueReference }) =>
    valueReference && hasCode(type, PARAMETER, name) ? valueReference : [],
  );

/** Whether one of the summaries that a hand-off names is about the person. */
export async function hasSummary(desk: Desk, task: Task, patient: string): Promise<boolean> {
  for (const { reference } of inputsOf(task, 'handoff-summary')) {
    const found = reference ? await desk.read<Composition | DocumentReference>(reference) : undefined;
    const isDocument = found?.resourceType === 'Composition' || found?.resourceType === 'DocumentReference';
    if (isDocument && (await localKey(desk, found.subject as Reference, 'Patient')) === patient) return true;
  }
  return false;
}

/** The plan that a hand-off is about, when it is one of the person's. */
export async function planOf(desk: Desk, task: Task, patient: string): Promise<CarePlan | undefined> {
  const key = await localKey(desk, task.focus as Reference, 'CarePlan');
  const plan = key ? await desk.read<CarePlan>(key) : undefined;
  return plan && relativeKey(plan.subject) === patient ? plan : undefined;
}

/** Whether somebody has asked what stands in the way: a screen that is done, answers to the form, or a barrier on record. */
export async function isScreened(desk: Desk, patient: string): Promise<boolean> {
  const barriers = await desk.find('Condition', `patient=${patient}&category=${CATEGORY}|cn-barrier`);
  if (
    barriers.length ||
    desk.written('Condition').some(({ category }) => hasCode(category, CATEGORY, 'cn-barrier'))
  )
    return true;
  const screens = await desk.find('Task', `patient=${patient}&code=${TASK_CODE}|nav-barrier-screen`);
  if (
    [...screens, ...desk.written('Task').filter(isScreenOf(patient))].some(
      ({ status }) => status === 'completed',
    )
  )
    return true;
  const answers = await desk.find(
    'QuestionnaireResponse',
    `patient=${patient}&status=completed,amended&questionnaire=${SCREEN}&_count=1`,
  );
  return answers.length > 0;
}
const isScreenOf =
  (patient: string) =>
  (task: Task): boolean =>
    hasCode(task.code, TASK_CODE, 'nav-barrier-screen') && relativeKey(task.for) === patient;

const isInForce = ({ status, provision }: Consent, now: Date): boolean =>
  status === 'active' &&
  provision?.type !== 'deny' &&
  !(provision?.period?.end && Date.parse(provision.period.end) < now.getTime());

/** Whether the person has consented to the programme: by a billing consent, or by the one that the enrolment names. */
async function hasConsent(desk: Desk, patient: string, enrolment: EpisodeOfCare): Promise<boolean> {
  const named = extensionOf(enrolment, 'programme-consent')?.valueReference?.reference;
  const consent = named ? await desk.read<Consent>(named) : undefined;
  if (consent?.resourceType === 'Consent' && isInForce(consent, desk.now)) return true;
  const found = await desk.find('Consent', `patient=${patient}&category=${CATEGORY}|billing-consent`);
  return [...found, ...desk.written('Consent')].some(
    (one) =>
      hasCode(one.category, CATEGORY, 'billing-consent') &&
      relativeKey(one.patient) === patient &&
      isInForce(one, desk.now),
  );
}

/** What an operation that writes the hand-off itself brings along. */
interface Brought {
  hasSummary: true;
  hasReason: boolean;
}

/** Looks up what a hand-off rests on. @param patient `Patient/…` */
export async function factsOf(
  desk: Desk,
  task: Task,
  patient: string,
  brought?: Brought,
): Promise<HandoffFacts> {
  const [person, plan] = [await desk.read<Patient>(patient), await planOf(desk, task, patient)];
  const enrolment = await enrolmentOf(desk, patient);
  const ownerRole = await roleOf(desk, task.owner as Reference | undefined);
  const programme = codeOf(enrolment?.type, PROGRAMME);
  const asksConsent = CONSENTED.has(programme ?? '');
  return {
    side: sideAsked(task)!,
    ...(enrolment && { enrolment }),
    ...(person && { patient: person }),
    ...(plan && { plan }),
    hasReason: brought?.hasReason ?? !!(task.reasonCode || task.reasonReference || task.description),
    hasRequester: !!task.requester,
    hasOwner: !!task.owner,
    hasSummary: brought?.hasSummary ?? (await hasSummary(desk, task, patient)),
    isScreened: await isScreened(desk, patient),
    asksConsent,
    hasConsent: asksConsent && !!enrolment && (await hasConsent(desk, patient, enrolment)),
    ...(ownerRole && { ownerRole }),
  };
}
