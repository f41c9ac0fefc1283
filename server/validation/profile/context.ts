// What profile checks are compiled with. https://hl7.org/fhir/R4/profiling.html
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Services } from '../../fhir/path/index.ts';
import type { Origin } from '../definition/source.ts';
import type { Check } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';
import type { Shapes } from '../structure/shape.ts';
import type { Node } from './node.ts';

/** A profile or extension as it is used. */
export interface Compiled {
  /** As it came when a caller stored it, else with a snapshot. */
  readonly definition: StructureDefinition;
  readonly origin: Origin;
  /** The tree of its elements. @throws Error as treeOf does */
  tree(): Node;
  /** The FHIR type that it constrains. */
  readonly type: string;
  /** The same function each time; it compiles on its first call, or when `compile` is called. */
  readonly check: Check;
  /** @throws Error when the definition is ours and cannot be checked whole */
  compile(): void;
}
/** Looks up how a canonical URL, `url` or `url|version`, constrains a value. Undefined when it is not known. */
export type Lookup = (canonical: string) => Compiled | undefined;

/** What a definition is compiled with. */
export interface Compilation {
  /** URL of the definition, for errors. */
  readonly url: string;
  /** Its id, for sentences: `cn-navigation-task`. */
  readonly name: string;
  readonly shapes: Shapes;
  readonly codesOf: CodesOf;
  readonly lookup: Lookup;
  /** The element tree of another definition. */
  readonly treeAt: (canonical: string) => Node | undefined;
  /** What invariants ask of others. */
  readonly services: Services;
  /** Takes note of what cannot be checked. @throws Error for a definition of ours */
  readonly fail: (problem: string) => void;
}

const R4 = 'http://hl7.org/fhir/StructureDefinition/';

export const withoutVersion = (canonical: string): string => canonical.split('|')[0]!;

/** The type that a canonical of R4's own names: `Patient`. Profiles and extensions of R4 are not types. */
export function baseType(canonical: string, shapes: Shapes): string | undefined {
  if (!canonical.startsWith(R4)) return undefined;
  const name = withoutVersion(canonical).slice(R4.length);
  return shapes(name) ? name : undefined;
}

/** A type's name without the namespace of FHIRPath's own types: `http://hl7.org/fhirpath/System.String`. */
export const typeCode = (code: string | undefined): string =>
  code?.startsWith('http://hl7.org/fhirpath/System.')
    ? code.slice(31, 32).toLowerCase() + code.slice(32)
    : (code ?? '');
