// Conditions inside transactions and batches: updates, patches and deletes by criteria, and what links make of them.
// https://hl7.org/fhir/R4/http.html#trules
import type { Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { database, MRN, outcome, patient, rowCounts, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const send = (...entry: object[]) => ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
const entry = (method: string, url: string, resource?: object, more: object = {}, fullUrl?: string) => ({
  ...(fullUrl && { fullUrl }),
  ...(resource && { resource }),
  request: { method, url, ...more },
});
const by = (mrn: string) => `Patient?identifier=${MRN}|${mrn}`;
const URN = 'urn:uuid:44444444-7c9a-4f5e-9a54-1d3c7c6e4b12';
const OID = 'urn:oid:1.2.3.4.5.6';
const statuses = (body: { entry: { response: { status: string } }[] }) =>
  body.entry.map(({ response }) => response.status.slice(0, 3));
const put = (mrn: string, more: object = {}) =>
  ask('PUT', `/Patient/${mrn}`, { ...patient(mrn), id: mrn, ...more });
const about = (reference: string) => task('x', { for: { reference } });
const deactivate = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'add' },
        { name: 'path', valueString: 'Patient' },
        { name: 'name', valueString: 'active' },
        { name: 'value', valueBoolean: false },
      ],
    },
  ],
};

t.test(
  'conditional update, patch and delete do what they do by themselves, and are the targets of links',
  async (t) => {
    await put('upd');
    await put('pat');
    await put('del');
    const { status, body } = await send(
      entry('POST', 'Task', about(URN)),
      entry('POST', 'Task', about(OID)),
      entry('PUT', by('upd'), patient('upd', { gender: 'male' }), {}, URN),
      entry('PUT', by('new'), patient('new'), {}, OID),
      entry('PATCH', by('pat'), deactivate),
      entry('DELETE', by('del')),
      entry('DELETE', by('nobody')),
    );
    t.equal(status, 200, JSON.stringify(body.issue));
    t.same(statuses(body), ['201', '201', '200', '201', '200', '204', '204']);
    const [first, second, updated, created, patched, deleted] = body.entry;
    t.match(updated, { resource: { id: 'upd', gender: 'male' }, response: { etag: 'W/"2"' } });
    t.match(created.resource.id, /^[0-9a-f-]{36}$/);
    t.match(patched, { resource: { id: 'pat', active: false }, response: { etag: 'W/"2"' } });
    t.equal(deleted.response.etag, 'W/"2"');
    t.equal(first.resource.for.reference, 'Patient/upd');
    t.equal(second.resource.for.reference, `Patient/${created.resource.id}`);
    t.equal((await ask('GET', '/Patient/del')).status, 410);
  },
);

t.test('the same conditional create twice makes one resource, and both entries tell of it', async (t) => {
  const { status, body } = await send(
    entry('POST', 'Patient', patient('same'), { ifNoneExist: `identifier=${MRN}|same` }, URN),
    entry('POST', 'Patient', patient('same'), { ifNoneExist: `?identifier=${MRN}|same` }, OID),
    entry('POST', 'Task', about(URN)),
    entry('POST', 'Task', about(OID)),
  );
  t.equal(status, 200, JSON.stringify(body.issue));
  t.equal((await ask('GET', `/${by('same')}`)).body.entry.length, 1);
  const address = `Patient/${(await ask('GET', `/${by('same')}`)).body.entry[0].resource.id}`;
  t.equal(body.entry[2].resource.for.reference, address);
  t.equal(body.entry[3].resource.for.reference, address);
});

t.test('a conditional reference may name what an entry with the same criteria makes', async (t) => {
  const { status, body } = await send(
    entry('POST', 'Task', about(by('both'))),
    entry('POST', 'Patient', patient('both'), { ifNoneExist: `identifier=${MRN}|both` }),
  );
  t.equal(status, 200, JSON.stringify(body.issue));
  t.equal(body.entry[0].resource.for.reference, `Patient/${body.entry[1].resource.id}`);
});

t.test('version-specific links stay so, with the version that the entry comes to have', async (t) => {
  await put('ver');
  const absolute = 'http://old.example/fhir/Patient/v';
  const { status, body } = await send(
    entry('PUT', 'Patient/ver', { ...patient('ver'), id: 'ver' }, {}, absolute),
    entry('POST', 'Patient', patient('ver-2'), {}, URN),
    entry('POST', 'Task', about(`${absolute}/_history/7`)),
    entry('POST', 'Task', about(`${URN}/_history/1`)),
    entry('POST', 'Task', about('Patient/v/_history/3'), {}, 'http://old.example/fhir/Task/t'),
    entry('POST', 'Task', { ...about(URN), instantiatesUri: `${absolute}/_history/7` }),
  );
  t.equal(status, 200, JSON.stringify(body.issue));
  const [, made, ...tasks] = body.entry;
  t.same(
    tasks.map(({ resource }: { resource: { for: object } }) => resource.for),
    [
      { reference: 'Patient/ver/_history/2' },
      { reference: `Patient/${made.resource.id}/_history/1` },
      { reference: 'Patient/ver/_history/2' },
      { reference: `Patient/${made.resource.id}` },
    ],
  );
  t.equal(tasks[3].resource.instantiatesUri, 'Patient/ver/_history/2');
});

