// When FHIRPath items are equal, and collections without duplicates. https://hl7.org/fhirpath/N1/#equality
import { type Family, familyOf, type Item, isMixed, jsonOf, Primitive, Unsupported } from './code.ts';
import { equalMoments, momentOf } from './moment.ts';
import type { TypedValue } from './typed-value.ts';

/** Compares two items; undefined where their precision does not tell. */
export type Equality = (a: Item, b: Item) => boolean | undefined;

/** Decimals are equal when they agree to eight places. https://hl7.org/fhirpath/N1/#decimal */
const SMALLEST_DECIMAL = 1e-8;

export function roundedDecimal(value: number): number {
  return Math.round(value / SMALLEST_DECIMAL) * SMALLEST_DECIMAL;
}

const BY_FAMILY: Readonly<Record<Family, (a: unknown, b: unknown) => boolean | undefined>> = {
  string: Object.is,
  boolean: Object.is,
  time: Object.is,
  number: equalJson,
  moment: equalTimes,
  object: equalJson,
  quantity: equalJson,
};

function equalTimes(a: unknown, b: unknown): boolean | undefined {
  if (a === b) return true;
  const first = typeof a === 'string' && momentOf(a);
  const second = typeof b === 'string' && momentOf(b);
  return first && second ? equalMoments(first, second) : false;
}

function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return roundedDecimal(a) === roundedDecimal(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson((a as Json)[key], (b as Json)[key]))
  );
}
type Json = Readonly<Record<string, unknown>>;

/**
 * The equality of items of these static types, as operator `=` has it.
 * @throws Unsupported for quantities and times, whose units and zones are left to fhirpath.js
 */
export function equalityOf(left: readonly string[], right: readonly string[]): Equality {
  for (const a of left.map(familyOf)) for (const b of right.map(familyOf)) checkComparable(a, b);
  return equality(left, right);
}

/** Pairs that fhirpath.js decides: quantities by their units, times, and numbers beside dates. */
const UNDECIDED: Readonly<Partial<Record<Family, readonly Family[]>>> = {
  quantity: ['quantity', 'number', 'moment'],
  number: ['quantity', 'moment'],
  moment: ['quantity', 'number'],
};

function checkComparable(a: Family, b: Family): void {
  if (a === 'time' || b === 'time' || UNDECIDED[a]?.includes(b))
    throw new Unsupported(`equality of ${a} and ${b}`);
}

function equality(left: readonly string[], right: readonly string[]): Equality {
  const [first] = left;
  const [second] = right;
  if (!first || !second) return () => false;
  if (isMixed(left) || isMixed(right)) {
    return (a, b) =>
      equalOfTypes(
        isMixed(left) ? (a as TypedValue).type : first,
        isMixed(right) ? (b as TypedValue).type : second,
        isMixed(left) ? (a as TypedValue).value : a,
        isMixed(right) ? (b as TypedValue).value : b,
      );
  }
  if (familyOf(first) !== familyOf(second)) return () => false;
  const compare = BY_FAMILY[familyOf(first)];
  return isSystem(first) || isSystem(second)
    ? (a, b) => compare(jsonOf(a, false), jsonOf(b, false))
    : (a, b) => equalNodes(compare, a, b);
}

function equalOfTypes(left: string, right: string, a: Item, b: Item): boolean | undefined {
  const family = familyOf(left);
  if (family !== familyOf(right)) return false;
  return isSystem(left) || isSystem(right)
    ? BY_FAMILY[family](jsonOf(a, false), jsonOf(b, false))
    : equalNodes(BY_FAMILY[family], a, b);
}

function isSystem(type: string): boolean {
  return type.startsWith('System.');
}

/** Two primitives of a resource are equal only with equal id and extensions. */
function equalNodes(compare: Equality, a: Item, b: Item): boolean | undefined {
  if (!(a instanceof Primitive) && !(b instanceof Primitive)) return compare(a, b);
  const equal = compare(jsonOf(a, false), jsonOf(b, false));
  return equal && equalJson(metaOf(a), metaOf(b));
}

function metaOf(item: Item): unknown {
  return item instanceof Primitive ? (item.meta ?? null) : null;
}

/** Up to this many items every pair is compared; beyond it each gets a key. */
const FEW = 6;

/**
 * The collection without duplicates, in order. Quantities count as duplicates only when they are written alike, so
 * that a search finds each by its own unit.
 */
export function distinct(items: readonly Item[], types: readonly string[]): readonly Item[] {
  if (items.length < 2) return items;
  if (items.length > FEW) return distinctByKey(items, types);
  const equal = equality(types, types);
  return items.filter(
    (item, index) => !items.slice(0, index).some((earlier) => equal(earlier, item) === true),
  );
}

function distinctByKey(items: readonly Item[], types: readonly string[]): readonly Item[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = isMixed(types)
      ? keyOf((item as TypedValue).type, (item as TypedValue).value)
      : keyOf(types[0]!, item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Text that two items share exactly when they are equal. */
export function keyOf(type: string, item: Item): string {
  const family = familyOf(type);
  const value = jsonOf(item, false);
  const meta = metaOf(item);
  const ending = meta === null ? '' : canonicalJson(meta);
  if (typeof value === 'string' && family !== 'moment') return `${family} ${value} ${ending}`;
  const moment = family === 'moment' && typeof value === 'string' ? momentOf(value) : undefined;
  return `${family} ${moment ? `${moment.precision} ${moment.time}` : canonicalJson(value)} ${ending}`;
}

/** JSON with sorted property names and rounded numbers. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'number') return roundedDecimal(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
