// GET /events tells what changes as it happens, and a stream that breaks off goes on without a gap; docs/events.md.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { type App, createApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { freePort } from '../../db/embedded.ts';
import { openPool } from '../../db/pool.ts';
import { listenTo, toldBy } from '../helpers/listener.ts';
import { until } from '../helpers/process.ts';
import { asking, startServer } from '../helpers/server.ts';

const server = await startServer(t, { listen: true, env: { DB_CONNECTIONS: '4' } });
const ask = asking(server);

/** Another server on the same database. */
async function startOther(): Promise<{ app: App; url: string }> {
  const port = await freePort();
  const settings = { DATABASE_URL: server.databaseUrl, PORT: String(port), LOG_LEVEL: 'silent', DEMO: 'off' };
  const config = readConfig({ ...settings, DB_CONNECTIONS: '2' }, ['--open']);
  const app = await createApp({ config, databaseUrl: server.databaseUrl });
  await app.server.listen({ host: '127.0.0.1', port });
  return { app, url: config.publicUrl };
}

const sleep = (time: number) => new Promise((done) => setTimeout(done, time));

const task = (id: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...more,
});

t.test('a stream tells of each write what the resource is now, and nothing of its content', async (t) => {
  const stream = await listenTo(t, server.url, 'type=Task&type=Basic');
  t.equal(stream.status, 200);
  const headers = Object.fromEntries(stream.headers);
  t.match(headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': /.+/,
    'access-control-allow-origin': '*',
  });
  t.notOk(headers['content-encoding'], 'nothing holds the stream back');

  const { body: made } = await ask('PUT', '/Task/one', task('one', { description: 'Call Ana' }));
  await stream.heard('Task/one');
  t.same(stream.events.at(-1), {
    event: 'change',
    data: { type: 'Task', id: 'one', versionId: '1', lastUpdated: made.meta.lastUpdated, method: 'PUT' },
  });
  await ask('PUT', '/Patient/nobody', { resourceType: 'Patient', id: 'nobody' });
  await ask('PUT', '/Task/one', task('one', { status: 'accepted' }));
  await stream.heard('Task/one', 2);
  await ask('DELETE', '/Task/one');
  await stream.heard('Task/one', 3);
  t.same(toldBy(stream), ['PUT Task/one 1', 'PUT Task/one 2', 'gone Task/one']);
  t.same(stream.events.at(-1)!.data, { type: 'Task', id: 'one' });
});

