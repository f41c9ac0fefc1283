// create: a new resource with an id of the server's. https://hl7.org/fhir/R4/http.html#create
import type { Resource } from '@medplum/fhirtypes';
import { conflict } from '../fhir/errors.ts';
import type { Result, Version } from '../fhir/result.ts';
import { resourceBody } from './body.ts';
import { findMatch } from './conditional.ts';
import type { Context, Executor, FhirRequest, Handler } from './context.ts';
import { criteriaOf } from './criteria.ts';
import { checkParameters } from './parameters.ts';
import { checkScope } from './reach.ts';
import { storeWrites } from './store-writes.ts';
import { prepareWrite, writtenResult } from './write-pipeline.ts';

/** 201, or 200 when If-None-Exist found the one that is there. */
export const create: Handler = async (context, request) => {
  checkParameters(request);
  const [type] = request.path as [string];
  const resource = resourceBody(request, type);
  checkScope(request.access, type, 'c');
  const condition = request.headers['if-none-exist'];
  if (condition === undefined) return insert(context, request, resource);
  const criteria = criteriaOf(type, condition);
  return context.store.transaction(async (executor) => {
    await context.store.lockCriteria(criteria.lock, executor);
    const match = await findMatch(context, criteria, request, executor);
    return match ? existing(match) : insert(context, request, resource, executor);
  });
};

/** What a conditional create answers when its resource is there. https://hl7.org/fhir/R4/http.html#ccreate */
export const existing = (match: Version): Result => ({
  kind: 'resource',
  status: 200,
  location: true,
  resource: match,
});

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
  return writtenResult(prepared, 201);
}
