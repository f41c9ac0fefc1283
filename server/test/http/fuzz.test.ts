// Whatever is sent, the answer is FHIR and no 5xx, and nothing half is written.
import fc from 'fast-check';
import t from 'tap';
import { xmlToJson } from '../../fhir/xml-read.ts';
import { startServer } from '../helpers/server.ts';
import { database, patient } from '../interaction/sample.ts';
import { address, body, bundle, fhirPathPatch, header, method, operations, query } from './arbitrary.ts';

const server = await startServer(t);
const sql = database(t, server.databaseUrl);
const json = { 'content-type': 'application/fhir+json' };
for (const id of ['a', 'b'])
  await server.server.inject({
    method: 'PUT',
    url: `/fhir/Patient/${id}`,
    headers: json,
    payload: JSON.stringify({ ...patient(id), id }),
  });

async function check(request: {
  method: string;
  url: string;
  headers?: Record<string, string>;
  payload?: string;
}): Promise<void> {
  const { statusCode, body, headers } = await server.server.inject(request as { method: 'GET'; url: string });
  const shown = JSON.stringify(request).slice(0, 500);
  if (statusCode >= 500) throw new Error(`${statusCode} for ${shown}: ${body}`);
  if (statusCode >= 400 && request.method !== 'HEAD') {
    const isXml = String(headers['content-type']).includes('xml');
    const { resourceType, issue } = JSON.parse(isXml ? xmlToJson(body) : body);
    if (resourceType !== 'OperationOutcome' || !issue[0].diagnostics)
      throw new Error(`no outcome for ${shown}: ${body}`);
  }
}

t.test('random addresses, queries and headers', async () => {
  await fc.assert(
    fc.asyncProperty(method, address, query, header, (verb, path, search, headers) =>
      check({ method: verb, url: `/fhir/${path}?${search}`, headers }),
    ),
    { numRuns: 400 },
  );
});

t.test('random searches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('Patient', 'Task', 'Observation'), query, (type, search) =>
      check({ method: 'GET', url: `/fhir/${type}?${search}` }),
    ),
    { numRuns: 300 },
  );
});

t.test('random bytes as a body', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('POST', 'PUT'),
      address,
      fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
      (verb, path, payload) => check({ method: verb, url: `/fhir/${path}`, headers: json, payload }),
    ),
    { numRuns: 200 },
  );
});

t.test('random resources', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('POST /Patient', 'PUT /Patient/a', 'PUT /Patient/new', 'POST /Task', 'PUT /Task/b'),
      header,
      body,
      (where, headers, resource) => {
        const [verb, path] = where.split(' ') as [string, string];
        return check({
          method: verb,
          url: `/fhir${path}`,
          headers: { ...headers, ...json },
          payload: JSON.stringify(resource),
        });
      },
    ),
    { numRuns: 400 },
  );
});

t.test('random patches', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/Patient/a', '/Patient/new', '/Patient?_id=a', '/Patient?family=x', '/Task'),
      header,
      fc.constantFrom(
        'application/json-patch+json',
        'application/fhir+json',
        'application/fhir+xml',
        'text/plain',
      ),
      fc.oneof(body, fc.array(body, { maxLength: 3 }), operations, fhirPathPatch),
      (where, headers, type, patch) =>
        check({
          method: 'PATCH',
          url: `/fhir${where}`,
          headers: { ...headers, 'content-type': type },
          payload: JSON.stringify(patch),
        }),
    ),
    { numRuns: 400 },
  );
});

t.test('random batches and transactions', async () => {
  await fc.assert(
    fc.asyncProperty(header, bundle, (headers, resource) =>
      check({
        method: 'POST',
        url: '/fhir',
        headers: { ...headers, ...json },
        payload: JSON.stringify(resource),
      }),
    ),
    { numRuns: 300 },
  );
});

t.test('afterwards every stored version is whole: its bytes say what its columns say', async (t) => {
  const rows =
    await sql`select r.id, t.name as type, r.version, r.deleted, r.content from resource r join resource_type t on t.id = r.type
    union all select (select id from resource x where x.rid = h.rid), t.name, h.version, h.deleted, h.content from history h join resource_type t on t.id = h.type`;
  t.ok(rows.length >= 2);
  for (const { id, type, version, deleted, content } of rows) {
    if (deleted) t.equal(content, '');
    else t.match(JSON.parse(content), { resourceType: type, id, meta: { versionId: String(version) } });
  }
  const orphans =
    await sql`select rid from index_token where rid not in (select rid from resource where not deleted)`;
  t.equal(orphans.length, 0, 'no index row without its resource');
});
