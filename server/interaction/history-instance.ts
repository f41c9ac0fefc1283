// history of one resource, newest first. https://hl7.org/fhir/R4/http.html#history
import { badRequest, notFound, notSupported } from '../fhir/errors.ts';
import { DEFAULT_COUNT, MAX_COUNT } from '../search/query.ts';
import type { Handler } from './context.ts';
import { checkScope, isVersionVisible } from './current.ts';

/** Reads a number of `_count` or `_cursor` (the version below which the page starts). */
function numberOf(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`${name} is "${text}". Give a number.`);
  return Number(text);
}

const KNOWN = new Set(['_count', '_cursor', '_format', '_pretty']);

export const historyInstance: Handler = async (context, { path, query, access, executor }) => {
  const { store, search } = context;
  const [type, id] = path as [string, string];
  checkScope(access, type, 'r');
  const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
  if (unknown)
    throw notSupported(`The history of one resource has no parameter "${unknown}". Known is _count.`);
  const count = Math.min(numberOf(query, '_count', DEFAULT_COUNT), MAX_COUNT);
  const before = numberOf(query, '_cursor', 2 ** 31 - 1);
  const found = await store.history(
    type,
    id,
    search.visibility(access, 'r', [type]),
    count + 1,
    before,
    executor,
  );
  if (!found.length && !query.has('_cursor'))
    throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
  const page = found.slice(0, count);
  const self = query.has('_count') ? `_count=${count}` : '';
  const next =
    found.length > count && count > 0
      ? new URLSearchParams({ _count: String(count), _cursor: String(page.at(-1)!.version) }).toString()
      : undefined;
  const versions = page
    .filter((version) => isVersionVisible(context, access, type, version))
    .map((version) => ({ type, id, ...version }));
  return { kind: 'history', status: 200, path: `${type}/${id}/_history`, versions, self, next };
};
