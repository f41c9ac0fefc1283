// The definitions that the app's forms are checked with: of our profiles and extensions, what says more than R4 does.
// https://hl7.org/fhir/R4/profiling.html
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { elementTable } from '../../server/fhir/element-table.ts';
import { compactDefinition } from '../../server/validation/definition/compact.ts';
import type { R4Definitions } from '../../server/validation/definition/read-r4.ts';

/** What a validator for some types is made from. */
export interface Chosen {
  /** Ours. Those of other types are there by their names: references lead to them. */
  readonly own: readonly StructureDefinition[];
  /** Those of R4 that ours name, and its extensions. */
  readonly r4: readonly StructureDefinition[];
}

const elementsOf = ({ snapshot }: StructureDefinition): readonly ElementDefinition[] =>
  snapshot?.element ?? [];

/** R4's own invariants are checked by another table. */
function ownRules({ constraint }: ElementDefinition): ElementDefinition['constraint'] {
  const own = constraint?.filter(
    ({ source }) => !source?.startsWith('http://hl7.org/fhir/StructureDefinition/'),
  );
  return own?.length ? own : undefined;
}

/** What of an element a check is compiled from, wherever the element stands, as text that can be compared. */
function meaning(element: ElementDefinition): string {
  const {
    id: _id,
    path: _path,
    base: _base,
    mustSupport: _support,
    isModifier: _modifier,
    constraint: _rules,
    type,
    ...rest
  } = element;
  const types = type?.map(({ targetProfile, ...one }) => ({
    ...one,
    ...(targetProfile && { targetProfile: targetProfile.toSorted() }),
  }));
  return JSON.stringify({ ...rest, types, rules: ownRules(element) });
}

/** What R4 says of the elements of a type, by their paths. */
type Published = ReadonlyMap<string, string>;

/** Makes the look-up of what R4 says, of types by their names. */
function publishedBy(r4: R4Definitions): (type: string) => Published {
  const read = new Map<string, Published>();
  return (type) => {
    const known = read.get(type);
    if (known) return known;
    const definition = r4(`http://hl7.org/fhir/StructureDefinition/${type}`);
    const elements = definition ? elementsOf(compactDefinition(definition)) : [];
    const made = new Map(elements.map((one) => [one.path!, meaning(one)]));
    read.set(type, made);
    return made;
  };
}

const parentOf = (id: string): string => id.replace(/[.:][^.:]*$/, '');

/** The same definition without the elements that are as in R4, and have nothing below them that is not. */
function withoutRepetitions(definition: StructureDefinition, publishedOf: (type: string) => Published) {
  const all = elementsOf(definition);
  const byId = new Map(all.map((element) => [element.id!, element]));
  const isPublished = (element: ElementDefinition): boolean => {
    const path = element.path!;
    const types = byId.get(parentOf(element.id!))?.type ?? [];
    const name = path.slice(path.lastIndexOf('.') + 1);
    const said =
      publishedOf(definition.type!).get(path) ??
      (types.length === 1 ? publishedOf(types[0]!.code!).get(`${types[0]!.code}.${name}`) : undefined);
    return said === meaning(element);
  };
  const kept = new Set<string>();
  for (const element of all.toReversed()) {
    const id = element.id!;
    if (!kept.has(id) && id.includes('.') && isPublished(element)) continue;
    kept.add(id);
    if (id.includes('.')) kept.add(parentOf(id));
  }
  return { ...definition, snapshot: { element: all.filter(({ id }) => kept.has(id!)) } };
}

function prepared(
  definition: StructureDefinition,
  publishedOf: (type: string) => Published,
): StructureDefinition {
  const whole = withoutRepetitions(compactDefinition(definition), publishedOf);
  return {
    ...whole,
    snapshot: { element: elementsOf(whole).map((one) => ({ ...one, constraint: ownRules(one) })) },
  };
}

/** A definition of which only its name and type are asked. */
const named = (definition: StructureDefinition): StructureDefinition => {
  const compact = compactDefinition(definition);
  return {
    ...compact,
    snapshot: {
      element: elementsOf(compact)
        .slice(0, 1)
        .map(({ id, path }) => ({ id, path }) as ElementDefinition),
    },
  };
};

const canonicalsIn = (definition: StructureDefinition): string[] =>
  elementsOf(definition).flatMap(({ type }) => (type ?? []).flatMap(({ profile }) => profile ?? []));

/** Whether resources of the types can have what is defined: an extension of other types only is none of theirs. */
function isNeeded({ type, context }: StructureDefinition, types: ReadonlySet<string>): boolean {
  if (type !== 'Extension') return types.has(type!);
  const places = context?.map(({ expression }) => expression!.split('.', 1)[0]!) ?? [];
  return !places.length || places.some((name) => types.has(name) || elementTable[name]?.kind !== 'resource');
}

/** Chooses from all definitions of ours those of the types, and what they name. */
export function chooseDefinitions(
  all: readonly StructureDefinition[],
  types: ReadonlySet<string>,
  r4: R4Definitions,
): Chosen {
  const publishedOf = publishedBy(r4);
  const own = all.map((one) => (isNeeded(one, types) ? prepared(one, publishedOf) : named(one)));
  const ours = new Set(all.map(({ url }) => url));
  const others = new Map<string, StructureDefinition>();
  const follow = (definition: StructureDefinition): void => {
    for (const url of canonicalsIn(definition)) {
      const found = ours.has(url) || others.has(url) ? undefined : r4(url);
      if (!found) continue;
      others.set(url, prepared(found, publishedOf));
      follow(found);
    }
  };
  for (const one of own) follow(one);
  return { own, r4: [...others.values()] };
}
