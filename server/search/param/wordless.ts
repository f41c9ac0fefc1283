// Types whose words are not indexed: they are codes and references, and there are more of them than of anything else.
// https://hl7.org/fhir/R4/search.html#text
import { notSupported } from '../../fhir/errors.ts';

/** What they are searched by instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  AuditEvent: 'date, agent, patient, entity, action or outcome',
  Provenance: 'target, patient, agent or recorded',
};

/** Names of the types. */
export const WORDLESS: readonly string[] = Object.keys(INSTEAD);

/** @throws FhirError 400 when none of the types that are searched has words */
export function checkWords(types: readonly string[], name: string): void {
  if (!types.every((type) => type in INSTEAD)) return;
  throw notSupported(
    `"${name}" is not offered for ${types.join(' and ')}: their words are not indexed. Search by ${types.map((type) => INSTEAD[type]).join(', or ')}.`,
  );
}
