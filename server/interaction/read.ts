// read: the current version of a resource. https://hl7.org/fhir/R4/http.html#read
import { gone, notFound } from '../fhir/errors.ts';
import type { Handler } from './context.ts';
import { checkParameters } from './parameters.ts';
import { isNotModified } from './precondition.ts';
import { checkScope } from './reach.ts';

/** 200, 304, 403 without a scope, 404, or 410 when it was deleted. */
export const read: Handler = async ({ store, search }, request) => {
  checkParameters(request);
  const { path, headers, access, executor } = request;
  const [type, id] = path as [string, string];
  checkScope(access, type, 'r');
  const found = await store.read(type, id, search.visibility(access, 'r', [type]), executor);
  if (!found) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
  if (found.deleted) throw gone(`${type}/${id} was deleted. Its versions are at ${type}/${id}/_history.`);
  if (isNotModified(headers, found.version, found.lastUpdated))
    return {
      kind: 'empty',
      status: 304,
      headers: { etag: `W/"${found.version}"` },
      target: { type, id, version: found.version },
    };
  return { kind: 'resource', status: 200, resource: { type, id, ...found } };
};
