// Jobs outlive their process: one worker at a time, taken over from the last checkpoint, given up in words.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { openPool } from '../../db/pool.ts';
import { createJobs, type JobKind, type JobState } from '../../job/index.ts';
import { createDatabase } from '../helpers/database.ts';
import { counting } from './count.ts';

let made = 0;

async function open(t: Test) {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 4 });
  t.teardown(() => sql.end({ timeout: 5 }));
  await sql`create table counted (n integer not null, pid integer not null)`;
  const logged: object[] = [];
  const process = (kinds: Record<string, JobKind>, lease = 1_000) => {
    const jobs = createJobs({
      sql,
      kinds,
      newId: () => `id-${made++}`,
      log: { error: (details) => void logged.push(details) },
      times: { poll: 20, lease, backOff: 20 },
    });
    t.teardown(() => jobs.stop());
    return jobs;
  };
  const until = async (id: string, ...states: JobState[]) => {
    for (let n = 0; n < 3_000; n++) {
      const [row] = await sql`select state from job where id = ${id}`;
      if (states.includes(row!.state as JobState)) return;
      await wait(10);
    }
    throw new Error(`The job did not become ${states}`);
  };
  const counted = async () => (await sql`select n from counted order by n`).map((row) => row.n as number);
  return { url, sql, logged, process, until, counted };
}
const upTo = (n: number) => Array.from({ length: n }, (_, place) => place + 1);

t.test('A job is run once, by one of the processes, and tells what it has done', async (t) => {
  const s = await open(t);
  const workers = [1, 2, 3].map(() => s.process({ count: counting(s.sql, 1) }));
  const ids = await Promise.all(upTo(5).map(() => workers[0]!.add('count', { to: 4 })));
  for (const worker of workers) worker.start();
  for (const id of ids) await s.until(id, 'completed');
  t.same(await s.counted(), ids.flatMap(() => upTo(4)).sort());
  const job = await workers[1]!.find(ids[0]!);
  t.match(job, { kind: 'count', state: 'completed', input: { to: 4 }, counts: { done: 4 }, error: null });
  t.equal(await workers[1]!.find('nobody'), undefined);
  t.same(s.logged, []);
});

t.test('A job whose process is killed is carried on by another from its checkpoint', async (t) => {
  const s = await open(t);
  const jobs = s.process({ count: counting(s.sql, 1) });
  const id = await jobs.add('count', { to: 60 });
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./worker.ts', import.meta.url)), s.url, '20'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  for (let n = 0; n < 1_000 && (await s.counted()).length < 10; n++) await wait(10);
  child.kill('SIGKILL');
  const before = (await s.counted()).length;
  t.ok(before >= 10 && before < 60, `killed in the middle, after ${before} ${said}`);
  jobs.start();
  await s.until(id, 'completed');
  t.same(await s.counted(), upTo(60), 'each step was done once');
  const [{ pids }] = (await s.sql`select count(distinct pid)::int as pids from counted`) as unknown as [
    { pids: number },
  ];
  t.equal(pids, 2);
});

t.test('A worker that lost its job stops at its next step, and writes nothing more', async (t) => {
  const s = await open(t);
  const jobs = s.process({ count: counting(s.sql, 10) }, 60_000);
  jobs.start();
  const id = await jobs.add('count', { to: 1_000 });
  while ((await s.counted()).length < 3) await wait(5);
  await s.sql`update job set lease_owner = 'another' where id = ${id}`;
  const then = (await s.counted()).length;
  await wait(100);
  t.ok((await s.counted()).length <= then + 1);
  t.match(await jobs.find(id), { state: 'running' }, 'it is the other one’s now');
});

t.test('A cancelled job ends, whether it runs or waits', async (t) => {
  const s = await open(t);
  const jobs = s.process({ count: counting(s.sql, 10) });
  const waiting = await jobs.add('count', { to: 1_000 });
  t.equal(await jobs.cancel(waiting), true);
  t.equal(await jobs.cancel(waiting), false, 'it has ended already');
  jobs.start();
  const running = await jobs.add('count', { to: 1_000 });
  while ((await s.counted()).length < 3) await wait(5);
  t.equal(await s.process({}).cancel(running), true, 'by another process');
  await wait(60);
  const then = (await s.counted()).length;
  await wait(60);
  t.equal((await s.counted()).length, then);
  t.match(await jobs.find(running), { state: 'cancelled' });
  t.match(await jobs.find(waiting), { state: 'cancelled', counts: {} });
});

t.test('A failing job is tried four times, then failed with its sentence', async (t) => {
  const s = await open(t);
  let runs = 0;
  const jobs = s.process({
    broken: async () => {
      runs++;
      throw new Error('The file is not there.');
    },
  });
  jobs.start();
  const id = await jobs.add('broken', {});
  await s.until(id, 'failed');
  t.equal(runs, 4);
  t.match(await jobs.find(id), { state: 'failed', error: 'The file is not there.' });
  t.equal(s.logged.length, 4);
});

t.test('A job that gets on between failures is not given up', async (t) => {
  const s = await open(t);
  const jobs = s.process({
    slow: async (run) => {
      const n = ((run.checkpoint as { n: number } | null)?.n ?? 0) + 1;
      await run.save({ n }, { n });
      if (n < 8) throw new Error('Not yet.');
    },
  });
  jobs.start();
  const id = await jobs.add('slow', {});
  await s.until(id, 'completed');
  t.match(await jobs.find(id), { counts: { n: 8 }, error: null });
});

t.test('A job that ends its process each time is given up', async (t) => {
  const s = await open(t);
  const jobs = s.process({ fatal: async () => {} });
  const id = await jobs.add('fatal', {});
  await s.sql`update job set state = 'running', attempts = 4, lease_owner = 'gone', lease_until = now() - interval '1 s'`;
  jobs.start();
  await s.until(id, 'failed');
  t.match(await jobs.find(id), { error: /ended 4 times in a row/ });
});

t.test('A process that ends lets go of its job at once', async (t) => {
  const s = await open(t);
  const first = s.process({ count: counting(s.sql, 5) }, 60_000);
  first.start();
  const id = await first.add('count', { to: 30 });
  while ((await s.counted()).length < 3) await wait(5);
  await first.stop();
  t.match(await first.find(id), { state: 'queued' });
  const second = s.process({ count: counting(s.sql, 1) }, 60_000);
  second.start();
  await s.until(id, 'completed');
  t.same(await s.counted(), upTo(30));
});

t.test('A job may wait before its first run, and belong to a transaction', async (t) => {
  const s = await open(t);
  const jobs = s.process({ count: counting(s.sql, 1) });
  jobs.start();
  const later = await jobs.add('count', { to: 1 }, { delay: 300 });
  await t.rejects(
    s.sql.begin(async (executor) => {
      await jobs.add('count', { to: 1 }, { executor: executor as never });
      throw new Error('undone');
    }),
    { message: 'undone' },
  );
  await wait(100);
  t.match(await jobs.find(later), { state: 'queued' });
  await s.until(later, 'completed');
  const [row] = await s.sql`select count(*)::int as n from job`;
  t.equal(row!.n, 1, 'what was undone left no job');
});
