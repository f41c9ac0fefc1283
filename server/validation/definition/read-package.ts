// One FHIR package: its archive is unpacked once into a cache, in the forms that validation, terminology and storage read.
// https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeSystem, ConceptMap, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import { compactDefinition } from './compact.ts';
import { PackageError, readArchive } from './read-archive.ts';

/** Raised whenever what is written into the cache changes. */
const FORMAT = 1;

/** The conformance resources that are kept of a package. https://hl7.org/fhir/R4/resourcelist.html */
const KEPT = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'NamingSystem',
  'SearchParameter',
  'OperationDefinition',
  'CapabilityStatement',
  'ImplementationGuide',
]);
const TERMINOLOGY = new Set(['ValueSet', 'CodeSystem', 'ConceptMap']);

/** A resource of a package as this server names it. */
export interface PackageEntry {
  readonly type: string;
  /** The same for the same canonical URL and version. */
  readonly id: string;
  /** MD5 of its content as it is stored, with VERSION and UPDATED where its version and time stand. */
  readonly hash: string;
}

/** What a package says of itself, and what it holds. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Names and versions of the packages that it builds on. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** In the order in which resources() gives them. */
  readonly entries: readonly PackageEntry[];
  /** Files that are no JSON, or no resource. */
  readonly unread: readonly string[];
}

/** Resources that are stored as they are. */
export interface StoredPackage extends Pick<Manifest, 'name' | 'version' | 'entries'> {
  /** Whole, with the ids and in the order of the entries. */
  resources(): Resource[];
}

export interface FhirPackage extends Manifest, StoredPackage {
  /** Its StructureDefinitions, compact. */
  definitions(): StructureDefinition[];
  terminology(): (CodeSystem | ValueSet | ConceptMap)[];
}

/** What stands for the version and the time of a resource where its hash is made. */
export const VERSION = 'version';
export const UPDATED = 'lastUpdated';

type Canonical = Resource & { url?: string; version?: string; id?: string };

/** An id made of the canonical URL and version; what has none is named by its package. */
function idOf({ resourceType, id = '', url, version }: Canonical, name: string): string {
  const canonical = url ? `${url}|${version ?? ''}` : `${name}/${resourceType}/${id}`;
  const readable = id.replace(/[^A-Za-z0-9.-]/g, '').slice(0, 51);
  return `${readable}${readable && '-'}${hash('sha256', canonical, 'hex').slice(0, 12)}`;
}

function contentOf(resource: Canonical, id: string): string {
  const { resourceType, id: _id, meta, ...members } = resource as Canonical & Record<string, unknown>;
  return stringifyJson({
    resourceType,
    id,
    meta: { ...meta, versionId: VERSION, lastUpdated: UPDATED },
    ...members,
  });
}

/** What this program defines itself, under the ids that it has there. */
export function packageOf(name: string, version: string, all: readonly Resource[]): StoredPackage {
  const entries = all.map((resource): PackageEntry => {
    const id = resource.id!;
    return { type: resource.resourceType, id, hash: hash('md5', contentOf(resource as Canonical, id)) };
  });
  return { name, version, entries, resources: () => [...all] };
}

interface PackageJson {
  name?: unknown;
  version?: unknown;
  fhirVersions?: unknown;
  'fhir-version-list'?: unknown;
  dependencies?: unknown;
}

/** @throws PackageError when the manifest names no package of R4 */
function checkManifest(text: string | undefined): Pick<Manifest, 'name' | 'version' | 'dependencies'> {
  if (text === undefined) throw new PackageError('It has no package/package.json.');
  let read: PackageJson;
  try {
    read = Object(JSON.parse(text));
  } catch {
    throw new PackageError('Its package/package.json is no JSON.');
  }
  const { name, version, dependencies, fhirVersions = read['fhir-version-list'] } = read;
  if (
    typeof name !== 'string' ||
    typeof version !== 'string' ||
    !/^[\w.@/-]+#[\w.+-]+$/.test(`${name}#${version}`)
  )
    throw new PackageError('Its package/package.json has no name and version.');
  const versions = [fhirVersions ?? []].flat().map(String);
  if (!versions.some((one) => /^4\.0(\.|$)/.test(one)))
    throw new PackageError(
      `It is for FHIR ${versions.join(', ') || 'of a version that it does not name'}; this server is FHIR 4.0.1. Use its R4 edition.`,
    );
  const named = Object.entries(Object(dependencies)).filter(([, value]) => typeof value === 'string');
  return { name, version, dependencies: Object.fromEntries(named) as Record<string, string> };
}

