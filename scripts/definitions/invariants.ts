// R4's own invariants, each once where it is defined: type or backbone path -> constraints, for server/fhir/r4/invariants.json.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import type { ElementDefinition, ElementDefinitionConstraint, StructureDefinition } from '@medplum/fhirtypes';

/** One constraint, as its ElementDefinition has it. */
interface InvariantEntry {
  key: string;
  severity: string;
  human: string;
  expression: string;
  /** Element of the type whose values it constrains; absent when it constrains the values of the type themselves. */
  element?: string;
  /** 1 for a recommendation of best practice. */
  bestPractice?: 1;
}
/** The element table: types and backbone paths, with the names of their elements. */
type Elements = Readonly<Record<string, { readonly elements: Readonly<Record<string, unknown>> }>>;

const BEST_PRACTICE = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice';

/** The type that owns a path, and the element below it; undefined when R4 does not have the path. */
function placeOf(path: string, elements: Elements): [type: string, element?: string] | undefined {
  if (elements[path]) return [path];
  const cut = path.lastIndexOf('.');
  const [type, element] = [path.slice(0, cut), path.slice(cut + 1).replace('[x]', '')];
  return elements[type]?.elements[element] ? [type, element] : undefined;
}

function entryOf(
  { key, severity, human, expression, extension }: ElementDefinitionConstraint,
  element: string | undefined,
): InvariantEntry {
  const bestPractice = extension?.some(({ url, valueBoolean }) => url === BEST_PRACTICE && valueBoolean);
  return {
    key: key!,
    severity: severity!,
    human: human!,
    expression: expression!,
    ...(element && { element }),
    ...(bestPractice && { bestPractice: 1 }),
  };
}

/** The constraints of an element that its own definition introduces; the snapshot repeats those of the types. */
const ownConstraints = ({ path, constraint = [] }: ElementDefinition): ElementDefinitionConstraint[] =>
  constraint.filter(({ key, expression }) => expression && (key !== 'ele-1' || path === 'Element'));

/** The constraints of all R4 types, by type. */
export function invariantsOf(
  structures: readonly StructureDefinition[],
  elements: Elements,
): Record<string, InvariantEntry[]> {
  const found: Record<string, InvariantEntry[]> = {};
  for (const { differential } of structures) {
    for (const definition of differential?.element ?? []) {
      const [type, element] = placeOf(definition.path!, elements) ?? [];
      const own = type ? ownConstraints(definition) : [];
      if (own.length)
        found[type!] = [...(found[type!] ?? []), ...own.map((entry) => entryOf(entry, element))];
    }
  }
  return found;
}
