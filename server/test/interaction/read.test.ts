// read and vread, HEAD and conditional reads. https://hl7.org/fhir/R4/http.html#read · https://hl7.org/fhir/R4/http.html#cread
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome, patient } from './sample.ts';

let now = new Date('2026-03-14T09:30:00.250Z');
const server = await startServer(t, { now: () => now });
const ask = asking(server);
const first = { ...patient('1'), id: 'ana' };
await ask('PUT', '/Patient/ana', first);
now = new Date('2026-03-15T10:00:00.999Z');
await ask('PUT', '/Patient/ana', { ...first, gender: 'female' });
await ask('PUT', '/Patient/gone', { ...first, id: 'gone' });
await ask('DELETE', '/Patient/gone');

t.test('read answers 200 with the current version, ETag and Last-Modified', async (t) => {
  const { status, headers, body } = await ask('GET', '/Patient/ana');
  t.equal(status, 200);
  t.match(headers['content-type'], /^application\/fhir\+json; charset=utf-8$/);
  t.equal(headers.etag, 'W/"2"');
  t.equal(headers['last-modified'], 'Sun, 15 Mar 2026 10:00:00 GMT');
  t.equal(headers.location, undefined);
  t.same(body, { ...first, gender: 'female', meta: { versionId: '2', lastUpdated: now.toISOString() } });
});

t.test('HEAD answers the headers of GET without a body', async (t) => {
  const head = await server.server.inject({ method: 'HEAD', url: '/fhir/Patient/ana' });
  const get = await server.server.inject({ url: '/fhir/Patient/ana' });
  t.equal(head.statusCode, 200);
  t.equal(head.body, '');
  for (const name of ['etag', 'last-modified', 'content-type'] as const)
    t.equal(head.headers[name], get.headers[name], name);
  t.equal((await server.server.inject({ method: 'HEAD', url: '/fhir/Patient/nobody' })).statusCode, 404);
});

t.test('If-None-Match of the current version is 304 without a body', async (t) => {
  for (const tag of ['W/"2"', '"2"', 'W/"1", W/"2"', '*']) {
    const answer = await server.server.inject({
      url: '/fhir/Patient/ana',
      headers: { 'if-none-match': tag },
    });
    t.equal(answer.statusCode, 304, tag);
    t.equal(answer.headers.etag, 'W/"2"', tag);
    t.equal(answer.body, '', tag);
  }
  for (const tag of ['W/"1"', 'garbage', '""'])
    t.equal((await ask('GET', '/Patient/ana', undefined, { 'if-none-match': tag })).status, 200, tag);
});

t.test(
  'If-Modified-Since is 304 from the second of the last change on, and gives way to If-None-Match',
  async (t) => {
    const status = async (headers: Record<string, string>) =>
      (await ask('GET', '/Patient/ana', undefined, headers)).status;
    t.equal(await status({ 'if-modified-since': 'Sun, 15 Mar 2026 10:00:00 GMT' }), 304);
    t.equal(await status({ 'if-modified-since': 'Sun, 15 Mar 2026 09:59:59 GMT' }), 200);
    t.equal(await status({ 'if-modified-since': 'yesterday' }), 200);
    t.equal(
      await status({ 'if-modified-since': 'Sun, 15 Mar 2026 10:00:00 GMT', 'if-none-match': 'W/"1"' }),
      200,
    );
  },
);

t.test('read of nothing is 404, of a deleted resource 410', async (t) => {
  outcome(t, await ask('GET', '/Patient/nobody'), {
    status: 404,
    code: 'not-found',
    says: /There is no Patient\/nobody/,
  });
  outcome(t, await ask('GET', '/Patient/gone'), {
    status: 410,
    code: 'deleted',
    says: /Patient\/gone was deleted.*_history/,
  });
  outcome(t, await ask('GET', '/Task/ana'), {
    status: 404,
    code: 'not-found',
    says: /There is no Task\/ana/,
  });
  for (const id of ['a_b', 'a b', 'x'.repeat(65), '%2e%2e%2fPatient', '%F0%9F%98%80']) {
    const { status, body } = await ask('GET', `/Patient/${encodeURI(id)}`);
    t.equal(status, 404, id);
    t.equal(body.issue[0].code, 'not-found', id);
  }
});

t.test('vread answers each version; 404 for none; 410 for the deletion', async (t) => {
  const { status, headers, body } = await ask('GET', '/Patient/ana/_history/1');
  t.equal(status, 200);
  t.equal(headers.etag, 'W/"1"');
  t.equal(headers['last-modified'], 'Sat, 14 Mar 2026 09:30:00 GMT');
  t.same(body, { ...first, meta: { versionId: '1', lastUpdated: '2026-03-14T09:30:00.250Z' } });
  t.equal((await ask('GET', '/Patient/ana/_history/2')).body.gender, 'female');
  t.equal((await ask('GET', '/Patient/ana/_history/1', undefined, { 'if-none-match': 'W/"1"' })).status, 304);
  for (const version of ['0', '3', '01', '-1', '1.0', 'x', '99999999999999999999', 'W%2F%221%22']) {
    const { status, body } = await ask('GET', `/Patient/ana/_history/${version}`);
    t.equal(status, 404, version);
    t.match(
      body.issue[0],
      { code: 'not-found', diagnostics: /There is no version .* of Patient\/ana/ },
      version,
    );
  }
  t.equal((await ask('GET', '/Patient/gone/_history/1')).status, 200, 'versions of a deleted resource stay');
  outcome(t, await ask('GET', '/Patient/gone/_history/2'), {
    status: 410,
    code: 'deleted',
    says: /Version 2 of Patient\/gone is its deletion/,
  });
});

t.test('"metadata" is an id like any other', async (t) => {
  t.equal((await ask('PUT', '/Patient/metadata', { ...first, id: 'metadata' })).status, 201);
  t.equal((await ask('GET', '/Patient/metadata')).body.id, 'metadata');
});
