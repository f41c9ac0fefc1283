// Puts the layers of a validation together; everything that they look up is an argument, so that browsers run it too.
// https://hl7.org/fhir/R4/validation.html
import type { Issue } from '../fhir/errors.ts';
import { createInvariants } from './invariant/index.ts';
import { createProfiles, type ProfileParts } from './profile/index.ts';
import type { Json } from './run.ts';
import type { CodeTable } from './structure/codes.ts';
import { createStructure } from './structure/index.ts';

export interface Validator {
  /**
   * Issues of any JSON value as a resource, at most 100: errors, warnings and information. Callers refuse on errors.
   * The value is never changed. Takes bounded time and never throws, whatever the value is.
   * @param asked profiles, by canonical URL, that the resource is held against beside those that apply anyway; one that
   * is not known is an error
   */
  validate(resource: unknown, asked?: { readonly profiles?: readonly string[] }): Issue[];
  /** Canonical URLs of the profiles that apply: those that `meta.profile` names, and those that the codes choose. */
  profilesFor(resource: { readonly resourceType: string }): string[];
}

/** What a validator is made of. */
export interface ValidatorTables extends Omit<ProfileParts, 'invariants'> {
  /** The codes of R4's required bindings. */
  readonly codes: CodeTable;
}

/**
 * Compiles the R4 tables and our definitions. Types that our profiles constrain are ready when this returns; others, and
 * the profiles of others, are compiled on their first use.
 * @throws Error that names the definition and element when a profile of ours uses what this validator cannot check
 */
export function assembleValidator({ codes, ...parts }: ValidatorTables): Validator {
  const structure = createStructure(codes);
  const invariants = createInvariants();
  const profiles = createProfiles({ ...parts, invariants });
  for (const type of profiles.types) {
    structure.prepare(type);
    invariants.prepare(type);
  }
  return {
    validate: (resource, asked) => {
      const issues = structure.validate(resource);
      return issues.length ? issues : profiles.validate(resource as Json, asked?.profiles);
    },
    profilesFor: (resource) => profiles.profilesFor(resource as unknown as Json),
  };
}
