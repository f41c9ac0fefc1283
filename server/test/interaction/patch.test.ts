// patch: JSON Patch and FHIRPath Patch of a stored resource. https://hl7.org/fhir/R4/http.html#patch
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const jsonPatch = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask('PATCH', path, body, { ...JSON_PATCH, ...headers });
const replaced = (path: string, value: object) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: path },
        { name: 'value', ...value },
      ],
    },
  ],
});
const GENDER = [{ op: 'add', path: '/gender', value: 'female' }];
const put = (id: string, more: object = {}) => ask('PUT', `/Patient/${id}`, { ...patient(id), id, ...more });

t.test('JSON Patch answers 200 with the next version, ETag, Last-Modified and Location', async (t) => {
  await put('a');
  const { status, headers, body } = await jsonPatch('/Patient/a', GENDER);
  t.equal(status, 200);
  t.equal(headers.etag, 'W/"2"');
  t.equal(headers['last-modified'], new Date(body.meta.lastUpdated).toUTCString());
  t.equal(headers.location, `${server.base}/Patient/a/_history/2`);
  t.match(body, { id: 'a', gender: 'female', identifier: patient('a').identifier, meta: { versionId: '2' } });
  t.same((await ask('GET', '/Patient/a')).body, body);
  t.equal((await ask('GET', '/Patient?gender=female&_id=a')).body.entry.length, 1, 'search knows it');
});

t.test('FHIRPath Patch comes as Parameters; history tells PATCH', async (t) => {
  const { status, headers, body } = await ask(
    'PATCH',
    '/Patient/a',
    replaced('Patient.gender', { valueCode: 'male' }),
  );
  t.equal(status, 200);
  t.equal(headers.etag, 'W/"3"');
  t.equal(body.gender, 'male');
  const { body: history } = await ask('GET', '/Patient/a/_history');
  t.same(
    history.entry.map(({ request }: { request: object }) => request),
    [
      { method: 'PATCH', url: 'Patient/a' },
      { method: 'PATCH', url: 'Patient/a' },
      { method: 'PUT', url: 'Patient/a' },
    ],
  );
});

t.test('FHIRPath Patch comes as XML too', async (t) => {
  await put('xml');
  const part = (name: string, type: string, value: string) =>
    `<part><name value="${name}"/><value${type} value="${value}"/></part>`;
  const { statusCode, body } = await server.server.inject({
    method: 'PATCH',
    url: '/fhir/Patient/xml',
    headers: { 'content-type': 'application/fhir+xml' },
    payload: `<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>${part('type', 'Code', 'add')}${part('path', 'String', 'Patient')}${part('name', 'String', 'active')}${part('value', 'Boolean', 'true')}</parameter></Parameters>`,
  });
  t.equal(statusCode, 200, body);
  t.equal((await ask('GET', '/Patient/xml')).body.active, true);
});

t.test('If-Match guards a patch as it guards an update', async (t) => {
  await put('m');
  t.equal((await jsonPatch('/Patient/m', GENDER, { 'if-match': 'W/"1"' })).status, 200);
  outcome(t, await jsonPatch('/Patient/m', GENDER, { 'if-match': 'W/"1"' }), {
    status: 412,
    code: 'conflict',
    says: /you have version 1, the present one is 2/,
  });
});

t.test('a patch creates nothing: 404 for nothing, 410 for what was deleted', async (t) => {
  outcome(t, await jsonPatch('/Patient/nobody', GENDER), {
    status: 404,
    code: 'not-found',
    says: /There is no Patient\/nobody to patch/,
  });
  await put('gone');
  await ask('DELETE', '/Patient/gone');
  outcome(t, await jsonPatch('/Patient/gone', GENDER), {
    status: 410,
    code: 'deleted',
    says: /Patient\/gone was deleted/,
  });
});

t.test(
  'the result passes every check of a write: structure, references; and nothing is written',
  async (t) => {
    await put('checked');
    await ask('PUT', '/Task/checked', { ...task('checked'), id: 'checked' });
    outcome(t, await jsonPatch('/Patient/checked', [{ op: 'add', path: '/gender', value: 'x' }]), {
      status: 422,
      code: 'code-invalid',
      says: /gender/,
      expression: ['Patient.gender'],
    });
    outcome(
      t,
      await jsonPatch('/Task/checked', [{ op: 'replace', path: '/for/reference', value: 'Patient/nobody' }]),
      {
        status: 422,
        code: 'not-found',
        says: /Task\.for\.reference names Patient\/nobody/,
        expression: ['Task.for'],
      },
    );
    outcome(t, await jsonPatch('/Patient/checked', [{ op: 'remove', path: '/identifier/0' }]), {
      status: 422,
      code: 'structure',
      says: /./,
      expression: ['Patient.identifier'],
    });
    for (const path of ['/Patient/checked', '/Task/checked'])
      t.equal((await ask('GET', path)).headers.etag, 'W/"1"', path);
  },
);

t.test("id and versionId are the server's: the one is refused, the other stays right", async (t) => {
  await put('own');
  outcome(t, await jsonPatch('/Patient/own', [{ op: 'replace', path: '/id', value: 'other' }]), {
    status: 422,
    code: 'processing',
    says: /changes resourceType or id.*Patient\/own/,
    expression: ['Patient.id'],
  });
  const { status, body } = await jsonPatch('/Patient/own', [
    { op: 'test', path: '/meta/versionId', value: '1' },
    { op: 'replace', path: '/meta/versionId', value: '77' },
    { op: 'replace', path: '/meta/lastUpdated', value: '2001-01-01T00:00:00Z' },
  ]);
  t.equal(status, 200);
  t.equal(body.meta.versionId, '2');
  t.not(body.meta.lastUpdated, '2001-01-01T00:00:00Z');
});

