// A search request read from its query string: strict, every parameter named. https://hl7.org/fhir/R4/search.html
import { badRequest, notSupported } from '../fhir/errors.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { ID } from '../fhir/reference.ts';
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

export interface Include {
  source: string;
  /** undefined: all reference parameters (`*`). */
  param: SearchParam | undefined;
  target: string | undefined;
}

export interface SearchQuery {
  type: string;
  criteria: (Criterion | IdCriterion | LastUpdatedCriterion)[];
  sort: SortKey[];
  count: number;
  includes: Include[];
  total: 'none' | 'accurate' | 'estimate';
  cursor: string | undefined;
  /** What was used, without the cursor: the self link's query. */
  used: [name: string, value: string][];
  /** Parameters that were ignored, with `Prefer: handling=lenient` only. */
  ignored: string[];
}

/** Resources on a page unless `_count` says otherwise, and at most. */
export const DEFAULT_COUNT = 20;
export const MAX_COUNT = 1000;

type Reader = (query: SearchQuery, value: string, registry: Registry) => void;

/** Parameters that steer the answer. */
const controls: Record<string, Reader> = {
  _count(query, value) {
    if (!/^\d{1,9}$/.test(value)) throw badRequest(`_count is "${value}". Give a number from 0 to ${MAX_COUNT}.`);
    query.count = Math.min(Number(value), MAX_COUNT);
    if (query.count === 0) query.total = 'accurate';
  },
  _sort(query, value, registry) {
    query.sort = value.split(',').map((key) => sortKey(query.type, key, registry));
  },
  _include(query, value, registry) {
    query.includes.push(...includesOf(query.type, value, registry));
  },
  _total(query, value) {
    if (value !== 'none' && value !== 'accurate' && value !== 'estimate') {
      throw badRequest(`_total is "${value}". Allowed are none, estimate and accurate.`);
    }
    query.total = value;
  },
  _summary(query, value) {
    if (value === 'false') return;
    if (value !== 'count') throw notSupported(`_summary=${value} is not offered; _summary=count and _summary=false are.`);
    query.count = 0;
    query.total = 'accurate';
  },
  _cursor(query, value) {
    query.cursor = value;
  },
};

/** Handled by content negotiation before the search is read. */
const NEGOTIATED = new Set(['_format', '_pretty']);

function sortKey(type: string, text: string, registry: Registry): SortKey {
  const descending = text.startsWith('-');
  const code = descending ? text.slice(1) : text;
  if (code === '_lastUpdated' || code === '_id') return { code, descending };
  const param = registry.find(type, code);
  if (!param) throw notSupported(`${type} cannot be sorted by "${code}": it has no such search parameter. ${known(type, registry)}`);
  if (!paramTypes[param.type]!.sortColumn) throw notSupported(`${type} cannot be sorted by "${code}", a ${param.type} parameter.`);
  return { code, descending, param };
}

function includesOf(type: string, value: string, registry: Registry): Include[] {
  const [source, code, target, ...rest] = value.split(':');
  if (!source || !code || rest.length) throw badRequest(`_include is "${value}". Write Type:parameter or Type:parameter:TargetType, such as Task:focus.`);
  if (source !== type) throw badRequest(`_include=${value} starts from ${source}, but this search returns ${type}.`);
  if (target && !resourceTypes.has(target)) throw notSupported(`_include=${value} names "${target}", which is no R4 resource type.`);
  if (code === '*') return [{ source, param: undefined, target }];
  const param = registry.find(source, code);
  if (param?.type !== 'reference') {
    const references = registry.of(source).filter((p) => p.type === 'reference');
    throw notSupported(`_include=${value}: ${source} has no reference parameter "${code}". It has ${references.map((p) => p.code).join(', ')}.`);
  }
  return [{ source, param, target }];
}

const known = (type: string, registry: Registry): string =>
  `Known are ${['_id', '_lastUpdated', ...registry.of(type).map((param) => param.code)].sort().join(', ')}.`;

/** Adds the criterion `name=value`, or says why it cannot be one. */
function addCriterion(query: SearchQuery, name: string, value: string, registry: Registry): void {
  const [code, modifier, ...rest] = name.split(':') as [string, ...string[]];
  const values = splitEscaped(value, ',');
  if (code === '_id' && !modifier) {
    query.criteria.push({ kind: 'id', ids: values.filter((id) => ID.test(id)) });
    return;
  }
  if (code === '_lastUpdated' && !modifier) {
    query.criteria.push({ kind: 'lastUpdated', values });
    return;
  }
  const param = registry.find(query.type, code);
  if (!param || rest.length) {
    throw notSupported(
      code.includes('.') || code === '_has'
        ? `The chained parameter "${name}" is not offered.`
        : `${query.type} has no search parameter "${code}". ${known(query.type, registry)}`,
    );
  }
  if (modifier && modifier !== 'missing' && !paramTypes[param.type]!.modifiers.includes(modifier)) {
    throw notSupported(`The search parameter "${code}" has no modifier ":${modifier}".`);
  }
  if (modifier === 'missing' && value !== 'true' && value !== 'false') {
    throw badRequest(`${name} is "${value}". Allowed are true and false.`);
  }
  query.criteria.push({ kind: 'index', param, modifier, values });
}

/**
 * Reads the query of a type-level search.
 * @param lenient with `Prefer: handling=lenient`, parameters that are not known are left out and listed in `ignored`
 * @throws FhirError 400 that names the parameter and what is allowed
 */
export function readQuery(type: string, parameters: Iterable<[string, string]>, registry: Registry, lenient: boolean): SearchQuery {
  const query: SearchQuery = { type, criteria: [], sort: [], count: DEFAULT_COUNT, includes: [], total: 'none', cursor: undefined, used: [], ignored: [] };
  for (const [name, value] of parameters) {
    if (NEGOTIATED.has(name)) continue;
    try {
      if (Object.hasOwn(controls, name)) controls[name]!(query, value, registry);
      else addCriterion(query, name, value, registry);
      if (name !== '_cursor') query.used.push([name, value]);
    } catch (error) {
      if (!lenient || (error as { issues?: { code: string }[] }).issues?.[0]?.code !== 'not-supported') throw error;
      query.ignored.push(name);
    }
  }
  return query;
}
