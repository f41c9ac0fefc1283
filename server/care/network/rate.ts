// Rates: what a service is expected to cost, and what picking one provider saves against going without the network.
// https://hl7.org/fhir/R4/datatypes.html#Money
import type { Coding, Extension, Money } from '@medplum/fhirtypes';
import { extensionUrl } from '../code.ts';

/** What a service is expected to cost. */
export interface Rate {
  readonly service: readonly Coding[];
  readonly amount: Money;
  /** Code of cn-savings-basis. */
  readonly basis: string;
}

/** Both sides of a comparison, as far as they are known. */
export interface Amounts {
  readonly chosen?: Money;
  readonly reference?: Money;
  /** Code of cn-savings-basis. */
  readonly basis: string;
}

const RATE = extensionUrl('expected-rate');
const part = (rate: Extension, name: string): Extension | undefined =>
  rate.extension?.find(({ url }) => url === name);

/** Whether an amount can be compared: a number with its currency. */
const isWhole = (money: Money | undefined): money is Money =>
  money?.value !== undefined && money.currency !== undefined;

/** The rates that stand in a participation, or in a plan for what lies outside its networks. */
export const ratesOf = ({ extension = [] }: { extension?: Extension[] }): Rate[] =>
  extension.flatMap((one) => {
    const amount = part(one, 'amount')?.valueMoney;
    if (one.url !== RATE || !isWhole(amount)) return [];
    const service = part(one, 'service')?.valueCodeableConcept?.coding ?? [];
    return [{ service, amount, basis: part(one, 'basis')?.valueCode ?? 'rate-table' }];
  });

/** Whether a coding is the one that is asked for; one without a system is asked by its code alone. */
export const isCoding = (asked: Coding, coding: Coding): boolean =>
  asked.code !== undefined &&
  asked.code === coding.code &&
  (asked.system === undefined || asked.system === coding.system);

const rateFor = (rates: readonly Rate[], wanted: Coding): Rate | undefined =>
  rates.find(({ service }) => service.some((coding) => isCoding(wanted, coding)));

/** The rate of the first of some services that has one. */
export const firstRate = (rates: readonly Rate[], wanted: readonly Coding[]): Rate | undefined =>
  wanted.map((one) => rateFor(rates, one)).find((rate) => rate !== undefined);

/**
 * The amounts of a choice and of going without the network. Only rates of the same service are held against each other: the
 * first service that both have a rate for, else whichever amount is known.
 */
export function amountsFor(
  wanted: readonly Coding[],
  rates: readonly Rate[],
  references: readonly Rate[],
): Amounts {
  for (const one of wanted) {
    const [chosen, reference] = [rateFor(rates, one), rateFor(references, one)];
    if (chosen && reference)
      return { chosen: chosen.amount, reference: reference.amount, basis: chosen.basis };
  }
  const chosen = firstRate(rates, wanted);
  if (chosen) return { chosen: chosen.amount, basis: chosen.basis };
  const reference = firstRate(references, wanted);
  return reference ? { reference: reference.amount, basis: reference.basis } : { basis: 'none' };
}

/** The reference amount less another; undefined unless both are known and in one currency. Below zero it costs more. */
export function savingOf(amount: Money | undefined, reference: Money | undefined): Money | undefined {
  if (!isWhole(amount) || !isWhole(reference) || amount.currency !== reference.currency) return undefined;
  const value = Number((reference.value! - amount.value!).toFixed(6));
  return { value, currency: reference.currency! };
}

/** Whether two amounts are the same money, to half a hundredth. */
export const isSameMoney = (one: Money, other: Money): boolean =>
  one.currency === other.currency &&
  Math.abs((one.value ?? Number.NaN) - (other.value ?? Number.NaN)) < 0.005;

/** The lowest of some amounts that are in one currency; undefined when there is none, or they are in several. */
export function lowestOf(amounts: readonly Money[]): Money | undefined {
  const [first] = amounts;
  if (!first || amounts.some(({ currency }) => currency !== first.currency)) return undefined;
  return amounts.reduce((lowest, one) => (one.value! < lowest.value! ? one : lowest));
}
