// What service clocks cost: many that run and are not due, and many that are due at once.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Resource, Task } from '@medplum/fhirtypes';
import { openPool, type Sql } from '../../server/db/pool.ts';
import { CB } from './data.ts';
import { load } from './load.ts';
import { type Figure, figure, type Place, say, startServer, withDatabase } from './run.ts';

const RUNNING = 100_000;
const DUE = 10_000;
const PEOPLE = 2_000;
const CONNECTIONS = 4;
/** Seconds that idling is watched. */
const IDLE = 60;
/** Seconds within which all that are due at once are to have struck. */
const STRUCK_GOAL = 60;
/** Share of a core, in %, that running clocks may cost. */
const IDLE_GOAL = 1;
/** Clock ticks a second in /proc. */
const TICKS = 100;
const DAY = 86_400_000;

const concept = (system: string, code: string) => ({
  coding: [{ system: `${CB}/CodeSystem/${system}`, code }],
});

const staff: readonly Resource[] = [
  { resourceType: 'Organization', id: 'bench-house', active: true, name: 'House' },
  ...['navigator', 'supervisor'].map((code) => ({
    resourceType: 'PractitionerRole',
    id: `bench-${code}`,
    active: true,
    organization: { reference: 'Organization/bench-house' },
    code: [concept('cn-role', code)],
  })),
] as Resource[];

/** Somebody who is enrolled. */
const person = (n: number): Resource[] =>
  [
    { resourceType: 'Patient', id: `bench-${n}`, name: [{ family: `Family${n}`, given: ['Given'] }] },
    {
      resourceType: 'EpisodeOfCare',
      id: `bench-${n}`,
      status: 'active',
      patient: { reference: `Patient/bench-${n}` },
      managingOrganization: { reference: 'Organization/bench-house' },
    },
  ] as Resource[];

const taskOf = (id: string, n: number, due: Date): Task => ({
  resourceType: 'Task',
  id,
  identifier: [{ system: `${CB}/identifier/task`, value: id }],
  groupIdentifier: { system: `${CB}/identifier/episode`, value: `bench-episode-${n % PEOPLE}` },
  status: 'in-progress',
  intent: 'order',
  priority: 'routine',
  code: { ...concept('cn-task-code', 'nav-schedule'), text: 'Book a visit' },
  description: 'Book the first visit.',
  for: { reference: `Patient/bench-${n % PEOPLE}` },
  requester: { reference: 'PractitionerRole/bench-navigator' },
  performerType: [concept('cn-role', 'navigator')],
  owner: { reference: 'PractitionerRole/bench-navigator' },
  restriction: { period: { end: due.toISOString() } },
});

/** Processor ticks that a process has used. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
const parentOf = (pid: number): number =>
  Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

/** Ticks of PostgreSQL: its postmaster and all that it has started; those of what has ended are the postmaster's children's. */
function ticksOfDatabase(postmaster: number): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).reduce((sum, pid) => {
    try {
      return pid === postmaster || parentOf(pid) === postmaster ? sum + ticksOf(pid) : sum;
    } catch {
      // It has ended since the folder was read.
      return sum;
    }
  }, 0);
}

/** The process of PostgreSQL that the others are children of. */
async function postmasterOf(sql: Sql): Promise<number> {
  const [row] = await sql`select pg_backend_pid() as pid`;
  return parentOf(row!.pid as number);
}

/** Share of one core, in %, that a server and its database use while nothing is asked of them. */
async function idleShare(place: Place, sql: Sql): Promise<{ server: number; database: number }> {
  const { child } = await startServer(place);
  const postmaster = await postmasterOf(sql);
  try {
    await wait(15_000);
    const before = { server: ticksOf(child.pid!), database: ticksOfDatabase(postmaster) };
    await wait(IDLE * 1_000);
    const share = (now: number, then: number) => ((now - then) / TICKS / IDLE) * 100;
    return {
      server: share(ticksOf(child.pid!), before.server),
      database: share(ticksOfDatabase(postmaster), before.database),
    };
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

/** Waits until a count of clocks holds. */
async function until(sql: Sql, where: string, count: number): Promise<void> {
  for (let n = 0; n < 3_000; n++) {
    const [row] = await sql.unsafe(`select count(*)::int as count from service_clock where ${where}`);
    if (row!.count === count) return;
    await wait(200);
  }
  throw new Error(`There were not ${count} clocks in ten minutes.`);
}

async function idleFigure(place: Place, sql: Sql, report: (figure: Figure) => void): Promise<void> {
  await load(place.databaseUrl, 1, () => [...staff]);
  await load(place.databaseUrl, PEOPLE, person);
  await sql.unsafe('vacuum analyze');
  const without = await idleShare(place, sql);
  await load(place.databaseUrl, RUNNING, (n) => [
    taskOf(`bench-${n}`, n, new Date(Date.now() + (30 + (n % 300)) * DAY)),
  ]);
  const setter = await startServer(place);
  await until(sql, 'struck is null', RUNNING);
  setter.child.kill();
  await once(setter.child, 'exit');
  await sql.unsafe('vacuum analyze');
  const running = await idleShare(place, sql);
  const whole = ({ server, database }: { server: number; database: number }) => server + database;
  const cell = (share: { server: number; database: number }) =>
    `${share.server.toFixed(2)} % server, ${share.database.toFixed(2)} % PostgreSQL`;
  say(`idle without clocks: ${cell(without)}; with ${RUNNING} running: ${cell(running)} of a core`);
  const cost = Math.max(whole(running) - whole(without), 0);
  report(figure(`clocks: ${RUNNING} running, idle, % of a core`, '%', [cost], [IDLE_GOAL], 1, false));
}

async function strikeFigure(place: Place, sql: Sql, report: (figure: Figure) => void): Promise<void> {
  const due = new Date(Date.now() + 45_000);
  await load(place.databaseUrl, DUE, (n) => [taskOf(`bench-due-${n}`, n, due)]);
  const { child } = await startServer(place);
  try {
    await until(sql, `due = '${due.toISOString()}'`, DUE);
    if (Date.now() > due.getTime()) throw new Error('The clocks were due before all of them were set.');
    await until(sql, `due = '${due.toISOString()}' and struck is not null`, DUE);
    const [row] = await sql`select extract(epoch from max(struck) - min(due))::float8 as seconds
      from service_clock where due = ${due.toISOString()}`;
    const seconds = row!.seconds as number;
    report(figure(`clocks: ${DUE} due at once, all struck`, 's', [seconds], [STRUCK_GOAL], 1, false));
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

export async function clockFigures(report: (figure: Figure) => void): Promise<void> {
  await withDatabase(async (databaseUrl) => {
    const place = { databaseUrl, connections: CONNECTIONS };
    const sql = openPool(databaseUrl, { max: 1, statementTimeout: 600_000 });
    try {
      await idleFigure(place, sql, report);
      await strikeFigure(place, sql, report);
    } finally {
      await sql.end();
    }
  });
}
