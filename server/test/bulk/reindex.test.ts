// Search parameters posted at run time: refused when they cannot work, indexed by a job while others write, searched by when
// it is done. https://hl7.org/fhir/R4/searchparameter.html
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openPool } from '../../db/pool.ts';
import { type Ask, asking, startServer } from '../helpers/server.ts';

const URL_BASE = 'https://example.org/SearchParameter';
const parameter = (code: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'SearchParameter',
  url: `${URL_BASE}/${code}`,
  name: code.replaceAll('-', ''),
  status: 'active',
  description: 'A search parameter of the tests.',
  code,
  base: ['Patient'],
  type: 'string',
  expression: "Patient.extension.where(url = 'urn:nick').value.ofType(string)",
  ...more,
});
const patient = (id: string, nick: string) => ({
  resourceType: 'Patient',
  id,
  extension: [{ url: 'urn:nick', valueString: nick }],
});

async function open(t: Test) {
  const server = await startServer(t);
  const sql = openPool(server.databaseUrl, { max: 2 });
  t.teardown(() => sql.end({ timeout: 5 }));
  return { server, sql, ask: asking(server) };
}

/** Waits until a search answers 200. @returns the ids that it found, in order */
async function found(ask: Ask, query: string): Promise<string[]> {
  for (let n = 0; n < 400; n++) {
    const { status, body } = await ask('GET', query);
    if (status === 200) {
      const next = body.link.find((link: { relation: string }) => link.relation === 'next');
      if (next) throw new Error('The tests ask for one page.');
      return (body.entry ?? [])
        .filter(({ search }: { search: { mode: string } }) => search.mode === 'match')
        .map(({ resource }: { resource: { id: string } }) => resource.id)
        .sort();
    }
    await wait(25);
  }
  throw new Error(`${query} was never answered`);
}

const issueOf = async (ask: Ask, body: unknown) => {
  const answer = await ask('POST', '/SearchParameter', body);
  return { status: answer.status, ...answer.body.issue[0] };
};

t.test('A posted parameter is indexed for what is there, and searched by when that is done', async (t) => {
  const { ask, sql } = await open(t);
  for (const n of [1, 2, 3]) await ask('PUT', `/Patient/p${n}`, patient(`p${n}`, `Nick ${n}`));
  await ask('PUT', '/Patient/none', { resourceType: 'Patient', id: 'none' });
  t.match(await ask('GET', '/Patient?nick=nick'), { status: 400 }, 'not known yet');
  const created = await ask('POST', '/SearchParameter', parameter('nick'));
  t.equal(created.status, 201);
  t.same(await found(ask, '/Patient?nick=nick'), ['p1', 'p2', 'p3']);
  t.same(await found(ask, '/Patient?nick:missing=true'), ['none']);
  t.same(await found(ask, '/Patient?nick:exact=Nick 2'), ['p2']);
  const [job] = await sql`select state, counts from job where kind = 'reindex'`;
  t.match(job, { state: 'completed', counts: { total: 4, scanned: 4, indexed: 3, rows: 3, failed: 0 } });
  const statement = (await ask('GET', '/metadata')).body;
  const type = statement.rest[0].resource.find((one: { type: string }) => one.type === 'Patient');
  t.match(
    type.searchParam.find(({ name }: { name: string }) => name === 'nick'),
    { name: 'nick', type: 'string', definition: `${URL_BASE}/nick` },
    'the CapabilityStatement names it',
  );

  await ask('PUT', '/Patient/p1', patient('p1', 'Other'));
  await ask('PUT', '/Patient/p4', patient('p4', 'Nick 4'));
  await ask('DELETE', '/Patient/p2');
  t.same(await found(ask, '/Patient?nick=nick'), ['p3', 'p4'], 'writers keep it');
});

