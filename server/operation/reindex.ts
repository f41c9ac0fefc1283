// $reindex: index rows of a posted SearchParameter, made anew; and how far the job is that makes them.
// https://hl7.org/fhir/R4/async.html
import type { SearchParameter } from '@medplum/fhirtypes';
import type { PostedParameters } from '../bulk/posted-parameters.ts';
import { gone, issue, notFound, unprocessable } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { resourceOf } from '../store/index.ts';
import { checkReachesAll, jobStatus } from './job-status.ts';

export interface ReindexContext extends Context {
  posted: PostedParameters;
}

const WHAT = 'search parameters';

/** 202 with the address of the job. */
export async function reindex(context: ReindexContext, request: FhirRequest): Promise<Result> {
  checkReachesAll(request, 'SearchParameter', 'u', WHAT);
  const id = request.path[1]!;
  const { store, search, posted } = context;
  const found = await store.read('SearchParameter', id, search.visibility(request.access, 'u'));
  if (!found) throw notFound(`There is no SearchParameter/${id}.`);
  if (found.deleted) throw gone(`SearchParameter/${id} was deleted.`);
  const job = await posted.rebuild((resourceOf(found) as SearchParameter).url);
  if (!job)
    throw unprocessable([
      issue(
        'business-rule',
        `SearchParameter/${id} has no index rows of its own: it is not active, or the server defines it itself.`,
        'SearchParameter.status',
      ),
    ]);
  return status(context, job, { 'content-location': `${context.base}/$reindex/${job}` });
}

/** 202 while the job is under way, then 200; the counts are of what was read and written. */
export async function reindexStatus(context: ReindexContext, request: FhirRequest): Promise<Result> {
  checkReachesAll(request, 'SearchParameter', 'r', WHAT);
  return status(context, request.path[1]!, {});
}

async function status(
  { posted }: ReindexContext,
  id: string,
  headers: Record<string, string>,
): Promise<Result> {
  const job = await posted.find(id);
  if (!job) throw notFound(`There is no reindex job ${id}.`);
  return jobStatus(job, headers);
}
