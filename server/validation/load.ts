// Reads our compiled profiles, extensions, value sets and code systems from their folder, once, at start.
// https://hl7.org/fhir/R4/profiling.html
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { CodeSystem, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { createDefinitions } from './definition/index.ts';
import { readR4Definitions } from './definition/read-r4.ts';
import type { DefinitionSource } from './definition/source.ts';
import type { Packages } from './package.ts';

/** What the profile layer is compiled from. */
export interface Definitions {
  /** Profiles and extensions, with snapshots. */
  readonly definitions: readonly StructureDefinition[];
  readonly valueSets: readonly ValueSet[];
  readonly codeSystems: readonly CodeSystem[];
}

/** Every resource of the folder, whole. */
export function readDefinitions(folder: URL): Resource[] {
  const root = new URL(`${folder.href.replace(/\/+$/, '')}/`);
  const types = readdirSync(root).sort() as Resource['resourceType'][];
  return types.flatMap((type) => readFolder<Resource>(root, type));
}

function readFolder<T extends Resource>(root: URL, type: T['resourceType']): T[] {
  const folder = new URL(`${type}/`, root);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T);
}

/**
 * Reads `<folder>/<ResourceType>/<id>.json`.
 * @param folder a file URL, with or without a slash at the end
 * @throws Error that names the folder when it is not there
 */
export function loadDefinitions(folder: URL): Definitions {
  const root = new URL(`${folder.href.replace(/\/+$/, '')}/`);
  if (!existsSync(root)) throw new Error(`${root.pathname} is missing; run \`npm run profiles\`.`);
  return {
    definitions: readFolder<StructureDefinition>(root, 'StructureDefinition'),
    valueSets: readFolder<ValueSet>(root, 'ValueSet'),
    codeSystems: readFolder<CodeSystem>(root, 'CodeSystem'),
  };
}

/** What else definitions come from. */
export interface OtherDefinitions {
  readonly packages?: Pick<Packages, 'definitions'>;
  /** Those stored here at the moment: another list when anything of them has changed. */
  readonly posted?: () => readonly StructureDefinition[];
}

/** One source of ours, those of packages, those stored here, and R4's own, which are read when one of them is asked for. */
export const definitionSource = (
  { definitions: own }: Definitions,
  { packages, posted }: OtherDefinitions = {},
): DefinitionSource =>
  createDefinitions({
    own,
    ...(packages && { packages: packages.definitions }),
    ...(posted && { posted }),
    r4: readR4Definitions(),
  });
