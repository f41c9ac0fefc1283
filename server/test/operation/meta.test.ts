// $meta, $meta-add, $meta-delete: labels as sets, of a version, a resource, a type, everything.
// https://hl7.org/fhir/R4/resource-operation-meta.html
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome, patient } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const SYSTEM = 'https://example.org/tags';
const tag = (code: string, display?: string) => ({ system: SYSTEM, code, ...(display && { display }) });
const given = (meta: object) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'meta', valueMeta: meta }],
});
await ask('PUT', '/Patient/a', { ...patient('a', { meta: { tag: [tag('one', 'One')] } }), id: 'a' });
const returned = ({ body }: Awaited<ReturnType<typeof ask>>) => {
  const { resourceType, parameter } = body;
  return resourceType === 'Parameters' && parameter.length === 1 && parameter[0].name === 'return'
    ? parameter[0].valueMeta
    : body;
};

t.test('$meta-add adds what is not there, as a new version that history tells of', async (t) => {
  const answer = await ask(
    'POST',
    '/Patient/a/$meta-add',
    given({
      profile: ['https://example.org/p'],
      tag: [tag('two'), tag('two', 'again'), tag('one', 'another display')],
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
    }),
  );
  t.equal(answer.status, 200);
  t.equal(answer.headers.etag, 'W/"2"');
  t.match(returned(answer), {
    versionId: '2',
    profile: ['https://example.org/p'],
    tag: [tag('one', 'One'), tag('two')],
    security: [{ code: 'R' }],
  });
  t.equal(returned(answer).tag.length, 2);
  const { body } = await ask('GET', '/Patient/a');
  t.same(body.meta, returned(answer), 'the resource has it');
  t.same(
    (await ask('GET', '/Patient/a/_history/1')).body.meta.tag,
    [tag('one', 'One')],
    'the version before stays',
  );
  t.same((await ask('GET', `/Patient?_tag=${SYSTEM}|two`)).body.entry.length, 1, 'it is searched by');
});

t.test('what changes nothing makes no version', async (t) => {
  for (const [operation, meta] of [
    ['$meta-add', { tag: [tag('one')], profile: ['https://example.org/p'] }],
    ['$meta-add', {}],
    ['$meta-delete', { tag: [tag('never')], security: [{ code: 'R' }] }],
  ] as const) {
    const answer = await ask('POST', `/Patient/a/${operation}`, given(meta));
    t.equal(answer.status, 200);
    t.equal(returned(answer).versionId, '2', `${operation} ${JSON.stringify(meta)}`);
  }
});

t.test('$meta-delete removes by system and code, whatever the display; profiles by URL', async (t) => {
  const answer = await ask(
    'POST',
    '/Patient/a/$meta-delete',
    given({ tag: [tag('two', 'any')], profile: ['https://example.org/p', 'https://example.org/none'] }),
  );
  t.equal(answer.status, 200);
  t.match(returned(answer), { versionId: '3', tag: [tag('one', 'One')] });
  t.notOk('profile' in returned(answer), 'an empty list is no list');
  t.same((await ask('GET', `/Patient?_tag=${SYSTEM}|two`)).body.entry, undefined);
});

t.test('$meta tells of a resource, of a version, of a type and of everything', async (t) => {
  await ask('PUT', '/Task/t', {
    resourceType: 'Task',
    id: 't',
    status: 'requested',
    intent: 'order',
    meta: { tag: [{ code: 'alone' }], profile: ['https://example.org/task'] },
  });
  await ask('PUT', '/Task/gone', {
    resourceType: 'Task',
    id: 'gone',
    status: 'requested',
    intent: 'order',
    meta: { tag: [{ code: 'gone' }] },
  });
  await ask('DELETE', '/Task/gone');
  t.same(returned(await ask('GET', '/Patient/a/$meta')), (await ask('GET', '/Patient/a')).body.meta);
  t.match(returned(await ask('GET', '/Patient/a/_history/1/$meta')), { versionId: '1', tag: [tag('one')] });
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }];
  t.same(returned(await ask('GET', '/Patient/$meta')), { tag: [tag('one')], security });
  t.same(returned(await ask('GET', '/Task/$meta')), {
    profile: ['https://example.org/task'],
    tag: [{ code: 'alone' }],
  });
  t.same(returned(await ask('GET', '/$meta')), {
    profile: ['https://example.org/task'],
    security,
    tag: [tag('one'), { code: 'alone' }],
  });
  t.same(returned(await ask('POST', '/Task/$meta')), returned(await ask('GET', '/Task/$meta')));
  t.same(returned(await ask('GET', '/Observation/$meta')), {});
});

