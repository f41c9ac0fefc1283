// transaction: all or nothing, the order of verbs, conditions. https://hl7.org/fhir/R4/http.html#transaction
import type { BundleEntry, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { database, MRN, outcome, patient, rowCounts, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const send = (...entry: (BundleEntry | object)[]) =>
  ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
const entry = (method: string, url: string, resource?: Resource | object, more: object = {}) => ({
  ...(resource && { resource }),
  request: { method, url, ...more },
});
const put = (id: string, more: object = {}, request: object = {}) =>
  entry('PUT', `Patient/${id}`, { ...patient(id), id, ...more }, request);

t.test('every entry is answered in its place with status, location, etag and lastModified', async (t) => {
  await send(put('old'), put('gone'));
  const { status, body } = await send(
    entry('GET', 'Patient/old'),
    put('old', { gender: 'male' }),
    entry('POST', 'Patient', patient('new')),
    entry('DELETE', 'Patient/gone'),
    put('fresh'),
  );
  t.equal(status, 200);
  t.equal(body.type, 'transaction-response');
  const [read, updated, created, deleted, fresh] = body.entry;
  t.match(
    read,
    { resource: { id: 'old', gender: 'male' }, response: { status: /^200/, etag: 'W/"2"' } },
    'a read sees the writes of its transaction',
  );
  t.equal(read.fullUrl, `${server.base}/Patient/old`);
  t.equal(updated.fullUrl, undefined, 'the entry that names the same version already has it');
  t.match(updated, {
    response: { status: /^200/, etag: 'W/"2"', location: `${server.base}/Patient/old/_history/2` },
  });
  t.match(created, {
    response: {
      status: /^201/,
      etag: 'W/"1"',
      location: `${server.base}/Patient/${created.resource.id}/_history/1`,
    },
  });
  t.match(deleted, { response: { status: /^204/, etag: 'W/"2"' } });
  t.equal(deleted.resource, undefined);
  t.match(fresh, { response: { status: /^201/, etag: 'W/"1"' } });
  for (const { response, resource } of [updated, created, fresh])
    t.equal(response.lastModified, resource.meta.lastUpdated);
  t.equal(
    new Set([updated, created, fresh].map(({ resource }) => resource.meta.lastUpdated)).size,
    1,
    'one instant for all',
  );
});

t.test('an empty transaction is answered with an empty response', async (t) => {
  for (const bundle of [
    { resourceType: 'Bundle', type: 'transaction' },
    { resourceType: 'Bundle', type: 'transaction', entry: [] },
  ]) {
    const { status, body } = await ask('POST', '', bundle);
    t.equal(status, 200);
    t.same(body, { resourceType: 'Bundle', type: 'transaction-response' });
  }
});

t.test(
  'when one entry fails nothing of the bundle is written, and the outcome names the entry',
  async (t) => {
    const good = [put('g1'), entry('POST', 'Patient', patient('g2')), entry('DELETE', 'Patient/old')];
    const at = (expression: string) => [`Bundle.entry[3]${expression}`];
    const failures: [
      bad: object,
      status: number,
      code: string,
      expression: string[] | undefined,
      says?: RegExp,
    ][] = [
      [
        entry('POST', 'Patient', patient('x', { gender: 'x' as 'male' })),
        422,
        'code-invalid',
        at('.resource.gender'),
      ],
      [
        entry('POST', 'Task', task('nobody')),
        422,
        'not-found',
        at('.resource.for'),
        /Bundle\.entry\[3\]\.resource\.for\.reference names Patient\/nobody/,
      ],
      [
        entry('POST', 'Task', task('old')),
        422,
        'not-found',
        at('.resource.for'),
        /names Patient\/old, which does not exist/,
      ],
      [entry('PUT', 'Patient/a', patient('no id')), 400, 'invalid', at('.resource.id')],
      [entry('PUT', 'Patient/a', task('old', { id: 'a' })), 400, 'invalid', at('.resource.resourceType')],
      [put('fresh', {}, { ifMatch: 'W/"9"' }), 412, 'conflict', at('')],
      [put('fresh', {}, { ifMatch: 'garbage' }), 400, 'invalid', at('')],
      [entry('POST', 'Nonsense', {}), 400, 'not-supported', at('.request.url')],
      [entry('POST', 'Patient/1', patient('x')), 400, 'invalid', at('.request.url')],
      [entry('PUT', 'Patient', patient('x')), 400, 'invalid', at('.request.url')],
      [entry('DELETE', 'Patient'), 400, 'invalid', at('.request.url')],
      [entry('DELETE', 'Patient?nonsense=x'), 400, 'not-supported', at('')],
      [entry('PATCH', 'Patient/fresh', {}), 400, 'invalid', at('.resource.resourceType')],
      [entry('PATCH', 'Patient/nobody', { resourceType: 'Parameters' }), 404, 'not-found', at('')],
      [
        entry('PATCH', 'Patient?family=nobody', { resourceType: 'Parameters' }),
        404,
        'not-found',
        at('.request.url'),
      ],
      [
        entry('PUT', 'Patient/fresh?nonsense=1', { ...patient('x'), id: 'fresh' }),
        400,
        'not-supported',
        at(''),
      ],
      [put('fresh', {}, { ifNoneMatch: '*' }), 412, 'conflict', at('')],
      [
        entry('POST', 'Patient/$nonsense', { resourceType: 'Parameters' }),
        400,
        'invalid',
        at('.request.url'),
      ],
      [entry('BREW', 'Patient/old', {}), 400, 'invalid', at('.request.method')],
      [{ resource: patient('x') }, 400, 'invalid', at('.request.method')],
      [{ request: { method: 'POST' } }, 400, 'invalid', at('.request.url')],
      [entry('POST', 'Patient'), 400, 'invalid', at('')],
      [entry('GET', 'Patient/nobody'), 404, 'not-found', at('')],
      [entry('GET', 'Patient?nonsense=1'), 400, 'not-supported', at('')],
      [entry('GET', '$nonsense'), 404, 'not-found', at('')],
      [entry('GET', '?nonsense=1'), 400, 'not-supported', at('')],
      [
        entry('POST', 'Patient', patient('x'), { ifNoneExist: 7 }),
        400,
        'invalid',
        at('.request.ifNoneExist'),
      ],
      [null as never, 400, 'invalid', at('.request.method')],
    ];
    const before = await rowCounts(sql);
    for (const [bad, status, code, expression, says = /Entry 3: /] of failures) {
      outcome(t, await send(...good, bad), { status, code, says, expression }, JSON.stringify(bad));
      t.same(await rowCounts(sql), before, `nothing was written for ${JSON.stringify(bad)}`);
    }
  },
);

t.test('a resource may be written only once in a transaction, and a fullUrl names one entry', async (t) => {
  const twice = {
    status: 400,
    code: 'invalid',
    says: /Patient\/t is written by entry 0 too/,
    expression: ['Bundle.entry[1].request.url'],
  };
  outcome(t, await send(put('t'), put('t')), twice);
  outcome(t, await send(put('t'), entry('DELETE', 'Patient/t')), twice);
  const same = { fullUrl: 'urn:uuid:1b9a0d4e-7c9a-4f5e-9a54-1d3c7c6e4b11' };
  const answer = await send(
    { ...same, ...entry('POST', 'Patient', patient('t')) },
    { ...same, ...entry('POST', 'Patient', patient('u')) },
  );
  outcome(t, answer, {
    status: 400,
    code: 'invalid',
    says: /fullUrl is that of entry 0/,
    expression: ['Bundle.entry[1].fullUrl'],
  });
});

t.test('DELETE comes before POST and PUT, GET last, whatever the order of entries', async (t) => {
  await send(put('v', { identifier: [{ system: MRN, value: 'verb' }] }));
  const condition = { ifNoneExist: `identifier=${MRN}|verb` };
  const { body } = await send(
    entry('GET', `Patient?identifier=${MRN}|verb`),
    entry('POST', 'Patient', patient('verb'), condition),
    entry('DELETE', 'Patient/v'),
  );
  const [found, created, deleted] = body.entry;
  t.match(created.response.status, /^201/, 'what the bundle deletes does not count for ifNoneExist');
  t.match(deleted.response.status, /^204/);
  t.same(
    found.resource.entry.map(({ resource }: { resource: Resource }) => resource.id),
    [created.resource.id],
  );
});

t.test('history and vread inside a transaction see its writes', async (t) => {
  await send(put('h'));
  const { body } = await send(
    put('h', { gender: 'male' }),
    entry('GET', 'Patient/h/_history'),
    entry('GET', 'Patient/h/_history/2'),
  );
  t.equal(body.entry[1].resource.entry.length, 2);
  t.equal(body.entry[2].resource.gender, 'male');
});

t.test('ifNoneExist: none creates, one is taken, several are 412; references follow', async (t) => {
  const conditional = (mrn: string, fullUrl: string) => ({
    fullUrl,
    ...entry('POST', 'Patient', patient(mrn), { ifNoneExist: `identifier=${MRN}|${mrn}` }),
  });
  const urn = 'urn:uuid:0b9a0d4e-7c9a-4f5e-9a54-1d3c7c6e4b12';
  const about = entry('POST', 'Task', task('x', { for: { reference: urn } }));
  const first = await send(conditional('c1', urn), about);
  t.match(first.body.entry[0].response.status, /^201/);
  const id = first.body.entry[0].resource.id;
  const second = await send(about, conditional('c1', urn));
  t.match(second.body.entry[1], {
    fullUrl: `${server.base}/Patient/${id}`,
    response: { status: /^200/, etag: 'W/"1"', location: `${server.base}/Patient/${id}/_history/1` },
  });
  t.equal(second.body.entry[0].resource.for.reference, `Patient/${id}`);
  await send(entry('POST', 'Patient', patient('c1')));
  outcome(t, await send(conditional('c1', urn), about), {
    status: 412,
    code: 'conflict',
    says: /Entry 0: More than one Patient/,
    expression: ['Bundle.entry[0]'],
  });
});

t.test('the same ifNoneExist twice in one bundle makes one resource', async (t) => {
  const [one, two] = [
    'urn:uuid:aaaaaaaa-7c9a-4f5e-9a54-1d3c7c6e4b12',
    'urn:uuid:bbbbbbbb-7c9a-4f5e-9a54-1d3c7c6e4b12',
  ];
  const make = (fullUrl: string, ifNoneExist: string) => ({
    fullUrl,
    ...entry('POST', 'Patient', patient('same', { active: true }), { ifNoneExist }),
  });
  const { status, body } = await send(
    make(one, `identifier=${MRN}|same&active=true`),
    make(two, `?active=true&identifier=${MRN}|same`),
    entry('POST', 'Task', task('x', { for: { reference: two } })),
  );
  t.equal(status, 200);
  t.equal(body.entry[0].resource.id, body.entry[1].resource.id);
  t.equal(body.entry[2].resource.for.reference, `Patient/${body.entry[0].resource.id}`);
  t.equal((await ask('GET', `/Patient?identifier=${MRN}|same&_summary=count`)).body.total, 1);
});

t.test('entries are written under addresses relative to the base or absolute', async (t) => {
  const { body } = await send(
    entry('PUT', `${server.base}/Patient/abs`, { ...patient('abs'), id: 'abs' }),
    entry('PUT', '/Patient/slash', { ...patient('s'), id: 'slash' }),
  );
  for (const { response } of body.entry) t.match(response.status, /^201/);
});

t.test('Prefer: return=minimal leaves the resources out, but not what was read', async (t) => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [put('minimal'), entry('GET', 'Patient/minimal')],
  };
  const { body } = await ask('POST', '', bundle, { prefer: 'return=minimal' });
  t.equal(body.entry[0].resource, undefined);
  t.match(body.entry[0].response, { status: /^201/, etag: 'W/"1"' });
  t.equal(body.entry[1].resource.id, 'minimal');
});
