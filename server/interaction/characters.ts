// The one character that PostgreSQL cannot keep or compare in text: NUL. FHIR strings may not hold it either.
// https://hl7.org/fhir/R4/datatypes.html#string
import { badRequest } from '../fhir/errors.ts';

/** @param texts parts of an address or of search criteria, decoded. @throws FhirError 400 when one holds a NUL */
export function checkNoNul(texts: Iterable<string>): void {
  for (const text of texts) {
    if (text.includes('\u0000')) {
      throw badRequest('The request has a NUL character (%00) in its address or criteria. Leave it out.');
    }
  }
}
