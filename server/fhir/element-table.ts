// The table of elements as it is read from its file; a bundle for browsers puts the part that it needs in this file's place.
// https://hl7.org/fhir/R4/elementdefinition.html
import { readFileSync } from 'node:fs';
import type { Type } from './elements.ts';

/** FHIR type or path of a backbone element -> its elements. */
export const elementTable: Readonly<Record<string, Type>> = JSON.parse(
  readFileSync(new URL('./r4/elements.json', import.meta.url), 'utf8'),
);
