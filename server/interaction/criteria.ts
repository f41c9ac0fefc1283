// Criteria of conditional interactions and conditional references: a search that names what to look for.
// https://hl7.org/fhir/R4/http.html#ccreate
import { hash } from 'node:crypto';
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
  '_type',
]);

/**
 * Criteria share 256 locks: a transaction of thousands would fill PostgreSQL's table of locks, which all connections
 * have in common (64 for each). Others that fall on the same lock wait for a moment.
 */
const lockOf = (key: string): string => hash('sha256', key).slice(0, 2);

/** The criteria of one conditional interaction. */
export interface Criteria {
  type: string;
  /** Sorted, so that two ways to write the same criteria are the same. */
  parameters: URLSearchParams;
  /** What names the criteria among the entries of a bundle. */
  key: string;
  /** What names their lock. */
  lock: string;
  /** The criteria as they were sent. */
  text: string;
}

/**
 * Reads criteria such as `identifier=http://x|1`.
 * @throws FhirError 400 when they would match everything, or cannot be read
 */
export function criteriaOf(type: string, text: string): Criteria {
  const criteria = new URLSearchParams(text.replace(/^\?/, ''));
  for (const name of [...criteria.keys()])
    if (SELECTS_NOTHING.has(name.split(':')[0]!)) criteria.delete(name);
  if (![...criteria.values()].some(Boolean)) {
    throw badRequest(
      'The criteria of the condition name nothing to look for. Give a search such as identifier=http://example.org/mrn|1.',
    );
  }
  checkNoNul([...criteria].flat());
  criteria.sort();
  const key = `${type}?${criteria}`;
  return { type, parameters: criteria, key, lock: lockOf(key), text };
}
