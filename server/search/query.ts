// A search request read from its query string: strict, every parameter named. https://hl7.org/fhir/R4/search.html
import { type Access, type Letter, reach } from '../fhir/access.ts';
import { badRequest, notSupported } from '../fhir/errors.ts';
import { namesOf, notReached } from '../fhir/refusal.ts';
import type { Subset } from '../fhir/result.ts';
import { readTypes } from './criterion/columns.ts';
import { codesOf } from './criterion/known.ts';
import { leavesOf } from './criterion/presence.ts';
import { readCriterion } from './criterion/read.ts';
import type { CompartmentCriterion, Criterion, ReadContext } from './criterion/type.ts';
import { type Include, isInclude, readInclude } from './include.ts';
import { paramTypes } from './param/index.ts';
import type { SearchParam } from './param/type.ts';
import type { Registry } from './registry.ts';

/** Where a search looks: its address below the base, and the types that it may return. */
export interface Scope {
  path: string;
  types: readonly string[];
  compartment?: CompartmentCriterion;
}

/** One key of `_sort`. `params` is absent for `_lastUpdated` and `_id`. */
export interface SortKey {
  code: string;
  descending: boolean;
  /** The parameter in each type that is searched; all of one parameter type. */
  params?: readonly SearchParam[];
}

export interface SearchQuery {
  types: readonly string[];
  criteria: Criterion[];
  sort: SortKey[];
  count: number;
  includes: Include[];
  total: 'none' | 'accurate' | 'estimate';
  /** `_summary=count`: nothing but the total. */
  counted: boolean;
  /** Which part of each resource is answered; absent: all of it. */
  subset: Subset | undefined;
  cursor: string | undefined;
  /** What was used, without the cursor: the self link's query. */
  used: [name: string, value: string][];
  /** Parameters that were ignored, with `Prefer: handling=lenient` only. */
  ignored: string[];
}

/** What a query is read with. */
export interface QueryContext {
  registry: Registry;
  access: Access;
  /** With `Prefer: handling=lenient`, parameters that are not known are left out and listed in `ignored`. */
  lenient: boolean;
}

/** Resources on a page unless `_count` says otherwise, and at most. */
export const DEFAULT_COUNT = 20;
export const MAX_COUNT = 1000;

/** Most criteria, values in all, and sort keys of one search: more would keep PostgreSQL planning. */
const MAX_CRITERIA = 40;
const MAX_VALUES = 10_000;
const MAX_SORT_KEYS = 8;

/** Most parameters of one search, and most characters in them: all are read before one of them is refused. */
const MAX_PARAMETERS = 1000;
const MAX_CHARACTERS = 2_000_000;

/** Reads a parameter; what it returns stands in the self link instead of the value. */
type Reader = (query: SearchQuery, value: string, registry: Registry, name: string) => string | undefined;

const TOTALS: ReadonlySet<string> = new Set(['none', 'accurate', 'estimate']);
const isTotal = (value: string): value is SearchQuery['total'] => TOTALS.has(value);

/** What `_summary` makes of a query. https://hl7.org/fhir/R4/search.html#summary */
const summaries: Record<string, (query: SearchQuery) => void> = {
  false: () => {},
  count: (query) => {
    query.counted = true;
  },
  true: (query) => addSubset(query, { summary: 'true' }),
  text: (query) => addSubset(query, { summary: 'text' }),
  data: (query) => addSubset(query, { summary: 'data' }),
};
function addSubset(query: SearchQuery, subset: Subset): void {
  query.subset = { ...query.subset, ...subset };
}

const refused =
  (sentence: string): Reader =>
  (_query, _value, _registry, name) => {
    throw notSupported(`${name} is not offered. ${sentence}`);
  };

/** Parameters that steer the answer. */
export const controls: Readonly<Record<string, Reader>> = {
  _count(query, value) {
    if (!/^\d{1,9}$/.test(value))
      throw badRequest(`_count is "${value}". Give a number from 0 to ${MAX_COUNT}.`);
    query.count = Math.min(Number(value), MAX_COUNT);
    return String(query.count);
  },
  _sort(query, value, registry) {
    const keys = value.split(',');
    if (keys.length > MAX_SORT_KEYS)
      throw badRequest(`_sort has ${keys.length} keys. Give at most ${MAX_SORT_KEYS}.`);
    query.sort = keys.map((key) => sortKey(query.types, key, registry));
    return undefined;
  },
  _total(query, value) {
    if (!isTotal(value)) throw badRequest(`_total is "${value}". Allowed are none, estimate and accurate.`);
    query.total = value;
    return undefined;
  },
  _summary(query, value) {
    if (!Object.hasOwn(summaries, value))
      throw badRequest(`_summary is "${value}". Allowed are ${Object.keys(summaries).sort().join(', ')}.`);
    summaries[value]!(query);
    return undefined;
  },
  _elements(query, value) {
    const elements = value.split(',');
    const wrong = elements.find((name) => !/^([A-Z]\w*\.)?[a-z]\w*(\[x\])?$/.test(name));
    if (wrong !== undefined)
      throw badRequest(
        `_elements names "${wrong}". Give names of elements of the resource itself with commas, such as identifier,name.`,
      );
    addSubset(query, { elements });
    return undefined;
  },
  _cursor(query, value) {
    query.cursor = value;
    return undefined;
  },
  _contained: refused('Contained resources are found through the resource that holds them; leave it out.'),
  _containedType: refused('Contained resources are never returned by themselves; leave it out.'),
  _query: refused('This server has no named queries. Search by the parameters of the type.'),
  _score: refused('Matches are not ranked. Sort them with _sort.'),
};

