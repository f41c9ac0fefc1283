// The query parameters of reads and writes: only those that every interaction has. Unknown ones are refused, unless the
// caller asks for leniency. https://hl7.org/fhir/R4/http.html#parameters
import { notSupported } from '../fhir/errors.ts';
import type { FhirRequest } from './context.ts';

/** Parameters that say how the answer is written. */
const GENERAL: ReadonlySet<string> = new Set(['_format', '_pretty', '_summary', '_elements']);

/** Whether `Prefer: handling=lenient` asks to ignore what is not known. https://hl7.org/fhir/R4/search.html#errors */
export const isLenient = (prefer: string | undefined): boolean =>
  /\bhandling\s*=\s*"?lenient\b/.test(prefer ?? '');

/**
 * @param own parameters that the interaction has beside the general ones
 * @throws FhirError 400 that names the first parameter that the interaction does not have
 */
export function checkParameters(
  { query, headers, method, path }: FhirRequest,
  own: readonly string[] = [],
): void {
  if (!query.size || isLenient(headers.prefer)) return;
  const unknown = [...query.keys()].find((name) => !GENERAL.has(name) && !own.includes(name));
  if (unknown === undefined) return;
  throw notSupported(
    `${method} ${path.join('/')} has no parameter "${unknown}". Known are ${[...GENERAL, ...own].join(', ')}.`,
  );
}
