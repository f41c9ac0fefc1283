// The validator of the app's forms as browsers get it, run where no code can be made from text and nothing of Node is there.
// https://nodejs.org/api/cli.html#--disallow-code-generation-from-strings
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildAppIfStale } from '../../../scripts/app-build.ts';
import type { Issue } from '../../fhir/errors.ts';

const ASSETS = new URL('../../../smart-app/dist/assets/', import.meta.url);
const RUNNER = fileURLToPath(new URL('run-chunk.ts', import.meta.url));

await buildAppIfStale();

/** The built script whose name starts so. @throws Error when there is not exactly one */
export function builtScript(start: string): { url: URL; text: string } {
  const isIt = new RegExp(`^${start}-[\\w-]{8}\\.js$`);
  const names = readdirSync(ASSETS).filter((name) => isIt.test(name));
  if (names.length !== 1) throw new Error(`${names.length} scripts of the app are called ${start}.`);
  const url = new URL(names[0]!, ASSETS);
  return { url, text: readFileSync(url, 'utf8') };
}

/** The issues that the app's forms find in each resource. */
export function validateInApp(resources: readonly unknown[]): Issue[][] {
  const output = execFileSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', RUNNER, builtScript('validation').url.href],
    {
      input: resources.map((one) => JSON.stringify(one)).join('\n'),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Issue[]);
}
