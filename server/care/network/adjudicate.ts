// What a claim has come to: the amount that the plan allowed is recorded beside the estimate of the order, never in its place.
// https://hl7.org/fhir/R4/explanationofbenefit.html
import type {
  Claim,
  Coding,
  ExplanationOfBenefit,
  ExplanationOfBenefitItemAdjudication,
  Money,
  Observation,
  Reference,
} from '@medplum/fhirtypes';
import { codeOf, concept, hasCode, keyOf, referenceTo } from '../code.ts';
import { tailOf } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import { amountComponent, decisionOf, labelsOf, OBSERVATION, type Order, quantityOf } from './decision.ts';
import { isCoding, savingOf } from './rate.ts';

export const ADJUDICATED = 'adjudicated-saving';
const ADJUDICATION = 'http://terminology.hl7.org/CodeSystem/adjudication';
/** Code of the adjudication code system: what the plan allows for a service. */
const ALLOWED = 'eligible';
const UNKNOWN = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';

/** Whether a claim was decided, and counts. */
export const isAdjudicated = ({ status, outcome }: ExplanationOfBenefit): boolean =>
  status === 'active' && outcome === 'complete';

/** Whether a claim is decided, corrected or withdrawn by a change. */
export const isSettling = ({ before, after }: Change<ExplanationOfBenefit>): boolean =>
  isAdjudicated(after) || (before !== undefined && isAdjudicated(before));

type Adjudications = readonly Pick<ExplanationOfBenefitItemAdjudication, 'category' | 'amount'>[] | undefined;

const allowedIn = (list: Adjudications): Money | undefined =>
  list?.find(({ category }) => hasCode(category, ADJUDICATION, ALLOWED))?.amount;

/** The sum of amounts that are all known, in one currency. */
function sumOf(amounts: readonly (Money | undefined)[]): Money | undefined {
  const currency = amounts[0]?.currency;
  if (currency === undefined || amounts.some((one) => one?.currency !== currency || one.value === undefined))
    return undefined;
  const value = Number(amounts.reduce((sum, one) => sum + one!.value!, 0).toFixed(6));
  return { value, currency };
}

const codingsOf = (order: Order): Coding[] =>
  (order.resourceType === 'DeviceRequest' ? order.codeCodeableConcept : order.code)?.coding ?? [];

/**
 * What the plan allowed for an order: the sum over the items with its code; of a claim with one service its total. Of a claim
 * over several services none of which is the order's it cannot be told.
 */
export function allowedFor(claim: ExplanationOfBenefit, order: Order): Money | undefined {
  const items = claim.item ?? [];
  const codings = codingsOf(order);
  const own = items.filter(({ productOrService }) =>
    productOrService.coding?.some((coding) => codings.some((one) => isCoding(one, coding))),
  );
  if (own.length) return sumOf(own.map(({ adjudication }) => allowedIn(adjudication)));
  return items.length > 1 ? undefined : (allowedIn(items[0]?.adjudication) ?? allowedIn(claim.total));
}

const isOrder = (key: string | undefined): key is string => /^(Service|Device)Request\//.test(key ?? '');

/** Whether a record is about the person of a claim. */
const isOf = ({ patient }: ExplanationOfBenefit, { subject }: { subject?: Reference }): boolean =>
  tailOf(patient) !== undefined && tailOf(patient) === tailOf(subject);

/** The orders of the person that a claim is about: its referral, that of the claim that it answers, and orders that it names as information. */
async function ordersOf(desk: Desk, benefit: ExplanationOfBenefit): Promise<Order[]> {
  const claimed = tailOf(benefit.claim);
  const claim = claimed?.startsWith('Claim/') ? await desk.read<Claim>(claimed) : undefined;
  const named: (Reference | undefined)[] = [
    benefit.referral,
    claim?.referral,
    ...[...(benefit.supportingInfo ?? []), ...(claim?.supportingInfo ?? [])].map((one) => one.valueReference),
  ];
  const keys = new Set(named.map((one) => tailOf(one)).filter(isOrder));
  const orders: Order[] = [];
  for (const key of keys) {
    const order = await desk.read<Order>(key);
    if (order && decisionOf(order) && isOf(benefit, order)) orders.push(order);
  }
  return orders;
}

/** The observation of what a claim came to for an order. */
export function adjudication(
  benefit: ExplanationOfBenefit,
  order: Order,
  allowed: Money,
  { at, before }: { at: Date; before?: Observation | undefined },
): Observation {
  const { reference } = decisionOf(order)!;
  const saving = savingOf(allowed, reference);
  return {
    resourceType: 'Observation',
    ...(before?.id && { id: before.id }),
    ...labelsOf(order, before),
    status: before ? 'amended' : 'final',
    code: concept(OBSERVATION, ADJUDICATED, 'Adjudicated saving'),
    subject: order.subject as NonNullable<Observation['subject']>,
    basedOn: [referenceTo(order)],
    focus: [referenceTo(benefit)],
    effectiveDateTime: at.toISOString(),
    ...(tailOf(benefit.insurer)?.startsWith('Organization/') && { performer: [benefit.insurer] }),
    ...(saving
      ? { valueQuantity: quantityOf(saving) }
      : { dataAbsentReason: concept(UNKNOWN, 'unknown', 'There is no amount to compare with.') }),
    component: [
      ...amountComponent('adjudicated-allowed-amount', allowed),
      ...(saving ? amountComponent('reference-amount', reference) : []),
    ],
  };
}

const isAbout = (order: Order) => (one: Observation) =>
  codeOf(one.code, OBSERVATION) === ADJUDICATED &&
  (one.basedOn ?? []).some((basis) => tailOf(basis) === keyOf(order));

/** Whether two observations say the same of a claim. */
const isSameResult = (one: Observation, other: Observation): boolean =>
  JSON.stringify([one.valueQuantity, one.component]) ===
  JSON.stringify([other.valueQuantity, other.component]);

/** Records what a decided claim came to for each of its orders; what a withdrawn or corrected one no longer says is taken back. */
export async function settle({ after }: Change<ExplanationOfBenefit>, desk: Desk): Promise<void> {
  const orders = isAdjudicated(after) ? await ordersOf(desk, after) : [];
  const query = `focus=${keyOf(after)}&code=${OBSERVATION}|${ADJUDICATED}`;
  const stored = (await desk.find('Observation', query)).filter(
    ({ status }) => status !== 'entered-in-error',
  );
  const kept = new Set<string>();
  for (const order of orders) {
    const allowed = allowedFor(after, order);
    if (!allowed) continue;
    const known = stored.find(isAbout(order));
    const before = known && (await desk.lock<Observation>(keyOf(known)));
    const observation = adjudication(after, order, allowed, { at: desk.now, before });
    if (known) kept.add(keyOf(known));
    if (!before) desk.create(observation);
    else if (!isSameResult(before, observation)) desk.update(observation);
  }
  for (const one of stored) {
    if (kept.has(keyOf(one))) continue;
    const locked = await desk.lock<Observation>(keyOf(one));
    if (locked) desk.update({ ...locked, status: 'entered-in-error' });
  }
}
