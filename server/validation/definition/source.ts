// Where profiles, extensions and types are found: ours, those of packages, and R4's own.
// https://hl7.org/fhir/R4/structuredefinition.html
import type { StructureDefinition } from '@medplum/fhirtypes';

/** Who made a definition: this project, others (HL7, the author of a package), or a caller who stored it here. */
export type Origin = 'ours' | 'others' | 'stored';

export interface DefinitionSource {
  /**
   * The definition at a canonical URL, `url` or `url|version`, with a snapshot: the same object each time, until one
   * that is stored here changes.
   * Without a snapshot only when it came without one and none can be made, as when its base is not known.
   * @returns undefined when nothing of that name is known
   */
  structure(canonical: string): StructureDefinition | undefined;
  /** The same definition as it came, perhaps without a snapshot, and who made it. */
  find(canonical: string): { readonly definition: StructureDefinition; readonly origin: Origin } | undefined;
  /** All profiles of resources that are not R4's own: ours first, then those of packages. */
  readonly profiles: readonly StructureDefinition[];
  /** Whether a URL lies in a namespace whose definitions are all known here, so that an unknown one is a mistake. */
  isOwned(url: string): boolean;
}
