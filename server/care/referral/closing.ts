// Whoever was asked has done their part when the report is there; the loop is closed, as its stage tells, when whoever asked
// has reviewed it and the person was told. Or it ends by a way out that is named. https://hl7.org/fhir/R4/task-definitions.html#Task.businessStatus
import type { Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import type { Change, Desk } from '../write.ts';
import { hasReport, type Loop, loopOf } from './loop.ts';
import { isReferral, orderReferenceOf } from './order.ts';
import { EXITS, endsByExit, stageOf } from './stage.ts';

export const CLOSING_RULE = 'loop-not-closed';

interface Proof {
  readonly holds: (loop: Loop) => boolean;
  /** What is missing, and what to do. */
  readonly missing: string;
}

const REPORT: Proof = {
  holds: hasReport,
  missing:
    'No report answers the referral: store it as a DocumentReference whose context.related names the order, or as a DiagnosticReport based on it.',
};
const REVIEW: Proof = {
  holds: ({ isReviewed }) => isReviewed,
  missing: 'The report is not reviewed: a clinician completes the loop-closure task.',
};
const TOLD: Proof = {
  holds: ({ told }) => told !== undefined,
  missing:
    'The person was not told after the review: record the contact, a Communication about the order that reached them.',
};

/** What a stage takes that nobody can set by hand. */
const PROOFS: Readonly<Record<string, readonly Proof[]>> = {
  'report-received': [REPORT],
  'reviewed-by-requester': [REPORT, REVIEW],
  'patient-informed': [REPORT, REVIEW, TOLD],
};

const wayOut = `Or end it as failed, cancelled or rejected with a business status of cn-referral-stage that says why: ${EXITS.join(', ')}.`;

const isEntering = ({ before, after }: Change<Task>, status: Task['status']): boolean =>
  after.status === status && before?.status !== status;

/** The stage that a change claims; undefined when it claims none that takes a proof. */
function claimOf(change: Change<Task>): string | undefined {
  const { before, after } = change;
  const stage = stageOf(after);
  if (stage !== undefined && stage !== stageOf(before) && stage in PROOFS) return stage;
  return isEntering(change, 'completed') ? 'report-received' : undefined;
}

const endsWithoutSaying = (change: Change<Task>): boolean =>
  isEntering(change, 'failed') && !endsByExit(change.after);

/** Whether a change by somebody, not by the rules, claims that a loop is closed, or gives it up. */
export const isClaim = (change: Change<Task>): boolean =>
  !change.byRules &&
  isReferral(change.after) &&
  change.after.status !== 'entered-in-error' &&
  (claimOf(change) !== undefined || endsWithoutSaying(change));

/** @throws FhirError 409, rule `loop-not-closed`, that says what is missing */
export async function checkClosing(change: Change<Task>, desk: Desk): Promise<void> {
  if (endsWithoutSaying(change))
    throw businessRule(
      `A referral that failed says why: give a business status of cn-referral-stage, one of ${EXITS.join(', ')}.`,
      'Task.businessStatus',
      CLOSING_RULE,
    );
  const reference = orderReferenceOf(change.after);
  const loop = await loopOf(desk, reference ? await desk.read(reference) : undefined);
  const missing = PROOFS[claimOf(change)!]!.find(({ holds }) => !loop || !holds(loop));
  if (!missing) return;
  throw businessRule(
    `The loop of this referral is not closed. ${missing.missing} ${wayOut}`,
    'Task.status',
    CLOSING_RULE,
  );
}
