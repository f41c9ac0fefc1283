// The audit record of what is not a plain request: files of exports, deletions by criteria, requests that are counted out.
// https://hl7.org/fhir/R4/security.html#audit
import type { AuditEvent, Provenance } from '@medplum/fhirtypes';
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';

const env = { AUTH_RATE_LIMIT: '6' };
const server = await startServer(t, { open: false, demo: true, env });

async function bearer(body: Record<string, string>): Promise<{ authorization: string }> {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: body });
  return { authorization: `Bearer ${answer.json().access_token}` };
}
const quality = await bearer({ client: 'quality' });
const nurse = await bearer({ user: 'nurse' });
const auditor = asking(server, await bearer({ user: 'auditor' }));

const get = (
  url: string,
  id: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' | 'DELETE' = 'GET',
) =>
  server.server.inject({
    method,
    url,
    headers: { ...headers, 'x-request-id': id },
    remoteAddress: '192.0.2.7',
  });
/** The events of a request. */
async function eventsOf(id: string): Promise<AuditEvent[]> {
  const { body } = await auditor('GET', '/AuditEvent?_count=500');
  return (body.entry as { resource: AuditEvent }[])
    .map(({ resource }) => resource)
    .filter(({ entity }) => entity?.some(({ what }) => what?.identifier?.value === id));
}
const queryOf = ({ entity }: AuditEvent) =>
  Buffer.from(entity?.find(({ query }) => query)?.query ?? '', 'base64').toString();

t.test('each download of a file of an export leaves an event that names it, refusals too', async (t) => {
  const kickOff = await get('/fhir/Patient/$export?_type=Patient', 'kick-off', {
    ...quality,
    prefer: 'respond-async',
  });
  t.equal(kickOff.statusCode, 202);
  const status = String(kickOff.headers['content-location']).replace(server.url, '');
  let manifest = await get(status, 'poll', quality);
  for (let n = 0; n < 200 && manifest.statusCode === 202; n++) {
    await new Promise((done) => setTimeout(done, 25));
    manifest = await get(status, 'poll', quality);
  }
  const file = manifest.json().output[0].url.replace(server.url, '') as string;
  const cases: [id: string, status: number, headers: Record<string, string>, path: string, words?: RegExp][] =
    [
      ['file', 200, quality, file],
      ['file-no-token', 401, {}, file, /status 401, login/],
      ['file-other', 403, nurse, file, /status 403, forbidden, by rule scope/],
      ['file-absent', 404, quality, file.replace('Patient', 'Task'), /status 404, not-found/],
    ];
  for (const [id, status, headers, path] of cases) {
    const answer = await get(path, id, headers);
    t.equal(answer.statusCode, status, id);
    t.equal(answer.body.includes('"resourceType":"Patient"'), status === 200, 'the file for its owner alone');
  }
  t.equal((await get(file, 'file-head', quality, 'HEAD')).statusCode, 200);
  for (const [id, status, , path, words] of [...cases, ['file-head', 200, quality, file] as const]) {
    const events = await eventsOf(id);
    t.equal(events.length, 1, `${id} has one event`);
    const [event] = events as [AuditEvent];
    t.equal(event.outcome, status < 400 ? '0' : '4', id);
    t.match(event.subtype, [{ code: 'operation' }, { code: 'export-file' }]);
    t.equal(queryOf(event), path.replace('/fhir/', ''), id);
    if (words) t.match(event.outcomeDesc, words);
    else t.match(event.agent[0], { who: { display: 'quality' } });
  }
  t.equal(queryOf((await eventsOf('kick-off'))[0]!), 'Patient/$export?_type=Patient');
});

t.test(
  'a deletion by criteria names what it deleted, alone and in a transaction, and has its Provenance',
  async (t) => {
    const ask = asking(server, nurse);
    const state = (value: string) => ({
      resourceType: 'Basic',
      identifier: [{ system: 'urn:audit-test', value }],
      code: { coding: [{ system: 'urn:audit-test', code: 'state' }] },
      subject: { reference: 'PractitionerRole/nurse' },
    });
    const create = async (value: string): Promise<string> => {
      const made = await ask('POST', '/Basic', state(value));
      t.equal(made.status, 201, JSON.stringify(made.body));
      return made.body.id;
    };
    const alone = await create('alone');
    const inside = await create('inside');
    const gone = await get('/fhir/Basic?identifier=urn:audit-test|alone', 'deletion', nurse, 'DELETE');
    t.equal(gone.statusCode, 204);
    const url = 'Basic?identifier=urn:audit-test|inside';
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method: 'DELETE', url } }],
    };
    const carried = await ask('POST', '/', bundle, { 'x-request-id': 'transaction' });
    t.equal(carried.status, 200, JSON.stringify(carried.body));
    const none = await get('/fhir/Basic?identifier=urn:audit-test|alone', 'nothing-left', nurse, 'DELETE');
    t.equal(none.statusCode, 204);
    const cases: [request: string, id: string][] = [
      ['deletion', alone],
      ['transaction', inside],
    ];
    for (const [request, id] of cases) {
      const event = (await eventsOf(request)).find(({ action }) => action === 'D');
      t.match(event, { outcome: '0', subtype: [{ code: 'delete' }] }, request);
      const references = event?.entity?.flatMap(({ what }) => what?.reference ?? []);
      t.ok(references?.includes(`Basic/${id}/_history/2`), `${request}: ${references}`);
      const { body } = await auditor('GET', `/Provenance?target=Basic/${id}`);
      const found = ((body.entry ?? []) as { resource: Provenance }[]).map(({ resource }) => resource);
      t.same(
        found.map(({ target, activity }) => [target[0]!.reference, activity?.coding?.[0]?.code]).sort(),
        [
          [`Basic/${id}/_history/1`, 'CREATE'],
          [`Basic/${id}/_history/2`, 'DELETE'],
        ],
        request,
      );
    }
    const [nothing] = await eventsOf('nothing-left');
    t.equal(
      queryOf(nothing!),
      'Basic?identifier=urn:audit-test|alone',
      'one that matched nothing has its criteria',
    );
  },
);

t.test('an address of any length and shape leaves its event', async (t) => {
  const cases: [id: string, url: string, status: number][] = [
    ['long', `/fhir/Task/${'x'.repeat(3_000)}`, 404],
    ['nul', '/fhir/Task/$%00', 404],
    ['no-file', '/fhir/$export-file/only-one', 404],
  ];
  for (const [id, url, status] of cases) {
    t.equal((await get(url, `address-${id}`, nurse)).statusCode, status, id);
    t.equal((await eventsOf(`address-${id}`)).length, 1, id);
  }
});

t.test(
  'a request without a valid token that its address had too many of is recorded as it is answered',
  async (t) => {
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++)
      statuses.push((await get('/fhir/Task', `wrong-${n}`, { authorization: 'Bearer x' })).statusCode);
    t.ok(statuses.includes(401) && statuses.at(-1) === 429, statuses.join());
    for (const [n, status] of statuses.entries()) {
      const events = await eventsOf(`wrong-${n}`);
      t.equal(events.length, 1);
      t.match(
        events[0]!.outcomeDesc,
        status === 429 ? /^Refused with status 429, throttled\.$/ : /status 401, login/,
      );
    }
    const file = await get('/fhir/$export-file/0/Task.ndjson', 'wrong-file');
    t.equal(file.statusCode, 429);
    t.match((await eventsOf('wrong-file'))[0]!.outcomeDesc, /status 429/);
  },
);
