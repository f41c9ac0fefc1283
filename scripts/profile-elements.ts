// Finds the values of a resource that an element of a definition is about, by the id of the element.
// https://hl7.org/fhir/R4/elementdefinition.html#id
import type { CodeSystem, ElementDefinition, StructureDefinition, ValueSet } from '@medplum/fhirtypes';

export type Json = Record<string, unknown>;

/** One value of a resource: where it hangs, and how FHIRPath names it. */
export interface Place {
  readonly parent: Json | unknown[];
  readonly key: string | number;
  readonly value: unknown;
  readonly path: string;
}

/** The codes of a value set, as `system|code`. */
export type CodesIn = (valueSet: string) => ReadonlySet<string>;

/** Lists the value sets that list their codes or take in a code system of ours as a whole. */
export function codesOf(valueSets: readonly ValueSet[], codeSystems: readonly CodeSystem[]): CodesIn {
  const all = new Map(codeSystems.map(({ url, concept }) => [url, concept?.map(({ code }) => code)]));
  const byUrl = new Map(valueSets.map(({ url, compose }) => [url, compose?.include ?? []]));
  return (url) =>
    new Set(
      (byUrl.get(url) ?? []).flatMap(({ system, concept }) =>
        (concept?.map(({ code }) => code) ?? all.get(system) ?? []).map((code) => `${system}|${code}`),
      ),
    );
}

const GIVEN = /^(fixed|pattern)[A-Z]/;

/** The value that an element must have, or must hold: its fixed[x] or pattern[x]. */
export function givenIn(element: ElementDefinition): unknown {
  return Object.entries(element).find(([key]) => GIVEN.test(key))?.[1];
}

/** Whether everything that the pattern holds is in the value. */
function contains(pattern: unknown, value: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null) return pattern === value;
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every((part) => value.some((item) => contains(part, item)));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([key, part]) => contains(part, (value as Json)[key]));
}

/** The codings of a Coding or a CodeableConcept, as `system|code`. */
function codingsOf(value: unknown): string[] {
  const { coding, system, code } = value as { coding?: Json[]; system?: string; code?: string };
  return (coding ?? [{ system, code }]).map((each) => `${each.system}|${each.code}`);
}

export interface Walker {
  /** The elements of the snapshot, by id. */
  readonly byId: ReadonlyMap<string, ElementDefinition>;
  /** Places of all values that the element with this id is about; of a slice: those that belong to it. */
  placesOf(root: Json, id: string): Place[];
  /** Ids of the elements of a slice by which it is told from the others. */
  discriminatorsOf(id: string): string[];
}

/**
 * Walks resources by the element ids of one definition.
 * @param at how FHIRPath names the root: the type of the resource, or the path of the extension
 */
export function createWalker(definition: StructureDefinition, codesIn: CodesIn, at: string): Walker {
  const byId = new Map(definition.snapshot!.element.map((element) => [element.id!, element]));

  function discriminatorsOf(id: string): string[] {
    const list = id.slice(0, id.lastIndexOf(':'));
    const paths = byId.get(list)?.slicing?.discriminator?.map(({ path }) => path!) ?? [];
    return paths.map((path) => (path === '$this' ? id : `${id}.${path}`));
  }

  function belongs(value: unknown, id: string): boolean {
    const element = byId.get(id)!;
    const profile = element.type?.[0]?.profile?.[0];
    if (profile) return (value as Json).url === profile;
    return discriminatorsOf(id).every((told) => {
      const inside = told.slice(id.length + 1);
      const found = inside ? (value as Json)[inside] : value;
      const given = givenIn(byId.get(told) ?? element);
      if (given !== undefined)
        return [found].flat().some((each) => contains(given, each)) || contains(given, found);
      const { binding } = byId.get(told) ?? element;
      return binding !== undefined && codingsOf(found).some((code) => codesIn(binding.valueSet!).has(code));
    });
  }

  function step(place: Place, segment: string, id: string): Place[] {
    const [name, slice] = segment.split(':') as [string, string?];
    const choice = name.endsWith('[x]') ? name.slice(0, -3) : undefined;
    const parent = place.value as Json;
    const key = choice ? Object.keys(parent).find((each) => new RegExp(`^${choice}[A-Z]`).test(each)) : name;
    if (!key || parent[key] === undefined) return [];
    const value = parent[key];
    const path = `${place.path}.${choice ?? name}`;
    const places = Array.isArray(value)
      ? value.map((item, index) => ({ parent: value, key: index, value: item, path: `${path}[${index}]` }))
      : [{ parent, key, value, path }];
    return slice && !choice ? places.filter((each) => belongs(each.value, id)) : places;
  }

  function placesOf(root: Json, id: string): Place[] {
    const segments = id.split('.');
    let places: Place[] = [{ parent: [], key: 0, value: root, path: at }];
    for (let depth = 1; depth < segments.length; depth++) {
      const sofar = segments.slice(0, depth + 1).join('.');
      places = places.flatMap((place) => step(place, segments[depth]!, sofar));
    }
    return places;
  }
  return { byId, placesOf, discriminatorsOf };
}
