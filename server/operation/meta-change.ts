// $meta-add and $meta-delete: profiles, tags and security labels as sets. A change is a new version, so that the bytes of a
// version never change; what changes nothing writes nothing.
// https://hl7.org/fhir/R4/resource-operation-meta-add.html · https://hl7.org/fhir/R4/resource-operation-meta-delete.html
import type { Coding, Meta } from '@medplum/fhirtypes';
import { badRequest, gone, notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { onCurrent } from '../interaction/current.ts';
import { checkParameters } from '../interaction/parameters.ts';
import { checkVersion } from '../interaction/precondition.ts';
import { checkScope, visibleVersions } from '../interaction/reach.ts';
import { writeUpdate } from '../interaction/update.ts';
import { resourceOf, type StoredVersion } from '../store/index.ts';
import { metaOf, metaResult } from './meta.ts';
import { bodyParameters } from './parameters.ts';

type Labels = Pick<Meta, 'profile' | 'security' | 'tag'>;
const LABELS = ['profile', 'security', 'tag'] as const;

/** Profiles are the same by URL, tags and labels by system and code. */
const identityOf = (label: string | Coding): string =>
  typeof label === 'string' ? label : `${label.system ?? ''}|${label.code ?? ''}`;

type Change = <T extends string | Coding>(present: readonly T[], given: readonly T[]) => T[];

const added: Change = (present, given) => {
  const there = new Set(present.map(identityOf));
  const missing = new Map(given.map((label) => [identityOf(label), label]));
  for (const identity of there) missing.delete(identity);
  return [...present, ...missing.values()];
};

const removed: Change = (present, given) => {
  const gone = new Set(given.map(identityOf));
  return present.filter((label) => !gone.has(identityOf(label)));
};

const isText = (label: unknown): boolean => typeof label === 'string';
const isObject = (label: unknown): boolean => typeof label === 'object' && label !== null;

/** The labels that a request names. @throws FhirError 400 */
function givenLabels(request: FhirRequest): Labels {
  const parameters = bodyParameters(request);
  const meta = parameters[0]?.valueMeta as Record<string, unknown> | undefined;
  const areLabels = (name: (typeof LABELS)[number], is: (label: unknown) => boolean) => {
    const labels = meta?.[name] ?? [];
    return Array.isArray(labels) && labels.every(is);
  };
  if (parameters.length !== 1 || parameters[0]!.name !== 'meta' || typeof meta !== 'object' || meta === null)
    throw badRequest(
      'The body must be a Parameters resource with one parameter: {"name": "meta", "valueMeta": {…}}.',
      'Parameters.parameter',
    );
  if (!areLabels('profile', isText) || !areLabels('security', isObject) || !areLabels('tag', isObject))
    throw badRequest(
      'In valueMeta profile must be a list of canonical URLs, and security and tag lists of Codings.',
      'Parameters.parameter[0].value',
    );
  return meta as Labels;
}

/** @returns the new meta, or undefined when it stays as it is */
function changedMeta(present: Meta, given: Labels, change: Change): Meta | undefined {
  const meta: Meta = { ...present };
  let isChanged = false;
  for (const name of LABELS) {
    const before = (present[name] ?? []) as Coding[];
    const after = change(before, (given[name] ?? []) as Coding[]);
    if (after.length === before.length) continue;
    isChanged = true;
    if (after.length) meta[name] = after as never;
    else delete meta[name];
  }
  return isChanged ? meta : undefined;
}

const changing =
  (change: Change) =>
  async (context: Context, request: FhirRequest): Promise<Result> => {
    checkParameters(request);
    const [type, id] = request.path as [string, string];
    const given = givenLabels(request);
    checkScope(request.access, type, 'r');
    return onCurrent(context, [type, id], request.access, 'u', (current, executor) =>
      writeMeta(context, request, id, current, (meta) => changedMeta(meta, given, change), executor),
    );
  };

/** The answer tells what stands there, so the caller must be allowed to read it too. */
async function writeMeta(
  context: Context,
  request: FhirRequest,
  id: string,
  current: StoredVersion | undefined,
  change: (meta: Meta) => Meta | undefined,
  executor: Parameters<typeof writeUpdate>[5],
): Promise<Result | undefined> {
  const name = request.path.slice(0, 2).join('/');
  if (!current) throw notFound(`There is no ${name}, or your access does not cover it.`);
  if (current.deleted) throw gone(`${name} was deleted. Its versions are at ${name}/_history.`);
  const [type] = request.path as [string];
  const [seen] = await visibleVersions(context, request.access, [{ type, ...current }], executor);
  if (!seen) throw notFound(`There is no ${name}, or your access does not cover reading it.`);
  checkVersion(request.headers, current);
  const resource = resourceOf(current);
  const meta = change(resource.meta ?? {});
  if (!meta) return { ...metaResult(metaOf(current.content)), headers: { etag: `W/"${current.version}"` } };
  const written = await writeUpdate(context, request, { ...resource, meta }, id, current, executor);
  if (written?.kind !== 'resource') return written;
  const { resource: target } = written;
  return { ...metaResult(metaOf(target.content)), headers: { etag: `W/"${target.version}"` }, target };
}

/** 200 with the meta that came of it; 403, 404, 409, 412 and 422 as for an update. */
export const metaAdd = changing(added);
/** The same; labels that are not there are no error. */
export const metaDelete = changing(removed);
