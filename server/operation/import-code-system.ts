// CodeSystem/$import (ours): concepts of a code system of any size into tables, by a job; and how far that is.
// https://hl7.org/fhir/R4/async.html
import type { CodeSystem, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { checkReachesAll, type JobState, jobStatus, RETRY_AFTER } from './job-status.ts';
import { bodyParameters } from './parameters.ts';
import { checkShape } from './terminology-parameters.ts';

export interface CodeSystemImports {
  /** Begins an import. @throws FhirError 400 for concepts that are none, 422 for R4's own code systems */
  codeSystem(codeSystem: CodeSystem): Promise<{ job: string; concepts: number }>;
  /** Adds concepts, properties and files of them to a code system. */
  additions(parameters: readonly ParametersParameter[]): Promise<{ job: string; concepts: number }>;
  find(job: string): Promise<JobState | undefined>;
}

export interface CodeSystemImportContext extends Context {
  codeSystemImports: CodeSystemImports;
}

const WHAT = 'code systems';

/** 202 with the address of the job. */
export async function importCodeSystem(
  { codeSystemImports, base, validator }: CodeSystemImportContext,
  request: FhirRequest,
): Promise<Result> {
  checkReachesAll(request, 'CodeSystem', 'u', WHAT);
  const { resourceType, concept: _, ...header } = (request.body ?? {}) as Partial<CodeSystem>;
  if (resourceType === 'CodeSystem') checkShape({ resourceType, ...header }, validator);
  const { job, concepts } =
    resourceType === 'CodeSystem'
      ? await codeSystemImports.codeSystem(request.body as CodeSystem)
      : await codeSystemImports.additions(bodyParameters(request));
  const json: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'state', valueCode: 'queued' },
      { name: 'given', valueInteger: concepts },
    ],
  };
  const headers = { 'content-location': `${base}/CodeSystem/$import/${job}`, 'retry-after': RETRY_AFTER };
  return { kind: 'json', status: 202, json, headers };
}

/** 202 while the job is under way, then 200: concepts that are loaded, and batches of them whose hierarchy is ready. */
export async function importStatus(
  { codeSystemImports }: CodeSystemImportContext,
  request: FhirRequest,
): Promise<Result> {
  checkReachesAll(request, 'CodeSystem', 'r', WHAT);
  const id = request.path[2]!;
  const job = await codeSystemImports.find(id);
  if (!job) throw notFound(`There is no import ${id} of a code system.`);
  return jobStatus(job);
}
