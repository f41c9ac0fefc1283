// Conditional update, patch and delete, and the conditions of plain writes. https://hl7.org/fhir/R4/http.html#cond-update
import t from 'tap';
import { type Answer, asking, startServer } from '../helpers/server.ts';
import { database, MRN, outcome, patient, rowCounts, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const by = (mrn: string) => `/Patient?identifier=${encodeURIComponent(`${MRN}|${mrn}`)}`;
const count = async (mrn: string) => (await ask('GET', `${by(mrn)}&_summary=count`)).body.total;
const activate = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'add' },
        { name: 'path', valueString: 'Patient' },
        { name: 'name', valueString: 'active' },
        { name: 'value', valueBoolean: true },
      ],
    },
  ],
};
const twice = async (mrn: string) => {
  await ask('POST', '/Patient', patient(mrn));
  await ask('POST', '/Patient', patient(mrn));
};
const several = (mrn: string) => ({
  status: 412,
  code: 'conflict',
  says: new RegExp(`More than one Patient matches .*${mrn}`),
});

t.test('conditional update: none matches, it is created; one matches, it is updated', async (t) => {
  const created = await ask('PUT', by('u'), patient('u'));
  t.equal(created.status, 201);
  t.equal(created.headers.etag, 'W/"1"');
  t.equal(created.headers.location, `${server.base}/Patient/${created.body.id}/_history/1`);
  t.match(created.body.id, /^[0-9a-f-]{36}$/, 'under an id of the server');
  const updated = await ask('PUT', by('u'), patient('u', { gender: 'male' }));
  t.equal(updated.status, 200);
  t.equal(updated.headers.etag, 'W/"2"');
  t.equal(updated.headers.location, `${server.base}/Patient/${created.body.id}/_history/2`);
  t.match(updated.body, { id: created.body.id, gender: 'male', meta: { versionId: '2' } });
  t.equal(await count('u'), 1);
});

t.test('conditional update with an id in the body', async (t) => {
  const mine = await ask('PUT', by('id'), patient('id', { id: 'mine' }));
  t.equal(mine.status, 201, 'none matches: created under that id');
  t.equal(mine.body.id, 'mine');
  t.equal((await ask('PUT', by('id'), patient('id', { id: 'mine' }))).status, 200, 'the id of the match');
  outcome(t, await ask('PUT', by('id'), patient('id', { id: 'yours' })), {
    status: 400,
    code: 'invalid',
    says: /criteria match Patient\/mine, but the body's id is "yours"/,
    expression: ['Patient.id'],
  });
  outcome(t, await ask('PUT', by('nobody'), patient('nobody', { id: 'mine' })), {
    status: 409,
    code: 'conflict',
    says: /criteria match nothing, but Patient\/mine/,
    expression: ['Patient.id'],
  });
  outcome(t, await ask('PUT', by('nobody'), { ...patient('nobody'), id: 'a_b' }), {
    status: 400,
    code: 'invalid',
    says: /is no id/,
    expression: ['Patient.id'],
  });
  await ask('DELETE', '/Patient/mine');
  const back = await ask('PUT', by('id'), patient('id', { id: 'mine' }));
  t.equal(back.status, 201, 'what was deleted comes back');
  t.equal(back.headers.etag, 'W/"4"');
});

t.test('when several match, update, patch and delete are 412 and change nothing', async (t) => {
  await twice('many');
  const before = await rowCounts(sql);
  outcome(t, await ask('PUT', by('many'), patient('many')), several('many'));
  outcome(t, await ask('PATCH', by('many'), activate), several('many'));
  outcome(t, await ask('DELETE', by('many')), several('many'));
  t.same(await rowCounts(sql), before);
});

t.test('conditional patch: one matches, 200; none, 404', async (t) => {
  const { body } = await ask('POST', '/Patient', patient('p'));
  const patched = await ask('PATCH', by('p'), activate);
  t.equal(patched.status, 200);
  t.match(patched.body, { id: body.id, active: true, meta: { versionId: '2' } });
  outcome(t, await ask('PATCH', by('nobody'), activate), {
    status: 404,
    code: 'not-found',
    says: /No Patient matches the criteria/,
  });
});

t.test('conditional delete: one matches, 204 and it is gone; none, 204', async (t) => {
  const { body } = await ask('POST', '/Patient', patient('d'));
  const gone = await ask('DELETE', by('d'));
  t.equal(gone.status, 204);
  t.equal(gone.headers.etag, 'W/"2"');
  t.equal((await ask('GET', `/Patient/${body.id}`)).status, 410);
  t.equal((await ask('DELETE', by('d'))).status, 204, 'again');
});

t.test('criteria that name nothing or cannot be read are 400 and change nothing', async (t) => {
  const before = await rowCounts(sql);
  for (const [query, code, says] of [
    ['', 'invalid', /takes Patient\/id, or criteria such as Patient\?identifier=/],
    ['?_count=1', 'invalid', /name nothing to look for/],
    ['?identifier=', 'invalid', /name nothing to look for/],
    ['?nonsense=1', 'not-supported', /no search parameter "nonsense"/],
    ['?birthdate=nonsense', 'invalid', /nonsense/],
    ['?family=%00', 'invalid', /NUL/],
  ] as const) {
    for (const [method, body] of [
      ['PUT', patient('x')],
      ['PATCH', activate],
      ['DELETE', undefined],
    ] as const) {
      const { status, body: refused } = await ask(method, `/Patient${query}`, body);
      t.equal(status, 400, `${method} ${query}`);
      t.equal(refused.issue[0].code, code, `${method} ${query}`);
      t.match(refused.issue[0].diagnostics, says, `${method} ${query}`);
    }
  }
  t.same(await rowCounts(sql), before);
});

