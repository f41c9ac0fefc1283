// A search request read from its query string: strict, every parameter named. https://hl7.org/fhir/R4/search.html

import { badRequest, notSupported } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import { type Include, readInclude } from './include.ts';
import { paramTypes } from './param/index.ts';
import { type SearchParam, splitEscaped } from './param/type.ts';
import type { Registry } from './registry.ts';

/** One criterion on an index table. */
export interface Criterion {
  kind: 'index';
  param: SearchParam;
  modifier: string | undefined;
  /** Values to be OR-ed, still escaped. */
  values: string[];
}
/** `_id=a,b`. */
export interface IdCriterion {
  kind: 'id';
  ids: string[];
}
/** `_lastUpdated=ge…`. */
export interface LastUpdatedCriterion {
  kind: 'lastUpdated';
  values: string[];
}

/** One key of `_sort`. `param` is absent for `_lastUpdated` and `_id`. */
export interface SortKey {
  code: string;
  descending: boolean;
  param?: SearchParam;
}

export interface SearchQuery {
  type: string;
  criteria: (Criterion | IdCriterion | LastUpdatedCriterion)[];
  sort: SortKey[];
  count: number;
  includes: Include[];
  total: 'none' | 'accurate' | 'estimate';
  summary: 'count' | 'false';
  cursor: string | undefined;
  /** What was used, without the cursor: the self link's query. */
  used: [name: string, value: string][];
  /** Parameters that were ignored, with `Prefer: handling=lenient` only. */
  ignored: string[];
}

/** Resources on a page unless `_count` says otherwise, and at most. */
export const DEFAULT_COUNT = 20;
export const MAX_COUNT = 1000;

/** Most criteria, values in all, and sort keys of one search: more would keep PostgreSQL planning. */
const MAX_CRITERIA = 40;
const MAX_VALUES = 10_000;
const MAX_SORT_KEYS = 8;

/** Reads a parameter; what it returns stands in the self link instead of the value. */
type Reader = (query: SearchQuery, value: string, registry: Registry) => string | undefined;

/** Parameters that steer the answer. */
const controls: Record<string, Reader> = {
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
    query.sort = keys.map((key) => sortKey(query.type, key, registry));
    return undefined;
  },
  _include(query, value, registry) {
    query.includes.push(readInclude(query.type, value, registry));
    return undefined;
  },
  _total(query, value) {
    if (value !== 'none' && value !== 'accurate' && value !== 'estimate') {
      throw badRequest(`_total is "${value}". Allowed are none, estimate and accurate.`);
    }
    query.total = value;
    return undefined;
  },
  _summary(query, value) {
    if (value !== 'count' && value !== 'false')
      throw notSupported(`_summary=${value} is not offered; _summary=count and _summary=false are.`);
    query.summary = value;
    return undefined;
  },
  _cursor(query, value) {
    query.cursor = value;
    return undefined;
  },
};

/** The one control that may be given several times. */
const REPEATABLE = '_include';

/** Handled by content negotiation before the search is read. */
const NEGOTIATED = new Set(['_format', '_pretty']);

function sortKey(type: string, text: string, registry: Registry): SortKey {
  const descending = text.startsWith('-');
  const code = descending ? text.slice(1) : text;
  if (code === '_lastUpdated' || code === '_id') return { code, descending };
  const param = registry.find(type, code);
  if (!param)
    throw notSupported(
      `${type} cannot be sorted by "${code}": it has no such search parameter. ${known(type, registry)}`,
    );
  if (!paramTypes[param.type]!.sortColumn)
    throw notSupported(`${type} cannot be sorted by "${code}", a ${param.type} parameter.`);
  return { code, descending, param };
}

const known = (type: string, registry: Registry): string =>
  `Known are ${['_id', '_lastUpdated', ...registry.of(type).map((param) => param.code)].sort().join(', ')}.`;

/** Criteria that columns of the resource answer. They have no modifiers. */
const columnCriteria: Record<
  string,
  (value: string, values: string[]) => IdCriterion | LastUpdatedCriterion
> = {
  _id(value, values) {
    if (!value)
      throw badRequest('The search parameter "_id" has an empty value. Give an id, or leave it out.');
    return { kind: 'id', ids: values.filter((id) => ID.test(id)) };
  },
  _lastUpdated: (_value, values) => ({ kind: 'lastUpdated', values }),
};

