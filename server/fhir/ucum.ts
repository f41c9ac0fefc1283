// UCUM units in canonical form: what a unit multiplies by, and the base units that it comes to.
// https://ucum.org/ucum#section-Syntax-Rules · https://hl7.org/fhir/R4/search.html#quantity
import { createRequire } from 'node:module';

/** The code system of UCUM. */
export const UCUM = 'http://unitsofmeasure.org';

/** How a value with a unit becomes one in canonical units: (value + offset) × factor, both as decimal text. */
export interface CanonicalUnit {
  /** The unit in base units, in one spelling for all units that can be compared: `g.m-3`. */
  readonly code: string;
  readonly factor: string;
  readonly offset: string;
}

/** What the tables of @lhncbc/ucum-lhc say of an atom. */
interface Atom {
  readonly isBase_: boolean;
  readonly isMetric_: boolean;
  readonly isSpecial_: boolean;
  readonly isArbitrary_: boolean;
  readonly magnitude_: number;
  readonly dim_: { readonly dimVec_: readonly number[] | null } | null;
}
interface Tables {
  readonly UcumLhcUtils: { getInstance(): unknown };
  readonly UnitTables: { getInstance(): { getUnitByCode(code: string): Atom | undefined } };
}

/** A product of powers: its factor, and the exponent of each base or arbitrary unit. */
interface Product {
  readonly factor: number;
  readonly powers: ReadonlyMap<string, number>;
}

/** Base units in the order of the tables' vectors. */
const BASE = ['m', 's', 'g', 'rad', 'K', 'C', 'cd'] as const;
const ONE: Product = { factor: 1, powers: new Map() };

/** Powers of ten of the metric prefixes, longest first. */
const PREFIXES: readonly (readonly [string, number])[] = [
  ...Object.entries({ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }),
  ['da', 1e1],
  ...Object.entries({ Y: 24, Z: 21, E: 18, P: 15, T: 12, G: 9, M: 6, k: 3, h: 2, d: -1, c: -2, m: -3 }).map(
    ([name, power]) => [name, Number(`1e${power}`)] as const,
  ),
  ...Object.entries({ u: -6, n: -9, p: -12, f: -15, a: -18, z: -21, y: -24 }).map(
    ([name, power]) => [name, Number(`1e${power}`)] as const,
  ),
];

/** Spellings of one arbitrary unit. */
const ALIASES: ReadonlyMap<string, string> = new Map([['[IU]', '[iU]']]);

/** Units on scales with another zero; they stand alone, never in a product. */
const SCALES: ReadonlyMap<string, CanonicalUnit> = new Map([
  ['Cel', { code: 'K', factor: '1', offset: '273.15' }],
  ['[degF]', { code: 'K', factor: '0.555555555555556', offset: '459.67' }],
]);

const require = createRequire(import.meta.url);
let find: ((code: string) => Atom | undefined) | undefined;

/** The tables of UCUM, loaded when the first unit asks for them. */
function atomOf(code: string): Atom | undefined {
  if (!find) {
    const { UcumLhcUtils, UnitTables } = require('@lhncbc/ucum-lhc') as Tables;
    UcumLhcUtils.getInstance();
    const tables = UnitTables.getInstance();
    find = (text) => tables.getUnitByCode(text);
  }
  const atom = find(code);
  return atom && typeof atom.magnitude_ === 'number' && !atom.isSpecial_ ? atom : undefined;
}

/** The product that one atom stands for. */
function productOf(code: string, { magnitude_, dim_, isArbitrary_ }: Atom): Product | undefined {
  if (isArbitrary_) return { factor: magnitude_, powers: new Map([[ALIASES.get(code) ?? code, 1]]) };
  const powers = (dim_?.dimVec_ ?? []).flatMap((power, n) => (power ? [[BASE[n]!, power] as const] : []));
  return { factor: magnitude_, powers: new Map(powers) };
}

