// The decision for a provider: as an extension of the order, and the same facts as an Observation that measures can read.
// https://hl7.org/fhir/R4/workflow.html#request
import type {
  CodeableConcept,
  DeviceRequest,
  Extension,
  Money,
  Observation,
  ObservationComponent,
  Reference,
  ServiceRequest,
} from '@medplum/fhirtypes';
import { codeOf, concept, extensionOf, extensionUrl, referenceTo, system } from '../code.ts';
import { type Amounts, savingOf } from './rate.ts';
import { isTier, TIER, TIERS, type Tier } from './tier.ts';

/** An order that is sent to a provider. */
export type Order = ServiceRequest | DeviceRequest;

export const DECISION = 'network-decision';
export const OBSERVATION = system('cn-observation');
export const REASON = system('cn-off-network-reason');
const CURRENCY = 'urn:iso:std:iso:4217';
/** Most options that a decision names; all of them are counted. */
const MOST_NAMED = 20;

/** Who was picked, out of what, and by whom. */
export interface Decision {
  readonly tier: Tier;
  readonly network?: string;
  /** References of the options that were there, the best first. */
  readonly options: readonly string[];
  readonly amounts: Amounts;
  readonly reason?: CodeableConcept | undefined;
  /** `PractitionerRole/…`. */
  readonly decidedBy: string;
}

/** What a decision says, as it stands on an order. */
export interface ReadDecision {
  readonly tier: CodeableConcept | undefined;
  readonly count: number | undefined;
  readonly chosen: Money | undefined;
  readonly reference: Money | undefined;
  readonly saving: Money | undefined;
  readonly reason: CodeableConcept | undefined;
  readonly decidedBy: Reference | undefined;
}

/** The decision of an order; undefined when nobody has decided. */
export function decisionOf(order: Order): ReadDecision | undefined {
  const extension = extensionOf(order, DECISION);
  if (!extension) return undefined;
  const part = (name: string) => extension.extension?.find(({ url }) => url === name);
  return {
    tier: part('tier')?.valueCodeableConcept,
    count: part('optionsConsidered')?.valueInteger,
    chosen: part('allowedAmountChosen')?.valueMoney,
    reference: part('allowedAmountReference')?.valueMoney,
    saving: part('estimatedSaving')?.valueMoney,
    reason: part('reason')?.valueCodeableConcept,
    decidedBy: part('decidedBy')?.valueReference,
  };
}

/**
 * Why a choice needs a reason that it has not: it is outside the network, or a better tier was there.
 * @returns a sentence; undefined when it needs none, or has one
 */
export function missingReason(
  tier: Tier,
  best: Tier | undefined,
  reason: CodeableConcept | undefined,
): string | undefined {
  if (codeOf(reason, REASON) !== undefined) return undefined;
  if (tier === 'out-of-network')
    return 'The choice is outside the network. Give reason, with a code of cn-off-network-reason.';
  if (best === undefined || TIERS.indexOf(best) >= TIERS.indexOf(tier)) return undefined;
  return `The choice is ${tier}, and there are options that are ${best}. Give reason, with a code of cn-off-network-reason, or pick one of those.`;
}

/** The extension that records a decision. */
export function decisionExtension(decision: Decision): Extension {
  const { tier, network, options, amounts, reason, decidedBy } = decision;
  const saving = savingOf(amounts.chosen, amounts.reference);
  return {
    url: extensionUrl(DECISION),
    extension: [
      { url: 'tier', valueCodeableConcept: concept(TIER, tier) },
      ...(network ? [{ url: 'networkReference', valueReference: { reference: network } }] : []),
      { url: 'optionsConsidered', valueInteger: options.length },
      ...options
        .slice(0, MOST_NAMED)
        .map((reference) => ({ url: 'option', valueReference: { reference } as Reference })),
      ...(amounts.chosen ? [{ url: 'allowedAmountChosen', valueMoney: amounts.chosen }] : []),
      ...(amounts.reference ? [{ url: 'allowedAmountReference', valueMoney: amounts.reference }] : []),
      ...(saving ? [{ url: 'estimatedSaving', valueMoney: saving }] : []),
      { url: 'basis', valueCode: amounts.basis },
      ...(reason ? [{ url: 'reason', valueCodeableConcept: reason }] : []),
      { url: 'decidedBy', valueReference: { reference: decidedBy } as Reference },
    ] as Extension[],
  };
}