const noModifier = (code: string, modifier: string, known: readonly string[]): Error =>
  notSupported(
    `The search parameter "${code}" has no modifier ":${modifier}". ${known.length ? `It has ${known.map((name) => `:${name}`).join(', ')}.` : 'It has none.'}`,
  );

/** Adds the criterion `name=value`, or says why it cannot be one. */
function addCriterion(query: SearchQuery, name: string, value: string, registry: Registry): void {
  const [code, ...modifiers] = name.split(':') as [string, ...string[]];
  const modifier = modifiers.length ? modifiers.join(':') : undefined;
  const values = splitEscaped(value, ',');
  if (Object.hasOwn(columnCriteria, code)) {
    if (modifier !== undefined) throw noModifier(code, modifier, []);
    query.criteria.push(columnCriteria[code]!(value, values));
    return;
  }
  if (code === '_has' || /^[^:]+(:\w+)?\.[^:]/.test(name))
    throw notSupported(
      `The chained parameter "${name}" is not offered. Search by a parameter of ${query.type} itself.`,
    );
  const param = registry.find(query.type, code);
  if (!param)
    throw notSupported(`${query.type} has no search parameter "${code}". ${known(query.type, registry)}`);
  if (
    modifier !== undefined &&
    modifier !== 'missing' &&
    !paramTypes[param.type]!.modifiers.includes(modifier)
  ) {
    throw noModifier(code, modifier, [
      'missing',
      ...(param.type === 'reference' ? (param.target ?? []) : paramTypes[param.type]!.modifiers),
    ]);
  }
  if (modifier === 'missing' && value !== 'true' && value !== 'false') {
    throw badRequest(`${name} is "${value}". Allowed are true and false.`);
  }
  query.criteria.push({ kind: 'index', param, modifier, values });
}

/** Reads one parameter into `query`; returns the value that was used. */
function readParameter(
  query: SearchQuery,
  name: string,
  value: string,
  registry: Registry,
  seen: Set<string>,
): string {
  if (value.includes('\0'))
    throw badRequest(`The search parameter "${name}" has a NUL character in its value. Leave it out.`);
  if (!Object.hasOwn(controls, name)) {
    addCriterion(query, name, value, registry);
    return value;
  }
  if (name !== REPEATABLE && seen.has(name)) throw badRequest(`${name} is given twice. Give it once.`);
  seen.add(name);
  return controls[name]!(query, value, registry) ?? value;
}

/** Refuses what is too much to plan, and settles what several parameters decide together. */
function settle(query: SearchQuery): SearchQuery {
  const { criteria, includes } = query;
  if (criteria.length > MAX_CRITERIA || includes.length > MAX_CRITERIA) {
    throw badRequest(
      `This search has ${Math.max(criteria.length, includes.length)} criteria. Give at most ${MAX_CRITERIA}.`,
    );
  }
  const values = criteria.reduce(
    (sum, criterion) => sum + (criterion.kind === 'id' ? criterion.ids : criterion.values).length,
    0,
  );
  if (values > MAX_VALUES) throw badRequest(`This search has ${values} values. Give at most ${MAX_VALUES}.`);
  return query.summary === 'count' || query.count === 0 ? { ...query, count: 0, total: 'accurate' } : query;
}

/**
 * Reads the query of a type-level search.
 * @param lenient with `Prefer: handling=lenient`, parameters that are not known are left out and listed in `ignored`
 * @throws FhirError 400 that names the parameter and what is allowed
 */
export function readQuery(
  type: string,
  parameters: Iterable<[string, string]>,
  registry: Registry,
  lenient: boolean,
): SearchQuery {
  const query: SearchQuery = {
    type,
    criteria: [],
    sort: [],
    count: DEFAULT_COUNT,
    includes: [],
    total: 'none',
    summary: 'false',
    cursor: undefined,
    used: [],
    ignored: [],
  };
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    if (NEGOTIATED.has(name)) continue;
    try {
      const used = readParameter(query, name, value, registry, seen);
      if (name !== '_cursor') query.used.push([name, used]);
    } catch (error) {
      if (!lenient || (error as { issues?: { code: string }[] }).issues?.[0]?.code !== 'not-supported')
        throw error;
      query.ignored.push(name);
    }
  }
  return settle(query);
}
