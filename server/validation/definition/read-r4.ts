// R4's own StructureDefinitions, read from their files on first use. https://hl7.org/fhir/R4/downloads.html
import { readFileSync } from 'node:fs';
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { typeOf } from '../../fhir/elements.ts';

/** The definition at a canonical URL without a version, the same object each time; undefined when R4 has none. */
export type R4Definitions = (url: string) => StructureDefinition | undefined;

const FOLDER = new URL('../../fhir/r4/structures/', import.meta.url);
const BASE = 'http://hl7.org/fhir/StructureDefinition/';
/** Files of several definitions, in the order in which they are looked through. */
const GROUPS = ['types', 'extensions', 'profiles'];

/** An element as it was published: its id and its base are not written where they follow from the rest. */
function whole(element: ElementDefinition): ElementDefinition {
  const { path, min, max } = element;
  return { id: path!, ...element, base: element.base ?? { path: path!, min: min!, max: max! } };
}

const definitionOf = (read: StructureDefinition): StructureDefinition => ({
  ...read,
  snapshot: { element: read.snapshot!.element!.map(whole) },
});

const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

/** R4's own definitions; each file is read once, when something of it is asked for first. */
export function readR4Definitions(): R4Definitions {
  const made = new Map<string, StructureDefinition>();
  const groups = new Map<string, Readonly<Record<string, StructureDefinition>>>();
  const groupOf = (name: string) => {
    const group = groups.get(name) ?? (readJson(name) as Record<string, StructureDefinition>);
    groups.set(name, group);
    return group;
  };
  const read = (url: string): StructureDefinition | undefined => {
    const name = url.startsWith(BASE) ? url.slice(BASE.length) : '';
    if (typeOf(name)?.kind === 'resource') return readJson(`resource/${name}`) as StructureDefinition;
    const group = GROUPS.find((one) => Object.hasOwn(groupOf(one), url));
    return group === undefined ? undefined : groupOf(group)[url];
  };
  return (url) => {
    const known = made.get(url);
    if (known) return known;
    const found = read(url);
    if (!found) return undefined;
    const definition = definitionOf(found);
    made.set(url, definition);
    return definition;
  };
}
