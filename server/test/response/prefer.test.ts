// What an answer carries: Prefer: return, and headers that every answer has. https://hl7.org/fhir/R4/http.html#ops
import t from 'tap';
import { returnPreference } from '../../response/index.ts';
import { asking, startServer } from '../helpers/server.ts';
import { patient } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const put = (id: string, prefer: string) => ask('PUT', `/Patient/${id}`, { ...patient(id), id }, { prefer });

t.test('return=minimal answers no body, but the headers', async (t) => {
  const { status, headers, body } = await put('a', 'return=minimal');
  t.equal(status, 201);
  t.notOk(body);
  t.equal(headers.etag, 'W/"1"');
  t.equal(headers.location, `${server.base}/Patient/a/_history/1`);
  t.ok(headers['last-modified']);
});

t.test('return=OperationOutcome answers an outcome of severity information', async (t) => {
  const { status, headers, body } = await put('a', 'return=OperationOutcome');
  t.equal(status, 200);
  t.equal(headers.etag, 'W/"2"');
  t.match(body, {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics: String }],
  });
});

t.test('return=representation, no preference and an unknown one answer the resource', async (t) => {
  for (const prefer of ['return=representation', '', 'return=nonsense', 'handling=strict'])
    t.match((await put('b', prefer)).body, { resourceType: 'Patient', id: 'b' }, prefer);
});

t.test('a read gives the resource, whatever is preferred', async (t) => {
  for (const prefer of ['return=minimal', 'return=OperationOutcome'])
    t.equal((await ask('GET', '/Patient/a', undefined, { prefer })).body.id, 'a', prefer);
});

const DONE = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'information', code: 'informational', diagnostics: 'The write was carried out.' }],
};

t.test('a deletion answers 204, or an outcome where one is preferred', async (t) => {
  await put('gone', '');
  const silent = await ask('DELETE', '/Patient/gone');
  t.equal(silent.status, 204);
  t.notOk(silent.body);
  await put('gone', '');
  const told = await ask('DELETE', '/Patient/gone', undefined, { prefer: 'return=OperationOutcome' });
  t.equal(told.status, 200);
  t.equal(told.headers.etag, 'W/"4"');
  t.same(told.body, DONE);
});

t.test('the entries of batches and transactions are answered as preferred', async (t) => {
  const bundle = (type: string) => ({
    resourceType: 'Bundle',
    type,
    entry: [
      { resource: patient('new'), request: { method: 'POST', url: 'Patient' } },
      { resource: { ...patient('b'), id: 'b' }, request: { method: 'PUT', url: 'Patient/b' } },
      { request: { method: 'GET', url: 'Patient/a' } },
    ],
  });
  for (const type of ['batch', 'transaction']) {
    const answers = async (prefer: string) => (await ask('POST', '', bundle(type), { prefer })).body.entry;
    const [made, changed, read] = await answers('return=representation');
    t.match(made, { resource: { resourceType: 'Patient' }, response: { status: '201', etag: 'W/"1"' } });
    t.match(changed, { fullUrl: `${server.base}/Patient/b`, resource: { id: 'b' } });
    t.match(made.response.location, new RegExp(`^${server.base}/Patient/[^/]+/_history/1$`));
    t.equal(read.resource.id, 'a');
    for (const entry of (await answers('return=minimal')).slice(0, 2)) {
      t.notHas(entry, 'resource', `${type}: minimal`);
      t.notHas(entry.response, 'outcome');
      t.ok(entry.response.etag && entry.response.lastModified && entry.response.location);
    }
    const told = await answers('return=OperationOutcome');
    for (const entry of told.slice(0, 2)) {
      t.notHas(entry, 'resource', `${type}: outcome`);
      t.same(entry.response.outcome, DONE);
    }
    t.equal(told[2].resource.id, 'a', 'a read gives the resource');
  }
});

t.test('a version stands once under its address in an answer, though entries ask for it twice', async (t) => {
  const get = { request: { method: 'GET', url: 'Patient/a' } };
  const { body } = await ask('POST', '', { resourceType: 'Bundle', type: 'batch', entry: [get, get] });
  t.same(
    body.entry.map((entry: { fullUrl?: string }) => entry.fullUrl),
    [`${server.base}/Patient/a`, undefined],
  );
  t.same(body.entry[1].resource, body.entry[0].resource);
});

t.test('the preference is found among others', (t) => {
  t.equal(returnPreference('handling=lenient, return=minimal; wait=10'), 'minimal');
  t.equal(returnPreference('return="OperationOutcome"'), 'OperationOutcome');
  t.equal(returnPreference('return = minimal'), 'minimal');
  t.equal(returnPreference('xreturn=minimalist'), 'representation');
  t.equal(returnPreference(undefined), 'representation');
  t.end();
});

t.test('answers are not to be kept by caches, and name their request', async (t) => {
  for (const [method, path] of [
    ['GET', '/Patient/a'],
    ['GET', '/Patient'],
    ['GET', '/Patient/none'],
  ] as const) {
    const { headers } = await ask(method, path, undefined, { 'x-request-id': 'abc-1' });
    t.equal(headers['x-request-id'], 'abc-1', path);
    t.equal(headers['cache-control'], 'no-store', path);
  }
});

t.test('browsers of other origins may read and write, and see the headers that FHIR uses', async (t) => {
  const preflight = await server.server.inject({
    method: 'OPTIONS',
    url: '/fhir/Patient/a',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type,if-match,authorization',
    },
  });
  t.equal(preflight.statusCode, 204);
  t.match(preflight.headers['access-control-allow-methods'], /\bPUT\b.*\bDELETE\b/);
  t.match(preflight.headers['access-control-allow-headers'], 'if-match');
  const { headers } = await ask('GET', '/Patient/a', undefined, { origin: 'https://app.example' });
  t.equal(headers['access-control-allow-origin'], '*');
  for (const name of ['ETag', 'Location', 'Content-Location', 'Last-Modified', 'X-Progress', 'Retry-After'])
    t.match(headers['access-control-expose-headers'], name);
});
