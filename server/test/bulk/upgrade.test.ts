// A database of the version before is brought up to date with its data: new kinds of index rows, words, the change feed.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { createApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { openPool } from '../../db/pool.ts';
import { createRidOf, secretOf } from '../../db/rid.ts';
import { programDefinitions } from '../../search/definition.ts';
import { createDatabase } from '../helpers/database.ts';
import { asking } from '../helpers/server.ts';

const FORMER = ['0001-resource-store.sql', '0002-bulk-export.sql', '0010-authorization-server.sql'];
const FORMER_TYPES = new Set(['token', 'string', 'date', 'reference', 'uri']);
const LAST_UPDATED = new Date('2026-01-02T03:04:05.678Z');

const { url } = await createDatabase(t);
const sql = openPool(url, { max: 2 });
t.teardown(() => sql.end({ timeout: 5 }));

/** Makes the database that the version before left behind, with these resources and their rows of `code`. */
async function formerDatabase(resources: readonly Record<string, unknown>[]): Promise<void> {
  await sql.unsafe('drop schema public cascade; create schema public');
  await sql`create table migration (name text primary key, run_at timestamptz not null default now())`;
  for (const name of FORMER) {
    await sql.unsafe(readFileSync(new URL(`../../db/migrations/${name}`, import.meta.url), 'utf8'));
    await sql`insert into migration (name) values (${name})`;
  }
  const keys = [...programDefinitions([])].flatMap(([type, list]) =>
    list.flatMap((d) => (FORMER_TYPES.has(d.type) ? [{ type, code: d.code }] : [])),
  );
  await sql`insert into search_parameter (type, code) values ('Resource', '_compartment')`;
  await sql`insert into search_parameter (type, code) select k.type, k.code
    from unnest(${keys.map(({ type }) => type)}::text[], ${keys.map(({ code }) => code)}::text[]) as k(type, code)`;
  const ridOf = createRidOf((await secretOf(sql, 'rid')).toString('base64'));
  for (const { resourceType, id, ...rest } of resources) {
    const type = String(resourceType);
    await sql`insert into resource_type (name) values (${type}) on conflict do nothing`;
    const content = JSON.stringify({
      resourceType,
      id,
      meta: { versionId: '1', lastUpdated: LAST_UPDATED.toISOString() },
      ...rest,
    });
    const rid = ridOf(`${type}/${id}`);
    await sql`insert into resource (rid, type, id, version, last_updated, method, deleted, content)
      select ${rid}, t.id, ${String(id)}, 1, ${LAST_UPDATED}, 'C', false, ${content} from resource_type t where t.name = ${type}`;
    await sql`insert into index_token (param, system, code, last_updated, rid)
      select id, 0, 'weight', ${LAST_UPDATED}, ${rid} from search_parameter where type = ${type} and code = 'code'`;
  }
}

const observation = (n: number) => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">Weighed at home, ${n}</div>` },
  identifier: [{ type: { coding: [{ system: 'urn:kinds', code: 'MR' }] }, value: `v${n}` }],
  code: { coding: [{ code: 'weight', display: 'Body weight' }] },
  valueQuantity: { value: n, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

t.test('What was stored before is found by what is new, when the job is through', async (t) => {
  await formerDatabase([
    ...Array.from({ length: 1_200 }, (_, n) => observation(n)),
    {
      resourceType: 'SearchParameter',
      id: 'method',
      url: 'https://example.org/SearchParameter/unit',
      name: 'unit',
      status: 'active',
      description: 'The unit of a value.',
      code: 'unit',
      base: ['Observation'],
      type: 'string',
      expression: 'Observation.value.ofType(Quantity).unit',
    },
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'throughline-upgrade-'));
  const config = readConfig(
    { DATABASE_URL: url, DATA_DIR: folder, DEMO: 'off', LOG_LEVEL: 'silent', DB_CONNECTIONS: '2' },
    ['--open'],
  );
  const app = await createApp({ config, databaseUrl: url });
  t.teardown(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = asking(app);
  const answered = async (query: string) => {
    for (let n = 0; n < 600; n++) {
      const answer = await ask('GET', query);
      if (answer.status === 200) return answer.body;
      t.equal(answer.status, 400);
      t.match(answer.body.issue[0].diagnostics, /is being indexed/);
      await wait(50);
    }
    throw new Error(`${query} was never answered`);
  };
  t.equal((await ask('GET', '/Observation?code=weight&_total=accurate')).body.total, 1_200, 'as before');
  t.equal((await answered('/Observation?value-quantity=lt100&_summary=count')).total, 100);
  t.equal((await answered('/Observation?code-value-quantity=weight$lt50&_summary=count')).total, 50);
  t.equal((await answered('/Observation?unit=kg&_summary=count')).total, 1_200, 'a parameter that lay there');
  t.equal((await answered('/Observation?_text=home&_summary=count')).total, 1_200);
  t.equal((await answered('/Observation?code:text=body&_summary=count')).total, 1_200);
  for (let n = 0; n < 600; n++) {
    const [row] = await sql`select count(*)::int as n from search_parameter where state = 'building'`;
    if (!row!.n) break;
    await wait(50);
  }
  t.equal(
    (await ask('GET', '/Observation?identifier:of-type=urn:kinds|MR|v7&_summary=count')).body.total,
    1,
    'parameters of the version before have the rows of this one',
  );
  t.equal((await ask('GET', '/Observation?code=weight&_total=accurate')).body.total, 1_200, 'and no more');
  const jobs = await sql`select state, error, counts from job where kind = 'reindex'`;
  for (const { state, error, counts } of jobs) {
    t.equal(state, 'completed', error as string);
    t.equal(counts.scanned, counts.total);
    t.ok(counts.scanned >= 1_200 && counts.rows >= 1_200, JSON.stringify(counts));
  }
  const [row] = await sql`select count(*) filter (where state = 'building')::int as building,
    count(distinct (type, code)) filter (where state = 'active') = count(*) filter (where state = 'active') as single
    from search_parameter`;
  t.same({ ...row }, { building: 0, single: true });
  const [fed] = await sql`select count(*)::int as n from change`;
  t.equal(fed!.n, 1_201);
});
