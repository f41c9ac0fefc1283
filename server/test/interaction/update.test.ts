// update and delete: versions, If-Match, update as create. https://hl7.org/fhir/R4/http.html#update · https://hl7.org/fhir/R4/http.html#delete
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const put = (id: string, more: object = {}, headers: Record<string, string> = {}) =>
  ask('PUT', `/Patient/${id}`, { ...patient(id), id, ...more }, headers);

t.test('update of a free id creates: 201, version 1, Location', async (t) => {
  const { status, headers, body } = await put('a');
  t.equal(status, 201);
  t.equal(headers.etag, 'W/"1"');
  t.equal(headers.location, `${server.base}/Patient/a/_history/1`);
  t.match(body, { id: 'a', meta: { versionId: '1' } });
});

t.test('update answers 200 with the next version', async (t) => {
  const { status, headers, body } = await put('a', {
    gender: 'other',
    meta: { versionId: '40', security: [{ code: 'R' }] },
  });
  t.equal(status, 200);
  t.equal(headers.etag, 'W/"2"');
  t.equal(headers['last-modified'], new Date(body.meta.lastUpdated).toUTCString());
  t.match(body, { gender: 'other', meta: { versionId: '2', security: [{ code: 'R' }] } });
  t.same((await ask('GET', '/Patient/a')).body, body);
});

t.test('the body must carry the id and the type of the address', async (t) => {
  const bad = (says: RegExp, expression: string[]) => ({ status: 400, code: 'invalid', says, expression });
  outcome(t, await ask('PUT', '/Patient/a', patient('a')), bad(/has no id.*"id": "a"/, ['Patient.id']));
  outcome(
    t,
    await put('a', { id: 'b' }),
    bad(/The body's id is "b", but the address says "a"/, ['Patient.id']),
  );
  outcome(
    t,
    await ask('PUT', '/Patient/a', task('a')),
    bad(/is a Task, but the address is for Patient/, ['resourceType']),
  );
  t.equal((await ask('GET', '/Patient/a')).headers.etag, 'W/"2"', 'nothing was written');
});

t.test('ids have 1 to 64 letters, digits, "-" and "."', async (t) => {
  t.equal((await put('A-z.0'.padEnd(64, '9'))).status, 201);
  for (const id of ['a_b', 'x'.repeat(65), 'a b', 'é', '$a']) {
    const { status, body } = await ask('PUT', `/Patient/${encodeURIComponent(id)}`, { ...patient('x'), id });
    t.ok(status === 400 || status === 404, `${id}: ${status}`);
    t.equal(body.resourceType, 'OperationOutcome', id);
  }
  outcome(t, await put('a_b'), { status: 400, code: 'invalid', says: /"a_b" is not an id/ });
});

t.test('If-Match of the present version updates; a stale one is 412 and writes nothing', async (t) => {
  t.equal((await put('m', {}, { 'if-match': 'W/"1"' })).status, 412, 'nothing to match yet');
  await put('m');
  t.equal((await put('m', { gender: 'male' }, { 'if-match': 'W/"1"' })).status, 200);
  t.equal(
    (await put('m', { gender: 'male' }, { 'if-match': '"2"' })).status,
    200,
    'a strong tag names the same version',
  );
  t.equal(
    (await put('m', { gender: 'male' }, { 'if-match': '*' })).status,
    200,
    '* matches any present version',
  );
  outcome(t, await put('m', { gender: 'female' }, { 'if-match': 'W/"1"' }), {
    status: 412,
    code: 'conflict',
    says: /you have version 1, the present one is 4/,
  });
  t.equal((await ask('GET', '/Patient/m')).body.gender, 'male');
  outcome(t, await put('nobody', {}, { 'if-match': '*' }), {
    status: 412,
    code: 'conflict',
    says: /there is no such resource/,
  });
  t.equal((await ask('GET', '/Patient/nobody')).status, 404);
});

t.test('an If-Match that is no ETag is 400', async (t) => {
  for (const tag of ['1', 'W/1', 'garbage', '""', 'W/"1", W/"2"', `"${'9'.repeat(65)}"`]) {
    outcome(
      t,
      await put('m', {}, { 'if-match': tag }),
      { status: 400, code: 'invalid', says: /If-Match is .*Send an ETag/ },
      tag,
    );
  }
});

t.test('delete answers 204 without a body, also for what is not there', async (t) => {
  await put('d');
  const gone = await server.server.inject({ method: 'DELETE', url: '/fhir/Patient/d' });
  t.equal(gone.statusCode, 204);
  t.equal(gone.body, '');
  t.equal(gone.headers.etag, 'W/"2"');
  t.equal((await ask('DELETE', '/Patient/d')).status, 204, 'again');
  t.equal((await ask('DELETE', '/Patient/nobody')).status, 204, 'never there');
  t.equal((await ask('GET', '/Patient/d')).status, 410);
  t.equal((await ask('GET', '/Patient?_id=d')).body.entry, undefined, 'search does not find it');
  t.equal(
    (await ask('GET', '/Patient/d/_history')).body.entry.length,
    2,
    'the second delete wrote no version',
  );
});

t.test('delete with a stale If-Match is 412 and deletes nothing', async (t) => {
  await put('k');
  outcome(t, await ask('DELETE', '/Patient/k', undefined, { 'if-match': 'W/"9"' }), {
    status: 412,
    code: 'conflict',
    says: /present one is 1/,
  });
  t.equal((await ask('GET', '/Patient/k')).status, 200);
  t.equal((await ask('DELETE', '/Patient/k', undefined, { 'if-match': 'W/"1"' })).status, 204);
});

t.test('update after delete brings the resource back: 201, versions go on', async (t) => {
  const { status, headers } = await put('d', { gender: 'male' });
  t.equal(status, 201);
  t.equal(headers.etag, 'W/"3"');
  t.equal(headers.location, `${server.base}/Patient/d/_history/3`);
  t.equal((await ask('GET', '/Patient/d')).body.gender, 'male');
  t.equal((await ask('GET', '/Patient?_id=d')).body.entry.length, 1);
});

t.test('an update replaces the index rows of the version before', async (t) => {
  await put('i', { name: [{ family: 'Before' }] });
  await put('i', { name: [{ family: 'After' }] });
  t.equal((await ask('GET', '/Patient?family=before')).body.entry, undefined);
  t.equal((await ask('GET', '/Patient?family=after')).body.entry[0].resource.id, 'i');
});

t.test(
  'an update may keep a reference whose target was deleted meanwhile, but may not add one',
  async (t) => {
    await put('target');
    await ask('PUT', '/Task/holder', { ...task('target'), id: 'holder' });
    await ask('DELETE', '/Patient/target');
    t.equal(
      (await ask('PUT', '/Task/holder', { ...task('target'), id: 'holder', priority: 'urgent' })).status,
      200,
    );
    t.equal((await ask('PUT', '/Task/other', { ...task('target'), id: 'other' })).status, 422);
  },
);
