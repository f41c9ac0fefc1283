// A Binary goes in and out as what it holds. https://hl7.org/fhir/R4/binary.html#rest
import t from 'tap';
import { startServer } from '../helpers/server.ts';

const server = await startServer(t);
const inject = (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  payload?: string | Buffer,
) =>
  server.server.inject({
    method: method as 'GET',
    url: `/fhir${path}`,
    headers,
    ...(payload !== undefined && { payload }),
  });
const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10]);

t.test('what is posted in another type is kept whole, and read in that type', async (t) => {
  const made = await inject(
    'POST',
    '/Binary',
    { 'content-type': 'image/png', accept: 'application/fhir+json' },
    bytes,
  );
  t.equal(made.statusCode, 201);
  const { id, contentType, data } = made.json();
  t.equal(contentType, 'image/png');
  t.equal(data, bytes.toString('base64'));
  for (const accept of ['', '*/*', 'image/png', 'image/*;q=0.8, text/html']) {
    const read = await inject('GET', `/Binary/${id}`, accept ? { accept } : {});
    t.equal(read.statusCode, 200, accept);
    t.equal(read.headers['content-type'], 'image/png', accept);
    t.ok(read.rawPayload.equals(bytes), accept);
    t.equal(read.headers.etag, 'W/"1"');
    t.equal(read.headers['content-security-policy'], "default-src 'none'; sandbox");
    t.equal(read.headers['x-content-type-options'], 'nosniff');
  }
  const resource = await inject('GET', `/Binary/${id}`, { accept: 'application/fhir+json' });
  t.equal(resource.headers['content-type'], 'application/fhir+json; charset=utf-8');
  t.match(resource.json(), { resourceType: 'Binary', id, contentType: 'image/png', data });
  t.match(
    (await inject('GET', `/Binary/${id}?_format=xml`)).body,
    /^<\?xml.*<contentType value="image\/png"\/>/,
  );
  const version = await inject('GET', `/Binary/${id}/_history/1`);
  t.ok(version.rawPayload.equals(bytes));
});

t.test('PUT replaces it, and its security context travels in a header', async (t) => {
  const context = { 'x-security-context': `${server.base}/Patient/p` };
  await inject(
    'PUT',
    '/Patient/p',
    { 'content-type': 'application/fhir+json' },
    '{"resourceType":"Patient","id":"p"}',
  );
  const made = await inject(
    'PUT',
    '/Binary/b',
    { 'content-type': 'text/plain; charset=utf-8', ...context },
    'hello',
  );
  t.equal(made.statusCode, 201);
  const read = await inject('GET', '/Binary/b');
  t.equal(read.body, 'hello');
  t.equal(read.headers['content-type'], 'text/plain; charset=utf-8');
  t.equal(read.headers['x-security-context'], context['x-security-context']);
  const json = JSON.stringify({ resourceType: 'Binary', id: 'b', contentType: 'text/css', data: 'YQ==' });
  t.equal(
    (await inject('PUT', '/Binary/b', { 'content-type': 'application/fhir+json' }, json)).statusCode,
    200,
  );
  const changed = await inject('GET', '/Binary/b');
  t.equal(changed.body, 'a');
  t.equal(changed.headers['content-type'], 'text/css');
  t.equal(changed.headers['x-security-context'], undefined);
});

t.test('a Bundle carries the resource, never the bytes alone', async (t) => {
  const found = await inject('GET', '/Binary?_id=b');
  t.match(found.json().entry, [{ resource: { resourceType: 'Binary', data: 'YQ==' } }]);
});

t.test('failures are outcomes, and a body without a type is 415', async (t) => {
  const missing = await inject('GET', '/Binary/none', { accept: 'image/png' });
  t.equal(missing.statusCode, 404);
  t.match(missing.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'not-found' }] });
  for (const [method, path, type] of [
    ['POST', '/Binary/b/x', 'image/png'],
    ['POST', '/Patient', 'image/png'],
  ] as const)
    t.equal((await inject(method, path, { 'content-type': type }, bytes)).statusCode, 415, path);
  const refused = await inject('GET', '/Binary?_id=b', { accept: 'image/png' });
  t.equal(refused.statusCode, 406);
});