t.test('a test that fails is 422, a malformed patch 400, another media type 415', async (t) => {
  await put('b');
  outcome(t, await jsonPatch('/Patient/b', [{ op: 'test', path: '/gender', value: 'male' }]), {
    status: 422,
    code: 'processing',
    says: /\[0\] \(test\): there is nothing at "\/gender"/,
    expression: ['[0]'],
  });
  outcome(t, await jsonPatch('/Patient/b', [{ op: 'frobnicate' }]), {
    status: 400,
    code: 'invalid',
    says: /\[0\] has no "op" of add, remove, replace, move, copy, test/,
    expression: ['[0]'],
  });
  outcome(t, await jsonPatch('/Patient/b', { resourceType: 'Patient' }), {
    status: 400,
    code: 'invalid',
    says: /A JSON Patch is a list of operations/,
  });
  outcome(t, await ask('PATCH', '/Patient/b', { resourceType: 'Patient' }), {
    status: 400,
    code: 'invalid',
    says: /A FHIRPath Patch is a Parameters resource/,
    expression: ['resourceType'],
  });
  t.equal((await ask('PATCH', '/Patient/b', 'x', { 'content-type': 'text/plain' })).status, 415);
  t.equal((await ask('GET', '/Patient/b')).headers.etag, 'W/"1"', 'nothing was written');
});

t.test('a JSON Patch is the body of PATCH only', async (t) => {
  for (const [method, path] of [
    ['POST', '/Patient'],
    ['PUT', '/Patient/b'],
  ] as const)
    t.equal((await ask(method, path, GENDER, JSON_PATCH)).status, 415, method);
});

t.test('decimals keep their text through a patch', async (t) => {
  const headers = { 'content-type': 'application/fhir+json' };
  const payload =
    '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"valueQuantity":{"value":1.10}}';
  await server.server.inject({ method: 'PUT', url: '/fhir/Observation/o', headers, payload });
  const answer = await server.server.inject({
    method: 'PATCH',
    url: '/fhir/Observation/o',
    headers: JSON_PATCH,
    payload:
      '[{"op":"add","path":"/component","value":[{"code":{"text":"b"},"valueQuantity":{"value":2.0e1}}]},{"op":"test","path":"/valueQuantity/value","value":1.1}]',
  });
  t.equal(answer.statusCode, 200, answer.body);
  t.match(answer.body, /"value":1\.10[,}].*"value":2\.0e1[,}]/);
});

t.test('40 patches at once are all applied', async (t) => {
  await ask('PUT', '/Basic/counted', {
    resourceType: 'Basic',
    id: 'counted',
    code: { coding: [{ code: 'first' }] },
  });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      jsonPatch('/Basic/counted', [{ op: 'add', path: '/code/coding/-', value: { code: `c${n}` } }]),
    ),
  );
  t.ok(answers.every(({ status }) => status === 200 || status === 409));
  const done = answers.filter(({ status }) => status === 200).length;
  const { body } = await ask('GET', '/Basic/counted');
  t.equal(new Set(body.code.coding.map(({ code }: { code: string }) => code)).size, done + 1, 'none is lost');
  t.equal(body.meta.versionId, String(done + 1));
});

t.test('in batches and transactions a patch is a Binary or the Parameters', async (t) => {
  for (const type of ['batch', 'transaction']) {
    await put(`in-${type}-1`);
    await put(`in-${type}-2`);
    const binary = (text: string, contentType: unknown = 'application/json-patch+json') => ({
      resourceType: 'Binary',
      contentType,
      data: Buffer.from(text).toString('base64'),
    });
    const patchOf = (n: number, resource: object, more: object = {}) => ({
      resource,
      request: { method: 'PATCH', url: `Patient/in-${type}-${n}`, ...more },
    });
    const send = (...entry: object[]) => ask('POST', '', { resourceType: 'Bundle', type, entry });
    const { status, body } = await send(
      patchOf(1, binary(JSON.stringify(GENDER)), { ifMatch: 'W/"1"' }),
      patchOf(2, replaced('Patient.identifier[0].value', { valueString: 'patched' })),
    );
    t.equal(status, 200, type);
    t.match(body.entry, [
      { resource: { gender: 'female' }, response: { status: /^200/, etag: 'W/"2"' } },
      { resource: { identifier: [{ value: 'patched' }] }, response: { status: /^200/, etag: 'W/"2"' } },
    ]);
    const failures = [
      binary('[', 'application/json-patch+json'),
      binary(JSON.stringify(GENDER), 'text/plain'),
      binary(JSON.stringify(GENDER), 7),
      undefined,
    ];
    for (const [n, bad] of failures.entries()) {
      const answer = await send(patchOf(1, bad as object));
      const [issue] = (type === 'batch' ? answer.body.entry[0].response.outcome : answer.body).issue;
      const found =
        type === 'batch' ? Number(answer.body.entry[0].response.status.slice(0, 3)) : answer.status;
      t.equal(found, n === 1 ? 415 : 400, `${type}: ${issue.diagnostics}`);
    }
  }
  const urn = 'urn:uuid:33333333-7c9a-4f5e-9a54-1d3c7c6e4b12';
  await ask('PUT', '/Task/linked', { ...task('in-batch-1'), id: 'linked' });
  const { status, body } = await ask('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: replaced('Task.for', { valueReference: { reference: urn } }),
        request: { method: 'PATCH', url: 'Task/linked' },
      },
      { fullUrl: urn, resource: patient('linked'), request: { method: 'POST', url: 'Patient' } },
    ],
  });
  t.equal(status, 200, JSON.stringify(body.issue));
  t.equal(
    body.entry[0].resource.for.reference,
    `Patient/${body.entry[1].resource.id}`,
    'its links are rewritten',
  );
});