t.test('If-Match and If-None-Match hold for conditional writes too', async (t) => {
  await ask('PUT', by('h'), patient('h'));
  const stale = { status: 412, code: 'conflict', says: /present one is 1/ };
  outcome(t, await ask('PUT', by('h'), patient('h'), { 'if-match': 'W/"9"' }), stale);
  outcome(t, await ask('PATCH', by('h'), activate, { 'if-match': 'W/"9"' }), stale);
  outcome(t, await ask('DELETE', by('h'), undefined, { 'if-match': 'W/"9"' }), stale);
  outcome(t, await ask('PUT', by('nobody'), patient('nobody'), { 'if-match': '*' }), {
    status: 412,
    code: 'conflict',
    says: /there is no such resource/,
  });
  t.equal((await ask('PUT', by('h'), patient('h'), { 'if-match': 'W/"1"' })).status, 200);
});

t.test('If-None-Match: * on an update creates only', async (t) => {
  const only = { 'if-none-match': '*' };
  const body = { ...patient('only'), id: 'only' };
  t.equal((await ask('PUT', '/Patient/only', body, only)).status, 201);
  outcome(t, await ask('PUT', '/Patient/only', body, only), {
    status: 412,
    code: 'conflict',
    says: /If-None-Match is \*, but the resource is there, in version 1/,
  });
  t.equal((await ask('PUT', '/Patient/only', body, { 'if-none-match': 'W/"7"' })).status, 200);
  t.equal((await ask('PUT', '/Patient/only', body, { 'if-none-match': 'W/"2"' })).status, 412);
  t.equal((await ask('PUT', '/Patient/only', body, { 'if-none-match': 'x' })).status, 400);
  await ask('DELETE', '/Patient/only');
  t.equal((await ask('PUT', '/Patient/only', body, only)).status, 201, 'what was deleted is not there');
});

t.test('reads and writes take no parameters but the general ones, unless handling is lenient', async (t) => {
  await ask('PUT', '/Patient/q', { ...patient('q'), id: 'q' });
  const body = { ...patient('q'), id: 'q' };
  const requests = [
    ['GET', '/Patient/q', undefined],
    ['GET', '/Patient/q/_history/1', undefined],
    ['POST', '/Patient', patient('q2')],
    ['PUT', '/Patient/q', body],
    ['PATCH', '/Patient/q', activate],
    ['DELETE', '/Patient/q', undefined],
  ] as const;
  for (const [method, path, sent] of requests) {
    outcome(
      t,
      await ask(method, `${path}?nonsense=1`, sent),
      { status: 400, code: 'not-supported', says: /has no parameter "nonsense"\. Known are _format/ },
      `${method} ${path}`,
    );
    const lenient = await ask(method, `${path}?nonsense=1&_format=json`, sent, {
      prefer: 'handling=lenient',
    });
    t.ok(lenient.status < 300, `${method} ${path} leniently: ${lenient.status}`);
  }
});

const WRITERS = 200;
const together = (work: (n: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: WRITERS }, (_, n) => work(n)));
const tally = (answers: readonly Answer[]) => {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

t.test(`${WRITERS} conditional creates at once make one resource`, async (t) => {
  const answers = await together(() =>
    ask('POST', '/Patient', patient('c200'), { 'if-none-exist': `identifier=${MRN}|c200` }),
  );
  t.same(tally(answers), { 200: WRITERS - 1, 201: 1 });
  t.equal(await count('c200'), 1);
});

t.test(`${WRITERS} conditional updates at once make one resource with a whole history`, async (t) => {
  const answers = await together((n) => ask('PUT', by('u200'), patient('u200', { multipleBirthInteger: n })));
  t.same(tally(answers), { 200: WRITERS - 1, 201: 1 });
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
  t.equal(await count('u200'), 1);
  const [{ body }] = answers as [Answer];
  t.equal((await ask('GET', `/Patient/${body.id}`)).body.meta.versionId, String(WRITERS));
});

t.test(
  'conditional and plain writers of the same resource end in success or 409, and never make another',
  async (t) => {
    await ask('PUT', '/Patient/mix', { ...patient('mix'), id: 'mix' });
    const kinds = [
      () => ask('PUT', by('mix'), patient('mix')),
      () => ask('PUT', '/Patient/mix', { ...patient('mix'), id: 'mix' }),
      () => ask('PATCH', by('mix'), activate),
      () =>
        ask('POST', '', {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [
            {
              resource: patient('mix', { gender: 'other' }),
              request: { method: 'PUT', url: by('mix').slice(1) },
            },
          ],
        }),
    ];
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => kinds[n % kinds.length]!()));
    for (const { status, body } of answers)
      t.ok(
        status === 200 || status === 409 || (status === 422 && /active/.test(body.issue[0].diagnostics)),
        `${status} ${JSON.stringify(body.issue)}`,
      );
    t.equal(await count('mix'), 1);
  },
);

t.test('criteria may be any search: chains and _has', async (t) => {
  await ask('PUT', '/Patient/chained', { ...patient('chained'), id: 'chained' });
  const { body } = await ask('POST', '/Task', task('chained'));
  const chain = `/Task?patient.identifier=${encodeURIComponent(`${MRN}|chained`)}`;
  const updated = await ask('PUT', chain, task('chained', { priority: 'urgent' }));
  t.equal(updated.status, 200, JSON.stringify(updated.body.issue));
  t.equal(updated.body.id, body.id);
  const has = await ask('PATCH', `/Patient?_has:Task:patient:_id=${body.id}`, activate);
  t.equal(has.status, 200, JSON.stringify(has.body.issue));
  t.equal(has.body.id, 'chained');
});
