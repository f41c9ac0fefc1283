// Rows that moved while a client pages: each is given the place that it had at the horizon, so none is lost or doubled.
import { instantTime } from '../fhir/datetime.ts';
import type { Cursor } from './cursor.ts';
import { sortColumnOf } from './order.ts';
import { add, type Decimal, parseDecimal } from './param/decimal.ts';
import { paramTypes } from './param/index.ts';
import type { SearchQuery, SortKey } from './query.ts';

/** A row of a page with its place in the order. */
export interface PlacedRow {
  rid: string;
  content: string;
  /** Sort values as the cursor keeps them; lastUpdated in ISO form is the last. */
  keys: (string | null)[];
}

interface Place {
  keys: (string | null)[];
  rid: string;
}

const signOf = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0);
const negative = ({ digits, exponent }: Decimal): Decimal => ({ digits: -digits, exponent });

/** How sort values compare, by the SQL type of their column: as PostgreSQL compares them. */
const compare: Readonly<Record<string, (a: string, b: string) => number>> = {
  text: (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
  timestamptz: (a, b) => {
    const [x, y] = [instantTime(a), instantTime(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  },
  numeric: (a, b) => {
    const [x, y] = [parseDecimal(a), parseDecimal(b)];
    return x && y ? signOf(add(x, negative(y)).digits) : Number(a) - Number(b);
  },
};
/** The comparison of a sort key's values. */
const comparisonOf = ({ code, params }: SortKey): (typeof compare)[string] =>
  compare[code === '_lastUpdated' ? 'timestamptz' : params ? sortColumnOf(params[0]!.type).type : 'text']!;

/** The keys that really order: those up to `_lastUpdated`. */
export function effectiveSort(sort: readonly SortKey[]): SortKey[] {
  const end = sort.findIndex((key) => key.code === '_lastUpdated');
  return end < 0 ? [...sort, { code: '_lastUpdated', descending: true }] : sort.slice(0, end + 1);
}

/** Compares two places in the order of the search; nulls come last in either direction. */
export function comparePlaces(a: Place, b: Place, sort: readonly SortKey[]): number {
  for (const [n, key] of sort.entries()) {
    const [x, y] = [a.keys[n] ?? null, b.keys[n] ?? null];
    if (x === null || y === null) {
      if (x === y) continue;
      return x === null ? 1 : -1;
    }
    const order = comparisonOf(key)(x, y);
    if (order) return key.descending ? -order : order;
  }
  const byRid = BigInt(a.rid) < BigInt(b.rid) ? -1 : a.rid === b.rid ? 0 : 1;
  return sort.at(-1)!.descending ? -byRid : byRid;
}

/** What a resource is sorted by: the smallest of its values, or descending the largest. */
function sortValue(key: SortKey, resource: { resourceType: string }): string | null {
  const param = key.params!.find(({ resourceType }) => resourceType === resource.resourceType)!;
  const { rows, columns, isSortedRow } = paramTypes[param.type]!;
  const { name } = sortColumnOf(param.type);
  const column = columns.findIndex(([other]) => other === name);
  const made = rows(param.extract(resource), { ridOf: () => '0', base: '' }, param, resource);
  const values = made
    .filter((row) => isSortedRow?.(row) ?? true)
    .flatMap((row) => row[column] ?? [])
    .sort(comparisonOf(key));
  return (key.descending ? values.at(-1) : values[0]) ?? null;
}

/** The sort values of a resource as the horizon saw it. */
export function keysOf(
  resource: { resourceType: string; id?: string },
  lastUpdated: Date,
  sort: readonly SortKey[],
): (string | null)[] {
  return sort.map((key) => {
    if (key.code === '_lastUpdated') return lastUpdated.toISOString();
    return key.params ? sortValue(key, resource) : (resource.id ?? null);
  });
}

/**
 * Puts the movers in their places among the rows of a page. A row that moved after the page was read is both; it stays one.
 * @param rows one page and the row after it, if there is one
 * @returns the page and the row after it, in order
 */
export function mergeMovers(
  rows: readonly PlacedRow[],
  movers: readonly PlacedRow[],
  cursor: Cursor,
  query: SearchQuery,
): PlacedRow[] {
  const sort = effectiveSort(query.sort);
  const present = new Set(rows.map(({ rid }) => rid));
  const beyond = movers.filter((mover) => !present.has(mover.rid) && comparePlaces(mover, cursor, sort) > 0);
  return [...rows, ...beyond].sort((a, b) => comparePlaces(a, b, sort)).slice(0, query.count + 1);
}
