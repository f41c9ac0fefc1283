// Requests a second of this server beside the bare handler that runs the same single statement: read, create, search.
import autocannon from 'autocannon';
import { openPool } from '../../server/db/pool.ts';
import { benchTask, type Numbers, numbersOf } from './data.ts';
import {
  type Figure,
  figure,
  type Place,
  quantile,
  residentMegabytes,
  say,
  startBare,
  startServer,
} from './run.ts';

const CONNECTIONS = 32;
const ROUNDS = 5;
const SECONDS = 4;
const REQUESTS = 1_000;

/** Requests that are sent to a server, in turn and from the start again. */
export interface Load {
  url: string;
  requests: { method: 'GET' | 'POST'; path: string; body?: string; headers?: Record<string, string> }[];
}

/** Requests a second of one round of so many seconds; any answer but 2xx ends the run. */
async function measure({ url, requests }: Load, duration: number): Promise<number> {
  const result = await autocannon({ url, connections: CONNECTIONS, duration, requests });
  if (result.non2xx || result.errors)
    throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} failed: ${url}`);
  return result.requests.total / result.duration;
}

/**
 * Requests a second of ours and of the limit, by turns; the first round warms both up.
 * @param settle waits until nothing of ours is at work any more
 */
export async function byTurns(
  ours: Load,
  limit: Load,
  { seconds = SECONDS, settle = async () => {} }: { seconds?: number; settle?: () => Promise<void> } = {},
): Promise<{ ours: number[]; limit: number[] }> {
  const rates: { ours: number[]; limit: number[] } = { ours: [], limit: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const a = await measure(ours, seconds);
    await settle();
    const b = await measure(limit, seconds);
    if (round) {
      rates.ours.push(a);
      rates.limit.push(b);
    }
  }
  return rates;
}

const headers = { 'content-type': 'application/fhir+json' };
const counted = Array.from({ length: REQUESTS }, (_, n) => n);

/** A search of two parameters, newest first, as somebody who knows the tables would write it by hand. */
export const handWritten = {
  patient: ({ param }: Numbers): string => `select r.content from index_reference p
    join index_token s on s.rid = p.rid and s.param = ${param('Task', 'status')} and s.code = $2::text
    join resource r on r.rid = p.rid
    where p.param = ${param('Task', 'patient')} and p.target = $1::bigint
    order by p.last_updated desc, p.rid desc limit 20`,
  code: ({ param }: Numbers): string => `select r.content from index_token c
    join index_token s on s.rid = c.rid and s.param = ${param('Task', 'status')} and s.code = $2::text
    join resource r on r.rid = c.rid
    where c.param = ${param('Task', 'code')} and c.code = $1::text
    order by c.last_updated desc, c.rid desc limit 20`,
};

/** What the n-th request asks for. */
export const asked = {
  task: (n: number, tasks: number): string => `bench-${(n * 17) % tasks}`,
  patient: (n: number, patients: number): string => `bench-${(n * 7) % patients}`,
  code: (n: number): string => (n % 2 ? 'coord-post-visit-followup' : 'coord-result-review'),
};

/** The figures by the first word of their names. */
const NAMES = ['read', 'search', 'create'];

export async function requestFigures(
  { databaseUrl, connections }: Place,
  patients: number,
  tasks: number,
  chosen: (name: string) => boolean,
  report: (figure: Figure) => void,
): Promise<void> {
  if (!NAMES.some(chosen)) return;
  const sql = openPool(databaseUrl, { max: 1 });
  const numbers = await numbersOf(sql);
  await sql.end();
  const { ridOf, type } = numbers;
  const server = await startServer({ databaseUrl, connections });
  const bare = await startBare({
    databaseUrl,
    connections,
    queries: {
      read: {
        text: `select version, last_updated, deleted, method, content from resource r where rid = $1::bigint and id = $2::text and type = ${type('Task')}`,
        customPlans: false,
        values: counted.map((n) => [ridOf(`Task/${asked.task(n, tasks)}`), asked.task(n, tasks)]),
      },
      patient: {
        text: handWritten.patient(numbers),
        customPlans: true,
        values: counted.map((n) => [ridOf(`Patient/${asked.patient(n, patients)}`), 'in-progress']),
      },
      code: {
        text: handWritten.code(numbers),
        customPlans: true,
        values: counted.map((n) => [asked.code(n), 'in-progress']),
      },
    },
  });
  try {
    const bodies = counted.map((n) => JSON.stringify(benchTask(n * 4, patients, new Date())));
    const get = (address: (n: number) => string): Load['requests'] =>
      counted.map((n) => ({ method: 'GET', path: address(n) }));
    const post = (address: string): Load['requests'] =>
      bodies.map((body) => ({ method: 'POST', path: address, body, headers }));
    const rows: { name: string; goal: number; ours: Load['requests']; limit: Load['requests'] }[] = [
      {
        name: 'read',
        goal: 0.8,
        ours: get((n) => `/fhir/Task/${asked.task(n, tasks)}`),
        limit: get((n) => `/read/${n}`),
      },
      {
        name: 'search Task?patient=&status=',
        goal: 0.6,
        ours: get((n) => `/fhir/Task?patient=${asked.patient(n, patients)}&status=in-progress`),
        limit: get((n) => `/patient/${n}`),
      },
      {
        name: 'search Task?code=&status=',
        goal: 0.6,
        ours: get((n) => `/fhir/Task?code=${asked.code(n)}&status=in-progress`),
        limit: get((n) => `/code/${n}`),
      },
      { name: 'create, validated and indexed', goal: 0.45, ours: post('/fhir/Task'), limit: post('/create') },
    ];
    for (const { name, goal, ours, limit } of rows.filter((row) =>
      chosen(row.name.split(' ')[0]!.replace(',', '')),
    )) {
      const rates = await byTurns({ url: server.url, requests: ours }, { url: bare.url, requests: limit });
      report(figure(name, '/s', rates.ours, rates.limit, goal));
    }
    say(
      `${'memory of the server process after these, MB (goal < 300)'.padEnd(58)}${residentMegabytes(server.child.pid!).toFixed(0).padStart(10)}`,
    );
  } finally {
    server.child.kill();
    bare.child.kill();
  }
}

/** Milliseconds that each piece of work takes, done by a few callers, each one after the other. */
export async function timed(
  work: (n: number, caller: number) => Promise<void>,
  callers: number,
  pieces: number,
): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const caller = async (_: unknown, number: number) => {
    for (let n = next++; n < pieces; n = next++) {
      const start = performance.now();
      await work(n, number);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return times;
}

/** Latencies in milliseconds of requests sent by a few callers, each one after the other. */
export const latencies = (
  url: string,
  address: (n: number) => string,
  callers: number,
  requests: number,
): Promise<number[]> =>
  timed(
    async (n) => {
      const answer = await fetch(`${url}${address(n)}`);
      if (!answer.ok) throw new Error(`${address(n)} was answered with ${answer.status}.`);
      await answer.arrayBuffer();
    },
    callers,
    requests,
  );

export const p95 = (times: readonly number[]): number => quantile(times, 0.95);