t.test('While a parameter is built, a search by it is refused with how far it is', async (t) => {
  const { ask, sql } = await open(t);
  await ask('PUT', '/Patient/p1', patient('p1', 'Nick'));
  // A transaction that began before keeps the job waiting.
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = sql.begin(async (transaction) => {
    await transaction`select pg_current_xact_id()`;
    begun.resolve();
    await end.promise;
  });
  await begun.promise;
  const { body } = await ask('POST', '/SearchParameter', parameter('nick'));
  const refused = await ask('GET', '/Patient?nick=x');
  t.equal(refused.status, 400);
  t.match(refused.body.issue[0].diagnostics, /"nick".*being indexed.*0 of 0/);
  const again = await ask('POST', `/SearchParameter/${body.id}/$reindex`);
  t.equal(again.status, 202, 'the job that is under way');
  const address = String(again.headers['content-location']).split('/fhir')[1]!;
  const status = await ask('GET', address);
  t.equal(status.status, 202);
  t.equal(status.headers['retry-after'], '1');
  t.match(status.body, { resourceType: 'Parameters', parameter: [{ name: 'state', valueCode: 'running' }] });
  end.resolve();
  await held;
  t.same(await found(ask, '/Patient?nick=nick'), ['p1']);
  let done = await ask('GET', address);
  for (let n = 0; n < 400 && done.status === 202; n++) {
    await wait(25);
    done = await ask('GET', address);
  }
  t.equal(done.status, 200);
  t.same(done.body.parameter, [
    { name: 'state', valueCode: 'completed' },
    ...Object.entries({ rows: 1, total: 1, failed: 0, indexed: 1, scanned: 1 }).map(([name, value]) => ({
      name,
      valueInteger: value,
    })),
  ]);
  t.equal((await ask('GET', '/$reindex/nobody')).status, 404);
});

t.test('Writers during the build: no row is missing, none is doubled, none is stale', async (t) => {
  const { ask, sql } = await open(t);
  const entry = (id: string, nick: string) => ({
    resource: patient(id, nick),
    request: { method: 'PUT', url: `Patient/${id}` },
  });
  const ids = Array.from({ length: 1_500 }, (_, n) => `p${n}`);
  for (let n = 0; n < ids.length; n += 250)
    await ask('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: ids.slice(n, n + 250).map((id) => entry(id, 'before')),
    });
  let writing = true;
  let writes = 0;
  const writer = async (seed: number) => {
    for (let n = seed; writing; n = (n * 31 + 7) % ids.length) {
      const id = ids[n]!;
      const answer =
        n % 11 === 0
          ? await ask('DELETE', `/Patient/${id}`)
          : n % 7 === 0
            ? await ask('POST', '', {
                resourceType: 'Bundle',
                type: 'transaction',
                entry: [entry(id, `bundle ${writes}`), entry(`new-${seed}-${writes}`, 'new')],
              })
            : await ask('PUT', `/Patient/${id}`, patient(id, `after ${writes}`));
      if (answer.status >= 400 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
      writes++;
    }
  };
  const writers = [1, 2, 3, 5].map(writer);
  await wait(50);
  const posted = await ask('POST', '/SearchParameter', parameter('nick'));
  t.equal(posted.status, 201);
  await found(ask, '/Patient?nick=nobody');
  await ask('POST', `/SearchParameter/${posted.body.id}/$reindex`);
  let state = 'running';
  while (state === 'running' || state === 'queued') {
    await wait(20);
    const [job] = await sql`select state from job where kind = 'reindex' order by created desc limit 1`;
    state = job!.state as string;
  }
  writing = false;
  await Promise.all(writers);
  t.equal(state, 'completed');
  t.ok(writes > 50, `${writes} writes meanwhile`);
  const wrong = await sql`
    with present as (select r.rid, r.last_updated, r.content::jsonb #>> '{extension,0,valueString}' as nick from resource r
        join resource_type t on t.id = r.type and t.name = 'Patient' where not r.deleted),
      rows as (select i.rid, i.exact, i.last_updated from index_string i join search_parameter p on p.id = i.param
        where p.code = 'nick' and p.state = 'active')
    select p.nick, rows.exact from present p full join rows on rows.rid = p.rid and rows.exact = p.nick and rows.last_updated = p.last_updated
    where p.rid is null or rows.rid is null`;
  t.same([...wrong], []);
  const [{ doubled }] = (await sql`select count(*)::int as doubled from (select i.rid from index_string i
    join search_parameter p on p.id = i.param where p.code = 'nick' and p.state = 'active' group by i.rid having count(*) > 1) d`) as unknown as [
    { doubled: number },
  ];
  t.equal(doubled, 0);
});

t.test(
  'A changed expression takes effect when it is through; till then the one before answers',
  async (t) => {
    const { ask, sql } = await open(t);
    await ask('PUT', '/Patient/p1', { ...patient('p1', 'Nick'), name: [{ family: 'Family' }] });
    await ask('PUT', '/SearchParameter/nick', { ...parameter('nick'), id: 'nick' });
    t.same(await found(ask, '/Patient?nick=nick'), ['p1']);
    const changed = { ...parameter('nick', { expression: 'Patient.name.family' }), id: 'nick' };
    t.equal((await ask('PUT', '/SearchParameter/nick', changed)).status, 200);
    for (let n = 0; n < 400; n++) {
      const { status, body } = await ask('GET', '/Patient?nick=family');
      t.equal(status, 200, 'never unsearchable');
      if (body.entry) break;
      await wait(20);
    }
    t.same(await found(ask, '/Patient?nick=family'), ['p1']);
    t.same(await found(ask, '/Patient?nick=nick'), []);
    const states = await sql`select state from search_parameter where code = 'nick' order by id`;
    t.same(
      states.map(({ state }) => state),
      ['retired', 'active'],
    );
  },
);