t.test(
  'Last-Event-ID continues a stream; a foreign one, or one too far back, says to read again',
  async (t) => {
    const first = await listenTo(t, server.url, 'type=Task');
    await ask('PUT', '/Task/one', task('one'));
    await first.heard('Task/one');
    const from = first.cursor();
    t.match(from, /^\d+$/);
    first.cut();
    await ask('PUT', '/Task/two', task('two'));
    await ask('PUT', '/Task/three', task('three'));
    await ask('DELETE', '/Task/two');
    const second = await listenTo(t, server.url, 'type=Task', { from });
    await second.heard('Task/three');
    t.same(toldBy(second), ['PUT Task/three 1', 'gone Task/two'], 'what came between, as it is now');

    const foreign = await listenTo(t, server.url, 'type=Task', { from: '9'.repeat(18) });
    await foreign.heard('refresh');
    await ask('PUT', '/Task/three', task('three', { status: 'accepted' }));
    await foreign.heard('Task/three');
    t.same(toldBy(foreign), ['refresh refresh', 'PUT Task/three 2']);

    const entry = Array.from({ length: 1_001 }, (_, n) => ({
      resource: task(`many-${n}`),
      request: { method: 'PUT', url: `Task/many-${n}` },
    }));
    t.equal((await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200);
    await foreign.heard('refresh', 2);
    const far = await listenTo(t, server.url, 'type=Task', { from });
    await far.heard('refresh');
    t.same(toldBy(far), ['refresh refresh'], 'not one by one');
  },
);

t.test('a write in another process is told; closing the server ends streams at once', async (t) => {
  const other = await startOther();
  const stream = await listenTo(t, other.url, 'type=Task');
  const from = performance.now();
  await ask('PUT', '/Task/elsewhere', task('elsewhere'));
  await stream.heard('Task/elsewhere');
  t.ok(performance.now() - from < 5_000, `told after ${Math.round(performance.now() - from)} ms`);
  const closing = performance.now();
  await other.app.close();
  t.ok(performance.now() - closing < 3_000, `closed in ${Math.round(performance.now() - closing)} ms`);
  await until(() => stream.ended(), 'the stream ended');
  const again = await listenTo(t, server.url, 'type=Task', { from: stream.cursor() });
  await ask('PUT', '/Task/elsewhere', task('elsewhere', { status: 'accepted' }));
  await again.heard('Task/elsewhere');
  t.same(toldBy(again), ['PUT Task/elsewhere 2'], 'any process continues a stream');
});

/** Resources that are written at once, and the versions of each. */
const WRITERS = 5;
const ROUNDS = 8;

t.test(
  'however often a stream is cut, each version is told, or a later one, and never an earlier after it',
  async (t) => {
    const other = await startOther();
    t.teardown(() => other.app.close());
    const sql = openPool(server.databaseUrl, { max: 2 });
    t.teardown(() => sql.end());
    const [type] = await sql`select id from resource_type where name = 'Basic'`;
    let run = 0;

    /** A transaction with a low number that writes last: what came after it waits, and its own version is not lost. */
    const writeLate = async (id: string, time: number): Promise<number> =>
      sql.begin(async (transaction) => {
        await transaction`select pg_current_xact_id()`;
        await sleep(time);
        const [row] = await transaction`update resource set version = version + 1, last_updated = now(),
        xid = pg_current_xact_id() where id = ${id} and type = ${type!.id} returning rid, version, last_updated`;
        await transaction`insert into change (rid, type, version, method, last_updated)
        values (${row!.rid}, ${type!.id}, ${row!.version}, 'U', ${row!.last_updated})`;
        return row!.version as number;
      }) as Promise<number>;

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ time: fc.nat(90), elsewhere: fc.boolean() }), { minLength: 4, maxLength: 10 }),
        fc.array(fc.nat(150), { minLength: WRITERS, maxLength: WRITERS }),
        async (cuts, late) => {
          const name = `cut-${++run}`;
          const told = new Map<string, number[]>();
          const committed = new Map<string, number>();
          let writing = true;
          const write = async (n: number) => {
            const id = `${name}-${n}`;
            for (let round = 1; round <= ROUNDS; round++) {
              const { status, body } = await ask('PUT', `/Basic/${id}`, {
                resourceType: 'Basic',
                id,
                code: { text: `${round}` },
              });
              if (status >= 300) throw new Error(JSON.stringify(body));
              committed.set(id, Number(body.meta.versionId));
              if (round === ROUNDS >> 1) committed.set(id, await writeLate(id, late[n]!));
              await sleep(5);
            }
          };
          let cursor: string | undefined = (await listenTo(t, server.url, 'type=Basic')).cursor();
          const writers = Promise.all(Array.from({ length: WRITERS }, (_, n) => write(n))).finally(() => {
            writing = false;
          });
          const isTold = () =>
            !writing && [...committed].every(([id, version]) => told.get(id)?.at(-1) === version);
          for (let n = 0; writing || n < cuts.length; n++) {
            const { time, elsewhere } = cuts[n % cuts.length]!;
            const stream = await listenTo(t, elsewhere ? other.url : server.url, 'type=Basic', {
              from: cursor,
            });
            await sleep(time);
            stream.cut();
            take(stream.events);
            cursor = stream.cursor();
          }
          await writers;
          const last = await listenTo(t, server.url, 'type=Basic', { from: cursor });
          const taken = { count: 0 };
          await until(() => {
            take(last.events.slice(taken.count));
            taken.count = last.events.length;
            return isTold();
          }, 'all versions were told');
          last.cut();

          function take(events: typeof last.events): void {
            for (const { event, data } of events) {
              if (event !== 'change' || !data.id.startsWith(`${name}-`)) continue;
              told.set(data.id, [...(told.get(data.id) ?? []), Number(data.versionId)]);
            }
          }
          t.equal(committed.size, WRITERS);
          for (const [id, versions] of told)
            t.same(
              versions,
              versions.toSorted((a, b) => a - b),
              `${id}: never back`,
            );
        },
      ),
      { numRuns: 3 },
    );
  },
);