/** An order with a decision, which takes the place of an earlier one; the choice carries it out. */
export function decided(order: Order, decision: Decision, choice: string, place: string | undefined): Order {
  const url = extensionUrl(DECISION);
  const others = (order.extension ?? []).filter((one) => one.url !== url);
  const extension = [...others, decisionExtension(decision)];
  const performer = { reference: choice } as Reference<never>;
  if (order.resourceType === 'DeviceRequest') return { ...order, extension, performer };
  const { locationReference: _earlier, ...rest } = order;
  return {
    ...rest,
    extension,
    performer: [performer],
    ...(place && { locationReference: [{ reference: place }] }),
  };
}

/** One amount of an observation of ours; none when it is not known. */
export const amountComponent = (name: string, money: Money | undefined): ObservationComponent[] =>
  money?.value === undefined || money.currency === undefined
    ? []
    : [{ code: concept(OBSERVATION, name), valueQuantity: quantityOf(money) }];

/** An amount of money as R4 lets an Observation carry it. */
export const quantityOf = ({ value, currency }: Money) => ({
  value: value!,
  unit: currency!,
  system: CURRENCY,
  code: currency!,
});

/** The security labels of an observation about an order: whoever may not see the order does not see it. */
export function labelsOf(order: Order, before?: Observation): Pick<Observation, 'meta'> {
  const all = [...(order.meta?.security ?? []), ...(before?.meta?.security ?? [])];
  const security = [...new Map(all.map((label) => [`${label.system}|${label.code}`, label])).values()];
  return security.length ? { meta: { security } } : {};
}

/** Whether an order says enough of a decision that it can be recorded: its tier, and why when it is outside the network. */
export function isRecordable(order: Order): boolean {
  const decision = decisionOf(order);
  const tier = codeOf(decision?.tier, TIER);
  return isTier(tier) && (tier !== 'out-of-network' || decision?.reason !== undefined);
}

/** What was looked at and what it costs, as far as the decision says. */
function componentsOf(
  { count, chosen, reference, saving, reason }: ReadDecision,
  lowest: Money | undefined,
): ObservationComponent[] {
  return [
    ...(count === undefined ? [] : [{ code: concept(OBSERVATION, 'options-count'), valueInteger: count }]),
    ...amountComponent('lowest-allowed-amount', lowest),
    ...amountComponent('chosen-allowed-amount', chosen),
    ...amountComponent('reference-amount', reference),
    ...(reason ? [{ code: concept(OBSERVATION, 'reason-off-network'), valueCodeableConcept: reason }] : []),
    ...amountComponent('estimated-saving', saving),
  ];
}

/**
 * The observation of the decision that stands on an order.
 * @param performer who decided
 * @param before that of an earlier decision, which it amends
 */
export function decisionObservation(
  order: Order,
  { performer, at, lowest }: { performer: Reference; at: Date; lowest?: Money | undefined },
  before?: Observation,
): Observation {
  const decision = decisionOf(order)!;
  const component = componentsOf(decision, lowest);
  return {
    resourceType: 'Observation',
    ...(before?.id && { id: before.id }),
    ...labelsOf(order, before),
    status: before ? 'amended' : 'final',
    code: concept(OBSERVATION, DECISION, 'Network decision'),
    subject: order.subject as NonNullable<Observation['subject']>,
    basedOn: [referenceTo(order)],
    effectiveDateTime: at.toISOString(),
    performer: [performer as NonNullable<Observation['performer']>[number]],
    valueCodeableConcept: decision.tier!,
    ...(component.length && { component }),
  };
}
