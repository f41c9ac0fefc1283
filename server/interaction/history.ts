// What the three history interactions have in common: parameters, pages that join, and only versions that the caller may see.
// https://hl7.org/fhir/R4/http.html#history
import { type DateRange, dateRange } from '../fhir/datetime.ts';
import { badRequest, notSupported } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import { DEFAULT_COUNT, MAX_COUNT } from '../search/query.ts';
import type {
  HistoryCursor,
  HistoryPage,
  HistoryRequest,
  HistoryVersion,
  HistoryWindow,
} from '../store/history.ts';
import type { Context, FhirRequest } from './context.ts';
import { isLenient } from './parameters.ts';
import { visibleVersions } from './reach.ts';

/** What a history request asks for. */
export interface HistoryQuery {
  window: HistoryWindow;
  count: number;
  cursor: string | undefined;
  /** What was used, without the cursor: the self link's query. */
  used: [name: string, value: string][];
}

/** Seen by other parts of the server: format and subset of the answer. */
const REPRESENTATION = new Set(['_format', '_pretty', '_summary', '_elements']);

function rangeOf(name: string, value: string): DateRange {
  const range = dateRange(value.replaceAll(' ', '+'));
  if (range) return range;
  throw badRequest(
    `${name} is "${value}". Give an instant such as 2026-03-14T09:30:00Z, or a date such as 2026-03-14.`,
  );
}

type Reader = (query: HistoryQuery, value: string, context: Context, request: FhirRequest) => string;

const parameters: Readonly<Record<string, Reader>> = {
  _count(query, value) {
    if (!/^\d{1,9}$/.test(value))
      throw badRequest(`_count is "${value}". Give a number from 0 to ${MAX_COUNT}.`);
    query.count = Math.min(Number(value), MAX_COUNT);
    return String(query.count);
  },
  _since(query, value) {
    query.window.since = rangeOf('_since', value).low;
    return value;
  },
  _at(query, value) {
    query.window.at = rangeOf('_at', value);
    return value;
  },
  _list(query, value, { store, search }, { access }) {
    if (!ID.test(value)) throw badRequest(`_list is "${value}". Give the id of one List.`);
    query.window.list = {
      rid: store.rid('List', value),
      visibility: search.visibility(access, 'r', ['List']),
    };
    return value;
  },
};

/**
 * Reads the query of a history.
 * @throws FhirError 400 that names the parameter and what is allowed
 */
export function readHistoryQuery(context: Context, request: FhirRequest): HistoryQuery {
  const query: HistoryQuery = { window: {}, count: DEFAULT_COUNT, cursor: undefined, used: [] };
  const seen = new Set<string>();
  for (const [name, value] of request.query) {
    if (name !== '_cursor' && !REPRESENTATION.has(name) && !Object.hasOwn(parameters, name)) {
      if (isLenient(request.headers.prefer)) continue;
      throw notSupported(
        `A history has no parameter "${name}". Known are ${[...Object.keys(parameters), ...REPRESENTATION].join(', ')}.`,
      );
    }
    if (seen.has(name)) throw badRequest(`${name} is given twice. Give it once.`);
    seen.add(name);
    if (name === '_cursor') query.cursor = value;
    else query.used.push([name, parameters[name]?.(query, value, context, request) ?? value]);
  }
  return query;
}

/** A page as its Result, and whether anything was found at all. */
export interface HistoryAnswer {
  versions: HistoryVersion[];
  self: string;
  next: string | undefined;
}

type ReadPage = (request: HistoryRequest) => Promise<HistoryPage>;

/**
 * Reads until the page is full: to a caller who is confined to a patient, versions that were another's are not there.
 * @param path what the cursor belongs to
 */
export async function readHistory(
  context: Context,
  { access, executor }: FhirRequest,
  query: HistoryQuery,
  path: string,
  read: ReadPage,
): Promise<HistoryAnswer> {
  const { window, count } = query;
  const used = new URLSearchParams(query.used);
  const scope = `${path}?${used}`;
  let after = query.cursor === undefined ? undefined : readCursor(context, query.cursor, scope);
  const found: HistoryVersion[] = [];
  while (count > 0 && found.length <= count) {
    const { versions, horizon } = await read({ window, count: count + 1, after, executor });
    found.push(...(await visibleVersions(context, access, versions, executor)));
    const last = versions.at(-1);
    if (last) after = cursorAt(last, horizon);
    if (versions.length <= count) break;
  }
  const page = found.slice(0, count);
  const next =
    found.length > count && after
      ? new URLSearchParams([
          ...query.used,
          ['_cursor', writeCursor(context, cursorAt(page.at(-1)!, after.horizon), scope)],
        ])
      : undefined;
  return { versions: page, self: used.toString(), next: next?.toString() };
}

const cursorAt = ({ lastUpdated, rid, version }: HistoryVersion, horizon: string): HistoryCursor => ({
  lastUpdated: lastUpdated.toISOString(),
  rid,
  version,
  horizon,
});

const writeCursor = ({ cursors }: Context, cursor: HistoryCursor, scope: string): string =>
  cursors.write(
    { keys: [String(cursor.version), cursor.lastUpdated], rid: cursor.rid, horizon: cursor.horizon },
    scope,
  );

/** @throws FhirError 400 for a cursor of another history */
function readCursor({ cursors }: Context, text: string, scope: string): HistoryCursor {
  const { keys, rid, horizon } = cursors.read(text, scope);
  return { version: Number(keys[0]), lastUpdated: keys[1]!, rid, horizon };
}
