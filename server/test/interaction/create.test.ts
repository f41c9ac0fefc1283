// create, unconditional and conditional, as R4 says. https://hl7.org/fhir/R4/http.html#create
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { MRN, outcome, patient, task } from './sample.ts';

const NOW = new Date('2026-03-14T09:30:00.250Z');
const server = await startServer(t, { now: () => NOW });
const ask = asking(server);

t.test('create answers 201 with Location, ETag, Last-Modified and the stored resource', async (t) => {
  const sent = patient('1', {
    meta: { tag: [{ system: 'http://tags.example', code: 'a' }], profile: ['http://profiles.example/p'] },
  });
  const { status, headers, body } = await ask('POST', '/Patient', sent);
  t.equal(status, 201);
  t.equal(headers.location, `${server.base}/Patient/${body.id}/_history/1`);
  t.equal(headers.etag, 'W/"1"');
  t.equal(headers['last-modified'], 'Sat, 14 Mar 2026 09:30:00 GMT');
  t.same(body, {
    ...sent,
    id: body.id,
    meta: { ...sent.meta, versionId: '1', lastUpdated: NOW.toISOString() },
  });
});

t.test('the server ignores the id, versionId and lastUpdated that a create brings', async (t) => {
  const sent = patient('2', {
    id: 'mine',
    meta: { versionId: '7', lastUpdated: '2001-01-01T00:00:00Z', source: '#here' },
  });
  const { body } = await ask('POST', '/Patient', sent);
  t.match(body.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.same(body.meta, { versionId: '1', lastUpdated: NOW.toISOString(), source: '#here' });
  t.equal((await ask('GET', '/Patient/mine')).status, 404);
});

t.test('decimals keep their text and text keeps its characters', async (t) => {
  const sent = `{"resourceType":"Observation","status":"final","code":{"text":"Größe \\u00e9 😀 \\u2028"},"valueQuantity":{"value":1.10},
    "component":[{"code":{"text":"a"},"valueQuantity":{"value":1.0e2}},{"code":{"text":"b"},"valueQuantity":{"value":0.0000001000}}]}`;
  const created = await server.server.inject({
    method: 'POST',
    url: '/fhir/Observation',
    headers: { 'content-type': 'application/fhir+json' },
    payload: sent,
  });
  t.equal(created.statusCode, 201);
  const read = await server.server.inject({
    url: created.headers.location!.toString().replace(server.url, ''),
  });
  t.equal(read.body, created.body, 'what is read is what was answered, byte for byte');
  t.match(read.body, /"value":1\.10[,}].*"value":1\.0e2[,}].*"value":0\.0000001000[,}]/);
  t.match(read.body, 'Größe é 😀 \u2028');
});

t.test('a body that is no resource of the type is 400', async (t) => {
  const bad = (says: RegExp, expression?: string[]) => ({ status: 400, code: 'invalid', says, expression });
  outcome(
    t,
    await ask('POST', '/Patient', task('1')),
    bad(/The body is a Task, but the address is for Patient\./, ['resourceType']),
  );
  outcome(
    t,
    await ask('POST', '/Patient', {}),
    bad(/no resourceType.*"resourceType": "Patient"/, ['Patient']),
  );
  for (const body of [[], null, 1, 'text', true]) {
    outcome(
      t,
      await ask('POST', '/Patient', JSON.stringify(body)),
      bad(/must be a Patient as a JSON object/),
      JSON.stringify(body),
    );
  }
});

t.test(
  'a resource that breaks the structure is 422, one issue a problem, and nothing is written',
  async (t) => {
    const { status, body } = await ask(
      'POST',
      '/Patient',
      patient('broken', { gender: 'x' as 'male', birthDate: '2026-02-30' }),
    );
    t.equal(status, 422);
    t.same(body.issue.map((issue: { expression: string[] }) => issue.expression).sort(), [
      ['Patient.birthDate'],
      ['Patient.gender'],
    ]);
    t.equal((await ask('GET', `/Patient?identifier=${MRN}|broken`)).body.entry, undefined);
  },
);

t.test('a reference to nothing is 422 and names its expression', async (t) => {
  const says =
    /Task\.for\.reference names Patient\/nobody, which does not exist here, or your access does not cover it\./;
  outcome(t, await ask('POST', '/Task', task('nobody')), {
    status: 422,
    code: 'not-found',
    says,
    expression: ['Task.for'],
  });
  const elsewhere = task('x', { for: { reference: 'https://other.example/fhir/Patient/1' } });
  t.equal((await ask('POST', '/Task', elsewhere)).status, 201, 'references to other servers are not checked');
});

t.test('a reference to a deleted resource is 422', async (t) => {
  await ask('PUT', '/Patient/gone', { ...patient('gone'), id: 'gone' });
  await ask('DELETE', '/Patient/gone');
  outcome(t, await ask('POST', '/Task', task('gone')), {
    status: 422,
    code: 'not-found',
    says: /names Patient\/gone/,
    expression: ['Task.for'],
  });
});

t.test('a conditional reference outside a transaction is 422', async (t) => {
  const conditional = task('x', { for: { reference: `Patient?identifier=${MRN}|1` } });
  outcome(t, await ask('POST', '/Task', conditional), {
    status: 422,
    code: 'not-supported',
    says: /only a transaction can resolve/,
    expression: ['Task.for'],
  });
});

t.test(
  'If-None-Exist: none matches, it is created; one matches, it is 200 and nothing is written',
  async (t) => {
    const condition = { 'if-none-exist': `identifier=${MRN}|once` };
    const first = await ask('POST', '/Patient', patient('once'), condition);
    t.equal(first.status, 201);
    const second = await ask('POST', '/Patient', patient('once', { name: [{ family: 'Other' }] }), condition);
    t.equal(second.status, 200);
    t.equal(second.headers.etag, 'W/"1"');
    t.equal(second.headers.location, first.headers.location);
    t.same(second.body, first.body);
  },
);

t.test('If-None-Exist: several match, it is 412', async (t) => {
  await ask('POST', '/Patient', patient('twice'));
  await ask('POST', '/Patient', patient('twice'));
  const answer = await ask('POST', '/Patient', patient('twice'), {
    'if-none-exist': `identifier=${MRN}|twice`,
  });
  outcome(t, answer, { status: 412, code: 'conflict', says: /More than one Patient matches/ });
});

t.test('If-None-Exist that selects nothing, or cannot be read, is 400 and creates nothing', async (t) => {
  const count = async () => (await ask('GET', '/Patient?_summary=count')).body.total;
  const before = await count();
  for (const criteria of ['', '?', '_count=1', 'identifier=']) {
    outcome(
      t,
      await ask('POST', '/Patient', patient('n'), { 'if-none-exist': criteria }),
      { status: 400, code: 'invalid', says: /name nothing to look for/ },
      criteria,
    );
  }
  outcome(t, await ask('POST', '/Patient', patient('n'), { 'if-none-exist': 'nonsense=1' }), {
    status: 400,
    code: 'not-supported',
    says: /no search parameter "nonsense"/,
  });
  outcome(t, await ask('POST', '/Patient', patient('n'), { 'if-none-exist': 'family=%00' }), {
    status: 400,
    code: 'invalid',
    says: /NUL/,
  });
  t.equal(await count(), before);
});