/** What an archive holds, ready to be written. */
class Unpacked {
  readonly resources: string[] = [];
  readonly entries: PackageEntry[] = [];
  readonly definitions: string[] = [];
  readonly terminology: string[] = [];
  readonly unread: string[] = [];
  #ids = new Set<string>();

  add(name: string, file: string, text: string): void {
    const resource = this.#read(file, text);
    if (!resource || !KEPT.has(resource.resourceType)) return;
    const id = idOf(resource, name);
    const { resourceType: type, ...rest } = resource;
    if (this.#ids.has(`${type}/${id}`)) return;
    this.#ids.add(`${type}/${id}`);
    this.resources.push(stringifyJson({ resourceType: type, ...rest, id }));
    this.entries.push({ type, id, hash: hash('md5', contentOf(resource, id)) });
    if (type === 'StructureDefinition' && resource.url)
      this.definitions.push(JSON.stringify(compactDefinition(resource as StructureDefinition)));
    if (TERMINOLOGY.has(type) && resource.url) {
      const { text: _narrative, ...kept } = resource as ValueSet;
      this.terminology.push(JSON.stringify(kept));
    }
  }

  #read(file: string, text: string): Canonical | undefined {
    try {
      const read = parseJson(text) as Canonical;
      if (typeof read?.resourceType === 'string') return read;
    } catch {}
    this.unread.push(file);
    return undefined;
  }
}

const OTHER_FILES = new Set(['package.json', 'ig-r4.json', 'validation-summary.json', 'validation-oo.json']);

async function unpack(archive: string): Promise<{ manifest: Manifest; files: Record<string, string> }> {
  const texts = new Map<string, string>();
  await readArchive(archive, (name, text) => void texts.set(name, text));
  const about = checkManifest(texts.get('package.json'));
  const unpacked = new Unpacked();
  for (const name of [...texts.keys()].sort())
    if (!OTHER_FILES.has(name)) unpacked.add(about.name, name, texts.get(name)!);
  const { entries, unread, definitions, terminology, resources } = unpacked;
  const manifest = { ...about, entries, unread };
  const lines = (list: string[]) => list.map((line) => `${line}\n`).join('');
  return {
    manifest,
    files: {
      'manifest.json': JSON.stringify(manifest),
      'definitions.ndjson': lines(definitions),
      'terminology.ndjson': lines(terminology),
      'resources.ndjson': lines(resources),
    },
  };
}

/** Writes files into a folder that appears whole or not at all; another process may be faster. */
function writeFolder(folder: string, files: Record<string, string>): void {
  mkdirSync(join(folder, '..'), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(draft, name), text);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function fingerprintOf(archive: string): string {
  try {
    return hash('sha256', readFileSync(archive), 'hex').slice(0, 32);
  } catch (error) {
    throw new PackageError(`It cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/**
 * Opens a package; its archive is unpacked below `cache` when it was not yet.
 * @throws PackageError when it cannot be used
 */
export async function readPackage(archive: string, cache: string): Promise<FhirPackage> {
  const folder = join(cache, `${fingerprintOf(archive)}-${FORMAT}`);
  if (!existsSync(folder)) writeFolder(folder, (await unpack(archive)).files);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const linesOf = (name: string) => read(name).split('\n').filter(Boolean);
  return {
    ...(JSON.parse(read('manifest.json')) as Manifest),
    definitions: () => linesOf('definitions.ndjson').map((line) => JSON.parse(line)),
    terminology: () => linesOf('terminology.ndjson').map((line) => JSON.parse(line)),
    resources: () => linesOf('resources.ndjson').map((line) => parseJson(line) as Resource),
  };
}
