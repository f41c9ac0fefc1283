// Barriers that show in why a visit was cancelled. https://hl7.org/fhir/R4/appointment-definitions.html#Appointment.cancelationReason
import type { Appointment, Condition, Reference } from '@medplum/fhirtypes';
import { CATEGORY, codeOf, concept, hasCode, referenceTo } from '../code.ts';
import { withLabels } from '../make.ts';
import { enrolmentOf } from '../people.ts';
import { localKey, relativeKey, tailOf } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import { BARRIER_TYPE, CLINICAL, isStanding, typeOf } from './barrier.ts';

const REASON = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CONCERN = 'http://hl7.org/fhir/us/core/CodeSystem/condition-category';

/** The barrier that each reason shows. */
export const BARRIER_OF_REASON: Readonly<Record<string, { type: string; text: string }>> = {
  'pat-lt': { type: 'transport', text: 'No ride to a visit' },
  'oth-int': { type: 'language', text: 'No interpreter at a visit' },
  'oth-fin': { type: 'cost', text: 'A visit could not be paid for' },
};

const reasonOf = ({ cancelationReason }: Appointment): string | undefined =>
  codeOf(cancelationReason, REASON);

/** Whether a change cancels a visit of ours for a reason that shows a barrier. */
export const showsBarrier = ({ before, after }: Change<Appointment>): boolean =>
  after.status === 'cancelled' &&
  BARRIER_OF_REASON[reasonOf(after) ?? ''] !== undefined &&
  hasCode(after.serviceCategory, CATEGORY, 'appointment') &&
  (before?.status !== 'cancelled' || reasonOf(before) !== reasonOf(after));

/** Puts the barrier on the register, unless it stands there. */
export async function record({ after: visit }: Change<Appointment>, desk: Desk): Promise<void> {
  const { type, text } = BARRIER_OF_REASON[reasonOf(visit)!]!;
  const actor = visit.participant.find((one) =>
    tailOf(one.actor as Reference)?.startsWith('Patient/'),
  )?.actor;
  const patient = await localKey(desk, actor as Reference | undefined, 'Patient');
  if (!patient || !(await enrolmentOf(desk, patient))) return;
  await desk.mutex(`barrier:${patient}`);
  const known = await desk.find('Condition', `patient=${patient}&category=${CATEGORY}|cn-barrier`);
  const isKnown = [...known, ...desk.written('Condition')].some(
    (one) => isStanding(one) && typeOf(one) === type && relativeKey(one.subject) === patient,
  );
  if (isKnown) return;
  const at = desk.now.toISOString();
  const { fhirUser } = desk.caller;
  const barrier: Condition = {
    resourceType: 'Condition',
    clinicalStatus: concept(CLINICAL, 'active'),
    verificationStatus: concept(VERIFICATION, 'confirmed'),
    category: [concept(CONCERN, 'health-concern'), concept(CATEGORY, 'cn-barrier')],
    code: concept(BARRIER_TYPE, type, text),
    subject: { reference: patient },
    onsetDateTime: at,
    recordedDate: at,
    ...(fhirUser?.startsWith('PractitionerRole/') && { recorder: { reference: fhirUser } }),
    evidence: [{ detail: [referenceTo(visit)] }],
  };
  desk.create(withLabels(barrier, visit));
}
