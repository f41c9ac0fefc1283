// A program of ours in a process of its own, for tests that end it or read what it says.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

export interface Program {
  child: ChildProcess;
  /** What it has said so far. */
  said: { out: string; err: string };
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

/** What `npm start` tells Node of memory. */
const MEMORY = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    scripts: { start: string };
  }
).scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'));

/** Starts a program of this repository as `npm start` does; it does not outlive the test. @param path from the repository's root */
export function run(t: Test, path: string, args: readonly string[], env: Record<string, string>): Program {
  const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=FSTDEP023', ...MEMORY, file, ...args], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<number | null>((done) => {
    child.once('close', done);
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, said, ended };
}

/** Waits until something holds. @throws Error after half a minute */
export async function until(holds: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  for (let n = 0; n < 1200; n++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`Waited in vain until ${what}.`);
}
