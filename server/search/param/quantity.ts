// Quantity search: `[prefix]number|system|code`, in the units as they came and in canonical UCUM units.
// https://hl7.org/fhir/R4/search.html#quantity
import type { Money, Quantity, Range, SampledData } from '@medplum/fhirtypes';
import { badRequest } from '../../fhir/errors.ts';
import { type CanonicalUnit, canonicalUnit, UCUM } from '../../fhir/ucum.ts';
import { add, type Decimal, decimalOf, decimalText, multiply, parseDecimal } from './decimal.ts';
import { ABOVE_ALL, BELOW_ALL, parsePrefixed, rangeTest } from './number.ts';
import {
  type IndexRow,
  indexedText,
  type MatchContext,
  type ParamType,
  splitEscaped,
  withoutEscapes,
} from './type.ts';

/** System of the rows in canonical units, and its id. */
const CANONICAL = 'ucum:canonical';
const CANONICAL_ID = -2;
/** Code system of currencies. https://hl7.org/fhir/R4/datatypes.html#Money */
const CURRENCY = 'urn:iso:std:iso:4217';

/** A closed range of numbers in one unit; an open end is undefined. */
interface Amount {
  readonly low: Decimal | undefined;
  readonly high: Decimal | undefined;
  readonly unit: Pick<Quantity, 'system' | 'code' | 'unit'>;
}

/** Far less than any difference that a number of a resource can show: what `<` and `>` leave out. */
const hair = ({ digits, exponent }: Decimal, sign: bigint): Decimal =>
  add({ digits, exponent }, { digits: sign, exponent: exponent - 20 });

/** What a comparator makes of a value. https://hl7.org/fhir/R4/datatypes.html#Quantity */
const limits: Readonly<Record<string, (value: Decimal) => Pick<Amount, 'low' | 'high'>>> = {
  '': (value) => ({ low: value, high: value }),
  '<': (value) => ({ low: undefined, high: hair(value, -1n) }),
  '<=': (value) => ({ low: undefined, high: value }),
  '>': (value) => ({ low: hair(value, 1n), high: undefined }),
  '>=': (value) => ({ low: value, high: undefined }),
};

function quantityAmount(quantity: Quantity): Amount[] {
  const value = quantity.value === undefined ? undefined : decimalOf(quantity.value);
  const limit = limits[quantity.comparator ?? ''];
  return value && limit ? [{ ...limit(value), unit: quantity }] : [];
}

/** A range whose ends may be missing; its unit is that of the first end that has one. */
function rangeAmount({ low, high }: Range): Amount[] {
  const end = (side: Quantity | undefined) => (side?.value === undefined ? undefined : decimalOf(side.value));
  const [from, to] = [end(low), end(high)];
  const unit = [low, high].find((side) => side?.code ?? side?.unit) ?? {};
  return from || to ? [{ low: from, high: to, unit }] : [];
}

/** From the smallest to the largest of the samples: `U` and `L` stand for the limits, `E` for none. */
function samplesAmount({ origin, factor = 1, lowerLimit, upperLimit, data = '' }: SampledData): Amount[] {
  if (origin?.value === undefined) return [];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [text] of data.matchAll(/\S+/g)) {
    const sample = text === 'L' ? lowerLimit : text === 'U' ? upperLimit : Number(text);
    if (sample === undefined || Number.isNaN(sample)) continue;
    const value = origin.value + sample * factor;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const [from, to] = [decimalOf(low), decimalOf(high)];
  return from && to ? [{ low: from, high: to, unit: origin }] : [];
}

/** Amounts of a value by its FHIR type. */
const amountsOf: Readonly<Record<string, (value: never) => Amount[]>> = {
  Quantity: quantityAmount,
  SimpleQuantity: quantityAmount,
  Age: quantityAmount,
  Distance: quantityAmount,
  Duration: quantityAmount,
  Count: quantityAmount,
  MoneyQuantity: quantityAmount,
  Money: ({ value, currency }: Money) =>
    quantityAmount({ value: value!, ...(currency && { system: CURRENCY, code: currency }) }),
  Range: rangeAmount,
  SampledData: samplesAmount,
};

