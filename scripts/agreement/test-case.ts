// The validator's cases of FHIR/fhir-test-cases as cases here: which of them concern R4 resources, and what is expected.
// https://github.com/FHIR/fhir-test-cases · validator/manifest.json
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { OperationOutcome, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { FhirError } from '../../server/fhir/errors.ts';
import type { Case, CaseSet, Expectation, File } from './case.ts';
import { errorsOf } from './case.ts';
import { definitionsIn, filesOf, readResource } from './file.ts';

type Told = string | { outcome?: OperationOutcome; errorCount?: number };
/** A case of the manifest, or its part with a profile. */
interface Part {
  java?: Told;
  'firely-sdk-current'?: Told;
  source?: string;
  supporting?: string[];
  profiles?: string[];
  packages?: string[];
}
interface Entry extends Part {
  name: string;
  file: string;
  version?: string;
  module?: string;
  'use-test'?: boolean;
  'allow-comments'?: boolean;
  'bundle-param'?: unknown;
  logical?: unknown;
  profile?: Part;
}

/** Modules whose cases ask for something else than whether a resource of R4 is right. */
const OTHER_MODULES: Readonly<Record<string, string>> = {
  cda: 'CDA documents',
  cdshooks: 'CDS Hooks messages',
  shc: 'SMART Health Cards',
  logical: 'logical models',
  matchetype: 'comparison with a template of a resource',
  dsig: 'digital signatures',
  xver: 'extensions of other versions of FHIR',
  scoring: 'scores of a validation',
  tx: 'a terminology server',
  'tx-advanced': 'a terminology server',
};
const UNTOLD = 'no outcome told, or one that only a terminology server can give';
const SERVER = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-issue-server';

const isR4 = ({ version }: Entry): boolean => version === '4.0' || version === '4.0.1';
const packagePath = (folder: string, name: string) =>
  [name, `${name}.tgz`]
    .map((file) => join(folder, file))
    .find((path) => path.endsWith('.tgz') && existsSync(path));

const filesNamedBy = ({ source, supporting = [], profiles = [] }: Part): string[] => [
  ...profiles,
  ...supporting,
  ...(source ? [source] : []),
];

/** Why a case is not run; undefined when it is. */
function reasonToLeaveOut(entry: Entry, folder: string): string | undefined {
  if (entry['use-test'] === false) return 'switched off in the manifest';
  const other = OTHER_MODULES[entry.module ?? ''];
  if (other) return other;
  if (entry.logical) return 'logical models';
  if (entry['allow-comments']) return 'JSON with comments';
  if (entry['bundle-param']) return 'an option of the other validator';
  if (!/\.(?:json|xml)$/.test(entry.file)) return 'neither JSON nor XML';
  const parts = [entry, entry.profile ?? {}];
  if (parts.some(({ packages }) => packages?.some((name) => !packagePath(folder, name))))
    return 'packages that are not at hand';
  const files = [entry.file, ...parts.flatMap(filesNamedBy)];
  return files.every((file) => existsSync(join(folder, file))) ? undefined : 'files that the copy lacks';
}

/** What is expected of a part; undefined when the manifest does not tell, or tells it for another version of FHIR. */
function expectationOf({ java }: Part, folder: string): Expectation | undefined {
  if (java === undefined) return undefined;
  if (typeof java !== 'string' && java.errorCount !== undefined)
    return { errors: java.errorCount, issues: [] };
  const path = typeof java === 'string' ? join(folder, 'outcomes', java) : undefined;
  if (path && (!existsSync(path) || !basename(path).startsWith('R4.'))) return undefined;
  const outcome = path
    ? (JSON.parse(readFileSync(path, 'utf8')) as OperationOutcome)
    : (java as { outcome?: OperationOutcome }).outcome;
  if (!outcome) return undefined;
  const issues = errorsOf(outcome.issue ?? []);
  return { errors: issues.length, issues };
}

/** Whether Firely's validator found an error; undefined where that is not recorded. Its outcomes are lists of lines. */
function thirdOf({ 'firely-sdk-current': told }: Part, folder: string): boolean | undefined {
  const path = typeof told === 'string' ? join(folder, 'outcomes', told) : '';
  if (!path || !existsSync(path)) return undefined;
  const lines = JSON.parse(readFileSync(path, 'utf8')) as unknown;
  return Array.isArray(lines) ? lines.some((line) => /^\[(?:ERROR|FATAL)\]/.test(String(line))) : undefined;
}

/** Whether all that is expected comes from a terminology server. */
const isAllFromServer = ({ issues }: Expectation): boolean =>
  issues.length > 0 && issues.every(({ extension }) => extension?.some(({ url }) => url === SERVER));

/** What a package defines, and those that it depends on and that lie beside it. */
function packaged(path: string): Resource[] {
  const files = filesOf(path, '.json');
  const { dependencies = {} } = JSON.parse(
    files.find(({ name }) => name === 'package/package.json')!.text,
  ) as { dependencies?: Record<string, string> };
  const beside = Object.entries(dependencies)
    .map(([name, version]) => join(dirname(path), `${name}#${version}.tgz`))
    .filter(existsSync);
  return [...beside.flatMap(packaged), ...definitionsIn(files)];
}

/** Definitions that come with a part: its files, and those of its packages. */
function definitionsOf(part: Part, folder: string): Resource[] {
  const files = filesNamedBy(part).map(
    (name): File => ({ name, text: readFileSync(join(folder, name), 'utf8') }),
  );
  const packages = (part.packages ?? []).flatMap((name) => packaged(packagePath(folder, name)!));
  return [...packages, ...files.map(readResource)];
}

function casesOf(entry: Entry, folder: string): Case[] {
  const name = `${entry.module ?? 'base'}/${entry.name}`;
  const resource = { name: entry.file, text: readFileSync(join(folder, entry.file), 'utf8') };
  const shared = definitionsOf(entry, folder);
  const cases: Case[] = [];
  const base = expectationOf(entry, folder);
  if (base && !isAllFromServer(base))
    cases.push({
      name,
      resource,
      definitions: shared,
      profiles: [],
      expected: base,
      third: thirdOf(entry, folder),
    });
  const { profile } = entry;
  const told = profile?.source ? expectationOf(profile, folder) : undefined;
  if (profile?.source && told && !isAllFromServer(told)) {
    const definitions = [...shared, ...definitionsOf(profile, folder)];
    const asked = definitions.at(-1) as StructureDefinition;
    cases.push({
      name: `${name} by profile`,
      resource,
      definitions,
      profiles: [asked.url!],
      expected: told,
      third: thirdOf(profile, folder),
    });
  }
  return cases;
}

/**
 * The cases that concern R4.
 * @param path the repository, or its folder `validator`
 */
export function testCases(path: string): CaseSet {
  const folder = existsSync(join(path, 'manifest.json')) ? path : join(path, 'validator');
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    'test-cases': Entry[];
  };
  const leftOut = new Map<string, string[]>();
  const leave = (reason: string, name: string) => leftOut.set(reason, [...(leftOut.get(reason) ?? []), name]);
  const cases: Case[] = [];
  for (const entry of manifest['test-cases'].filter(isR4)) {
    const reason = reasonToLeaveOut(entry, folder);
    try {
      const found = reason ? [] : casesOf(entry, folder);
      if (!found.length) leave(reason ?? UNTOLD, entry.name);
      cases.push(...found);
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      leave(`a definition is malformed: ${error.message}`, entry.name);
    }
  }
  return { name: 'fhir-test-cases', definitions: [], cases, leftOut };
}
