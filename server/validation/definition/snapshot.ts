// Makes a snapshot: what a differential says, laid over the snapshot of the base definition.
// https://hl7.org/fhir/R4/profiling.html#snapshot
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { Outline, SnapshotError } from './outline.ts';

/** Elements of a differential are taken one after the other; more would be no profile. */
const MAX_DIFFERENTIAL = 5_000;

const lastOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);

/** Ids of a differential: those given, or made from paths and slice names. https://hl7.org/fhir/R4/elementdefinition.html#id */
export function idsOf(elements: readonly ElementDefinition[]): string[] {
  const open: { path: string; id: string }[] = [];
  return elements.map(({ id, path, sliceName }) => {
    while (open.length && !path!.startsWith(`${open.at(-1)!.path}.`)) open.pop();
    const parent = open.at(-1);
    const rest = parent ? path!.slice(parent.path.length) : path!;
    const made = id ?? `${parent?.id ?? ''}${rest}${sliceName ? `:${sliceName}` : ''}`;
    open.push({ path: path!, id: made });
    return made;
  });
}

/** What is said once more in a differential replaces what was said; invariants come on top. */
function overlay(target: ElementDefinition, said: ElementDefinition, profile: string): void {
  const { id: _id, path: _path, constraint, sliceName, type, base: _base, binding, ...rest } = said;
  Object.assign(target, rest);
  // Another value set makes it another binding: its greatest set is not that of the one before.
  if (binding) target.binding = { ...(!binding.valueSet && target.binding), ...binding };
  if (type?.length) target.type = type;
  if (sliceName && lastOf(target.id!).includes(':')) target.sliceName = sliceName;
  if (constraint) {
    const added = constraint.map((one) => ({ ...one, source: one.source ?? profile }));
    const keys = new Set(added.map(({ key }) => key));
    target.constraint = [...(target.constraint ?? []).filter(({ key }) => !keys.has(key)), ...added];
  }
}

/** Whether the path says the type of a choice that the id says as a slice: `valueQuantity` and `value[x]:valueQuantity`. */
const isNamedByType = ({ path }: ElementDefinition, { id, path: own }: ElementDefinition): boolean =>
  path !== own && lastOf(id!) === `${lastOf(own!)}:${lastOf(path!)}`;

function make(
  { url, differential, type }: StructureDefinition,
  base: readonly ElementDefinition[],
  structure: (canonical: string) => StructureDefinition | undefined,
): ElementDefinition[] {
  const elements = differential?.element ?? [];
  if (elements.length > MAX_DIFFERENTIAL) throw new SnapshotError('The differential is too long.');
  const root = base[0]!.path!;
  const renamed = base.map((element) => ({
    ...element,
    id: type! + element.id!.slice(root.length),
    path: type! + element.path!.slice(root.length),
  }));
  const outline = new Outline(renamed, structure);
  const ids = idsOf(elements);
  for (const [n, said] of elements.entries()) {
    const element = outline.at(ids[n]!);
    overlay(element, said, url!);
    if (said.min && isNamedByType(said, element)) outline.close(element);
  }
  return outline.list;
}

/**
 * The elements of a definition's snapshot.
 * @param structure finds the base, and the types and profiles of elements that are constrained below
 * @returns undefined where the base is not known, or the differential does not fit it
 */
export function makeSnapshot(
  definition: StructureDefinition,
  structure: (canonical: string) => StructureDefinition | undefined,
): ElementDefinition[] | undefined {
  const { baseDefinition, derivation, type } = definition;
  const known = baseDefinition === undefined ? undefined : structure(baseDefinition);
  const base = known?.snapshot?.element;
  // Some call a profile a specialization of its own type.
  if (!type || !base?.length || (derivation !== 'constraint' && known!.type !== type)) return undefined;
  try {
    return make(definition, base, structure);
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
}