t.test('A deleted or retired parameter is not searchable at once, and its rows are removed', async (t) => {
  const { ask, sql } = await open(t);
  await ask('PUT', '/Patient/p1', patient('p1', 'Nick'));
  for (const code of ['one', 'two']) {
    await ask('PUT', `/SearchParameter/${code}`, { ...parameter(code), id: code });
    t.same(await found(ask, `/Patient?${code}=nick`), ['p1']);
  }
  t.match(await ask('DELETE', '/SearchParameter/one'), { status: /20[04]/ });
  t.equal((await ask('GET', '/Patient?one=nick')).status, 400);
  await ask('PUT', '/SearchParameter/two', { ...parameter('two', { status: 'retired' }), id: 'two' });
  t.equal((await ask('GET', '/Patient?two=nick')).status, 400);
  let left = 1;
  for (let n = 0; n < 500 && left; n++) {
    await wait(25);
    const [row] = await sql`select count(*)::int as n from search_parameter where definition is not null`;
    left = row!.n as number;
  }
  t.equal(left, 0, 'the parameters are gone');
  const [row] = await sql`select count(*)::int as n from index_string i
    where not exists (select from search_parameter p where p.id = i.param)`;
  t.equal(row!.n, 0, 'and their rows');
});

t.test('Parameters that come in a transaction or a batch, and from another process, work too', async (t) => {
  const { ask, server, sql } = await open(t);
  await ask('PUT', '/Patient/p1', patient('p1', 'Nick'));
  for (const type of ['transaction', 'batch']) {
    const answer = await ask('POST', '', {
      resourceType: 'Bundle',
      type,
      entry: [{ resource: parameter(type), request: { method: 'POST', url: 'SearchParameter' } }],
    });
    t.equal(answer.status, 200);
    t.same(await found(ask, `/Patient?${type}=nick`), ['p1'], type);
  }
  t.ok(server.databaseUrl && sql);
});

t.test('What cannot be indexed is refused with its reason', async (t) => {
  const { ask } = await open(t);
  t.match(await issueOf(ask, parameter('bad', { expression: 'Patient.name.frobnicate()' })), {
    status: 422,
    severity: 'error',
    code: 'invalid',
    diagnostics: /cannot be evaluated on Patient.*frobnicate/,
    expression: ['SearchParameter.expression'],
  });
  t.match(await issueOf(ask, parameter('bad', { expression: 'Patient.name.(' })), {
    status: 422,
    expression: ['SearchParameter.expression'],
  });
  t.match(await issueOf(ask, parameter('bad', { expression: undefined })), {
    status: 422,
    code: 'required',
    diagnostics: /needs an expression/,
  });
  t.match(await issueOf(ask, parameter('bad', { type: 'special' })), {
    status: 422,
    code: 'not-supported',
    diagnostics: /Allowed are .*token/,
    expression: ['SearchParameter.type'],
  });
  t.match(await issueOf(ask, parameter('name')), {
    status: 422,
    code: 'conflict',
    diagnostics: /Patient has a search parameter "name" already/,
    expression: ['SearchParameter.code'],
  });
  t.match(await issueOf(ask, parameter('a.b')), { status: 422, code: 'value' });
  t.match(await issueOf(ask, parameter('bad', { base: ['Nothing'] })), { status: 422 });
  t.match(
    await issueOf(
      ask,
      parameter('bad', {
        type: 'composite',
        expression: 'Patient',
        component: [
          { definition: 'urn:nothing', expression: 'name' },
          { definition: 'http://hl7.org/fhir/SearchParameter/individual-gender', expression: 'gender' },
        ],
      }),
    ),
    { status: 422, code: 'not-found', expression: ['SearchParameter.component[0].definition'] },
  );
  t.equal((await ask('POST', '/SearchParameter', parameter('mine'))).status, 201);
  t.match(
    await issueOf(ask, parameter('mine', { url: 'https://example.org/another' })),
    { status: 422, code: 'conflict' },
    'nor another one under a code that is posted',
  );
  t.equal(
    (await ask('POST', '/SearchParameter', parameter('name', { status: 'draft' }))).status,
    201,
    'what is not active is only kept',
  );
  t.equal(
    (
      await ask(
        'POST',
        '/SearchParameter',
        parameter('name', {
          derivedFrom: 'http://hl7.org/fhir/SearchParameter/individual-name',
          expression: 'Patient.name',
        }),
      )
    ).status,
    422,
    'derived from another one than Patient has',
  );
});

