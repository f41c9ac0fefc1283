// Exact decimals of search values: their implicit precision, and what a unit makes of them.
// https://hl7.org/fhir/R4/search.html#number

/** digits × 10^exponent. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d{1,400})(?:\.(\d{1,400}))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Largest power of ten, up or down: beyond what JavaScript's numbers reach, in which resources are indexed. */
const MAX_EXPONENT = 400;

/** Significant digits that every number of a resource keeps in its index row. */
const KEPT_DIGITS = 15;

/** Reads a decimal; undefined when the text is none, or beyond every number that a resource can hold. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole, fraction = '', power = '0'] = match;
  const exponent = Number(power) - fraction.length;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  return Math.abs(exponent) > MAX_EXPONENT ? undefined : { digits, exponent };
}

/** Text that PostgreSQL reads as `numeric`. */
export const decimalText = ({ digits, exponent }: Decimal): string =>
  exponent ? `${digits}e${exponent}` : `${digits}`;

/** @returns a + b */
export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (d: Decimal) => d.digits * 10n ** BigInt(d.exponent - exponent);
  return { digits: scaled(a) + scaled(b), exponent };
}

/** @returns a × b */
export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  digits: a.digits * b.digits,
  exponent: a.exponent + b.exponent,
});

const negative = ({ digits, exponent }: Decimal): Decimal => ({ digits: -digits, exponent });

/** The decimal that a number of a resource shows; undefined for one that is not finite. */
export const decimalOf = (value: number): Decimal | undefined => parseDecimal(String(value));

/** A number that is searched by: itself, and the range that its precision stands for. */
export interface SearchNumber {
  readonly value: Decimal;
  /** The implicit range [low, high). */
  readonly low: Decimal;
  readonly high: Decimal;
}

const around = (value: Decimal, margin: Decimal): SearchNumber => ({
  value,
  low: add(value, negative(margin)),
  high: add(value, margin),
});

/**
 * Reads a number with the range of half its last digit on both sides: 100 is [99.5, 100.5), 100.00 [99.995, 100.005).
 * 1e2 is [95, 105) in the specification's own table, a tenth of what its one digit would stand for.
 */
export function parseSearchNumber(text: string): SearchNumber | undefined {
  const value = parseDecimal(text);
  if (!value) return undefined;
  const significant = value.digits.toString().replace(/^-?0*/, '').length;
  const roundPower = value.exponent > 0 ? 1 : 0;
  const last = value.exponent - roundPower + Math.max(0, significant - KEPT_DIGITS);
  return around(value, { digits: 5n, exponent: last - 1 });
}

/** The range of `ap`: a tenth of the value on both sides, and never less than its implicit range. */
export function approximately({ value, low, high }: SearchNumber): SearchNumber {
  const size = value.digits < 0n ? -value.digits : value.digits;
  const tenth = around(value, { digits: size, exponent: value.exponent - 1 });
  const isWider = add(tenth.high, negative(high)).digits > 0n;
  return isWider ? tenth : { value, low, high };
}
