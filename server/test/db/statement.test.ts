// Statements and array literals reach PostgreSQL as they are meant.
import fc from 'fast-check';
import t from 'tap';
import { openPool } from '../../db/pool.ts';
import { createRidOf, secretOf } from '../../db/rid.ts';
import { plainArray, Statement, textArray } from '../../db/statement.ts';
import { createDatabase } from '../helpers/database.ts';

t.test('A parameter is numbered and cast', async (t) => {
  const statement = new Statement();
  t.equal(statement.add(7, 'bigint'), '$1::bigint');
  t.equal(statement.add('x', 'text'), '$2::text');
  t.equal(statement.add('infinity', 'timestamptz'), '$3::text::timestamptz', 'an instant goes as text');
  t.same(statement.values, ['7', 'x', 'infinity']);
});

t.test('Texts, numbers and instants of every kind come back from PostgreSQL as they went', async (t) => {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 1 });
  t.teardown(() => sql.end({ timeout: 5 }));
  const text = fc
    .oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '',
        'NULL',
        'null',
        '"',
        '\\',
        '{}',
        '{a,b}',
        ',',
        ' x ',
        '\n',
        "'",
        '$1',
        '\u001e',
        '😀',
      ),
    )
    .map((value) => value.replaceAll('\0', '').toWellFormed());
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), async (texts) => {
      const [row] = await sql.unsafe('select $1::text[] as texts', [textArray(texts)], { prepare: true });
      t.same(row!.texts, texts);
    }),
    { numRuns: 200 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
      async (rids) => {
        const [row] = await sql.unsafe('select $1::bigint[]::text[] as rids', [plainArray(rids)], {
          prepare: true,
        });
        t.same(row!.rids, rids);
      },
    ),
    { numRuns: 50 },
  );
  for (const instant of [
    '-infinity',
    'infinity',
    '10000-01-01T00:00:00.000Z',
    '0001-12-31T10:00:00.000Z BC',
    '2026-03-14T09:30:00.123Z',
  ]) {
    const statement = new Statement();
    const [row] = await sql.unsafe(
      `select ${statement.add(instant, 'timestamptz')}::text as instant`,
      statement.values,
      { prepare: true },
    );
    t.ok((row!.instant as string).startsWith(instant.slice(0, 9)), instant);
  }
});

t.test('A surrogate is the same for the same reference and key, and another otherwise', async (t) => {
  const [a, b] = [createRidOf('key a'), createRidOf('key b')];
  t.equal(a('Patient/1'), a('Patient/1'));
  t.not(a('Patient/1'), b('Patient/1'));
  t.not(a('Patient/1'), a('Patient/2'));
  const rids = new Set(Array.from({ length: 20_000 }, (_, n) => a(`Task/${n}`)));
  t.equal(rids.size, 20_000);
  for (const rid of rids)
    if (BigInt.asIntN(64, BigInt(rid)) !== BigInt(rid)) t.fail(`${rid} is no 64-bit number`);
});

t.test('A secret is made once, whoever asks first', async (t) => {
  const { url } = await createDatabase(t);
  const pools = [openPool(url, { max: 1 }), openPool(url, { max: 1 })];
  t.teardown(() => Promise.all(pools.map((sql) => sql.end({ timeout: 5 }))));
  const secrets = await Promise.all(pools.flatMap((sql) => [secretOf(sql, 'rid'), secretOf(sql, 'rid')]));
  t.equal(secrets[0]!.length, 32);
  for (const secret of secrets) t.same(secret, secrets[0]);
  t.notSame(await secretOf(pools[0]!, 'cursor'), secrets[0]);
});
