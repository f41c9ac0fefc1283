// history of one resource, the latest version first. https://hl7.org/fhir/R4/http.html#history
import { notFound } from '../fhir/errors.ts';
import type { Handler } from './context.ts';
import { readHistory, readHistoryQuery } from './history.ts';
import { checkScope } from './reach.ts';

/** 200, 403 without a scope, or 404 when there never was such a resource. */
export const historyInstance: Handler = async (context, request) => {
  const { store, search, history } = context;
  const { access, executor } = request;
  const [type, id] = request.path as [string, string];
  checkScope(access, type, 'r');
  const query = readHistoryQuery(context, request);
  const visibility = search.visibility(access, 'r', [type]);
  const path = `${type}/${id}/_history`;
  const page = await readHistory(context, request, query, path, (asked) =>
    history.instance(type, id, visibility, asked),
  );
  const isThere =
    page.versions.length > 0 || (await store.read(type, id, visibility, executor)) !== undefined;
  if (!isThere) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
  return { kind: 'history', status: 200, path, ...page };
};