t.test('What only describes a parameter that the server has is kept, and changes nothing', async (t) => {
  const { ask, sql } = await open(t);
  const common = 'http://hl7.org/fhir/SearchParameter';
  for (const body of [
    parameter('gender', {
      type: 'token',
      derivedFrom: `${common}/individual-gender`,
      expression: 'Patient.gender',
    }),
    parameter('gender', { type: 'token', url: `${common}/individual-gender`, expression: 'Patient.gender' }),
    parameter('_id', { type: 'token', derivedFrom: `${common}/Resource-id`, expression: 'Patient.id' }),
  ])
    t.equal((await ask('POST', '/SearchParameter', body)).status, 201, body.url);
  t.match(
    await issueOf(
      ask,
      parameter('gender', { type: 'token', url: `${common}/individual-gender`, expression: 'Patient.name' }),
    ),
    { status: 422, code: 'conflict', diagnostics: /defines .* itself, by the expression Patient\.gender/ },
  );
  t.match(await issueOf(ask, parameter('_other')), { status: 422, code: 'value' });
  const [row] = await sql`select count(*)::int as n from search_parameter where definition is not null`;
  t.equal(row!.n, 0);
});

t.test('An expression that fails on some resources keeps nobody from writing, and is counted', async (t) => {
  const { ask, sql } = await open(t);
  const named = (id: string, ...given: string[]) => ({ resourceType: 'Patient', id, name: [{ given }] });
  await ask('PUT', '/Patient/one', named('one', 'Ana'));
  await ask('PUT', '/Patient/two', named('two', 'Ana', 'Maria'));
  await ask('POST', '/SearchParameter', parameter('only', { expression: 'Patient.name.given.single()' }));
  t.same(await found(ask, '/Patient?only=ana'), ['one']);
  const [job] = await sql`select counts from job where kind = 'reindex'`;
  t.match(job!.counts, { scanned: 2, indexed: 1, failed: 1 });
  t.equal((await ask('PUT', '/Patient/three', named('three', 'Ana', 'Luz'))).status, 201);
  t.same(await found(ask, '/Patient?only=ana'), ['one']);
});

t.test('Rows are made anew on request, and only of what is posted', async (t) => {
  const { ask, sql } = await open(t);
  await ask('PUT', '/Patient/p1', patient('p1', 'Nick'));
  await ask('PUT', '/SearchParameter/nick', { ...parameter('nick'), id: 'nick' });
  t.same(await found(ask, '/Patient?nick=nick'), ['p1']);
  await sql`delete from index_string`;
  t.same(await found(ask, '/Patient?nick=nick'), []);
  const { status, headers } = await ask('POST', '/SearchParameter/nick/$reindex');
  t.equal(status, 202);
  const address = String(headers['content-location']).split('/fhir')[1]!;
  for (let n = 0; n < 400 && (await ask('GET', address)).status === 202; n++) await wait(25);
  t.match((await ask('GET', address)).body.parameter[0], { valueCode: 'completed' });
  t.same(await found(ask, '/Patient?nick=nick'), ['p1']);
  await ask('PUT', '/SearchParameter/draft', { ...parameter('draft', { status: 'draft' }), id: 'draft' });
  t.match(await ask('POST', '/SearchParameter/draft/$reindex'), {
    status: 422,
    body: { issue: [{ code: 'business-rule' }] },
  });
  t.equal((await ask('POST', '/SearchParameter/nobody/$reindex')).status, 404);
});

t.test(
  'Without a scope for search parameters of all patients, neither a reindex nor its status is given',
  async (t) => {
    const { ask, server } = await open(t);
    await ask('PUT', '/SearchParameter/nick', { ...parameter('nick'), id: 'nick' });
    const letters = new Set(['c', 'r', 's'] as const);
    const request = (method: string, path: string[]) =>
      server.dispatch({
        method,
        path,
        query: new URLSearchParams(),
        headers: {},
        body: undefined,
        access: {
          subject: 'somebody',
          scopes: [{ level: 'user', type: 'Patient', letters }],
          policy: 'unlimited',
        },
      });
    for (const [method, path] of [
      ['POST', ['SearchParameter', 'nick', '$reindex']],
      ['GET', ['$reindex', 'any']],
    ] as const) {
      const failure = await request(method, [...path]).catch((error: unknown) => error);
      t.match(failure, {
        status: 403,
        issues: [{ code: 'forbidden', diagnostics: /system\/SearchParameter\.[ru]/ }],
      });
    }
  },
);
