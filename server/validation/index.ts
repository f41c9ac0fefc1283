// Validation: a resource -> its issues: its structure, R4's invariants, then the profiles that it claims or that its codes choose.
// https://hl7.org/fhir/R4/validation.html
import { readFileSync } from 'node:fs';
import { prepareFallback } from '../fhir/path/fallback.ts';
import { limited } from '../fhir/path/limited.ts';
import type { DefinitionSource } from './definition/source.ts';
import { type Definitions, definitionSource } from './load.ts';
import type { Limit } from './profile/later.ts';
import { codeTable } from './profile/value-set.ts';
import { type CodesOf, type CodeTable, createCodes } from './structure/codes.ts';
import { assembleValidator, type Validator } from './validator.ts';

export { type Definitions, definitionSource, loadDefinitions, readDefinitions } from './load.ts';
export type { Validator } from './validator.ts';

/** Where a validator looks things up beside our definitions. */
export interface ValidatorParts {
  /** All definitions; ours and R4's when absent. */
  readonly source?: DefinitionSource;
  /** The codes of value sets; those of ours and of R4's required bindings when absent. */
  readonly codesOf?: CodesOf;
}

const readCodes = () =>
  JSON.parse(readFileSync(new URL('../fhir/r4/codes.json', import.meta.url), 'utf8')) as CodeTable;

const limit: Limit = (work, milliseconds) => {
  prepareFallback();
  return limited(work, milliseconds);
};

/**
 * The server's validator.
 * @throws Error that names the definition and element when a profile of ours uses what this validator cannot check
 */
export function createValidator(definitions: Definitions, parts: ValidatorParts = {}): Validator {
  const codes = readCodes();
  return assembleValidator({
    codes,
    own: definitions.definitions,
    source: parts.source ?? definitionSource(definitions),
    codesOf: parts.codesOf ?? createCodes(codeTable(definitions.valueSets, definitions.codeSystems), codes),
    limit,
  });
}
