// Validation: a resource -> its issues, first its structure by R4, then the profiles of ours that it claims or that its codes choose.
// https://hl7.org/fhir/R4/validation.html
import { readFileSync } from 'node:fs';
import type { Issue } from '../fhir/errors.ts';
import type { Definitions } from './load.ts';
import { createProfiles } from './profile/index.ts';
import type { Json } from './run.ts';
import type { CodeTable } from './structure/codes.ts';
import { createStructure } from './structure/index.ts';

export { type Definitions, loadDefinitions } from './load.ts';

export interface Validator {
  /**
   * Issues of any JSON value as a resource, at most 100: errors, warnings and information. Callers refuse on errors.
   * The value is never changed. Takes bounded time and never throws, whatever the value is.
   */
  validate(resource: unknown): Issue[];
  /** Canonical URLs of our profiles that apply: those that `meta.profile` names, and those that the codes choose. */
  profilesFor(resource: { readonly resourceType: string }): string[];
}

const readCodes = () =>
  JSON.parse(readFileSync(new URL('../fhir/r4/codes.json', import.meta.url), 'utf8')) as CodeTable;

/**
 * Compiles the R4 tables and the definitions. Types that our profiles constrain are ready when this returns; others are
 * compiled on their first use.
 * @throws Error that names the definition and element when a profile uses what this validator cannot check
 */
export function createValidator(definitions: Definitions): Validator {
  const codes = readCodes();
  const structure = createStructure(codes);
  const profiles = createProfiles(definitions, codes);
  for (const type of profiles.types) structure.prepare(type);
  return {
    validate: (resource) => {
      const issues = structure.validate(resource);
      return issues.length ? issues : profiles.validate(resource as Json);
    },
    profilesFor: (resource) => profiles.profilesFor(resource as unknown as Json),
  };
}
