// Criteria of conditional creates and conditional references: a search that names what to look for.
// https://hl7.org/fhir/R4/http.html#ccreate
import { badRequest } from '../fhir/errors.ts';
import { checkNoNul } from './characters.ts';

/** Parameters that steer the answer of a search but select nothing. */
const SELECTS_NOTHING: ReadonlySet<string> = new Set([
  '_count',
  '_cursor',
  '_elements',
  '_format',
  '_include',
  '_pretty',
  '_revinclude',
  '_sort',
  '_summary',
  '_total',
]);

/**
 * Reads criteria such as `identifier=http://x|1`. Sorted, so that two ways to write the same criteria share one lock.
 * @throws FhirError 400 when they would match everything, or cannot be read
 */
export function criteriaOf(text: string): URLSearchParams {
  const criteria = new URLSearchParams(text.replace(/^\?/, ''));
  for (const name of SELECTS_NOTHING) criteria.delete(name);
  if (![...criteria.values()].some(Boolean)) {
    throw badRequest(
      'The criteria of the condition name nothing to look for. Give a search such as identifier=http://example.org/mrn|1.',
    );
  }
  checkNoNul([...criteria].flat());
  criteria.sort();
  return criteria;
}
