// Service clocks outlive their process: each strikes once, with several processes, across kill -9, and whatever fails beside it.
// https://www.postgresql.org/docs/18/sql-select.html#SQL-FOR-UPDATE-SHARE
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource, Task } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { freePort } from '../db/embedded.ts';
import { openPool, type Sql } from '../db/pool.ts';
import { systemAccess } from '../fhir/access.ts';
import { createDatabase } from './helpers/database.ts';
import { run, until } from './helpers/process.ts';
import { type Ask, asking } from './helpers/server.ts';
import { due, expecting, found, lateWork, people, taskOf } from './journey/clock-people.ts';

const START = new Date('2026-03-03T15:00:00.000Z');
const after = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1_000);

interface World {
  databaseUrl: string;
  folder: string;
  sql: Sql;
}
async function world(t: Test): Promise<World> {
  const { url: databaseUrl } = await createDatabase(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-clocks-'));
  const sql = openPool(databaseUrl, { max: 1 });
  t.teardown(async () => {
    await sql.end();
    rmSync(folder, { recursive: true, force: true });
  });
  return { databaseUrl, folder, sql };
}

/** A server in this process, with its own clock. */
async function serve(t: Test, { databaseUrl, folder }: World, now: () => Date) {
  const settings = { DATABASE_URL: databaseUrl, DATA_DIR: folder, DEMO: 'off', LOG_LEVEL: 'silent' };
  const config = readConfig({ ...settings, DB_CONNECTIONS: '2' }, ['--open']);
  const app = await createApp({ config, databaseUrl, now });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await app.close();
    isOpen = false;
  };
  t.teardown(close);
  return { ...app, ask: asking(app), close };
}
type Served = Awaited<ReturnType<typeof serve>>;

const bundleOf = (resources: readonly Resource[]) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  })),
});
/** Loads a history, as the demo stories are. */
const load = ({ dispatch }: Served, resources: readonly Resource[]) =>
  dispatch({
    method: 'POST',
    path: [],
    query: new URLSearchParams(),
    headers: {},
    body: bundleOf(resources),
    access: systemAccess,
  });
