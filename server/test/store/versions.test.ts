// The store: what is served is what is stored, versions are append-only, and a write that fails leaves no trace.
import t from 'tap';
import { Systems } from '../../db/intern.ts';
import { openPool } from '../../db/pool.ts';
import { createRidOf, secretOf } from '../../db/rid.ts';
import { UNLIMITED, type Visibility } from '../../db/visibility.ts';
import { FhirError } from '../../fhir/errors.ts';
import { type NewVersion, Store, VersionRace } from '../../store/index.ts';
import { asking, startServer } from '../helpers/server.ts';
import { database, patient, rowCounts } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const NOW = new Date('2026-03-14T09:30:00.250Z');
const EVERYTHING = UNLIMITED;
const NOTHING: Visibility = { types: [], whole: false, sql: () => 'false' };
const only = (type: number): Visibility => ({
  types: [type],
  whole: false,
  sql: (alias) => `${alias}.type = ${type}`,
});

const ridOf = createRidOf((await secretOf(sql, 'rid')).toString('base64'));
const types = new Map(
  (await sql`select name, id from resource_type`).map(({ name, id }) => [name as string, id as number]),
);
const pool = openPool(server.databaseUrl, { max: 2 });
t.teardown(() => pool.end());
const store = new Store({
  sql: pool,
  systems: new Systems(pool),
  ridOf,
  typeId: (type) => types.get(type)!,
  indexed: () => [],
  compartment: 0,
  base: server.base,
  parameters: {
    generation: () => 1,
    refresh: async () => {},
    contained: () => new Map(),
    addContained: async () => {},
  },
  writers: 2,
});
const version = (id: string, number: number, more: Partial<NewVersion> = {}): NewVersion => ({
  type: 'Patient',
  id,
  version: number,
  method: number === 1 ? 'POST' : 'PUT',
  content: `{"resourceType":"Patient","id":"${id}","n":${number}}`,
  ...more,
});

t.test('the bytes that are stored are the bytes that are served', async (t) => {
  const { payload } = await server.server.inject({
    method: 'PUT',
    url: '/fhir/Patient/bytes',
    headers: { 'content-type': 'application/fhir+json' },
    payload: JSON.stringify({ ...patient('é😀'), id: 'bytes' }),
  });
  const [row] = await sql`select content from resource where id = 'bytes'`;
  t.equal(row!.content, payload);
  t.equal((await server.server.inject('/fhir/Patient/bytes')).payload, payload);
  t.equal((await server.server.inject('/fhir/Patient/bytes/_history/1')).payload, payload);
  for (const url of ['/fhir/Patient?_id=bytes', '/fhir/Patient/bytes/_history'])
    t.ok((await server.server.inject(url)).payload.includes(payload), url);
});

t.test('a version is written only on the one before it', async (t) => {
  t.same((await store.write([version('v', 1)], NOW, [])).written, new Set(['Patient/v']));
  t.same((await store.write([version('v', 1)], NOW, [])).written, new Set(), 'the first one again');
  t.same((await store.write([version('v', 3)], NOW, [])).written, new Set(), 'one is left out');
  t.same((await store.write([version('v', 2)], NOW, [])).written, new Set(['Patient/v']));
  t.same((await store.write([version('v', 2)], NOW, [])).written, new Set(), 'the second one again');
  t.ok(await store.readVersion('Patient', 'v', 1, EVERYTHING));
  t.match(await store.read('Patient', 'v', EVERYTHING), { version: 2 });
  t.same((await store.write([version('w', 2)], NOW, [])).written, new Set(), 'an update of nothing');
});

t.test('what is replaced stays in history as it was', async (t) => {
  const one = version('h', 1);
  await store.write([one], NOW, []);
  await store.write([version('h', 2)], NOW, []);
  await store.write([version('h', 3, { method: 'DELETE', content: '' })], NOW, []);
  t.match(await store.readVersion('Patient', 'h', 1, EVERYTHING), {
    version: 1,
    content: one.content,
    deleted: false,
    method: 'POST',
    lastUpdated: NOW,
  });
  t.match(await store.read('Patient', 'h', EVERYTHING), {
    version: 3,
    content: '',
    deleted: true,
    method: 'DELETE',
  });
  t.match(await store.readVersion('Patient', 'h', 2, EVERYTHING), { version: 2, method: 'PUT' });
  t.equal(await store.read('Task', 'h', EVERYTHING), undefined, 'the type is part of the address');
});

t.test('references that name nothing are told, and then nothing is written', async (t) => {
  const before = await rowCounts(sql);
  const { written, absent } = await store.write([version('r', 1), version('s', 1)], NOW, [
    'Patient/nobody',
    'Patient/v',
    'Patient/h',
    'Patient/s',
  ]);
  t.same(
    new Set(absent),
    new Set(['Patient/nobody', 'Patient/h']),
    'what never was, and what was deleted; those of the same write count',
  );
  t.equal(written.size, 0);
  t.same(await rowCounts(sql), before);
});

t.test('a transaction that throws leaves no trace', async (t) => {
  const before = await rowCounts(sql);
  const broken = store.transaction(async (executor) => {
    await store.write([version('x', 1), version('v', 3)], NOW, [], executor);
    throw new Error('broken');
  });
  await t.rejects(broken, { message: 'broken' });
  t.same(await rowCounts(sql), before);
});

t.test(
  'a transaction that loses a race runs again, whole, and gives up with 409 only when that does not end',
  async (t) => {
    let runs = 0;
    const result = await store.transaction(async () => {
      if (++runs < 3) throw new VersionRace();
      return 'done';
    });
    t.equal(result, 'done');
    t.equal(runs, 3);
    const endless = store.transaction(async () => {
      throw new VersionRace();
    });
    const error = await endless.catch((failure: unknown) => failure);
    t.ok(error instanceof FhirError);
    t.match(error, {
      status: 409,
      issues: [{ code: 'conflict', diagnostics: /Nothing was written; send the request again/ }],
    });
  },
);

t.test('a write whose statement fails leaves no trace', async (t) => {
  const before = await rowCounts(sql);
  const lone = { ...version('lone', 1), content: 'with \u0000' };
  await t.rejects(store.write([version('fine', 1), lone], NOW, []));
  t.same(await rowCounts(sql), before);
});

t.test('index rows follow the current version only', async (t) => {
  const rows = async () =>
    (
      await sql`select count(*)::int as n from index_string i join resource r using (rid) where r.id = 'idx'`
    )[0]!.n;
  await ask('PUT', '/Patient/idx', {
    ...patient('idx', { name: [{ family: 'One' }, { family: 'Two' }] }),
    id: 'idx',
  });
  const two = await rows();
  await ask('PUT', '/Patient/idx', { ...patient('idx', { name: [{ family: 'One' }] }), id: 'idx' });
  t.ok((await rows()) < two);
  await ask('DELETE', '/Patient/idx');
  t.equal(await rows(), 0);
});

t.test('reads take the access of the caller', async (t) => {
  t.ok(await store.read('Patient', 'v', EVERYTHING));
  t.equal(await store.read('Patient', 'v', NOTHING), undefined);
  t.equal(await store.read('Patient', 'v', only(types.get('Task')!)), undefined);
  t.equal(await store.readVersion('Patient', 'v', 1, NOTHING), undefined);
  t.same(await store.visible([{ type: 'Patient', id: 'v' }], NOTHING), new Set());
});
