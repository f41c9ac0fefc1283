// The index rows of contained resources are the same however they came: by REST, a transaction, an import, a reindex.
// https://hl7.org/fhir/R4/search.html#contained
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createApp } from '../../app.ts';
import { storeBatch } from '../../bulk/import-batch.ts';
import { type Checked, checkItem } from '../../bulk/import-item.ts';
import { readConfig } from '../../config.ts';
import { openPool } from '../../db/pool.ts';
import { systemAccess } from '../../fhir/access.ts';
import { stamp } from '../../interaction/write-pipeline.ts';
import { createStorage } from '../../storage.ts';
import { inconsistencies } from '../consistency.ts';
import { createDatabase } from '../helpers/database.ts';
import { type Ask, asking, startServer } from '../helpers/server.ts';

const reference = (text: string) => ({ reference: text });
const practitioner = (id: string, family: string) => ({
  resourceType: 'Practitioner',
  id,
  name: [{ family, text: `Dr ${family}` }],
});
const condition = (id: string | undefined, family: string) => ({
  resourceType: 'Condition',
  ...(id && { id }),
  contained: [practitioner('p', family)],
  subject: reference('Patient/ana'),
  asserter: reference('#p'),
});
const ana = { resourceType: 'Patient', id: 'ana' };
const named = (family: string) => `/Condition?asserter:Practitioner.name=${family}`;

/** Ids of what a search finds. */
async function found(ask: Ask, query: string): Promise<string[]> {
  const { status, body } = await ask('GET', query);
  if (status !== 200) throw new Error(`${query}: ${JSON.stringify(body)}`);
  return (body.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort();
}

/** Asks again until the answer is as expected, as long as another process may need to take over what is new. */
async function soon(t: Test, expected: readonly string[], ask: () => Promise<string[]>): Promise<void> {
  let last: unknown;
  for (let n = 0; n < 400; n++) {
    last = await ask().catch((error: Error) => error.message);
    if (JSON.stringify(last) === JSON.stringify(expected)) break;
    await wait(25);
  }
  t.same(last, expected);
}

async function open(t: Test) {
  const server = await startServer(t);
  const sql = openPool(server.databaseUrl, { max: 2 });
  t.teardown(() => sql.end({ timeout: 5 }));
  const agrees = async () => t.strictSame(await inconsistencies(server.databaseUrl, server.url), []);
  const ask = asking(server);
  await ask('PUT', '/Patient/ana', ana);
  return { server, sql, ask, agrees };
}

t.test('Every way to write makes the rows of what is contained, and removes them', async (t) => {
  const { ask, agrees, sql } = await open(t);
  t.equal((await ask('POST', '/Condition', condition(undefined, 'Ash'))).status, 201);
  t.equal((await found(ask, named('ash'))).length, 1);
  t.equal((await ask('PUT', '/Condition/a', condition('a', 'Birch'))).status, 201);
  t.same(await found(ask, named('birch')), ['a']);
  const patch = [{ op: 'replace', path: '/contained/0/name/0/family', value: 'Cedar' }];
  const headers = { 'content-type': 'application/json-patch+json' };
  t.equal((await ask('PATCH', '/Condition/a', patch, headers)).status, 200);
  t.same([await found(ask, named('birch')), await found(ask, named('cedar'))], [[], ['a']]);
  const entry = (id: string, family: string) => ({
    resource: condition(id, family),
    request: { method: 'PUT', url: `Condition/${id}` },
  });
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      entry('a', 'Dogwood'),
      entry('b', 'Elm'),
      { resource: ana, request: { method: 'PUT', url: 'Patient/ana' } },
    ],
  };
  t.equal((await ask('POST', '', bundle)).status, 200);
  t.same([await found(ask, named('dogwood')), await found(ask, named('elm'))], [['a'], ['b']]);
  t.same(await found(ask, named('cedar')), []);
  await agrees();
  await Promise.all(
    Array.from({ length: 24 }, (_, n) => ask('PUT', '/Condition/a', condition('a', `Name${n}`))),
  );
  const all = await Promise.all(Array.from({ length: 24 }, (_, n) => found(ask, named(`name${n}`))));
  t.ok(all.flat().length >= 1);
  await agrees();
  const { contained: _gone, asserter: _left, ...plain } = condition('a', '');
  t.equal((await ask('PUT', '/Condition/a', plain)).status, 200);
  t.equal((await ask('DELETE', '/Condition/b')).status, 204);
  const [row] = await sql`select count(*)::int as n from index_string where param < 0 and value like 'name%'`;
  t.equal(row!.n, 0);
  t.same(await found(ask, named('elm')), []);
  await agrees();
});

