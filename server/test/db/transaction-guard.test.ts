// A transaction whose connection is lost fails, and nothing of it is sent any more. server/db/transaction-guard.ts
import t, { type Test } from 'tap';
import { isUnreachable, openPool, type Transaction } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';

const { url } = await createDatabase(t);
const admin = openPool(url, { max: 1 });
t.teardown(() => admin.end());
await admin`create table note (text text)`;
const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** Ends the connection of a transaction from outside. */
async function cut(pid: number): Promise<void> {
  await admin`select pg_terminate_backend(${pid})`;
  await wait(50);
}

/** Runs work in a transaction that loses its connection, and looks at what is left. */
async function loses(
  t: Test,
  work: (transaction: Transaction, pid: number) => Promise<unknown>,
): Promise<void> {
  const sql = openPool(url, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  let ended: unknown;
  const failure = await sql
    .begin(async (transaction) => {
      const [row] = await transaction`select pg_backend_pid() as pid`;
      await transaction`insert into note values ('before')`;
      ended = work(transaction as unknown as Transaction, row!.pid as number);
      return ended;
    })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  t.ok(isUnreachable(failure), String(failure));
  // The driver tells the end of the former connection once more to the first who uses the next one, which begins again.
  // The same connection, made anew, in a transaction of somebody else.
  await sql.begin(async (transaction) => {
    await transaction`insert into note values ('mine')`;
    await (ended as Promise<unknown>).catch(() => {});
    await wait(50);
  });
  t.strictSame(
    (await admin`select text from note`).map((row) => row.text),
    ['mine'],
  );
  await admin`truncate note`;
}

t.test('lost between two statements: the next one is refused', (t) =>
  loses(t, async (transaction, pid) => {
    await cut(pid);
    await wait(100);
    await transaction`insert into note values ('after')`;
  }),
);

t.test('lost between two statements: the next one, later, is refused', (t) =>
  loses(t, async (transaction, pid) => {
    await cut(pid);
    await wait(300);
    await transaction.unsafe(`insert into note values ('after')`);
  }),
);

t.test('lost in the middle of a statement: no ROLLBACK is sent', (t) =>
  loses(t, async (transaction, pid) => {
    const sleep = transaction`select pg_sleep(5)`.execute();
    await wait(20);
    await Promise.all([sleep, cut(pid)]);
  }),
);

t.test('lost in the middle of a statement whose failure is passed over: no COMMIT is sent', (t) =>
  loses(t, async (transaction, pid) => {
    const sleep = transaction`select pg_sleep(5)`.catch(() => {});
    await wait(20);
    await cut(pid);
    await sleep;
  }),
);

t.test('a transaction that fails by itself is rolled back, one that ends is there', async (t) => {
  const sql = openPool(url, { max: 1 });
  t.teardown(() => sql.end({ timeout: 1 }));
  await t.rejects(
    sql.begin(async (transaction) => {
      await transaction`insert into note values ('no')`;
      throw new Error('mine');
    }),
    { message: 'mine' },
  );
  let kept: Transaction | undefined;
  const result = await sql.begin('read write', async (transaction) => {
    kept = transaction as unknown as Transaction;
    await transaction`insert into note values ('yes')`;
    return 7;
  });
  t.equal(result, 7);
  t.throws(() => kept!`select 1`, { code: 'CONNECTION_CLOSED' }, 'it cannot be used when it is over');
  t.strictSame(
    (await admin`select text from note`).map((row) => row.text),
    ['yes'],
  );
  await admin`truncate note`;
});
