// Connections, migrations, and what is tried again. https://www.postgresql.org/docs/18/mvcc-serialization-failure-handling.html
import t from 'tap';
import { migrate } from '../../db/migrate.ts';
import { isTimeout, isUnreachable, openPool, retry, type Sql } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';

async function poolOf(
  t: Parameters<typeof createDatabase>[0],
  options: Partial<Parameters<typeof openPool>[1]> = {},
): Promise<{ sql: Sql; url: string }> {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 4, ...options });
  t.teardown(() => sql.end({ timeout: 5 }));
  return { sql, url };
}

t.test('Searches are planned with their own values, reads and writes once for all', async (t) => {
  const setting = async (sql: Sql, name: string) => (await sql.unsafe(`show ${name}`))[0]![name];
  const { sql } = await poolOf(t);
  const { sql: searches } = await poolOf(t, { customPlans: true, statementTimeout: 1234 });
  t.equal(await setting(sql, 'plan_cache_mode'), 'force_generic_plan');
  t.equal(await setting(searches, 'plan_cache_mode'), 'force_custom_plan');
  t.equal(await setting(sql, 'statement_timeout'), '30s');
  t.equal(await setting(searches, 'statement_timeout'), '1234ms');
  for (const [name, value] of [
    ['TimeZone', 'UTC'],
    ['jit', 'off'],
    ['max_parallel_workers_per_gather', '0'],
    ['random_page_cost', '1.1'],
  ] as const)
    t.equal(await setting(searches, name), value, name);
});

t.test('A statement that takes too long is ended, and known as such', async (t) => {
  const { sql } = await poolOf(t, { statementTimeout: 50 });
  const failure = await sql`select pg_sleep(5)`.then(
    () => undefined,
    (error: unknown) => error,
  );
  t.ok(isTimeout(failure));
  t.notOk(isUnreachable(failure));
  t.same([...(await sql`select 1 as one`)], [{ one: 1 }], 'the connection goes on');
});

t.test('A database that cannot be reached is known as such', async (t) => {
  const sql = openPool('postgres://nobody@127.0.0.1:9/none', { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  const failure = await sql`select 1`.then(
    () => undefined,
    (error: unknown) => error,
  );
  t.ok(isUnreachable(failure));
  t.notOk(isTimeout(failure));
  t.notOk(isUnreachable(undefined));
  t.notOk(isUnreachable(new Error('x')));
});

t.test('Two transactions that lock each other out both finish', async (t) => {
  const { sql: first, url } = await poolOf(t);
  await first`create table pair (id int primary key, n int)`;
  await first`insert into pair values (1, 0), (2, 0)`;
  await first.unsafe(`alter database ${new URL(url).pathname.slice(1)} set deadlock_timeout = '20ms'`);
  const sql = openPool(url, { max: 2 });
  t.teardown(() => sql.end({ timeout: 5 }));
  const add = (first: number, second: number) =>
    retry(() =>
      sql.begin(async (transaction) => {
        await transaction`update pair set n = n + 1 where id = ${first}`;
        await new Promise((resolve) => setTimeout(resolve, 30));
        await transaction`update pair set n = n + 1 where id = ${second}`;
      }),
    );
  await Promise.all([add(1, 2), add(2, 1)]);
  t.same([...(await sql`select n from pair order by id`)], [{ n: 2 }, { n: 2 }]);
});

t.test(
  'What PostgreSQL refuses for good is not tried again, and what it refuses for now not for ever',
  async (t) => {
    const failing = (code: string) => {
      let calls = 0;
      const work = () => {
        calls++;
        return Promise.reject(Object.assign(new Error(code), { code }));
      };
      return { work, calls: () => calls };
    };
    for (const [code, expected] of [
      ['23505', 1],
      ['40001', 3],
      ['40P01', 3],
      ['55P03', 3],
    ] as const) {
      const { work, calls } = failing(code);
      await t.rejects(retry(work, 3), new Error(code));
      t.equal(calls(), expected, `${code}: ${expected} times`);
    }
    let left = 2;
    t.equal(
      await retry(() =>
        left-- ? Promise.reject(Object.assign(new Error('x'), { code: '40001' })) : Promise.resolve('done'),
      ),
      'done',
    );
  },
);

t.test(
  'Migrations run once each, whoever starts first, and an older program refuses a newer database',
  async (t) => {
    const { sql, url } = await poolOf(t);
    const names = async () =>
      (await sql`select name from migration order by name`).map((row) => row.name as string);
    const before = await names();
    t.ok(before.length >= 3);
    t.ok(
      before.every((name) => /^\d{4}-[a-z-]+\.sql$/.test(name)),
      `${before}`,
    );
    await sql.unsafe('drop schema public cascade; create schema public');
    const pools = [openPool(url, { max: 1 }), openPool(url, { max: 1 }), openPool(url, { max: 1 })];
    t.teardown(() => Promise.all(pools.map((pool) => pool.end({ timeout: 5 }))));
    await Promise.all(pools.map((pool) => migrate(pool)));
    t.same(await names(), before);
    await migrate(sql);
    t.same(await names(), before, 'again changes nothing');
    await sql`insert into migration (name) values ('9999-from-the-future.sql')`;
    await t.rejects(
      migrate(sql),
      /The database is newer than this program: it has run 9999-from-the-future\.sql\. Start a newer version\./,
    );
  },
);

t.test('Transactions that begin among many statements are carried out, and none is left open', async (t) => {
  const { sql, url } = await poolOf(t, { max: 2 });
  await sql`create table line (n integer)`;
  // However full the pipelines of both connections are when a transaction begins.
  const [LEAST, MOST] = [180, 220];
  for (let waiting = LEAST; waiting < MOST; waiting++) {
    const statements = Array.from({ length: waiting }, () => sql`select 1`.execute());
    const begun = sql.begin((transaction) => transaction`insert into line values (${waiting})`);
    const ended = await Promise.allSettled<unknown>([...statements, begun]);
    const failed = ended.filter(({ status }) => status === 'rejected');
    t.same(failed, [], `behind ${waiting} statements`);
  }
  const reader = openPool(url, { max: 1 });
  t.teardown(() => reader.end({ timeout: 5 }));
  const [row] = await reader`select count(*)::int as n from line`;
  t.equal(row!.n, MOST - LEAST, 'another session sees all');
});
