// Conditional creates, transactions and searches through two servers at once: nothing doubled, nothing half, no failure of the database shown.
// https://hl7.org/fhir/R4/http.html#ccreate · https://hl7.org/fhir/R4/http.html#transaction
import t from 'tap';
import { inconsistencies } from '../consistency.ts';
import type { Answer } from '../helpers/server.ts';
import { database, MRN, outcome, patient, task } from '../interaction/sample.ts';
import { rowsOfAll, twoServers } from './servers.ts';

const { databaseUrl, asks } = await twoServers(t);
const [ask] = asks;
const sql = database(t, databaseUrl);
const through = (n: number) => asks[n % 2]!;
const times = <T>(count: number, work: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)));
const tally = (answers: readonly Answer[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const bundle = (entry: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry });
const entryOf = (resource: { resourceType: string; id?: string }, more: object = {}) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...more },
});

// hapi-fhir #3141, #4597; microsoft/fhir-server #1382
t.test('200 conditional creates at once, through two servers, make one resource', async (t) => {
  const answers = await times(200, (n) =>
    through(n)('POST', '/Patient', patient('one'), { 'if-none-exist': `identifier=${MRN}|one` }),
  );
  t.same(tally(answers), { 200: 199, 201: 1 });
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1, 'all are told the same resource');
  t.equal((await ask('GET', `/Patient?identifier=${MRN}|one&_summary=count`)).body.total, 1);
});

// hapi-fhir #8183
t.test(
  'transactions that each hold the same ifNoneExist twice make one resource, through two servers',
  async (t) => {
    const entry = [1, 2].map((n) => ({
      fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${n}`,
      resource: patient('twice'),
      request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${MRN}|twice` },
    }));
    const answers = await times(20, (n) => through(n)('POST', '', bundle(entry)));
    t.same(tally(answers), { 200: 20 });
    const told = answers.flatMap(({ body }) =>
      body.entry.map(({ response }: { response: { location: string } }) => response.location),
    );
    t.equal(told.length, 40);
    t.equal(new Set(told).size, 1, 'both entries of all of them tell the same resource');
    t.equal((await ask('GET', `/Patient?identifier=${MRN}|twice&_summary=count`)).body.total, 1);
  },
);

// medplum #7019, #9916, #10157
t.test('no serialization failure or deadlock reaches a client, and no search comes back empty', async (t) => {
  const ids = Array.from({ length: 6 }, (_, n) => `s${n}`);
  await ask('POST', '', bundle(ids.map((id) => entryOf({ ...patient(id), id }))));
  const writes = times(40, (n) => {
    const order = n % 3 ? ids : [...ids].reverse();
    const entry = order.map((id) => entryOf({ ...patient(id, { multipleBirthInteger: n }), id }));
    return through(n)('POST', '', bundle([...entry, entryOf({ ...patient('x'), id: `extra${n % 4}` })]));
  });
  const patches = times(40, (n) =>
    through(n)(
      'PATCH',
      `/Patient/${ids[n % ids.length]}`,
      JSON.stringify([{ op: 'add', path: '/active', value: true }]),
      { 'content-type': 'application/json-patch+json' },
    ),
  );
  const deletes = times(10, (n) => through(n)('DELETE', `/Patient/extra${n % 4}`));
  const searches = times(60, (n) => through(n)('GET', `/Patient?_id=${ids.join(',')}`));
  const reads = times(60, (n) => through(n)('GET', `/Patient/${ids[n % ids.length]}`));
  for (const answer of await searches)
    t.equal(answer.body.entry?.length, ids.length, 'a search finds all that is there, whoever writes it');
  for (const { status, body } of await reads) t.same([status, body.resourceType], [200, 'Patient']);
  t.ok(
    (await writes).some(({ status }) => status === 200),
    'transactions get through',
  );
  for (const answer of [...(await writes), ...(await patches), ...(await deletes)]) {
    t.ok([200, 201, 204, 409].includes(answer.status), String(answer.status));
    t.notMatch(JSON.stringify(answer.body ?? ''), /serializ|deadlock|concurrent update|40001|40P01/i);
  }
});

// hapi-fhir #5288
t.test('a version conflict in the middle of a transaction leaves no trace in any table', async (t) => {
  await ask('PUT', '/Patient/h', { ...patient('h'), id: 'h' });
  await ask('PUT', '/Task/h', { ...task('h'), id: 'h' });
  await ask('PUT', '/Task/h', { ...task('h', { priority: 'urgent' }), id: 'h' });
  const before = await rowsOfAll(sql);
  const answer = await ask(
    'POST',
    '',
    bundle([
      {
        resource: patient('new', { name: [{ family: 'Never' }] }),
        request: { method: 'POST', url: 'Patient' },
      },
      entryOf({ ...patient('h', { active: false }), id: 'h' }, { ifMatch: 'W/"1"' }),
      entryOf({ ...task('h', { status: 'accepted' }), id: 'h' }, { ifMatch: 'W/"1"' }),
    ]),
  );
  outcome(t, answer, {
    status: 412,
    code: 'conflict',
    says: /you have version 1, the present one is 2/,
    expression: ['Bundle.entry[2]'],
  });
  t.same(await rowsOfAll(sql), before);
  t.equal((await ask('GET', '/Patient/h')).headers.etag, 'W/"1"');
  t.equal((await ask('GET', '/Patient?family=never&_summary=count')).body.total, 0);
});

// hapi-fhir #5288
t.test(
  'of 20 transactions from the same two versions one wins, and both resources are its own',
  async (t) => {
    await ask('POST', '', bundle(['a', 'b'].map((id) => entryOf({ ...patient(id), id }))));
    const answers = await times(20, (n) =>
      through(n)(
        'POST',
        '',
        bundle(
          (n % 2 ? ['a', 'b'] : ['b', 'a']).map((id) =>
            entryOf({ ...patient(id, { multipleBirthInteger: n }), id }, { ifMatch: 'W/"1"' }),
          ),
        ),
      ),
    );
    t.same(tally(answers), { 200: 1, 412: 19 });
    const winner = answers.findIndex(({ status }) => status === 200);
    for (const id of ['a', 'b']) {
      const { body } = await ask('GET', `/Patient/${id}`);
      t.same([body.meta.versionId, body.multipleBirthInteger], ['2', winner], id);
    }
  },
);

t.test('after all that every index row and every change agrees with its resource', async (t) => {
  t.same(await inconsistencies(databaseUrl, 'http://127.0.0.1:3000'), []);
});
