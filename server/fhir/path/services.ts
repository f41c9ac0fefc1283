// What an invariant asks of others: value sets, profiles, the clock. All by argument.
// https://hl7.org/fhir/R4/fhirpath.html#functions
import type { Environment } from './code.ts';

/** What a predicate is compiled with. A function whose service is absent counts as true, and the predicate says so. */
export interface Services {
  /**
   * `memberOf(valueSet)`: whether a code, Coding or CodeableConcept is in the value set.
   * @returns undefined when it cannot be told, which is no violation
   */
  readonly memberOf?: (valueSet: string, value: unknown, type: string) => boolean | undefined;
  /** `conformsTo(profile)`: whether a value follows the profile; undefined when it cannot be told. */
  readonly conformsTo?: (profile: string, value: unknown, environment: Environment) => boolean | undefined;
  /** The clock of `now()` and `today()`. */
  readonly now?: () => Date;
  /** Ends an evaluation by fhirpath.js that takes too long, by throwing. */
  readonly limit?: <T>(work: () => T) => T;
}
