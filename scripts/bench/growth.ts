// How the figures move as the database grows: ten thousand, a hundred thousand and a million tasks, loaded by import.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPool } from '../../server/db/pool.ts';
import { benchTask } from './data.ts';
import { runImport, writeTasks } from './import.ts';
import { asked, latencies, p95 } from './request.ts';
import { median, say, startServer, withDatabase } from './run.ts';

const SIZES = [10_000, 100_000, 1_000_000];
/** Tasks of one file to import. */
const PART = 100_000;
/** Tasks of one patient: their number stays, as patients come and go. */
const TASKS_OF_PATIENT = 10;
const CALLERS = 2;
const REQUESTS = 2_000;
const ROUNDS = 5;
const headers = { 'content-type': 'application/fhir+json' };

type Address = (n: number, tasks: number) => string;
const reads: Record<string, Address> = {
  read: (n, tasks) => `/fhir/Task/${asked.task(n * 7919, tasks)}`,
  'search patient=&status=': (n, tasks) =>
    `/fhir/Task?patient=${asked.patient(n * 7919, tasks / TASKS_OF_PATIENT)}&status=in-progress`,
  'search code=&status=': (n) => `/fhir/Task?code=${asked.code(n)}&status=in-progress`,
  'history of a type': () => '/fhir/Task/_history?_count=20',
  'search with _include': (n, tasks) =>
    `/fhir/Task?patient=${asked.patient(n * 7919, tasks / TASKS_OF_PATIENT)}&_include=Task:owner`,
};

/** Creates a second by a few callers. */
async function createRate(url: string, tasks: number): Promise<number> {
  const bodies = Array.from({ length: REQUESTS }, (_, n) =>
    JSON.stringify(benchTask(n * 4, tasks / TASKS_OF_PATIENT, new Date())),
  );
  const start = performance.now();
  let next = 0;
  const caller = async () => {
    for (let n = next++; n < bodies.length; n = next++) {
      const answer = await fetch(`${url}/fhir/Task`, { method: 'POST', headers, body: bodies[n]! });
      if (!answer.ok) throw new Error(`A create was answered with ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 8 }, caller));
  return REQUESTS / ((performance.now() - start) / 1000);
}

/** Loads tasks, their patients, encounters and staff. @returns tasks a second */
async function load(databaseUrl: string, folder: string, from: number, to: number): Promise<number> {
  let seconds = 0;
  for (let start = from; start < to; start += PART) {
    const count = Math.min(PART, to - start);
    const file = join(folder, 'part.ndjson');
    await writeTasks(file, start, count, to / TASKS_OF_PATIENT);
    seconds += await runImport(databaseUrl, [file]);
    rmSync(file);
  }
  return (to - from) / seconds;
}

/** What creates refer to: without it they are refused. */
async function loadReferenced(databaseUrl: string, folder: string, patients: number): Promise<void> {
  const file = join(folder, 'patients.ndjson');
  const numbers = Array.from({ length: patients }, (_, n) => n);
  const lines = [
    ...['physician', 'nurse'].map((id) => ({ resourceType: 'PractitionerRole', id: `bench-${id}` })),
    ...numbers.map((n) => ({ resourceType: 'Patient', id: `bench-${n}`, name: [{ family: `Family${n}` }] })),
    ...numbers.map((n) => ({
      resourceType: 'Encounter',
      id: `bench-${n}`,
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: `Patient/bench-${n}` },
    })),
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await runImport(databaseUrl, [file]);
  rmSync(file);
}

/**
 * Leaves the database as it is long after an import: statistics and visibility made, nothing left for the background to do
 * (the words of what was imported are taken as indexed).
 */
async function settle(databaseUrl: string): Promise<string> {
  const sql = openPool(databaseUrl, { max: 1, statementTimeout: 1_800_000 });
  await sql`insert into feed_position (reader, xid) values ('text', pg_current_xact_id())
    on conflict (reader) do update set xid = excluded.xid`;
  await sql.unsafe('vacuum analyze');
  await sql.unsafe('checkpoint');
  const [row] = await sql`select pg_size_pretty(pg_database_size(current_database())) as size`;
  await sql.end();
  return row!.size as string;
}

/** p95 of each kind of read, in rounds that alternate between the servers. */
async function compare(servers: { url: string; tasks: number }[]): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (const [name, address] of Object.entries(reads)) {
    const rounds = servers.map((): number[] => []);
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [k, { url, tasks }] of servers.entries()) {
        const times = await latencies(url, (n) => address(n + round * REQUESTS, tasks), CALLERS, REQUESTS);
        if (round) rounds[k]!.push(p95(times));
      }
    }
    found.set(name, rounds.map(median));
  }
  return found;
}

/** Loads and measures; the largest is held against the smallest in alternating rounds. */
export async function growth(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-growth-'));
  try {
    await withDatabase((first) =>
      withDatabase((second) =>
        withDatabase(async (third) => {
          const databases = [first, second, third];
          const servers: { url: string; tasks: number; child: { kill: () => void } }[] = [];
          say('\ntasks        import/s    size');
          for (const [k, size] of SIZES.entries()) {
            const databaseUrl = databases[k]!;
            await loadReferenced(databaseUrl, folder, size / TASKS_OF_PATIENT);
            const rate = await load(databaseUrl, folder, 0, size);
            const bytes = await settle(databaseUrl);
            say(`${String(size).padEnd(13)}${rate.toFixed(0).padEnd(12)}${bytes}`);
            servers.push({ ...(await startServer({ databaseUrl, connections: 4 })), tasks: size });
          }
          const head = `${SIZES.map((size) => String(size).padStart(10)).join('')}   last ÷ first`;
          const line = (name: string, values: readonly number[], digits: number) =>
            say(
              `${name.padEnd(33)}${values.map((value) => value.toFixed(digits).padStart(10)).join('')}${(values.at(-1)! / values[0]!).toFixed(2).padStart(15)}`,
            );
          say(`\n${`p95 in ms, ${CALLERS} callers`.padEnd(33)}${head}`);
          for (const [name, values] of await compare(servers)) line(name, values, 2);
          // Last, since what is created is newest, and all of one status.
          const creates = servers.map((): number[] => []);
          for (let round = 0; round <= ROUNDS; round++)
            for (const [k, { url, tasks }] of servers.entries()) {
              const rate = await createRate(url, tasks);
              if (round) creates[k]!.push(rate);
            }
          line('creates/s, 8 callers', creates.map(median), 0);
          for (const { child } of servers) child.kill();
        }),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
