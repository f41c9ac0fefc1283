// Rows that moved while a client pages: each is given the place that it had at the horizon, so none is lost or doubled.
import { instantTime } from '../fhir/datetime.ts';
import type { Cursor } from './cursor.ts';
import { paramTypes } from './param/index.ts';
import type { IndexRow, SearchParam } from './param/type.ts';
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

/** Sort values compare as PostgreSQL compares them: instants by time, text by its bytes. */
function compareValues(a: string, b: string, instants: boolean): number {
  if (!instants) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [x, y] = [instantTime(a), instantTime(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The keys that really order: those up to `_lastUpdated`. */
export function effectiveSort(sort: readonly SortKey[]): SortKey[] {
  const end = sort.findIndex((key) => key.code === '_lastUpdated');
  return end < 0 ? [...sort, { code: '_lastUpdated', descending: true }] : sort.slice(0, end + 1);
}

/** Compares two places in the order of the search; nulls come last in either direction. */
export function comparePlaces(a: Place, b: Place, sort: readonly SortKey[]): number {
  for (const [n, { code, descending, param }] of sort.entries()) {
    const [x, y] = [a.keys[n] ?? null, b.keys[n] ?? null];
    if (x === null || y === null) {
      if (x === y) continue;
      return x === null ? 1 : -1;
    }
    const order = compareValues(x, y, code === '_lastUpdated' || param?.type === 'date');
    if (order) return descending ? -order : order;
  }
  const byRid = BigInt(a.rid) < BigInt(b.rid) ? -1 : a.rid === b.rid ? 0 : 1;
  return sort.at(-1)!.descending ? -byRid : byRid;
}

function sortValue(param: SearchParam, resource: object, descending: boolean): string | null {
  const { rows, columns, sortColumn } = paramTypes[param.type]!;
  const column = columns.findIndex(([name]) => name === sortColumn);
  const made: IndexRow[] = rows(param.extract(resource), { ridOf: () => '0', base: '' }, param, resource);
  const values = made
    .flatMap((row) => row[column] ?? [])
    .sort((a, b) => compareValues(a, b, param.type === 'date'));
  return (descending ? values.at(-1) : values[0]) ?? null;
}

/** The sort values of a resource as the horizon saw it. */
export function keysOf(
  resource: { id?: string },
  lastUpdated: Date,
  sort: readonly SortKey[],
): (string | null)[] {
  return sort.map(({ code, param, descending }) => {
    if (code === '_lastUpdated') return lastUpdated.toISOString();
    return param ? sortValue(param, resource, descending) : (resource.id ?? null);
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
