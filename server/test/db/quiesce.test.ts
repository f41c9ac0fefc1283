// Waiting until nothing is left of what began before. https://www.postgresql.org/docs/18/transaction-iso.html
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openPool, type Sql } from '../../db/pool.ts';
import { quiesce } from '../../db/quiesce.ts';
import { createDatabase } from '../helpers/database.ts';

async function open(t: Test): Promise<Sql> {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 4 });
  t.teardown(() => sql.end({ timeout: 5 }));
  return sql;
}

/** Holds a transaction that has run a statement; what is returned ends it. */
async function hold(sql: Sql, statement: string, mode = 'isolation level read committed') {
  const [begun, end] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
  const held = sql.begin(mode, async (transaction) => {
    const [row] = await transaction.unsafe(statement);
    begun.resolve(row!.xid as string);
    await end.promise;
  });
  const xid = await begun.promise;
  return {
    xid,
    end: () => {
      end.resolve();
      return held;
    },
  };
}

/** Whether it waits while the transaction is held, and what it gives when that has ended. */
async function waited(sql: Sql, held: { end: () => Promise<unknown> }) {
  let through = false;
  const quiet = quiesce(sql, new AbortController().signal).then((xid) => {
    through = true;
    return xid;
  });
  await wait(150);
  const early = through;
  await held.end();
  return { early, xid: BigInt(await quiet) };
}

t.test('It waits for a transaction that writes, and gives a number above it', async (t) => {
  const sql = await open(t);
  const held = await hold(sql, 'select pg_current_xact_id()::text as xid');
  const { early, xid } = await waited(sql, held);
  t.equal(early, false);
  t.ok(xid > BigInt(held.xid));
});

t.test(
  'It waits for a snapshot that may not have seen what was committed, though it has no number yet',
  async (t) => {
    const sql = await open(t);
    const writer = await hold(sql, 'select pg_current_xact_id()::text as xid');
    const reader = await hold(
      sql,
      'select pg_snapshot_xmin(pg_current_snapshot())::text as xid',
      'isolation level repeatable read',
    );
    await writer.end();
    t.equal((await waited(sql, reader)).early, false);
  },
);

t.test('It does not wait for what began later, nor where nothing runs', async (t) => {
  const sql = await open(t);
  await quiesce(sql, new AbortController().signal);
  const later = await hold(sql, 'select 1::text as xid', 'isolation level read committed');
  t.ok(BigInt(await quiesce(sql, new AbortController().signal)) > 0n, 'a transaction between two statements');
  await later.end();
});

t.test('It ends with the reason of its signal', async (t) => {
  const sql = await open(t);
  const held = await hold(sql, 'select pg_current_xact_id()::text as xid');
  await t.rejects(quiesce(sql, AbortSignal.timeout(50)), { name: 'TimeoutError' });
  await held.end();
});
