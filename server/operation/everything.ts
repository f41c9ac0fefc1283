// $everything: all that is known about a patient, about an encounter, or about every patient that the caller may see.
// https://hl7.org/fhir/R4/operation-patient-everything.html · https://hl7.org/fhir/R4/operation-encounter-everything.html
import { limitsOf, onlyPatient } from '../fhir/access.ts';
import { type DateRange, dateRange } from '../fhir/datetime.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, notFound, notSupported } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { checkScope } from '../interaction/reach.ts';
import type { Everything, EverythingFilter, EverythingRow, Focus } from '../search/everything.ts';
import { MAX_COUNT } from '../search/query.ts';
import { operationParameters } from './parameters.ts';

export interface EverythingContext extends Context {
  everything: Everything;
}

interface EverythingQuery {
  filter: EverythingFilter;
  count: number;
  cursor: string | undefined;
  /** What was used, without the cursor: the self link's query. */
  used: [name: string, value: string][];
}

function rangeOf(name: string, value: string): DateRange {
  const range = dateRange(value.replaceAll(' ', '+'));
  if (range) return range;
  throw badRequest(`${name} is "${value}". Give a date such as 2026-03-14, or an instant.`);
}

type Reader = (query: EverythingQuery, value: string) => void;

const common: Readonly<Record<string, Reader>> = {
  _since(query, value) {
    query.filter.since = rangeOf('_since', value).low;
  },
  _type(query, value) {
    const types = value.split(',');
    const unknown = types.find((type) => !resourceTypes.has(type));
    if (unknown !== undefined) throw notSupported(`_type names "${unknown}", which is no R4 resource type.`);
    query.filter.types = [...(query.filter.types ?? []), ...types];
  },
  _count(query, value) {
    if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
      throw badRequest(`_count is "${value}". Give a number from 1 to ${MAX_COUNT}.`);
    query.count = Math.min(Number(value), MAX_COUNT);
  },
  _cursor(query, value) {
    query.cursor = value;
  },
};

/** Parameters by the type that the operation is asked on. */
const parameters: Readonly<Record<Focus['type'], Readonly<Record<string, Reader>>>> = {
  Patient: {
    ...common,
    start(query, value) {
      query.filter.start = rangeOf('start', value).low;
    },
    end(query, value) {
      query.filter.end = rangeOf('end', value).high;
    },
  },
  Encounter: common,
};

/** @throws FhirError 400 that names the parameter and what is allowed */
function readQuery(type: Focus['type'], request: FhirRequest): EverythingQuery {
  const query: EverythingQuery = { filter: {}, count: MAX_COUNT, cursor: undefined, used: [] };
  const readers = parameters[type];
  const known = Object.keys(readers).filter((name) => name !== '_cursor');
  const seen = new Set<string>();
  for (const [name, value] of operationParameters(request)) {
    if (!Object.hasOwn(readers, name))
      throw notSupported(`$everything has no parameter "${name}" here. Known are ${known.join(', ')}.`);
    if (seen.has(name) && name !== '_type') throw badRequest(`${name} is given twice. Give it once.`);
    seen.add(name);
    readers[name]!(query, value);
    if (name !== '_cursor') query.used.push([name, value]);
  }
  return query;
}

/** The one patient of a caller who is confined to a chart stands for all patients. */
const focusOf = (type: Focus['type'], id: string | undefined, { access }: FhirRequest): Focus => ({
  type,
  id: id ?? onlyPatient(limitsOf(access, type, 'r') ?? []),
});

async function checkThere({ store, search }: Context, focus: Focus, request: FhirRequest): Promise<void> {
  if (focus.id === undefined) return;
  const visibility = search.visibility(request.access, 'r', [focus.type]);
  const found = await store.read(focus.type, focus.id, visibility, request.executor);
  if (found && !found.deleted) return;
  throw notFound(`There is no ${focus.type}/${focus.id}, or your access does not cover it.`);
}

/** 200 with a searchset, 403 without a scope for the type, or 404. */
export async function everything(context: EverythingContext, request: FhirRequest): Promise<Result> {
  const { path, access, executor } = request;
  const type = path[0] as Focus['type'];
  checkScope(access, type, 'r');
  const { filter, count, cursor, used } = readQuery(type, request);
  const focus = focusOf(type, path.length === 3 ? path[1] : undefined, request);
  await checkThere(context, focus, request);
  const visibility = context.search.visibility(access, 'r');
  const scope = `${path.join('/')}?${new URLSearchParams(used)}`;
  const after = cursor === undefined ? undefined : readCursor(context, cursor, scope);
  const found = await context.everything.page({
    focus,
    visibility,
    filter,
    count: count + 1,
    after,
    executor,
  });
  const rows = found.slice(0, count);
  const next =
    found.length > count
      ? new URLSearchParams([...used, ['_cursor', writeCursor(context, rows.at(-1)!, scope)]])
      : undefined;
  const contents = (isIncluded: boolean) =>
    rows.filter(({ part }) => (part === REFERRED) === isIncluded).map(({ content }) => content);
  return {
    kind: 'search',
    status: 200,
    path: path.join('/'),
    page: {
      matches: contents(false),
      included: contents(true),
      total: undefined,
      self: new URLSearchParams(used).toString(),
      next: next?.toString(),
      outcomes: [],
    },
  };
}

/** Place of the part that is only referred to. */
const REFERRED = 2;

const writeCursor = ({ cursors }: Context, { part, rid }: EverythingRow, scope: string): string =>
  cursors.write({ keys: [String(part)], rid, horizon: '' }, scope);

/** @throws FhirError 400 for a cursor of another request */
function readCursor({ cursors }: Context, text: string, scope: string): { part: number; rid: string } {
  const { keys, rid } = cursors.read(text, scope);
  return { part: Number(keys[0]), rid };
}