/** Handled by content negotiation before the search is read; `_type` is read before everything else. */
const READ_BEFORE = new Set(['_format', '_pretty', '_type']);

function sortKey(types: readonly string[], text: string, registry: Registry): SortKey {
  const descending = text.startsWith('-');
  const code = descending ? text.slice(1) : text;
  if (code === '_lastUpdated' || code === '_id') return { code, descending };
  const params = types.flatMap((type) => registry.find(type, code) ?? []);
  const names = namesOf(types);
  if (params.length < types.length)
    throw notSupported(
      `${names} cannot be sorted by "${code}": it has no such search parameter. Known are ${codesOf(types, registry).join(', ')}.`,
    );
  const unfit = params.find(({ type }) => type !== params[0]!.type || !paramTypes[type]!.sortColumn);
  if (unfit) throw notSupported(`${names} cannot be sorted by "${code}", a ${unfit.type} parameter.`);
  return { code, descending, params };
}

/** Reads one parameter into `query`; returns the value that was used. */
function readParameter(
  query: SearchQuery,
  name: string,
  value: string,
  context: ReadContext,
  seen: Set<string>,
): string {
  if (value.includes('\0'))
    throw badRequest(`The search parameter "${name}" has a NUL character in its value. Leave it out.`);
  if (isInclude(name)) {
    query.includes.push(readInclude(query.types, name, value, context.registry));
    return value;
  }
  if (!Object.hasOwn(controls, name)) {
    const criterion = readCriterion(query.types, name, value, context);
    query.criteria.push(...(criterion.kind === 'all' ? criterion.criteria : [criterion]));
    return value;
  }
  if (seen.has(name)) throw badRequest(`${name} is given twice. Give it once.`);
  seen.add(name);
  return controls[name]!(query, value, context.registry, name) ?? value;
}

const valuesOf = (criterion: Criterion): number => {
  if (criterion.kind === 'id') return criterion.keys.length;
  if (criterion.kind === 'list') return criterion.ids.length;
  if (criterion.kind === 'text') return criterion.texts.length;
  const { kind } = criterion;
  return kind === 'index' || kind === 'hierarchy' || kind === 'lastUpdated' ? criterion.values.length : 1;
};

/** Refuses what is too much to plan, and settles what several parameters decide together. */
function settle(query: SearchQuery): SearchQuery {
  const leaves = leavesOf(query.criteria);
  const most = Math.max(leaves.length, query.includes.length);
  if (most > MAX_CRITERIA)
    throw badRequest(`This search has ${most} criteria. Give at most ${MAX_CRITERIA}.`);
  const values = leaves.reduce((sum, leaf) => sum + valuesOf(leaf), 0);
  if (values > MAX_VALUES) throw badRequest(`This search has ${values} values. Give at most ${MAX_VALUES}.`);
  return query.counted || query.count === 0 ? { ...query, count: 0, total: 'accurate' } : query;
}

/** @throws FhirError 400 for more than anybody asks */
function checkSize(parameters: readonly (readonly [string, string])[]): void {
  if (parameters.length > MAX_PARAMETERS)
    throw badRequest(`This search has ${parameters.length} parameters. Give at most ${MAX_PARAMETERS}.`);
  const length = parameters.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (length > MAX_CHARACTERS)
    throw badRequest(`This search has ${length} characters. Give at most ${MAX_CHARACTERS}.`);
}

/** The types that are searched: those that `_type` names among the scope's. @throws FhirError 400, 403 */
function typesOf(
  { types }: Scope,
  parameters: readonly (readonly [string, string])[],
  access: Access,
): string[] {
  const covers = (type: string) => reach(access, type, 's') !== 'none';
  let chosen = types;
  for (const [name, value] of parameters) {
    if (name !== '_type') continue;
    const named = readTypes(value);
    const barred = named.filter((type) => !covers(type));
    if (barred.length) throw notReached(access, barred, 's', 'rs');
    chosen = chosen.filter((type) => named.includes(type));
  }
  if (!chosen.length)
    throw badRequest(`_type names none of the types that are searched here: ${namesOf(types)}.`);
  const covered = chosen.filter(covers);
  if (!covered.length) throw notReached(access, chosen, 's', 'rs');
  return covered;
}

/**
 * Reads the query of a search.
 * @throws FhirError 400 that names the parameter and what is allowed, 403 without a scope for what is searched
 */
export function readQuery(
  scope: Scope,
  parameters: Iterable<readonly [string, string]>,
  { registry, access, lenient }: QueryContext,
): SearchQuery {
  const list = [...parameters];
  checkSize(list);
  const query: SearchQuery = {
    types: typesOf(scope, list, access),
    criteria: scope.compartment ? [scope.compartment] : [],
    sort: [],
    count: DEFAULT_COUNT,
    includes: [],
    total: 'none',
    counted: false,
    subset: undefined,
    cursor: undefined,
    used: [],
    ignored: [],
  };
  const covers = (type: string, letter: Letter) => reach(access, type, letter) !== 'none';
  const context: ReadContext = { registry, covers, depth: 0, partial: false };
  const seen = new Set<string>();
  for (const [name, value] of list) {
    if (name === '_type') query.used.push([name, value]);
    if (READ_BEFORE.has(name)) continue;
    try {
      const used = readParameter(query, name, value, context, seen);
      if (name !== '_cursor') query.used.push([name, used]);
    } catch (error) {
      if (!lenient || (error as { issues?: { code: string }[] }).issues?.[0]?.code !== 'not-supported')
        throw error;
      query.ignored.push(name);
    }
  }
  return settle(query);
}
