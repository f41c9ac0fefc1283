// The watch over the change feed: it asks the database only while somebody listens, and then by an index.
// https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
import t from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import { repeat } from '../../job/timer.ts';
import { horizonNow, readFormer, readWindow } from '../../store/feed-window.ts';
import { UNLIMITED } from '../../store/index.ts';
import { createWatch, type Listener, type WatchDependencies } from '../../store/watch.ts';
import type { News } from '../../store/watch-news.ts';
import { until } from '../helpers/process.ts';
import { asking, startServer } from '../helpers/server.ts';
import { database } from '../interaction/sample.ts';

const sleep = (time: number) => new Promise((done) => setTimeout(done, time));

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const types = new Map(
  (await sql`select id, name from resource_type`).map(({ id, name }) => [name as string, id as number]),
);

/** A watch that counts its looks. */
function counted(more: Partial<WatchDependencies> = {}) {
  let looks = 0;
  const reasons: object[] = [];
  const watch = createWatch({
    sql,
    typeId: (type) => types.get(type)!,
    visibility: () => UNLIMITED,
    permits: async (_access, resources) => resources.map(() => true),
    repeat: (look, ...rest) =>
      repeat(
        () => {
          looks++;
          return look();
        },
        ...rest,
      ),
    log: { error: (details) => void reasons.push(details) },
    ...more,
  });
  return { watch, looks: () => looks, reasons };
}

const heard: string[] = [];
const listener = (from: string, more: Partial<Listener> = {}): Listener => ({
  types: ['Task'],
  from,
  access: async () => systemAccess,
  tell: ({ changes }) => void heard.push(...changes.map(({ id, versionId }) => `${id} ${versionId}`)),
  pass: () => undefined,
  end: () => undefined,
  ...more,
});
const put = (id: string) =>
  ask('PUT', `/Task/${id}`, { resourceType: 'Task', id, status: 'draft', intent: 'order' });

t.test('nothing is asked of the database while nobody listens', async (t) => {
  const { watch, looks } = counted();
  watch.wake();
  await sleep(700);
  t.equal(looks(), 0);
  const stop = watch.listen(listener(await watch.now()));
  await until(() => looks() >= 2, 'it looked');
  stop();
  await sleep(50);
  const before = looks();
  watch.wake();
  await sleep(700);
  t.equal(looks(), before, 'nor after the last has left');
  await watch.stop();
});

t.test('after a failure it goes on where it was, and a listener who fails ends alone', async (t) => {
  const { watch, reasons } = counted();
  const from = await watch.now();
  let failures = 2;
  let ended = 0;
  const failing = async () => {
    throw new Error('not any longer');
  };
  heard.length = 0;
  watch.listen(listener(from, { access: failing, end: () => void ended++ }));
  watch.listen(
    listener(from, {
      tell(news) {
        if (failures-- > 0) throw new Error('no');
        heard.push(...news.changes.map(({ id }) => id));
      },
    }),
  );
  await put('again');
  await until(() => heard.length > 0, 'it was told after all');
  t.strictSame(heard, ['again']);
  t.ok(ended > 0, 'who may not listen is ended');
  t.strictSame(reasons, [{ reason: 'no' }], 'a failure is told once');
  await watch.stop();
});

t.test('listeners whose news cannot be judged hold up nobody', async (t) => {
  const broken = Array.from({ length: 3 }, (_, n) => ({ ...systemAccess, subject: `broken-${n}` }));
  const { watch, reasons } = counted({
    visibility: (access) =>
      broken.includes(access) ? { ...UNLIMITED, sql: () => 'r.version / 0 = 1' } : UNLIMITED,
  });
  const from = await watch.now();
  heard.length = 0;
  let told = 0;
  watch.listen(listener(from));
  for (const access of broken)
    watch.listen(listener(from, { access: async () => access, tell: () => void told++ }));
  await put('held-up');
  await until(() => heard.includes('held-up 1'), 'the others are told');
  watch.listen(listener(from, { tell: ({ changes }) => void heard.push(`late ${changes[0]?.id}`) }));
  await until(() => heard.includes('late held-up'), 'so is who comes from further back');
  await put('held-up-again');
  await until(() => heard.includes('held-up-again 1'), 'and they go on being told');
  t.equal(told, 0);
  t.strictSame(reasons, [{ reason: 'division by zero' }], 'the failure is told once');
  await watch.stop();
});

t.test('many writes at once are told together, by few looks', async (t) => {
  const { watch, looks } = counted();
  heard.length = 0;
  watch.listen(listener(await watch.now()));
  await until(() => looks() > 0);
  const before = looks();
  const from = performance.now();
  await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      await put(`many-${n}`);
      watch.wake();
    }),
  );
  await until(() => new Set(heard).size === 60, 'all were told');
  const time = performance.now() - from;
  t.ok(looks() - before <= time / 40 + 2, `${looks() - before} looks in ${Math.round(time)} ms`);
  await watch.stop();
});

t.test('what was there before is not read when it is more than memory should hold', async (t) => {
  const { watch } = counted({ visibility: () => ({ ...UNLIMITED, whole: false, sql: () => 'false' }) });
  const from = await watch.now();
  const description = 'x'.repeat(1_000_000);
  for (let n = 0; n < 9; n++)
    for (const status of ['draft', 'requested'])
      await ask('PUT', `/Task/large-${n}`, {
        ...{ resourceType: 'Task', id: `large-${n}`, status, intent: 'order', description },
      });
  const task = types.get('Task')!;
  await until(async () => (await readWindow(sql, from, [task])).written.length === 18, 'all was read');
  const { written } = await readWindow(sql, from, [task]);
  t.ok((await readFormer(sql, written)) === undefined, 'all of it is too much');
  t.equal((await readFormer(sql, written.slice(0, 4)))?.length, 4, 'some of it is not');
  const told: News[] = [];
  watch.listen(listener(from, { tell: (news) => void told.push(news) }));
  await until(() => told.length > 0, 'it was told');
  t.strictSame(told[0], { changes: [], gone: [], refresh: true }, 'to read everything again');
  await watch.stop();
});

t.test('a window is read by the index of transactions, however long the feed is', async (t) => {
  const task = types.get('Task')!;
  await sql`insert into change (rid, type, version, method, last_updated)
    select n, 0, 1, 'C', now() from generate_series(1, 50000) n`;
  await sql`analyze change`;
  const from = await horizonNow(sql);
  await put('last');
  const asked: { text: string; values: string[] }[] = [];
  const recording = new Proxy(sql, {
    get: (target, name) =>
      name === 'unsafe'
        ? (text: string, values: string[], options: object) => {
            asked.push({ text, values });
            return target.unsafe(text, values, options);
          }
        : Reflect.get(target, name),
  });
  await until(async () => (await readWindow(recording, from, [task])).written.length > 0, 'it was read');
  const { text, values } = asked.at(-1)!;
  const plan = JSON.stringify(await sql.unsafe(`explain (format json) ${text}`, values));
  t.match(plan, /"Index Name":"change_by_xid"/);
  t.notMatch(plan, /"Seq Scan"/);
  const whole = await readWindow(sql, '0', [task]);
  t.ok(whole.overflow, 'what is too far back is not looked through');
  t.ok(BigInt(whole.horizon) > BigInt(from), 'it is gone on from there all the same');
});