t.test('a relative reference names the entry with that address on this server', async (t) => {
  const { status, body } = await send(
    entry('POST', 'Patient', patient('rel'), {}, `${server.base}/Patient/rel`),
    entry('POST', 'Task', about('Patient/rel')),
  );
  t.equal(status, 200, JSON.stringify(body.issue));
  t.equal(body.entry[1].resource.for.reference, `Patient/${body.entry[0].resource.id}`);
});

t.test('entries that write the same resource are refused, whether an id or criteria name it', async (t) => {
  await put('one');
  const resource = { ...patient('one'), id: 'one' };
  const before = await rowCounts(sql);
  const refused = (says: RegExp, at: string) => ({
    status: 400,
    code: 'invalid',
    says,
    expression: [`Bundle.entry[1].request.${at}`],
  });
  const twice = refused(/^Entry 1: Patient\/one is written by entry 0 too/, 'url');
  outcome(
    t,
    await send(entry('PUT', 'Patient/one', resource), entry('PUT', by('one'), patient('one'))),
    twice,
    'id, update',
  );
  outcome(
    t,
    await send(entry('PUT', 'Patient/one', resource), entry('DELETE', by('one'))),
    twice,
    'id, delete',
  );
  outcome(
    t,
    await send(entry('DELETE', 'Patient/one'), entry('PATCH', by('one'), deactivate)),
    twice,
    'id, patch',
  );
  outcome(
    t,
    await send(entry('PUT', by('one'), patient('one')), entry('PATCH', `${by('one')}&_id=one`, deactivate)),
    twice,
    'other criteria',
  );
  outcome(
    t,
    await send(entry('PUT', by('none'), patient('none')), entry('PUT', by('none'), patient('none'))),
    refused(/criteria are those of entry 0 too/, 'url'),
    'the same criteria',
  );
  outcome(
    t,
    await send(
      entry('PUT', by('none'), patient('none')),
      entry('POST', 'Patient', patient('none'), { ifNoneExist: `identifier=${MRN}|none` }),
    ),
    refused(/Entry 0 writes by the same criteria/, 'ifNoneExist'),
    'create and update',
  );
  t.same(await rowCounts(sql), before, 'nothing was written');
});

t.test('what a condition refuses, refuses the transaction and names its entry', async (t) => {
  await put('c1');
  await ask('POST', '/Patient', patient('several'));
  await ask('POST', '/Patient', patient('several'));
  const before = await rowCounts(sql);
  const cases: [bad: object, status: number, code: string, says: RegExp][] = [
    [entry('PUT', by('several'), patient('several')), 412, 'conflict', /More than one Patient matches/],
    [entry('DELETE', by('several')), 412, 'conflict', /More than one/],
    [entry('PATCH', by('nobody'), deactivate), 404, 'not-found', /nothing to patch/],
    [entry('PUT', by('c1'), patient('c1', { id: 'c2' })), 400, 'invalid', /criteria match Patient\/c1/],
    [
      entry('PUT', by('nobody'), patient('nobody', { id: 'c1' })),
      409,
      'conflict',
      /Patient\/c1, which the body names, is there/,
    ],
    [entry('PUT', by('c1'), patient('c1'), { ifMatch: 'W/"9"' }), 412, 'conflict', /present one is 1/],
    [entry('DELETE', by('nobody'), undefined, { ifMatch: 'W/"1"' }), 412, 'conflict', /no such resource/],
    [entry('PUT', 'Patient?_count=1', patient('c1')), 400, 'invalid', /name nothing to look for/],
    [
      entry('POST', 'Patient', patient('c1'), { ifNoneExist: 'nonsense=1' }),
      400,
      'not-supported',
      /nonsense/,
    ],
  ];
  for (const [bad, status, code, says] of cases) {
    const answer = await send(entry('POST', 'Patient', patient('good')), bad);
    t.equal(answer.status, status, String(says));
    t.match(answer.body.issue[0], { severity: 'error', code, diagnostics: says });
    t.match(answer.body.issue[0].diagnostics, /^Entry 1: /);
    t.match(answer.body.issue[0].expression[0], /^Bundle\.entry\[1\]/);
  }
  t.same(await rowCounts(sql), before, 'nothing was written');
});

t.test('searches, HEAD, conditional reads and POST _search come last and see the writes', async (t) => {
  const { status, body } = await send(
    entry('GET', by('late')),
    entry('POST', 'Patient/_search?_summary=count&family=example'),
    entry('HEAD', 'Patient/late'),
    entry('GET', 'Patient/late', undefined, { ifNoneMatch: 'W/"1"' }),
    entry('PUT', 'Patient/late', { ...patient('late'), id: 'late' }),
  );
  t.equal(status, 200, JSON.stringify(body.issue));
  t.same(statuses(body), ['200', '200', '200', '304', '201']);
  t.equal(body.entry[0].resource.entry[0].resource.id, 'late');
  t.ok(body.entry[1].resource.total > 0);
  t.same(body.entry[2], { response: { status: '200', etag: 'W/"1"' } });
});

