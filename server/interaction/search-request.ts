// What a search is asked, by GET or by POST _search, and how strictly. https://hl7.org/fhir/R4/search.html#errors
import { unsupportedMediaType } from '../fhir/errors.ts';
import type { SearchOptions } from '../search/index.ts';
import type { FhirRequest } from './context.ts';
import { isLenient } from './parameters.ts';

/** The parameters and options of a search. @throws FhirError 415 for a body that is no form */
export function asked({ query, headers, body, executor }: FhirRequest): {
  parameters: [string, string][];
  options: SearchOptions;
} {
  if (body !== undefined && !(body instanceof URLSearchParams))
    throw unsupportedMediaType('A search by POST takes its parameters as application/x-www-form-urlencoded.');
  return {
    parameters: [...query, ...(body ?? [])],
    options: { lenient: isLenient(headers.prefer), ...(executor && { executor }) },
  };
}
