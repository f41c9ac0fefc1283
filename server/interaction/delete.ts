// delete: the resource is gone, its versions stay in its history; references to it stay too.
// https://hl7.org/fhir/R4/http.html#delete
import type { Access } from '../fhir/access.ts';
import type { Result } from '../fhir/result.ts';
import type { StoredVersion } from '../store/index.ts';
import type { Context, Executor, FhirRequest, Handler } from './context.ts';
import { onCurrent } from './current.ts';
import { checkParameters } from './parameters.ts';
import { checkVersion } from './precondition.ts';
import { prepareWrite } from './write-pipeline.ts';

/** 204, also when there is nothing to delete; 412 when If-Match names another version. */
export const remove: Handler = async (context, request) => {
  checkParameters(request);
  const [type, id] = request.path as [string, string];
  return onCurrent(context, [type, id], request.access, 'd', (current, executor) =>
    writeDeletion(context, request, [type, id], current, executor),
  );
};

/** Writes the deletion. @returns undefined when another writer was faster */
export async function writeDeletion(
  context: Context,
  { headers, access }: { headers: FhirRequest['headers']; access: Access },
  [type, id]: readonly [type: string, id: string],
  current: StoredVersion | undefined,
  executor?: Executor,
): Promise<Result | undefined> {
  if (!checkVersion(headers, current)) return { kind: 'empty', status: 204 };
  const intent = { type, id, letter: 'd', current, access, lastUpdated: context.now() } as const;
  const { version, lastUpdated } = prepareWrite(context, intent);
  const { written } = await context.store.write([version], lastUpdated, [], executor);
  if (!written.size) return undefined;
  const target = { type, id, version: version.version };
  return { kind: 'empty', status: 204, headers: { etag: `W/"${version.version}"` }, target };
}