/** Writes tasks of Ana's that are due at an instant, as a client does. */
async function writeTasks(ask: Ask, count: number, at: Date, more: Partial<Task> = {}): Promise<void> {
  for (let start = 0; start < count; start += 100) {
    const tasks = Array.from({ length: Math.min(100, count - start) }, (_, n) => ({
      ...taskOf('nav-schedule', { ...due(at.toISOString()), ...more }),
      id: `t${start + n}`,
    }));
    expecting(200, await ask('POST', '/', bundleOf(tasks)));
  }
}
const struckOf = async (sql: Sql): Promise<number> => {
  const [row] = await sql`select count(*)::int as count from service_clock where struck is not null`;
  return row!.count as number;
};
const openOf = async (sql: Sql): Promise<number> => {
  const [row] = await sql`select count(*)::int as count from service_clock where struck is null`;
  return row!.count as number;
};
/** Connections beside this one. */
const othersOf = async (sql: Sql): Promise<number> => {
  const [row] = await sql`select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
  return row!.count as number;
};
/** How often a supervisor was told, by the task that is late. */
async function told(sql: Sql): Promise<{ tasks: number; late: number }> {
  const rows = await sql`select content::jsonb -> 'focus' ->> 'reference' as focus from resource
    where not deleted and content::jsonb -> 'code' -> 'coding' -> 0 ->> 'code' = 'late-work'`;
  return { tasks: rows.length, late: new Set(rows.map(({ focus }) => focus)).size };
}

t.test('with two processes on one database each clock strikes once', async (t) => {
  const place = await world(t);
  let now = START;
  const first = await serve(t, place, () => now);
  const second = await serve(t, place, () => now);
  await load(first, people);
  await writeTasks(first.ask, 400, after(START, 60));
  await until(async () => (await openOf(place.sql)) === 400, 'the clocks are set');
  now = after(START, 61);
  await until(async () => (await struckOf(place.sql)) === 400, 'all have struck');
  t.strictSame(await told(place.sql), { tasks: 400, late: 400 });
  await first.close();
  await second.close();
});

t.test('a process that is killed while clocks strike leaves none out, and none strikes twice', async (t) => {
  const place = await world(t);
  const { sql, databaseUrl } = place;
  const now = new Date();
  const writer = await serve(t, place, () => now);
  await load(writer, people);
  await writeTasks(writer.ask, 1_000, after(now, 1));
  await until(async () => (await openOf(sql)) === 1_000, 'the clocks are set');
  await writer.close();

  const start = async () => {
    const env = {
      DATABASE_URL: databaseUrl,
      DATA_DIR: place.folder,
      PORT: String(await freePort()),
      DEMO: 'off',
    };
    return run(t, 'server/main.ts', ['--open'], env);
  };
  const { child, ended } = await start();
  await until(async () => (await struckOf(sql)) > 0, 'some have struck');
  child.kill('SIGKILL');
  await ended;
  await until(async () => (await othersOf(sql)) === 0, 'its statements have ended');
  const before = await struckOf(sql);
  t.ok(before > 0 && before < 1_000, `${before} had struck when it was killed`);
  t.strictSame(await told(sql), { tasks: before, late: before }, 'those, and no others, were told');

  await start();
  await until(async () => (await struckOf(sql)) === 1_000, 'the next process goes on');
  t.strictSame(await told(sql), { tasks: 1_000, late: 1_000 });
});

t.test('one that fails stops no other, is tried again, and is given up at last', async (t) => {
  const place = await world(t);
  const { sql } = place;
  let now = START;
  const server = await serve(t, place, () => now);
  const { ask } = server;
  await load(server, people);
  // What a supervisor is told names the organisation of the enrolment, which is gone.
  await load(server, [
    { resourceType: 'Patient', id: 'cara' },
    { resourceType: 'Organization', id: 'gone', name: 'Gone' },
    {
      resourceType: 'EpisodeOfCare',
      id: 'cara',
      status: 'active',
      patient: { reference: 'Patient/cara' },
      managingOrganization: { reference: 'Organization/gone' },
    },
  ] as Resource[]);
  expecting(204, await ask('DELETE', '/Organization/gone'));
  const end = due(after(START, 60).toISOString());
  const poison = taskOf('nav-schedule', { ...end, for: { reference: 'Patient/cara' } });
  expecting(201, await ask('PUT', '/Task/poison', { ...poison, id: 'poison' }));
  await writeTasks(ask, 20, after(START, 61));
  await until(async () => (await openOf(sql)) === 21, 'the clocks are set');
  now = after(START, 62);
  const row = async () => {
    const [found] =
      await sql`select attempts, failed is not null as failed, at from service_clock where struck is null`;
    return found as unknown as { attempts: number; failed: boolean; at: Date };
  };
  await until(
    async () => (await struckOf(sql)) === 20 && (await row()).attempts === 1,
    'the others have struck',
  );
  t.strictSame(await told(sql), { tasks: 20, late: 20 });
  for (const [tried, pause] of [5, 30, 120, 600].entries()) {
    const { attempts, failed, at } = await row();
    t.strictSame({ attempts, failed, at }, { attempts: tried + 1, failed: false, at: after(now, pause) });
    now = after(now, pause + 1);
    await until(async () => (await row()).attempts === tried + 2, 'it was tried again');
  }
  t.equal((await row()).failed, true);
  t.strictSame(await lateWork(ask, 'poison'), []);
  await load(server, [{ resourceType: 'Organization', id: 'gone', name: 'Back' } as Resource]);
  expecting(200, await ask('PUT', '/Task/poison', { ...poison, id: 'poison', description: 'Do it now.' }));
  await until(
    async () => (await lateWork(ask, 'poison')).length > 0,
    'it strikes after a change of the resource',
  );
});

t.test('what was past when a history was loaded does not strike; what is to come does', async (t) => {
  const place = await world(t);
  let now = START;
  const server = await serve(t, place, () => now);
  await load(server, people);
  const past = { ...taskOf('nav-schedule', due(after(START, -60).toISOString())), id: 'past' };
  const coming = { ...taskOf('nav-schedule', due(after(START, 60).toISOString())), id: 'coming' };
  await load(server, [past, coming]);
  writeFileSync(join(place.folder, 'a.ndjson'), `${JSON.stringify({ ...past, id: 'imported' })}\n`);
  const imported = run(t, 'scripts/import.ts', [join(place.folder, 'a.ndjson')], {
    DATABASE_URL: place.databaseUrl,
    DATA_DIR: place.folder,
  });
  t.equal(await imported.ended, 0, imported.said.err);
  expecting(201, await server.ask('PUT', '/Task/sent', { ...past, id: 'sent' }));
  now = after(START, 61);
  await until(async () => (await lateWork(server.ask, 'coming')).length > 0);
  await until(
    async () => (await lateWork(server.ask, 'sent')).length > 0,
    'what a client sends late is told',
  );
  t.strictSame(await lateWork(server.ask, 'past'), []);
  t.strictSame(await lateWork(server.ask, 'imported'), []);
  expecting(200, await server.ask('PUT', '/Task/past', { ...past, description: 'Do it now.' }));
  expecting(204, await server.ask('DELETE', '/Task/coming'));
  await until(async () => {
    const rows =
      await place.sql`select from service_clock c join resource r using (rid) where r.id = 'coming'`;
    return rows.length === 0;
  }, 'the rows of what was deleted are gone');
  t.strictSame(await lateWork(server.ask, 'past'), [], 'it is not told for a change either');
  t.equal((await found(server.ask, '/Task?code=late-work')).length, 2);
});
