// $export at system and Patient level: kick-off, list, status, cancel. https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import type { Parameters } from '@medplum/fhirtypes';
import type { ExportJob, ExportLevel, Exports } from '../bulk/export.ts';
import { callerOf, reachesSystem } from '../fhir/access.ts';
import { compartmentParameters } from '../fhir/compartment.ts';
import { dateRange } from '../fhir/datetime.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, forbidden, notFound, notSupported } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { isLenient } from '../interaction/parameters.ts';
import { RETRY_AFTER } from './job-status.ts';

export interface ExportContext extends Context {
  exports: Exports;
  /** False with `--open`: files are given to anybody, and the manifest says so. */
  exportsNeedToken: boolean;
}

const NDJSON = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);
const PARAMETERS = new Set(['_type', '_since', '_outputFormat']);

function typesOf(query: URLSearchParams, level: ExportLevel, access: FhirRequest['access']): string[] {
  const asked = query.getAll('_type').flatMap((value) => value.split(','));
  const unknown = asked.find((type) => !resourceTypes.has(type));
  if (unknown !== undefined) throw notSupported(`_type names "${unknown}", which is no R4 resource type.`);
  const offered = [...resourceTypes].filter((type) => level === 'system' || type in compartmentParameters);
  const outside = asked.find((type) => !offered.includes(type));
  if (outside)
    throw notSupported(
      `_type names "${outside}", which does not lie in the patient compartment. Ask for it with $export at system level.`,
    );
  const refused = asked.find((type) => !reachesSystem(access, type, 'r'));
  if (refused)
    throw forbidden(
      `Your access does not cover exporting ${refused}. Ask for the scope system/${refused}.rs.`,
      undefined,
      'scope',
    );
  const types = asked.length
    ? [...new Set(asked)]
    : offered.filter((type) => reachesSystem(access, type, 'r'));
  if (!types.length)
    throw forbidden(
      'Your access covers no type that could be exported. Ask for a scope such as system/*.rs.',
      undefined,
      'scope',
    );
  return types.sort();
}

function checkParameters(query: URLSearchParams, lenient: boolean): void {
  const unknown = [...query.keys()].find((name) => !PARAMETERS.has(name));
  if (unknown && !lenient)
    throw notSupported(
      `$export has no parameter "${unknown}" here. Known are ${[...PARAMETERS].join(', ')}.`,
    );
  const format = query.get('_outputFormat');
  if (format && !NDJSON.has(format.replace(' ', '+')))
    throw notSupported(`_outputFormat is "${format}". Offered is application/fhir+ndjson.`);
  const since = query.get('_since');
  if (since && !dateRange(since.replaceAll(' ', '+')))
    throw badRequest(`_since is "${since}". Give an instant such as 2026-03-14T09:30:00Z.`);
}

/** 202 with the address of the status. */
export async function exportKickOff(
  { exports, base }: ExportContext,
  { path, query, headers, access }: FhirRequest,
): Promise<Result> {
  if (!/\brespond-async\b/.test(headers.prefer ?? '')) {
    throw badRequest('An export runs in the background: send the header "Prefer: respond-async".');
  }
  checkParameters(query, isLenient(headers.prefer));
  const level: ExportLevel = path[0] === 'Patient' ? 'patient' : 'system';
  const since = query.get('_since')?.replaceAll(' ', '+');
  const url = `${base}/${path.join('/')}${query.size ? `?${query}` : ''}`;
  const id = await exports.start({
    url,
    level,
    types: typesOf(query, level, access),
    ...(since && { since: dateRange(since)!.low }),
    caller: callerOf(access),
  });
  return { kind: 'empty', status: 202, headers: { 'content-location': `${base}/$export/${id}` } };
}

/** The job of an address, if it is the caller's. */
async function jobOf({ exports }: ExportContext, { path, access }: FhirRequest): Promise<ExportJob> {
  const job = await exports.find(path[1]!);
  if (!job || job.status === 'cancelled' || job.subject !== access.subject)
    throw notFound('There is no such export, or it is not yours. It may have been deleted.');
  return job;
}

/** 202 with progress while it runs, 200 with the manifest, or the failure. */
export async function exportStatus(context: ExportContext, request: FhirRequest): Promise<Result> {
  const job = await jobOf(context, request);
  if (job.status === 'queued' || job.status === 'in-progress') {
    return {
      kind: 'empty',
      status: 202,
      headers: { 'x-progress': job.progress, 'retry-after': RETRY_AFTER },
    };
  }
  if (job.status === 'failed') {
    return {
      kind: 'outcome',
      status: 500,
      issues: [
        {
          severity: 'error',
          code: 'exception',
          diagnostics: 'The export failed; nothing of it can be downloaded. Start it again.',
        },
      ],
    };
  }
  return {
    kind: 'json',
    status: 200,
    headers: { 'content-type': 'application/json' },
    json: {
      transactionTime: job.transactionTime!.toISOString(),
      request: job.url,
      requiresAccessToken: context.exportsNeedToken,
      output: job.output.map(({ type, count }) => ({
        type,
        url: `${context.base}/$export-file/${job.id}/${type}.ndjson`,
        count,
      })),
      error: [],
    },
  };
}

/** 200: the caller's own exports, the newest first: how each stands, what is written, and its files when it is whole. */
export async function exportList({ exports, base }: ExportContext, { access }: FhirRequest): Promise<Result> {
  const json: Parameters = {
    resourceType: 'Parameters',
    parameter: (await exports.list(access.subject)).map((job) => ({
      name: 'export',
      part: [
        { name: 'status', valueCode: job.status },
        { name: 'statusUrl', valueUrl: `${base}/$export/${job.id}` },
        { name: 'request', valueUrl: job.url },
        { name: 'requested', valueInstant: job.requestedAt.toISOString() },
        { name: 'types', valueUnsignedInt: job.types },
        { name: 'done', valueUnsignedInt: job.done },
        ...job.output.map(({ type, count }) => ({
          name: 'output',
          part: [
            { name: 'type', valueCode: type },
            { name: 'count', valueUnsignedInt: count },
            ...(job.status === 'completed'
              ? [{ name: 'url', valueUrl: `${base}/$export-file/${job.id}/${type}.ndjson` }]
              : []),
          ],
        })),
      ],
    })),
  };
  return { kind: 'json', status: 200, json };
}

/** 202; a running export stops and its files are removed. */
export async function exportCancel(context: ExportContext, request: FhirRequest): Promise<Result> {
  const job = await jobOf(context, request);
  await context.exports.cancel(job.id);
  return { kind: 'empty', status: 202 };
}
