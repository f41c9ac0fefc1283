// A StructureDefinition with what a validator needs of it, and without its texts, mappings, narrative and examples.
// https://hl7.org/fhir/R4/elementdefinition.html
import type {
  ElementDefinition,
  ElementDefinitionConstraint,
  Extension,
  StructureDefinition,
} from '@medplum/fhirtypes';

const ELEMENT =
  /^(id|path|sliceName|slicing|min|max|base|contentReference|type|maxLength|(fixed|pattern|minValue|maxValue)[A-Z]\w*)$/;
const CONSTRAINT = ['key', 'severity', 'human', 'expression', 'source'];
const BINDING = ['strength', 'valueSet'];
const TYPE = ['code', 'profile', 'targetProfile', 'aggregation', 'versioning'];
const DEFINITION = [
  'resourceType',
  'id',
  'url',
  'version',
  'name',
  'title',
  'status',
  'fhirVersion',
  'kind',
  'abstract',
  'context',
  'contextInvariant',
  'type',
  'baseDefinition',
  'derivation',
];

/** Every element and every extension inherits them; structure and extensions are checked without them. */
const INHERITED = new Set(['ele-1', 'ext-1']);

/** The members of `from` that are named, in the order of the names. */
function pick<T extends object>(from: T, names: readonly string[]): T {
  const members = from as Record<string, unknown>;
  return Object.fromEntries(names.flatMap((name) => (name in from ? [[name, members[name]]] : []))) as T;
}

/** Extensions of an element, a binding or a constraint that change what is checked. */
const TELLING = new Set([
  'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet',
  'http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice',
  'http://hl7.org/fhir/StructureDefinition/minLength',
]);

/** `pick`, with the extensions that are followed. */
function pickTelling<T extends { extension?: Extension[] | undefined }>(
  from: T,
  names: readonly string[],
): T {
  return { ...pick(from, names), ...telling(from) };
}

function telling({ extension = [] }: { extension?: Extension[] | undefined }): { extension?: Extension[] } {
  const kept = extension.filter(({ url }) => TELLING.has(url!));
  return kept.length ? { extension: kept } : {};
}

const constraints = (all: readonly ElementDefinitionConstraint[]): ElementDefinitionConstraint[] =>
  all.filter(({ key }) => !INHERITED.has(key!)).map((one) => pickTelling(one, CONSTRAINT));

/** An element of a snapshot or a differential; flags are kept where they are true. */
export function compactElement(element: ElementDefinition): ElementDefinition {
  const kept = Object.fromEntries(
    Object.entries(element).filter(([name]) => ELEMENT.test(name)),
  ) as unknown as ElementDefinition;
  const { type, binding, isModifier, mustSupport } = element;
  const constraint = constraints(element.constraint ?? []);
  return {
    ...kept,
    ...telling(element),
    ...(type && { type: type.map((one) => pick(one, TYPE)) }),
    ...(constraint.length && { constraint }),
    ...(isModifier && { isModifier }),
    ...(mustSupport && { mustSupport }),
    ...(binding && { binding: pickTelling(binding, BINDING) }),
  };
}

/** A compact copy; the differential is kept where there is no snapshot. */
export function compactDefinition(definition: StructureDefinition): StructureDefinition {
  const { snapshot, differential } = definition;
  const of = (list: readonly ElementDefinition[]) => ({ element: list.map(compactElement) });
  return {
    ...pick(definition, DEFINITION),
    ...(snapshot?.element
      ? { snapshot: of(snapshot.element) }
      : differential?.element && { differential: of(differential.element) }),
  } as StructureDefinition;
}