t.test('If-Match holds; what is malformed is refused; nothing is half done', async (t) => {
  const change = (body: object, headers = {}, path = '/Patient/a/$meta-add') =>
    ask('POST', path, body, headers);
  outcome(t, await change(given({ tag: [tag('x')] }), { 'if-match': 'W/"1"' }), {
    status: 412,
    code: 'conflict',
    says: /the present one is 3/,
  });
  t.equal((await change(given({ tag: [tag('x')] }), { 'if-match': 'W/"3"' })).status, 200);
  const wrong = { status: 400, code: 'invalid' };
  const whole = { ...wrong, expression: ['Parameters.parameter'], says: /one parameter: \{"name": "meta"/ };
  outcome(t, await change({ resourceType: 'Parameters' }), whole);
  outcome(t, await change({ resourceType: 'Parameters', parameter: [{ name: 'x', valueMeta: {} }] }), whole);
  const list = {
    ...wrong,
    expression: ['Parameters.parameter[0].value'],
    says: /must be a list of canonical/,
  };
  for (const meta of [{ tag: 'x' }, { tag: ['x'] }, { profile: [1] }, { security: [null] }])
    outcome(t, await change(given(meta)), list, JSON.stringify(meta));
  t.equal((await change(given({ tag: [{ system: 5 }] }))).status, 422, 'the validator has its say');
  t.equal(returned(await ask('GET', '/Patient/a/$meta')).versionId, '4');
});

t.test('what is not there is 404, what was deleted 410, what is no type 404', async (t) => {
  const missing = { status: 404, code: 'not-found', says: /There is no/ };
  outcome(t, await ask('GET', '/Patient/nobody/$meta'), missing);
  outcome(t, await ask('GET', '/Patient/a/_history/99/$meta'), missing);
  outcome(t, await ask('POST', '/Patient/nobody/$meta-add', given({})), missing);
  outcome(t, await ask('GET', '/Task/gone/$meta'), { status: 410, code: 'deleted', says: /was deleted/ });
  outcome(t, await ask('POST', '/Task/gone/$meta-delete', given({})), {
    status: 410,
    code: 'deleted',
    says: /was deleted/,
  });
  outcome(t, await ask('GET', '/Nothing/$meta'), { status: 404, code: 'not-found', says: /no operation/ });
  outcome(t, await ask('GET', '/Patient/a/$meta-add'), {
    status: 405,
    code: 'not-supported',
    says: /Offered: POST/,
  });
  outcome(t, await ask('GET', '/Task/$meta?code=x'), { status: 400, code: 'invalid', says: /takes none/ });
});

t.test('twenty callers at once each add a tag, and all are there', async (t) => {
  await ask('PUT', '/Patient/many', { ...patient('many'), id: 'many' });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      ask('POST', '/Patient/many/$meta-add', given({ tag: [tag(`t${n}`)] })),
    ),
  );
  const done = answers.flatMap(({ status }, n) => (status === 200 ? [`t${n}`] : []));
  t.ok(
    answers.every(({ status }) => status === 200 || status === 409),
    `${answers.map(({ status }) => status)}`,
  );
  const meta = returned(await ask('GET', '/Patient/many/$meta'));
  t.same(meta.tag.map(({ code }: { code: string }) => code).sort(), done.sort());
  t.equal(meta.versionId, String(done.length + 1));
});

t.test('access: reading needs r, changing needs u, and labels of other patients are not told', async (t) => {
  const secured = await startServer(t, { open: false, demo: true });
  const asOf = async (scope: string) => {
    const { body } = await secured.server.inject({
      method: 'POST',
      url: '/auth/demo-token',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ user: 'nurse', patient: 'ana-reyes', scope }),
    });
    return asking(secured, { authorization: `Bearer ${JSON.parse(body).access_token}` });
  };
  const all = await asOf('user/*.cruds');
  const ana = await asOf('patient/*.cruds');
  await all('POST', '/Patient/marcus-bell/$meta-add', given({ tag: [tag('of-marcus')] }));
  t.equal((await ana('POST', '/Patient/ana-reyes/$meta-add', given({ tag: [tag('of-ana')] }))).status, 200);
  for (const path of ['/Patient/$meta', '/$meta']) {
    t.match(JSON.stringify((await all('GET', path)).body), /of-marcus/, path);
    t.match(JSON.stringify((await ana('GET', path)).body), /of-ana/, path);
    t.notMatch(JSON.stringify((await ana('GET', path)).body), /of-marcus/, path);
  }
  outcome(t, await ana('GET', '/Patient/marcus-bell/$meta'), {
    status: 404,
    code: 'not-found',
    says: /access/,
  });
  outcome(t, await ana('POST', '/Patient/marcus-bell/$meta-add', given({ tag: [tag('x')] })), {
    status: 403,
    code: 'forbidden',
    says: /not about the patient whose chart is open/,
  });
  const reader = await asOf('user/Patient.r');
  outcome(t, await reader('POST', '/Patient/ana-reyes/$meta-add', given({})), {
    status: 403,
    code: 'forbidden',
    says: /does not cover updating Patient/,
  });
  outcome(t, await (await asOf('user/Task.u'))('GET', '/Patient/$meta'), {
    status: 403,
    code: 'forbidden',
    says: /does not cover reading Patient/,
  });
});