const row = (system: string, code: string, low: Decimal | undefined, high: Decimal | undefined): IndexRow => [
  indexedText(system),
  indexedText(code),
  low ? decimalText(low) : BELOW_ALL,
  high ? decimalText(high) : ABOVE_ALL,
];

/** A number in a unit as one in its canonical unit. */
function converter({ factor, offset }: CanonicalUnit): (value: Decimal) => Decimal {
  const [by, from] = [parseDecimal(factor)!, parseDecimal(offset)!];
  return (value) => multiply(from.digits ? add(value, from) : value, by);
}

/** As it came; by the unit's text too, without a system, where that differs; and in canonical units. */
function rowsOf({ low, high, unit: { system = '', code = '', unit } }: Amount): IndexRow[] {
  const rows = [row(system, code, low, high)];
  if (unit !== undefined && unit !== code) rows.push(row('', unit, low, high));
  const canonical = system === UCUM ? canonicalUnit(code) : undefined;
  if (canonical) {
    const convert = converter(canonical);
    rows.push(row(CANONICAL, canonical.code, low && convert(low), high && convert(high)));
  }
  return rows;
}

/** Condition on system and code, and what the number has to be converted by. */
function unitTest(
  system: string,
  code: string,
  { statement, systemOf, column }: MatchContext,
): { sql: string; convert?: (value: Decimal) => Decimal } {
  const canonical = system === UCUM ? canonicalUnit(code) : undefined;
  const is = (text: string) => `${column('code')} = ${statement.add(indexedText(text), 'text')}`;
  if (canonical)
    return {
      sql: `${is(canonical.code)} and ${column('system')} = ${CANONICAL_ID}`,
      convert: converter(canonical),
    };
  if (!system) return { sql: `${code ? `${is(code)} and ` : ''}${column('system')} <> ${CANONICAL_ID}` };
  const id = systemOf(system);
  if (id === undefined) return { sql: 'false' };
  return { sql: `${code ? `${is(code)} and ` : ''}${column('system')} = ${id}` };
}

interface QuantityValue {
  readonly number: string;
  readonly system: string;
  readonly code: string;
}

function parse(text: string): QuantityValue | undefined {
  const [number = '', system = '', code = '', ...more] = splitEscaped(text, '|').map(withoutEscapes);
  return more.length || splitEscaped(text, '|').length === 2 ? undefined : { number, system, code };
}

export const quantity: ParamType = {
  table: 'index_quantity',
  columns: [
    ['system', 'system'],
    ['code', 'text'],
    ['low', 'numeric'],
    ['high', 'numeric'],
  ],
  sortColumn: 'low',
  sortedRows: `i.system <> ${CANONICAL_ID}`,
  isSortedRow: ([system]) => system !== CANONICAL,
  modifiers: [],
  rows: (values) =>
    values.flatMap(({ type, value }) => (amountsOf[type]?.(value as never) ?? []).flatMap(rowsOf)),
  systems: (values) => values.flatMap((value) => parse(value)?.system || []),
  match(values, _modifier, param, context) {
    const tests = values.map((text) => {
      const value = parse(text);
      if (!value)
        throw badRequest(
          `"${text}" is not a quantity that "${param.code}" can be searched by. Write number, number|system|code or number||code, such as 5.4|${UCUM}|mg.`,
        );
      const { sql, convert } = unitTest(value.system, value.code, context);
      const prefixed = parsePrefixed(value.number, param.code);
      return sql === 'false' ? sql : `(${sql} and ${rangeTest(prefixed, context, convert)})`;
    });
    return tests.length === 1 ? tests[0]! : `(${tests.join(' or ')})`;
  },
  single: () => false,
};
