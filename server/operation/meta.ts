// $meta: the profiles, tags and security labels of a version, of a resource, or in use on a type or everywhere.
// https://hl7.org/fhir/R4/resource-operation-meta.html
import type { Meta, Resource } from '@medplum/fhirtypes';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, forbidden } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { checkScope } from '../interaction/reach.ts';
import { read } from '../interaction/read.ts';
import { vread } from '../interaction/vread.ts';
import { operationParameters } from './parameters.ts';

export interface MetaContext extends Context {
  /** What is in use on `types`, within what the caller may read of them. */
  usedMeta: (
    types: readonly string[],
    visibility: ReturnType<Context['search']['visibility']>,
  ) => Promise<Meta>;
}

/** 200 with a Parameters resource that holds the meta as `return`. */
export const metaResult = (meta: Meta): Extract<Result, { kind: 'json' }> => ({
  kind: 'json',
  status: 200,
  json: { resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: meta }] },
});

/** The meta of a resource as its bytes have it. */
export const metaOf = (content: string): Meta => (parseJson(content) as Resource).meta ?? {};

/** $meta has no parameters of its own. @throws FhirError 400 */
function checkNoParameters(request: FhirRequest): void {
  const [first] = operationParameters(request);
  if (first) throw badRequest(`$meta has no parameter "${first[0]}". It takes none.`);
}

/** Of a type, or of every type that the caller may read. */
export async function metaInUse(context: MetaContext, request: FhirRequest): Promise<Result> {
  const { path, access } = request;
  const [type] = path.length === 2 ? path : [];
  if (type) checkScope(access, type, 'r');
  const types = type ? [type] : [...resourceTypes];
  const visibility = context.search.visibility(access, 'r', types);
  if (visibility.types?.length === 0)
    throw forbidden(
      'Your access does not cover reading any type. Ask for a scope such as user/*.r.',
      undefined,
      'scope',
    );
  checkNoParameters(request);
  return metaResult(await context.usedMeta(types, visibility));
}

/** Of a resource, or of one version of it: 403, 404 and 410 as for a read. */
export async function metaOfResource(context: Context, request: FhirRequest): Promise<Result> {
  checkNoParameters(request);
  const address = request.path.slice(0, -1);
  const plain = { ...request, path: address, headers: {}, query: new URLSearchParams() };
  const found = await (address.length === 2 ? read : vread)(context, plain);
  return found.kind === 'resource' ? metaResult(metaOf(found.resource.content)) : found;
}
