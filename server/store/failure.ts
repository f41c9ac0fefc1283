// What the database's own failures mean to a caller.
import { isTimeout, isTooComplex, isUnreachable } from '../db/pool.ts';
import { FhirError, issue, unavailable } from '../fhir/errors.ts';

/** A failure of PostgreSQL as one of ours; undefined when it is none that a caller can do something about. */
export function databaseFailure(error: unknown): FhirError | undefined {
  if (isUnreachable(error)) {
    return unavailable(
      'The database cannot be reached just now. Try again in a moment; after a write, read first whether it was stored.',
    );
  }
  if (isTooComplex(error))
    return new FhirError(400, [
      issue('too-costly', 'This is more than the database can do in one statement. Ask for less at once.'),
    ]);
  if (!isTimeout(error)) return undefined;
  return new FhirError(503, [
    issue('timeout', 'This took longer than the server allows. Ask for less at once.'),
  ]);
}
