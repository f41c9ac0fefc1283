// update: a new version of a resource, or its first one under an id of the client's. https://hl7.org/fhir/R4/http.html#update
import type { Result } from '../fhir/result.ts';
import type { StoredVersion } from '../store/index.ts';
import { checkBodyId, resourceBody } from './body.ts';
import type { Body, Context, Executor, FhirRequest, Handler } from './context.ts';
import { onCurrent } from './current.ts';
import { checkParameters } from './parameters.ts';
import { checkVersion } from './precondition.ts';
import { storeWrites } from './store-writes.ts';
import { prepareWrite, writtenResult } from './write-pipeline.ts';

/** 200, or 201 when it was not there; 412 when If-Match or If-None-Match rules the present version out. */
export const update: Handler = async (context, request) => {
  checkParameters(request);
  const [type, id] = request.path as [string, string];
  const resource = resourceBody(request, type);
  checkBodyId(resource, id);
  return onCurrent(context, [type, id], request.access, 'u', (current, executor) =>
    writeUpdate(context, request, resource, id, current, executor),
  );
};

/** Writes the version after `current`. @returns undefined when another writer was faster */
export async function writeUpdate(
  context: Context,
  { headers, access }: FhirRequest,
  resource: Body,
  id: string,
  current: StoredVersion | undefined,
  executor?: Executor,
): Promise<Result | undefined> {
  const present = checkVersion(headers, current);
  const type = resource.resourceType;
  const intent = { type, id, letter: 'u', current, resource, access, lastUpdated: context.now() } as const;
  const prepared = prepareWrite(context, intent);
  if (!(await storeWrites(context, [prepared], prepared.references, access, executor))) return undefined;
  const status = present ? 200 : 201;
  return writtenResult(prepared, status);
}
