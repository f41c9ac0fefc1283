// patch: a change of a resource that is there, by JSON Patch or FHIRPath Patch. https://hl7.org/fhir/R4/http.html#patch
import { gone, notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { StoredVersion } from '../store/index.ts';
import type { Context, Executor, FhirRequest, Handler } from './context.ts';
import { onCurrent } from './current.ts';
import { checkParameters } from './parameters.ts';
import { patched } from './patch/index.ts';
import { checkVersion } from './precondition.ts';
import { checkScope, visibleVersions } from './reach.ts';
import { storeWrites } from './store-writes.ts';
import { prepareWrite, writtenResult } from './write-pipeline.ts';

/** 200; 404 or 410 when it is not there, 412 when If-Match names another version, 415 for other media types, 422 when the patch does not fit. */
export const patch: Handler = async (context, request) => {
  checkParameters(request);
  const [type, id] = request.path as [string, string];
  return onCurrent(context, [type, id], request.access, 'u', (current, executor) =>
    writePatch(context, request, [type, id], current, executor),
  );
};

/**
 * The version that a patch starts from. It tells what stands there, so the caller must be allowed to read it too.
 * @throws FhirError 403 without a scope to read, 404 and 410: a patch creates nothing; 412 when a condition does not hold
 */
export async function patchable(
  context: Context,
  { headers, access }: Pick<FhirRequest, 'headers' | 'access'>,
  [type, id]: readonly [type: string, id: string],
  current: StoredVersion | undefined,
  executor?: Executor,
): Promise<StoredVersion> {
  checkScope(access, type, 'r');
  const present = checkVersion(headers, current);
  const [seen] = present ? await visibleVersions(context, access, [{ type, ...present }], executor) : [];
  if (seen) return seen;
  if (current?.deleted)
    throw gone(
      `${type}/${id} was deleted; a patch needs a resource that is there. Send an update to bring it back.`,
    );
  throw notFound(`There is no ${type}/${id} to patch, or your access does not cover reading it.`);
}

/** Patches the present version. @returns undefined when another writer was faster */
export async function writePatch(
  context: Context,
  request: FhirRequest,
  [type, id]: readonly [type: string, id: string],
  current: StoredVersion | undefined,
  executor?: Executor,
): Promise<Result | undefined> {
  const { access } = request;
  const { content } = await patchable(context, request, [type, id], current, executor);
  const resource = patched(content, request);
  const prepared = prepareWrite(context, {
    type,
    id,
    letter: 'u',
    method: 'PATCH',
    current,
    resource,
    access,
    lastUpdated: context.now(),
  });
  if (!(await storeWrites(context, [prepared], prepared.references, access, executor))) return undefined;
  return writtenResult(prepared, 200);
}