t.test('Prefer: handling=lenient holds for the entries of a bundle', async (t) => {
  for (const type of ['batch', 'transaction']) {
    const bundle = { resourceType: 'Bundle', type, entry: [entry('GET', 'Patient?nonsense=1&_count=1')] };
    const { body } = await ask('POST', '', bundle, { prefer: 'handling=lenient' });
    t.match(body.entry[0].response.status, /^200/, type);
  }
});

t.test('a batch takes conditional entries, and each fails or succeeds alone', async (t) => {
  await put('b1');
  const { status, body } = await ask('POST', '', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      entry('PUT', by('b1'), patient('b1', { gender: 'female' })),
      entry('PATCH', by('b1'), deactivate),
      entry('PUT', by('several'), patient('several')),
      entry('DELETE', by('b1')),
      entry('PATCH', by('b1'), deactivate),
      entry('HEAD', 'Patient/one'),
      entry('GET', '?_type=Patient&_count=1'),
    ],
  });
  t.equal(status, 200);
  t.same(statuses(body), ['200', '200', '412', '204', '404', '200', '200']);
  t.match(body.entry[1].resource, { gender: 'female', active: false, meta: { versionId: '3' } });
  t.equal(body.entry[5].resource, undefined, 'HEAD gives no resource');
});

t.test('40 transactions on the same rows at once all end in success or 409', async (t) => {
  const ids = ['h1', 'h2', 'h3', 'h4'];
  for (const id of ids) await put(id);
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const entries = ids.map((id, m) =>
        (n + m) % 3
          ? entry('PUT', by(id), patient(id, { multipleBirthInteger: n }))
          : entry('PUT', `Patient/${id}`, { ...patient(id, { multipleBirthInteger: n }), id }),
      );
      return send(...(n % 2 ? entries : entries.reverse()));
    }),
  );
  const found = new Set(answers.map(({ status }) => status));
  t.ok(
    [...found].every((status) => status === 200 || status === 409),
    [...found].join(),
  );
  const done = answers.filter(({ status }) => status === 200).length;
  t.ok(done > 0);
  const stored = await Promise.all(ids.map((id) => ask('GET', `/Patient/${id}`)));
  for (const { body } of stored)
    t.equal(body.meta.versionId, String(done + 1), 'each success wrote all rows once');
  t.equal(new Set(stored.map(({ body }) => body.multipleBirthInteger)).size, 1, 'the last one wrote all');
});

t.test(
  'whatever a transaction asks for, it ends in 200 or a 4xx, and a failure leaves nothing behind',
  async (t) => {
    const mrn = fc.constantFrom('f1', 'f2', 'several');
    const reference = fc.oneof(
      fc.constantFrom(URN, OID, 'Patient/f1', 'Patient/nobody', `${URN}/_history/2`, '#x', 'Patient?'),
      mrn.map(by),
    );
    const url = fc.oneof(
      mrn.map(by),
      fc.constantFrom('Patient', 'Patient/f1', 'Patient/f2', 'Task', 'Patient?nonsense=1', 'Task/ft'),
    );
    const resource = fc.oneof(
      mrn.map((value) => patient(value) as Resource),
      fc.constantFrom<object>({ ...patient('f1'), id: 'f1' }, { ...patient('f2'), id: 'f2' }, deactivate, {}),
      reference.map(about),
      reference.map((target) => ({ ...about(target), id: 'ft' })),
    );
    const request = fc.record(
      {
        method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'),
        url,
        ifMatch: fc.constantFrom('W/"1"', '*'),
        ifNoneMatch: fc.constantFrom('*', 'W/"1"'),
        ifNoneExist: mrn.map((value) => by(value).slice('Patient?'.length)),
      },
      { requiredKeys: ['method', 'url'] },
    );
    const fullUrl = fc.constantFrom(URN, OID);
    const odd = fc.record({ fullUrl, resource, request }, { requiredKeys: ['request'] });
    const plain = fc.oneof(
      mrn.map((value) => entry('PUT', by(value), patient(value))),
      mrn.map((value) => entry('PATCH', by(value), deactivate)),
      mrn.map((value) => entry('DELETE', by(value))),
      mrn.map((value) =>
        entry('POST', 'Patient', patient(value), { ifNoneExist: `identifier=${MRN}|${value}` }, URN),
      ),
      reference.map((target) => entry('POST', 'Task', about(target))),
      fc.constant(entry('POST', 'Patient', patient('f3'), {}, OID)),
    );
    const one = fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: odd });
    let written = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 5 }), async (entries) => {
        const before = await rowCounts(sql);
        const { status, body } = await send(...entries);
        if (status === 200) {
          written++;
          return body.entry.length === entries.length;
        }
        if (status < 400 || status >= 500 || !body.issue[0].diagnostics) return false;
        const after = await rowCounts(sql);
        return JSON.stringify(after) === JSON.stringify(before);
      }),
      { numRuns: 300 },
    );
    t.ok(written > 20, `${written} transactions were carried out`);
  },
);