t.test('A second process makes, finds and removes what the first one began', async (t) => {
  const { server, ask: here, agrees } = await open(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-contained-'));
  const settings = {
    DATABASE_URL: server.databaseUrl,
    DATA_DIR: folder,
    DEMO: 'off',
    LOG_LEVEL: 'silent',
    DB_CONNECTIONS: '2',
  };
  const second = await createApp({
    config: readConfig(settings, ['--open']),
    databaseUrl: server.databaseUrl,
  });
  t.teardown(async () => {
    await second.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const there = asking(second);
  t.equal((await here('PUT', '/Condition/a', condition('a', 'Ash'))).status, 201);
  t.same(await found(here, named('ash')), ['a'], 'at once where it was written');
  const { contained: _gone, asserter: _left, ...plain } = condition('b', '');
  t.equal((await here('PUT', '/Condition/b', condition('b', 'Birch'))).status, 201);
  t.equal((await there('PUT', '/Condition/b', plain)).status, 200, 'a writer learns of it when it writes');
  await agrees();
  t.same(await found(there, named('ash')), ['a'], 'and has learnt it for its searches too');
  const family = (n: number) => ({
    resourceType: 'Patient',
    id: `p${n}`,
    contained: [{ resourceType: 'Organization', id: 'o', name: `Org ${n}` }],
    managingOrganization: reference('#o'),
  });
  t.equal((await here('PUT', '/Patient/p1', family(1))).status, 201);
  await soon(t, ['p1'], () => found(there, '/Patient?organization.name=org'));
  const raced = await Promise.all(
    [here, there].flatMap((ask) =>
      [2, 3, 4].map((n) =>
        ask('PUT', `/Patient/q${n}`, { ...family(n), id: `q${n}`, meta: { tag: [{ code: 'x' }] } }),
      ),
    ),
  );
  for (const { status } of raced) t.ok([200, 201, 409].includes(status), String(status));
  t.same(await found(here, '/Patient?organization.name=org&_tag=x'), ['q2', 'q3', 'q4']);
  await agrees();
});

t.test('An import makes the rows that a write makes', async (t) => {
  const { url: databaseUrl } = await createDatabase(t);
  const publicUrl = 'http://127.0.0.1:3000';
  const base = `${publicUrl}/fhir`;
  const config = readConfig({ DATABASE_URL: databaseUrl, PUBLIC_URL: publicUrl, DB_CONNECTIONS: '2' });
  const now = () => new Date();
  const storage = await createStorage({ config, databaseUrl }, base, now);
  t.teardown(() => storage.close());
  const deps = { ...storage.parts, store: storage.store, stamp, now };
  const place = {
    line: 1,
    file: { path: '/x.ndjson', name: 'x.ndjson', format: 'ndjson', gzipped: false, bytes: 1 },
  } as const;
  const load = (...resources: object[]) =>
    storeBatch(
      resources.map((resource) => checkItem({ place, resource, size: 1 }, () => [], base) as Checked),
      deps,
    );
  const odd = {
    resourceType: 'Condition',
    id: 'odd',
    contained: [{ id: 'x' }, { resourceType: 'Shoe', id: 's' }, { resourceType: 'Practitioner' }],
    asserter: reference('#x'),
  };
  t.same(await load(ana, condition('a', 'Ash'), condition('b', 'Birch'), odd), {
    created: 4,
    updated: 0,
    unchanged: 0,
    failures: [],
  });
  const find = async (family: string) => {
    const { matches } = await storage.search.type(
      'Condition',
      [['asserter:Practitioner.name', family]],
      systemAccess,
    );
    return matches.map((content) => JSON.parse(content).id as string).sort();
  };
  t.same(await find('ash'), ['a']);
  t.strictSame(await inconsistencies(databaseUrl, publicUrl), []);
  const organization = {
    ...condition('b', 'x'),
    contained: [{ resourceType: 'PractitionerRole', id: 'p', active: true }],
  };
  t.same(await load(condition('a', 'Cedar'), organization, condition('c', 'Cedar')), {
    created: 1,
    updated: 2,
    unchanged: 0,
    failures: [],
  });
  t.same([await find('ash'), await find('cedar')], [[], ['a', 'c']]);
  t.strictSame(await inconsistencies(databaseUrl, publicUrl), []);
});

const NICK = {
  resourceType: 'SearchParameter',
  id: 'nick',
  url: 'https://example.org/SearchParameter/nick',
  name: 'nick',
  status: 'active',
  description: 'What a practitioner is called.',
  code: 'nick',
  base: ['Practitioner'],
  type: 'token',
  expression: 'Practitioner.name.text',
};

t.test('A posted parameter finds what lay in resources before, while others write them', async (t) => {
  const { ask, sql, agrees } = await open(t);
  const bundle = (from: number, label: string) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Array.from({ length: 300 }, (_, n) => ({
      resource: condition(`c${from + n}`, `${label}${n % 3}`),
      request: { method: 'PUT', url: `Condition/c${from + n}` },
    })),
  });
  for (const from of [0, 300]) t.equal((await ask('POST', '', bundle(from, 'Old'))).status, 200);
  t.equal((await ask('PUT', '/SearchParameter/nick', NICK)).status, 201);
  for (let n = 0; n < 60; n++) await ask('PUT', `/Condition/c${n * 5}`, condition(`c${n * 5}`, 'New'));
  const total = async (nick: string) => {
    const query = `/Condition?asserter:Practitioner.nick=${encodeURIComponent(nick)}&_summary=count`;
    const { status, body } = await ask('GET', query);
    return status === 200 ? [String(body.total)] : [body.issue[0].diagnostics as string];
  };
  await soon(t, ['60'], () => total('Dr New'));
  t.same(await total('Dr Old0'), ['180']);
  const [job] = await sql`select state, counts from job where kind = 'reindex'`;
  t.match(job, { state: 'completed' });
  await agrees();
  t.equal((await ask('DELETE', '/SearchParameter/nick')).status, 204);
  const left = async () => {
    const [row] = await sql`select count(*)::int as n from index_token where code like 'dr old%'`;
    return [String(row!.n)];
  };
  await soon(t, ['0'], left);
});

t.test('Resources that were stored before contained ones had rows get them', async (t) => {
  const { url: databaseUrl } = await createDatabase(t);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-former-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const start = async () => {
    const settings = { DATABASE_URL: databaseUrl, DATA_DIR: folder, DEMO: 'off', LOG_LEVEL: 'silent' };
    const config = readConfig({ ...settings, DB_CONNECTIONS: '2' }, ['--open']);
    return { app: await createApp({ config, databaseUrl }), url: config.publicUrl };
  };
  const former = await start();
  const before = asking(former.app);
  await before('PUT', '/Patient/ana', ana);
  for (const id of ['a', 'b']) await before('PUT', `/Condition/${id}`, condition(id, 'Ash'));
  await former.app.close();
  const sql = openPool(databaseUrl, { max: 1 });
  t.teardown(() => sql.end({ timeout: 5 }));
  const [{ n: parameters }] = (await sql`select count(*)::int as n from search_parameter
    where state = 'active' and code <> '_contained'`) as unknown as [{ n: number }];
  // As the version before left it: without what 0006 brings, and references to what is contained lead nowhere.
  await sql.unsafe(`
    update index_reference i set target = 1 where exists (select from index_reference k
      join search_parameter p on p.id = k.param and p.code = '_contained' where k.target = i.target);
    delete from index_reference i using search_parameter p where p.id = i.param and p.code = '_contained';
    delete from index_string where param < 0; delete from index_token where param < 0;
    delete from search_parameter where code = '_contained';
    drop index index_display_by_container; alter table index_display drop column container;
    delete from migration where name like '0006%'`);
  const { app, url } = await start();
  t.teardown(() => app.close());
  const ask = asking(app);
  await soon(t, ['a', 'b'], () => found(ask, named('ash')));
  await soon(t, ['0'], async () => {
    const rows = await sql`select id from search_parameter where state <> 'active'`;
    return [String(rows.length)];
  });
  const [row] = await sql`select count(*)::int as n from search_parameter where code <> '_contained'`;
  t.equal(row!.n, parameters);
  t.strictSame(await inconsistencies(databaseUrl, url), []);
});

t.test(
  'A resource contains at most 5,000 others, in whatever circles, and is answered in time',
  async (t) => {
    const { ask, agrees, sql } = await open(t);
    const holder = (count: number) => ({
      resourceType: 'Observation',
      id: 'holder',
      status: 'final',
      code: { text: 'x' },
      subject: reference('#o1'),
      hasMember: [reference('#o0')],
      contained: Array.from({ length: count }, (_, n) => ({
        resourceType: 'Observation',
        id: `o${n}`,
        status: 'final',
        code: { text: 'x' },
        subject: reference('#o0'),
        hasMember: [reference(`#o${(n + 1) % count}`)],
        derivedFrom: [reference('#')],
      })),
    });
    const began = performance.now();
    t.equal((await ask('PUT', '/Observation/holder', holder(5_000))).status, 201);
    const took = performance.now() - began;
    t.ok(took < 10_000, `${Math.round(took)} ms`);
    t.same(
      await found(ask, '/Observation?has-member.has-member.has-member.derived-from=Observation/holder'),
      ['holder'],
    );
    const { status, body } = await ask('PUT', '/Observation/holder', holder(5_001));
    t.equal(status, 422);
    t.match(body.issue, [
      {
        severity: 'error',
        code: 'too-costly',
        diagnostics:
          /^The resource contains 5001 resources; at most 5000 are taken\. Store them by themselves/,
        expression: ['Observation.contained'],
      },
    ]);
    const shoe = { ...holder(1), contained: [{ resourceType: 'Shoe', id: 'o0' }] };
    t.match(await ask('PUT', '/Observation/holder', shoe), { status: /^4/ });
    const [row] = await sql`select count(*)::int as n from search_parameter where code = '_contained'`;
    t.equal(row!.n, 1);
    await agrees();
  },
);
