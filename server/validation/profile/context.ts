// What profile checks are compiled with. https://hl7.org/fhir/R4/profiling.html
import type { Check } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';

/** Looks up how a canonical URL constrains a value: a profile or extension. Undefined when it is not known. */
export type CheckOf = (url: string) => { readonly type: string; readonly check: Check } | undefined;

/** What a definition is compiled with. */
export interface Compilation {
  /** URL of the definition, for errors. */
  readonly url: string;
  /** Its id, for sentences: `cn-navigation-task`. */
  readonly name: string;
  readonly codesOf: CodesOf;
  readonly checkOf: CheckOf;
}
