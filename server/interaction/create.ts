// create: a new resource with an id of the server's. https://hl7.org/fhir/R4/http.html#create
import type { Resource } from '@medplum/fhirtypes';
import { conflict, preconditionFailed } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { resourceBody } from './body.ts';
import type { Context, Executor, FhirRequest, Handler } from './context.ts';
import { criteriaOf } from './criteria.ts';
import { checkScope } from './current.ts';
import { storeWrites } from './store-writes.ts';
import { prepareWrite, writtenVersion } from './write-pipeline.ts';

/** 201, or 200 when If-None-Exist found the one that is there. */
export const create: Handler = async (context, request) => {
  const [type] = request.path as [string];
  const resource = resourceBody(request.body, type);
  checkScope(request.access, type, 'c');
  const criteria = request.headers['if-none-exist'];
  if (criteria === undefined) return insert(context, request, resource);
  return context.store.transaction(async (executor) => {
    const existing = await findExisting(context, type, criteria, request, executor);
    return existing ?? insert(context, request, resource, executor);
  });
};

async function insert(
  context: Context,
  { access }: FhirRequest,
  resource: Resource,
  executor?: Executor,
): Promise<Result> {
  const prepared = prepareWrite(context, {
    type: resource.resourceType,
    id: context.newId(),
    letter: 'c',
    current: undefined,
    resource,
    access,
    lastUpdated: context.now(),
  });
  if (!(await storeWrites(context, [prepared], prepared.references, access, executor)))
    throw conflict('The id that the server made is taken. Nothing was stored; send the resource again.');
  return { kind: 'resource', status: 201, resource: writtenVersion(prepared), location: true };
}

/**
 * The resource that a conditional create names, under the lock of its criteria.
 * https://hl7.org/fhir/R4/http.html#ccreate
 * @throws FhirError 412 when several match, 400 when the criteria select nothing
 */
export async function findExisting(
  context: Context,
  type: string,
  criteria: string,
  { access }: Pick<FhirRequest, 'access'>,
  executor: Executor,
): Promise<Extract<Result, { kind: 'resource' }> | undefined> {
  const parameters = criteriaOf(criteria);
  await context.store.lockCriteria(`${type}?${parameters}`, executor);
  const { matches } = await context.search.type(type, [...parameters, ['_count', '2']], access, { executor });
  if (matches.length > 1)
    throw preconditionFailed(
      `More than one ${type} matches "${criteria}". Give criteria that only one can match.`,
    );
  if (!matches.length) return undefined;
  const { id, meta } = JSON.parse(matches[0]!) as {
    id: string;
    meta: { versionId: string; lastUpdated: string };
  };
  return {
    kind: 'resource',
    status: 200,
    location: true,
    resource: {
      type,
      id,
      version: Number(meta.versionId),
      lastUpdated: new Date(meta.lastUpdated),
      deleted: false,
      method: 'POST',
      content: matches[0]!,
    },
  };
}
