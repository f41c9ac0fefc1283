// The change feed: a reader that polls sees each change exactly once, in whatever order transactions begin and commit.
import fc from 'fast-check';
import t from 'tap';
import { openPool, type Sql } from '../../db/pool.ts';
import { FEED_START, type FeedPosition, readChanges } from '../../store/feed.ts';
import { createDatabase } from '../helpers/database.ts';
import { asking, startServer } from '../helpers/server.ts';
import { database, patient, task } from '../interaction/sample.ts';

/** Transactions of one property run, each on a connection of its own. */
const WRITERS = 4;

/** Inserts one change and returns its number. */
async function insertChange(connection: Pick<Sql, 'unsafe'>, version: number): Promise<void> {
  await connection.unsafe(
    `insert into change (rid, type, version, method, last_updated) values (1, 1, ${version}, 'C', now())`,
  );
}

/** Waits until no transaction of this server, of whatever database, is older than the changes that are there. */
async function settled(sql: Sql): Promise<void> {
  for (;;) {
    const [row] =
      await sql`select coalesce(max(xid) < pg_snapshot_xmin(pg_current_snapshot()), true) as done from change`;
    if (row!.done) return;
    await new Promise((done) => setTimeout(done, 5));
  }
}

type Step = { writer: number; action: 'write' | 'commit' | 'rollback' | 'read' };
const step = fc.record({
  writer: fc.nat(WRITERS - 1),
  action: fc.constantFrom('write', 'write', 'write', 'commit', 'commit', 'rollback', 'read', 'read'),
}) as fc.Arbitrary<Step>;

t.test('whatever the order of commits, no change is passed over and none is read twice', async (t) => {
  const { url } = await createDatabase(t);
  const reader = openPool(url, { max: 1 });
  const pool = openPool(url, { max: WRITERS });
  t.teardown(() => Promise.all([reader.end(), pool.end()]));
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => pool.reserve()));
  let version = 0;

  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      async (steps, limit) => {
        await reader`truncate change`;
        let after: FeedPosition = FEED_START;
        const seen: number[] = [];
        const committed: number[] = [];
        const open: (number[] | undefined)[] = writers.map(() => undefined);
        const read = async () => {
          const { changes, next } = await readChanges({ sql: reader }, after, limit);
          seen.push(...changes.map((change) => change.version));
          after = next;
          return changes.length;
        };
        const end = async (n: number, how: 'commit' | 'rollback') => {
          if (!open[n]) return;
          await writers[n]!.unsafe(how);
          if (how === 'commit') committed.push(...open[n]);
          open[n] = undefined;
        };
        for (const { writer, action } of steps) {
          if (action === 'read') await read();
          else if (action !== 'write') await end(writer, action);
          else {
            if (!open[writer]) {
              await writers[writer]!.unsafe('begin');
              open[writer] = [];
            }
            open[writer].push(++version);
            await insertChange(writers[writer]!, version);
          }
        }
        for (const n of writers.keys()) await end(n, 'commit');
        await settled(reader);
        while (await read());
        const byNumber = (a: number, b: number) => a - b;
        t.same(seen.sort(byNumber), committed.sort(byNumber));
      },
    ),
    { numRuns: 60 },
  );
  for (const writer of writers) writer.release();
});

t.test(
  'a transaction that is held open long is not passed over, as a reader by seq alone would',
  async (t) => {
    const { url } = await createDatabase(t);
    const sql = openPool(url, { max: 3 });
    t.teardown(() => sql.end());
    const [held, other] = [await sql.reserve(), await sql.reserve()];
    // Each connection takes its numbers from a stretch of its own: those of `held` are the lower.
    await insertChange(held, 1);
    await held.unsafe('begin');
    await insertChange(held, 2);
    await insertChange(other, 3);
    const bySeq = async (after: string) => {
      const rows =
        await other`select c.seq::text, c.version from change c where c.seq > ${after}::bigint order by c.seq`;
      return {
        versions: rows.map((row) => row.version as number),
        next: (rows.at(-1)?.seq ?? after) as string,
      };
    };
    const naive = await bySeq('0');
    t.same(naive.versions, [1, 3]);
    const first = await readChanges({ sql: other }, FEED_START, 10);
    t.same(
      first.changes.map((change) => change.version).filter((version) => version > 1),
      [],
      'what came after it waits',
    );
    t.same(
      await readChanges({ sql: other }, first.next, 10),
      { changes: [], next: first.next },
      'so does the reader',
    );
    await held.unsafe('commit');
    await settled(other);
    const second = await readChanges({ sql: other }, first.next, 10);
    t.same(
      [...first.changes, ...second.changes].map((change) => change.version),
      [1, 2, 3],
    );
    t.same((await bySeq(naive.next)).versions, [], 'the other reader never sees 2');
    held.release();
    other.release();
  },
);

t.test('many writers and a reader at once', async (t) => {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 9 });
  t.teardown(() => sql.end());
  let version = 0;
  let writing = true;
  const expected = new Set<number>();
  const writer = async (n: number) => {
    for (let round = 0; round < 25; round++) {
      const numbers = Array.from({ length: 1 + (round % 3) }, () => ++version);
      for (const one of numbers) expected.add(one);
      await sql.begin(async (transaction) => {
        for (const one of numbers) await insertChange(transaction, one);
        await transaction`select pg_sleep(${n === 0 ? 0.02 : Math.random() / 500})`;
      });
    }
  };
  const seen: number[] = [];
  const reader = async () => {
    for (let after = FEED_START, last = false; ; ) {
      const { changes, next } = await readChanges({ sql }, after, 7);
      seen.push(...changes.map((change) => change.version));
      after = next;
      if (changes.length) continue;
      if (last) return;
      if (writing) continue;
      await settled(sql);
      last = true;
    }
  };
  const reading = reader();
  await Promise.all(Array.from({ length: 7 }, (_, n) => writer(n)));
  writing = false;
  await reading;
  t.equal(seen.length, new Set(seen).size, 'none twice');
  t.same(new Set(seen), expected, 'none lost');
});

t.test('every write of the server is in the feed: its version, method and instant', async (t) => {
  const server = await startServer(t);
  const ask = asking(server);
  const sql = database(t, server.databaseUrl);
  const { body: made } = await ask('POST', '/Patient', patient('a'));
  await ask('PUT', `/Patient/${made.id}`, { ...patient('a', { gender: 'male' }), id: made.id });
  await ask('DELETE', `/Patient/${made.id}`);
  await ask('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: ['x', 'y'].map((id) => ({
      resource: { ...task('none'), for: undefined, id },
      request: { method: 'PUT', url: `Task/${id}` },
    })),
  });
  await settled(sql);
  const { changes } = await readChanges({ sql }, FEED_START, 100);
  t.same(
    changes.map(({ version, method }) => `${method} ${version}`),
    ['POST 1', 'PUT 2', 'DELETE 3', 'PUT 1', 'PUT 1'],
  );
  t.equal(changes[0]!.lastUpdated.toISOString(), made.meta.lastUpdated);
  t.equal(changes[3]!.xid, changes[4]!.xid, 'a transaction is one');
  const [stored] = await sql`select rid::text, type from resource where id = ${made.id}`;
  t.same({ rid: changes[0]!.rid, type: changes[0]!.type }, { ...stored });
  const [missing] = await sql`select count(*)::int as n from (
    select rid, version from resource union all select rid, version from history
    except select rid, version from change) m`;
  t.equal(missing!.n, 0);
});
