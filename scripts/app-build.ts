// Builds the SMART app and the demo EHR with Vite, in a process of its own, when they are missing or stale.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../smart-app/', import.meta.url));
const BUILT = join(APP, 'dist', 'index.html');

/** What the app is built from: its own files, and those of the server that its forms check with. */
const SOURCES = ['smart-app', 'server/care', 'server/fhir', 'server/validation', 'profiles/definitions'];

function newestIn(folder: string): number {
  const files = readdirSync(fileURLToPath(new URL(`../${folder}/`, import.meta.url)), {
    recursive: true,
    withFileTypes: true,
  }).filter((entry) => entry.isFile() && !entry.parentPath.startsWith(join(APP, 'dist')));
  return Math.max(...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

const newestSource = (): number => Math.max(...SOURCES.map(newestIn));

/** Takes some seconds when there is something to build; says so. */
export async function buildAppIfStale(): Promise<void> {
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs >= newestSource()) return;
  process.stdout.write('Building the app …\n');
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  execFileSync(
    process.execPath,
    [vite, 'build', '--config', join(APP, 'vite.config.ts'), '--logLevel', 'warn'],
    { stdio: 'inherit' },
  );
}

if (import.meta.main) await buildAppIfStale();
