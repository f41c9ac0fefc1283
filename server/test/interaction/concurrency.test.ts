// Many writers at once: one resource per condition, one winner per version, no gap in a history, no deadlock shown to a client.
// https://hl7.org/fhir/R4/http.html#concurrency · https://hl7.org/fhir/R4/http.html#ccreate
import t from 'tap';
import { inconsistencies } from '../consistency.ts';
import { type Answer, asking, startServer } from '../helpers/server.ts';
import { database, MRN, patient, task } from './sample.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = database(t, server.databaseUrl);
const WRITERS = 20;
const together = (work: (n: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: WRITERS }, (_, n) => work(n)));
const tally = (answers: readonly Answer[]) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(answers, ({ status }) => String(status))).map(([status, list]) => [
      status,
      list!.length,
    ]),
  );

t.test(`${WRITERS} conditional creates at once make one resource`, async (t) => {
  const answers = await together(() =>
    ask('POST', '/Patient', patient('race'), { 'if-none-exist': `identifier=${MRN}|race` }),
  );
  t.same(tally(answers), { 200: WRITERS - 1, 201: 1 });
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1, 'all are told the same resource');
  t.equal((await ask('GET', `/Patient?identifier=${MRN}|race&_summary=count`)).body.total, 1);
});

t.test(
  'conditional creates with code systems that the server has never met do not wait for each other',
  async (t) => {
    const answers = await together((n) =>
      ask(
        'POST',
        '/Patient',
        { resourceType: 'Patient', identifier: [{ system: `http://new.example/${n}`, value: 'x' }] },
        { 'if-none-exist': `identifier=http://new.example/${n}|x` },
      ),
    );
    t.same(tally(answers), { 201: WRITERS });
  },
);

t.test('of two updates with the same If-Match exactly one wins', async (t) => {
  await ask('PUT', '/Patient/m', { ...patient('m'), id: 'm' });
  const answers = await together((n) =>
    ask('PUT', '/Patient/m', { ...patient('m'), id: 'm', multipleBirthInteger: n }, { 'if-match': 'W/"1"' }),
  );
  t.same(tally(answers), { 200: 1, 412: WRITERS - 1 });
  const winner = answers.find(({ status }) => status === 200)!;
  t.same((await ask('GET', '/Patient/m')).body, winner.body);
});

t.test(
  `${WRITERS} updates without If-Match all succeed; versions have no gap and the history is whole`,
  async (t) => {
    const answers = await together((n) =>
      ask('PUT', '/Patient/u', {
        ...patient('u'),
        id: 'u',
        multipleBirthInteger: n,
        name: [{ family: `Name${n}` }],
      }),
    );
    t.same(tally(answers), { 200: WRITERS - 1, 201: 1 }, 'one of them created it');
    const { body } = await ask('GET', '/Patient/u/_history?_count=100');
    const versions = body.entry.map(({ resource }: { resource: { meta: { versionId: string } } }) =>
      Number(resource.meta.versionId),
    );
    t.same(
      versions,
      Array.from({ length: WRITERS }, (_, n) => WRITERS - n),
    );
    t.same(
      new Set(
        body.entry.map(
          ({ resource }: { resource: { multipleBirthInteger: number } }) => resource.multipleBirthInteger,
        ),
      ).size,
      WRITERS,
      'no write is lost',
    );
    const [row] =
      await sql`select count(*)::int as n from index_string i join resource r using (rid) where r.id = 'u' and i.value like 'name%' and i.param = (select id from search_parameter where type = 'Patient' and code = 'family')`;
    t.equal(row!.n, 1, 'only the last version is indexed');
  },
);

t.test('updates and deletes at once leave a history without gap', async (t) => {
  const answers = await together((n) =>
    n % 2 ? ask('DELETE', '/Patient/ud') : ask('PUT', '/Patient/ud', { ...patient('ud'), id: 'ud' }),
  );
  t.ok(
    answers.every(({ status }) => [200, 201, 204].includes(status)),
    JSON.stringify(tally(answers)),
  );
  const { body } = await ask('GET', '/Patient/ud/_history?_count=100');
  const versions = body.entry.map(({ response }: { response: { etag: string } }) =>
    Number(/\d+/.exec(response.etag)![0]),
  );
  t.same(
    versions,
    versions.map((_: number, n: number) => versions.length - n),
  );
});

t.test('transactions that touch the same resources in opposite order all succeed', async (t) => {
  const ids = Array.from({ length: 6 }, (_, n) => `t${n}`);
  const bundle = (n: number) => {
    const entry = ids.map((id) => ({
      resource: { ...patient(id), id, multipleBirthInteger: n },
      request: { method: 'PUT', url: `Patient/${id}` },
    }));
    return { resourceType: 'Bundle', type: 'transaction', entry: n % 2 ? entry : entry.reverse() };
  };
  const answers = await together((n) => ask('POST', '', bundle(n)));
  t.same(tally(answers), { 200: WRITERS });
  const found = await Promise.all(ids.map((id) => ask('GET', `/Patient/${id}`)));
  t.equal(
    new Set(found.map(({ body }) => body.multipleBirthInteger)).size,
    1,
    'the last transaction wrote all of them',
  );
  for (const { body } of found) t.equal(body.meta.versionId, String(WRITERS));
});

t.test(
  "transactions with the same ifNoneExist make one resource, and each bundle's references name it",
  async (t) => {
    const urn = 'urn:uuid:22222222-7c9a-4f5e-9a54-1d3c7c6e4b12';
    const bundle = (n: number) => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: task('x', { for: { reference: urn }, description: String(n) }),
          request: { method: 'POST', url: 'Task' },
        },
        {
          fullUrl: urn,
          resource: patient('shared'),
          request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${MRN}|shared` },
        },
        { resource: { ...patient('hot'), id: 'hot' }, request: { method: 'PUT', url: 'Patient/hot' } },
      ],
    });
    const answers = await together((n) => ask('POST', '', bundle(n)));
    t.same(tally(answers), { 200: WRITERS });
    const ids = new Set(answers.map(({ body }) => body.entry[1].resource.id));
    t.equal(ids.size, 1);
    const references = new Set(answers.map(({ body }) => body.entry[0].resource.for.reference));
    t.same(
      [...references],
      [...ids].map((id) => `Patient/${id}`),
    );
    t.equal((await ask('GET', '/Patient/hot')).body.meta.versionId, String(WRITERS));
  },
);

t.test(
  'after all that every index row agrees with its resource, and the change feed with the versions',
  async (t) => {
    t.strictSame(await inconsistencies(server.databaseUrl, server.url), []);
  },
);
