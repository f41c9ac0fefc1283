// vread: one version of a resource. https://hl7.org/fhir/R4/http.html#vread
import { gone, notFound } from '../fhir/errors.ts';
import type { Handler } from './context.ts';
import { checkParameters } from './parameters.ts';
import { isNotModified } from './precondition.ts';
import { checkScope, visibleVersions } from './reach.ts';

/** Versions are numbers; any other text names none. */
const VERSION = /^[1-9]\d{0,8}$/;

export const vread: Handler = async (context, request) => {
  checkParameters(request);
  const { path, headers, access, executor } = request;
  const { store, search } = context;
  const [type, id, , version] = path as [string, string, string, string];
  checkScope(access, type, 'r');
  const found = VERSION.test(version)
    ? await store.readVersion(type, id, Number(version), search.visibility(access, 'r', [type]), executor)
    : undefined;
  const [seen] = found ? await visibleVersions(context, access, [{ type, ...found }], executor) : [];
  if (!found || !seen)
    throw notFound(`There is no version ${version} of ${type}/${id}, or your access does not cover it.`);
  if (found.deleted) throw gone(`Version ${version} of ${type}/${id} is its deletion.`);
  if (isNotModified(headers, found.version, found.lastUpdated))
    return {
      kind: 'empty',
      status: 304,
      headers: { etag: `W/"${found.version}"` },
      target: { type, id, version: found.version },
    };
  return { kind: 'resource', status: 200, resource: { type, id, ...found } };
};
