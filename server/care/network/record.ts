// A decision that was written by hand: it is held to its arithmetic, and recorded as an Observation as well.
// https://hl7.org/fhir/R4/observation.html
import type { Observation, Reference } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { codeOf, keyOf } from '../code.ts';
import { enrolmentOf } from '../people.ts';
import { localKey, relativeKey, tailOf } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import {
  DECISION,
  decisionObservation,
  decisionOf,
  isRecordable,
  OBSERVATION,
  type Order,
} from './decision.ts';
import { isSameMoney, savingOf } from './rate.ts';

export const SAVING_RULE = 'network-saving';

const textOf = (order: Order | undefined): string => JSON.stringify((order && decisionOf(order)) ?? null);

/** Whether somebody writes a decision on an order. */
export const isDecidedByHand = ({ before, after, byRules }: Change<Order>): boolean =>
  !byRules && decisionOf(after) !== undefined && textOf(before) !== textOf(after);

/** @throws FhirError 409 with rule `network-saving` when a saving is not the difference of the two amounts */
export function checkSaving({ after }: Change<Order>): Promise<void> {
  const { chosen, reference, saving } = decisionOf(after)!;
  const right = savingOf(chosen, reference);
  if (!saving || (right && isSameMoney(saving, right))) return Promise.resolve();
  throw businessRule(
    right
      ? 'estimatedSaving is not allowedAmountReference less allowedAmountChosen. Correct it, or leave it out.'
      : 'estimatedSaving needs allowedAmountChosen and allowedAmountReference in one currency. Give both, or leave it out.',
    `${after.resourceType}.extension`,
    SAVING_RULE,
  );
}

/** The observation of the decision on an order, for whoever amends it: locked until the unit ends. */
export async function earlierDecision(desk: Desk, order: Order): Promise<Observation | undefined> {
  const found = await desk.find('Observation', `based-on=${keyOf(order)}&code=${OBSERVATION}|${DECISION}`);
  const standing = found.find(
    ({ status, subject }) => status !== 'entered-in-error' && tailOf(subject) === tailOf(order.subject),
  );
  return standing && desk.lock<Observation>(keyOf(standing));
}

/** Types that an observation may name as its performer. */
const PERFORMERS = ['PractitionerRole', 'Practitioner', 'Organization', 'Patient', 'RelatedPerson'];

/** Who decided: whom the decision names, else who writes it, else who asked for the order. */
function deciderOf(order: Order, desk: Desk): Reference | undefined {
  const { fhirUser } = desk.caller;
  const named = [
    decisionOf(order)?.decidedBy,
    fhirUser === undefined ? undefined : { reference: fhirUser },
    order.requester as Reference | undefined,
  ];
  return named.find((one) => PERFORMERS.includes(relativeKey(one)?.split('/')[0] ?? ''));
}

const isAbout = (order: Order) => (one: Observation) =>
  codeOf(one.code, OBSERVATION) === DECISION &&
  (one.basedOn ?? []).some((basis) => relativeKey(basis) === keyOf(order));

/** Records a decision about somebody who is enrolled, unless whoever writes it has recorded it in the same step. */
export async function recordDecision({ after }: Change<Order>, desk: Desk): Promise<void> {
  const patient = await localKey(desk, after.subject as Reference, 'Patient');
  const performer = deciderOf(after, desk);
  if (!patient || !performer || !isRecordable(after) || desk.written('Observation').some(isAbout(after)))
    return;
  if (!(await enrolmentOf(desk, patient))) return;
  const before = await earlierDecision(desk, after);
  const observation = decisionObservation(after, { performer, at: desk.now }, before);
  if (before) desk.update(observation);
  else desk.create(observation);
}