/** An atom, or a metric one with a prefix. */
function simpleUnit(code: string): Product | undefined {
  const atom = atomOf(code);
  if (atom) return productOf(code, atom);
  for (const [prefix, factor] of PREFIXES) {
    if (!code.startsWith(prefix)) continue;
    const rest = code.slice(prefix.length);
    const prefixed = atomOf(rest);
    if (!prefixed || !(prefixed.isMetric_ || prefixed.isBase_)) continue;
    const product = productOf(rest, prefixed);
    return product && { factor: product.factor * factor, powers: product.powers };
  }
  return undefined;
}

/** @returns a × b^power */
function times(a: Product, b: Product, power: number): Product {
  const powers = new Map(a.powers);
  for (const [unit, own] of b.powers) powers.set(unit, (powers.get(unit) ?? 0) + own * power);
  return { factor: a.factor * b.factor ** power, powers };
}

/** One component at the start of the text: `(`, annotation, integer, or a unit with its exponent and annotation. */
const COMPONENT =
  /^(?:(\()|(\{[^{}]*\})|(\d+)(?![*^])(?:\{[^{}]*\})?|((?:10[*^]|(?:[^\d./(){}[\]+-]|\[[^[\]]*\])+?))([+-]?\d+)?(?:\{[^{}]*\})?)(?=[./)]|$|(?<=\())/;
const MAX_LENGTH = 100;
const MAX_NESTING = 10;

/** Reads a term up to its end or its closing bracket. */
function parseTerm(text: string, depth: number): { product: Product; rest: string } | undefined {
  let product = ONE;
  let rest = text;
  let power = 1;
  if (rest.startsWith('/')) {
    power = -1;
    rest = rest.slice(1);
  }
  for (;;) {
    const next = parseComponent(rest, depth);
    if (!next) return undefined;
    product = times(product, next.product, power);
    rest = next.rest;
    if (rest === '' || rest.startsWith(')')) return { product, rest };
    power = rest.startsWith('/') ? -1 : 1;
    rest = rest.slice(1);
  }
}

function parseComponent(text: string, depth: number): { product: Product; rest: string } | undefined {
  const match = COMPONENT.exec(text);
  if (!match) return undefined;
  const [whole, bracket, annotation, integer, unit, exponent = '1'] = match;
  const rest = text.slice(whole.length);
  if (bracket) {
    const inner = depth < MAX_NESTING ? parseTerm(rest, depth + 1) : undefined;
    return inner?.rest.startsWith(')') ? { product: inner.product, rest: inner.rest.slice(1) } : undefined;
  }
  if (annotation) return { product: ONE, rest };
  if (integer) return { product: { factor: Number(integer), powers: new Map() }, rest };
  const product = simpleUnit(unit!);
  return product && { product: times(ONE, product, Number(exponent)), rest };
}

/** Digits that survive a product of double-precision factors. */
const FACTOR_DIGITS = 15;

function canonical(unit: string): CanonicalUnit | undefined {
  if (unit.length > MAX_LENGTH || !/^[!-~]+$/.test(unit)) return undefined;
  const scale = SCALES.get(unit);
  if (scale) return scale;
  const term = parseTerm(unit, 0);
  if (!term || term.rest || !Number.isFinite(term.product.factor) || term.product.factor <= 0)
    return undefined;
  const code = [...term.product.powers]
    .filter(([, power]) => power)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, power]) => (power === 1 ? base : `${base}${power}`))
    .join('.');
  return {
    code: code || '1',
    factor: String(Number(term.product.factor.toPrecision(FACTOR_DIGITS))),
    offset: '0',
  };
}

/** Units that are remembered at least, valid or not, and at most twice as many. */
const REMEMBERED = 2_000;
let recent = new Map<string, CanonicalUnit | undefined>();
let older: typeof recent = new Map();

/** The canonical form of a UCUM unit; undefined when it is none, or one whose scale is no multiple (pH, dB). */
export function canonicalUnit(unit: string): CanonicalUnit | undefined {
  if (recent.has(unit)) return recent.get(unit);
  const found = older.has(unit) ? older.get(unit) : canonical(unit);
  if (recent.size >= REMEMBERED) {
    older = recent;
    recent = new Map();
  }
  recent.set(unit, found);
  return found;
}
