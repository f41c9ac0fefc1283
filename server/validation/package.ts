// The FHIR packages of a folder: what they define, and what there is to tell the operator.
// https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem, ConceptMap, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { PackageError } from './definition/read-archive.ts';
import { type FhirPackage, readPackage } from './definition/read-package.ts';
import { compareVersions } from './definition/version.ts';

export { type FhirPackage, packageOf, type StoredPackage } from './definition/read-package.ts';

export interface Packages {
  readonly list: readonly FhirPackage[];
  /** All StructureDefinitions, compact, as they came: with or without a snapshot. */
  readonly definitions: readonly StructureDefinition[];
  /** All value sets, code systems and concept maps, the newest version first; read from disk at each call. */
  terminology(): (CodeSystem | ValueSet | ConceptMap)[];
  /** A plain line a package, then one for each thing that is wrong. */
  readonly notes: readonly string[];
}

/** R4 itself is always here. */
const BUILT_IN = new Set(['hl7.fhir.r4.core']);

function describe({ name, version, entries, unread }: FhirPackage): string[] {
  const counts = Map.groupBy(entries, ({ type }) => type);
  const said = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, list]) => `${list.length} ${type}`);
  const line = `FHIR package ${name} ${version}: ${said.join(', ') || 'nothing that is used here'}.`;
  return unread.length
    ? [line, `FHIR package ${name} ${version}: not read, because it is no resource: ${unread.join(', ')}.`]
    : [line];
}

function missingDependencies(list: readonly FhirPackage[]): string[] {
  const present = new Set(list.map(({ name }) => name));
  const missing = new Set(
    list
      .flatMap(({ dependencies }) => Object.entries(dependencies))
      .filter(([name]) => !present.has(name) && !BUILT_IN.has(name))
      .map(([name, version]) => `${name} ${version}`),
  );
  return missing.size
    ? [
        `FHIR packages that others build on are not in the folder: ${[...missing].sort().join(', ')}. What they define is not checked.`,
      ]
    : [];
}

/**
 * Reads every `.tgz` of a folder. One that cannot be used is passed over and told.
 * @param folder its path; undefined: there are no packages
 * @param cache path of the folder in which archives are unpacked once
 */
export async function readPackages(folder: string | undefined, cache: string): Promise<Packages> {
  const files = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const byName = new Map<string, FhirPackage>();
  const problems: string[] = [];
  for (const file of files.sort()) {
    try {
      const read = await readPackage(join(folder!, file), cache);
      const key = `${read.name} ${read.version}`;
      if (byName.has(key)) problems.push(`${file} is not used: ${key} is in another archive too.`);
      else byName.set(key, read);
    } catch (error) {
      if (!(error instanceof PackageError)) throw error;
      problems.push(`${file} is not used. ${error.message}`);
    }
  }
  const list = [...byName.values()].sort((a, b) => compareVersions(b.version, a.version));
  return {
    list,
    definitions: list.flatMap((one) => one.definitions()),
    terminology: () =>
      list.flatMap((one) => one.terminology()).sort((a, b) => compareVersions(b.version, a.version)),
    notes: [...list.flatMap(describe), ...problems, ...missingDependencies(list)],
  };
}
