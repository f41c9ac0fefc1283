// Small numbers for types, parameters and code systems, the same in every process.
import t from 'tap';
import { internParameters, internTypes, Systems } from '../../db/intern.ts';
import { openPool, type Sql } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';

async function poolOf(t: Parameters<typeof createDatabase>[0]): Promise<Sql> {
  const { url } = await createDatabase(t);
  const sql = openPool(url, { max: 4 });
  t.teardown(() => sql.end({ timeout: 5 }));
  return sql;
}

t.test('Types and parameters get a number each, and keep it', async (t) => {
  const sql = await poolOf(t);
  const [first, second] = await Promise.all([
    internTypes(sql, ['Task', 'Patient']),
    internTypes(sql, ['Patient', 'Group']),
  ]);
  const all = await internTypes(sql, ['Task', 'Patient', 'Group', 'Task']);
  t.equal(new Set(all.values()).size, 3);
  t.equal(all.get('Patient'), first.get('Patient'));
  t.equal(all.get('Patient'), second.get('Patient'));
  const keys = [
    ['Task', 'status'],
    ['Observation', 'status'],
    ['Task', 'code'],
  ] as const;
  const { rows, generation } = await internParameters(sql, keys);
  t.same(rows.map(({ type, code }) => `${type}.${code}`).sort(), [
    'Observation.status',
    'Task.code',
    'Task.status',
  ]);
  t.equal(new Set(rows.map(({ id }) => id)).size, 3);
  t.same(
    rows.map(({ state }) => state),
    ['active', 'active', 'active'],
    'where no resource is, nothing is missing',
  );
  t.same(await internParameters(sql, keys.slice(1)), { rows, generation });
  t.equal(await internParameters(sql, [], generation), undefined, 'nothing new');
});

t.test('Code systems get a number when they are first met, from whichever process', async (t) => {
  const sql = await poolOf(t);
  const [a, b] = [new Systems(sql), new Systems(sql)];
  t.equal(a.known('http://loinc.org'), undefined);
  await Promise.all([
    a.intern(['http://loinc.org', 'urn:x', 'http://loinc.org']),
    b.intern(['urn:x', 'http://loinc.org', 'urn:y']),
  ]);
  t.equal(a.known('http://loinc.org'), b.known('http://loinc.org'));
  t.equal(a.known('urn:x'), b.known('urn:x'));
  t.equal(a.known('urn:y'), undefined, 'not met here');
  await a.find(['urn:y', 'urn:nobody']);
  t.equal(a.known('urn:y'), b.known('urn:y'), 'looked up');
  t.equal(a.known('urn:nobody'), undefined, 'looking up makes nothing');
  const [row] = await sql`select count(*)::int as n from code_system`;
  t.equal(row!.n, 3);
});

t.test('No system and the implied system have numbers that no URL can get', async (t) => {
  const systems = new Systems(await poolOf(t));
  t.equal(systems.known(''), 0);
  t.equal(systems.known('*'), -1);
  await systems.intern(['', '*', 'urn:a']);
  t.ok(systems.known('urn:a')! > 0);
});

t.test('What was just interned is known however many others there are', async (t) => {
  const systems = new Systems(await poolOf(t));
  const urls = (from: number) => Array.from({ length: 6_000 }, (_, n) => `urn:${from + n}`);
  await systems.intern(urls(0));
  const first = systems.known('urn:0');
  await Promise.all([
    systems.intern(['urn:mine']),
    systems.intern(urls(6_000)),
    systems.intern(urls(12_000)),
  ]);
  t.ok(systems.known('urn:mine')! > 0);
  await systems.intern(urls(18_000));
  await systems.intern(urls(24_000));
  await systems.intern(urls(30_000));
  t.equal(systems.known('urn:0'), undefined, 'the oldest are forgotten');
  t.equal(systems.known(''), 0);
  await systems.intern(['urn:0']);
  t.equal(systems.known('urn:0'), first, 'and asked for again');
});
