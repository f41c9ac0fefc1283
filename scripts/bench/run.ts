// What every benchmark has in common: processes that are started and ended, medians, a table of ratios.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startEmbedded } from '../../server/db/embedded.ts';
import type { BareInput } from './bare.ts';

/** One figure beside the limit that it is held against. */
export interface Figure {
  name: string;
  /** Rates or times of ours and of the limit, by round. */
  ours: number[];
  limit: number[];
  unit: string;
  /** Medians of the rounds' ratios ours ÷ limit. */
  ratio: number;
  goal: string;
  reached: boolean;
  more?: Record<string, number>;
}

/** Where a benchmark runs. */
export interface Place {
  databaseUrl: string;
  /** Connections of each process to the database, for one purpose. */
  connections: number;
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** @param atLeast the goal is a least ratio; else a most */
export function figure(
  name: string,
  unit: string,
  ours: number[],
  limit: number[],
  goal: number,
  atLeast = true,
): Figure {
  const ratio = median(ours.map((value, n) => value / limit[n]!));
  const reached = atLeast ? ratio >= goal : ratio <= goal;
  return { name, unit, ours, limit, ratio, goal: `${atLeast ? '≥' : '≤'} ${goal}`, reached };
}

export function sayFigure({ name, unit, ours, limit, ratio, goal, reached }: Figure): void {
  const cell = (value: number) => value.toFixed(value < 10 ? 2 : 0).padStart(10);
  say(
    `${name.padEnd(58)}${cell(median(ours))}${cell(median(limit))} ${unit.padEnd(6)}${ratio.toFixed(2).padStart(7)}${goal.padStart(8)}${reached ? '' : '  missed'}`,
  );
}

export const sayHead = (): void =>
  say(
    `${'what'.padEnd(58)}${'ours'.padStart(10)}${'limit'.padStart(10)} ${''.padEnd(6)}${'ratio'.padStart(7)}${'goal'.padStart(8)}`,
  );

/** The flags that `npm start` gives to Node. */
export const NODE_FLAGS = (
  JSON.parse(readFileSync(path('../../package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'));

/** A limit of requests that is counted towards and never reached. */
export const NO_END = '1000000000';

/** Runs `work` on a database of its own, which is gone afterwards. */
export async function withDatabase<T>(work: (databaseUrl: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-'));
  const database = await startEmbedded(folder);
  try {
    return await work(database.url);
  } finally {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Starts this server on a database, with `--open`.
 * @param authorized without `--open`; the folder is where its audit goes, and it counts requests without an end to them;
 *   with `demo` it loads the demo stories and users
 */
export async function startServer(
  { databaseUrl, connections }: Place,
  authorized?: { folder: string; demo?: true },
): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const child = fork(path('../../server/main.ts'), authorized ? [] : ['--open'], {
    env: {
      ...process.env,
      ...(authorized && { DATA_DIR: authorized.folder, RATE_LIMIT: NO_END, AUTH_RATE_LIMIT: NO_END }),
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      DEMO: authorized?.demo ? 'on' : 'off',
      DB_CONNECTIONS: String(connections),
    },
    silent: true,
    execArgv: NODE_FLAGS,
  });
  child.stderr?.pipe(process.stderr);
  const url = `http://127.0.0.1:${port}`;
  for (let n = 0; n < 400; n++) {
    const live = await fetch(`${url}/livez`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (live) return { url, child };
    await new Promise((wait) => setTimeout(wait, 50));
  }
  throw new Error('The server did not start.');
}

/** Starts the bare handler. */
export async function startBare(
  input: Omit<BareInput, 'port'>,
): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const child = fork(path('./bare.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ ...input, port });
  await new Promise<void>((ready, failed) => {
    child.once('message', () => ready());
    child.once('exit', (code) => failed(new Error(`The bare handler ended with ${code}.`)));
  });
  return { url: `http://127.0.0.1:${port}`, child };
}

export const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
