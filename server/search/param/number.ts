// Number search: closed ranges compared by prefix, with the implicit precision of what is searched for.
// https://hl7.org/fhir/R4/search.html#number
import type { Range } from '@medplum/fhirtypes';
import { badRequest } from '../../fhir/errors.ts';
import { approximately, type Decimal, decimalText, parseSearchNumber, type SearchNumber } from './decimal.ts';
import type { IndexRow, MatchContext, ParamType } from './type.ts';

/** Ends of ranges that are open. */
export const BELOW_ALL = '-Infinity';
export const ABOVE_ALL = 'Infinity';

const simple = (value: number): IndexRow[] => [[String(value), String(value)]];

/** Rows (low, high) of a value by its FHIR type. */
const rowsOf: Record<string, (value: never) => IndexRow[]> = {
  integer: simple,
  positiveInt: simple,
  unsignedInt: simple,
  decimal: simple,
  Range: ({ low, high }: Range) =>
    low?.value === undefined && high?.value === undefined
      ? []
      : [[String(low?.value ?? BELOW_ALL), String(high?.value ?? ABOVE_ALL)]],
};

/** A bound as a parameter of the statement, made when a comparison asks for it. */
type Bound = () => string;
interface Bounds {
  readonly value: Bound;
  readonly low: Bound;
  readonly high: Bound;
}
type Compare = (bounds: Bounds, low: string, high: string) => string;

/** A row's range is contained: its lower end is tested on both sides, so that the index can be entered by it. */
const equal: Compare = (bounds, low, high) =>
  `(${low} >= ${bounds.low()} and ${low} < ${bounds.high()} and ${high} < ${bounds.high()})`;

/** What each prefix asks of a row's range [low, high]; all but eq, ne and ap take the value as exact. */
const compare: Readonly<Record<string, Compare>> = {
  eq: equal,
  ne: (bounds, low, high) => `not ${equal(bounds, low, high)}`,
  gt: ({ value }, _low, high) => `${high} > ${value()}`,
  lt: ({ value }, low) => `${low} < ${value()}`,
  ge: ({ value }, _low, high) => `${high} >= ${value()}`,
  le: ({ value }, low) => `${low} <= ${value()}`,
  sa: ({ value }, low) => `${low} > ${value()}`,
  eb: ({ value }, _low, high) => `${high} < ${value()}`,
  ap: (bounds, low, high) => `(${low} <= ${bounds.high()} and ${high} >= ${bounds.low()})`,
};

/** A search value: its prefix, and the number after it. */
export interface Prefixed {
  readonly prefix: string;
  readonly number: SearchNumber;
}

/**
 * Reads `[prefix]number`; a plus sign may have become a space in the URL.
 * @param code the parameter, for the message
 * @throws FhirError 400
 */
export function parsePrefixed(text: string, code: string): Prefixed {
  const prefix = /^[a-z]{2}/.test(text) ? text.slice(0, 2) : 'eq';
  const digits = /^[a-z]{2}/.test(text) ? text.slice(2) : text;
  const number = parseSearchNumber(digits.replace(' ', '+'));
  if (!number || !Object.hasOwn(compare, prefix)) {
    throw badRequest(
      `"${text}" is not a number that "${code}" can be searched by. Write a prefix (${Object.keys(compare).join(', ')}; or none) and a number such as 100, 5.40 or 5.4e-3, from 1e-400 to 1e400.`,
    );
  }
  return { prefix, number: prefix === 'ap' ? approximately(number) : number };
}

/** Condition on the columns `low` and `high`. @param convert what a unit makes of the number */
export function rangeTest(
  { prefix, number }: Prefixed,
  { statement, column }: Pick<MatchContext, 'statement' | 'column'>,
  convert: (value: Decimal) => Decimal = (value) => value,
): string {
  const bound = (decimal: Decimal): Bound => {
    let placeholder: string | undefined;
    return () => (placeholder ??= statement.add(decimalText(convert(decimal)), 'numeric'));
  };
  const bounds = { value: bound(number.value), low: bound(number.low), high: bound(number.high) };
  return compare[prefix]!(bounds, column('low'), column('high'));
}

export const number: ParamType = {
  table: 'index_number',
  columns: [
    ['low', 'numeric'],
    ['high', 'numeric'],
  ],
  sortColumn: 'low',
  modifiers: [],
  rows: (values) => values.flatMap(({ type, value }) => rowsOf[type]?.(value as never) ?? []),
  match(values, _modifier, param, context) {
    const tests = values.map((text) => rangeTest(parsePrefixed(text, param.code), context));
    return tests.length === 1 ? tests[0]! : `(${tests.join(' or ')})`;
  },
  single: () => false,
};
