// Jobs that run for longer than a request: who may see them, and how they stand.
// https://hl7.org/fhir/R4/async.html
import type { Parameters } from '@medplum/fhirtypes';
import { type Letter, reach } from '../fhir/access.ts';
import { forbidden } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { FhirRequest } from '../interaction/context.ts';

/** How a job stands; counts by what they count. */
export interface JobState {
  state: string;
  counts: Readonly<Record<string, number>>;
  error: string | null;
}

/** Seconds after which a client should ask for the status again. */
export const RETRY_AFTER = '1';

/**
 * @param what the resources of this type, in plain words
 * @throws FhirError 403 unless the caller reaches all resources of the type
 */
export function checkReachesAll(
  { access }: FhirRequest,
  type: string,
  letter: Extract<Letter, 'r' | 'u'>,
  what: string,
): void {
  if (reach(access, type, letter) === 'all') return;
  throw forbidden(
    `Your access does not cover ${what}. Ask for the scope system/${type}.${letter}.`,
    undefined,
    'scope',
  );
}

/** 202 while the job is under way, then 200, with state, counts and the reason of a failure. */
export function jobStatus(
  { state, counts, error }: JobState,
  headers: Readonly<Record<string, string>> = {},
): Result {
  const isUnderWay = state === 'queued' || state === 'running';
  const json: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'state', valueCode: state },
      ...Object.entries(counts).map(([name, valueInteger]) => ({ name, valueInteger })),
      ...(error === null ? [] : [{ name: 'reason', valueString: error }]),
    ],
  };
  return {
    kind: 'json',
    status: isUnderWay ? 202 : 200,
    json,
    headers: { ...headers, ...(isUnderWay && { 'retry-after': RETRY_AFTER, 'x-progress': state }) },
  };
}
