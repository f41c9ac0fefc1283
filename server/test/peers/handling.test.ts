// What is not known is refused by name, everywhere, unless the caller is lenient; the labels of a resource find it.
// https://hl7.org/fhir/R4/search.html#errors · https://hl7.org/fhir/R4/search.html#all
import t from 'tap';
import { type Answer, asking, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const meta = {
  tag: [{ system: 'urn:tag', code: 'a' }],
  security: [{ system: 'urn:security', code: 'R' }],
  profile: ['http://profile.example/One', 'http://profile.example/Two|2.0'],
  source: 'urn:source#1',
};
await ask('PUT', '/Patient/labelled', { ...patient('labelled'), id: 'labelled', meta });
await ask('PUT', '/Patient/plain', { ...patient('plain'), id: 'plain' });
await ask('PUT', '/Task/t', { ...task('plain'), id: 't' });

const idsIn = ({ body }: Answer): string[] =>
  (body.entry ?? [])
    .filter(({ search }: { search: { mode: string } }) => search.mode === 'match')
    .map(({ resource }: { resource: { id: string } }) => resource.id)
    .sort();

// microsoft/fhir-server #1887
t.test('unknown parameters are refused, and left out only with Prefer: handling=lenient', async (t) => {
  const paths = [
    '/metadata',
    '/Patient/plain',
    '/Patient/plain/_history/1',
    '/Patient',
    '/',
    '/Patient/plain/Task',
  ];
  for (const path of paths) {
    for (const prefer of [undefined, 'handling=strict', 'return=minimal']) {
      const answer = await ask('GET', `${path}?nonsense=1`, undefined, prefer ? { prefer } : {});
      outcome(t, answer, { status: 400, code: 'not-supported', says: /"nonsense"/ }, `${path} ${prefer}`);
    }
    for (const prefer of ['handling=lenient', 'handling="lenient"', 'return=minimal, handling=lenient'])
      t.equal(
        (await ask('GET', `${path}?nonsense=1`, undefined, { prefer })).status,
        200,
        `${path} ${prefer}`,
      );
  }
  for (const path of [
    '/Patient/plain/_history',
    '/Patient/_history',
    '/_history',
    '/Patient/plain/$everything',
  ])
    outcome(t, await ask('GET', `${path}?nonsense=1`), {
      status: 400,
      code: 'not-supported',
      says: /"nonsense"/,
    });
  const lenient = await ask('GET', '/Patient?nonsense=1&_id=plain', undefined, {
    prefer: 'handling=lenient',
  });
  t.same(idsIn(lenient), ['plain'], 'what is known is asked');
  const [self] = lenient.body.link.filter(({ relation }: { relation: string }) => relation === 'self');
  t.notMatch(self.url, /nonsense/);
  t.match(JSON.stringify(lenient.body.entry), /nonsense/, 'and what is left out is told');
});

t.test('_tag, _security, _profile and _source find resources by their meta', async (t) => {
  const cases: Record<string, string[]> = {
    '_tag=urn:tag|a': ['labelled'],
    '_tag=a': ['labelled'],
    '_tag=urn:tag|b': [],
    '_tag:not=urn:tag|a': ['plain'],
    '_tag:missing=true': ['plain'],
    '_security=urn:security|R': ['labelled'],
    '_security=urn:tag|a': [],
    '_profile=http://profile.example/One': ['labelled'],
    '_profile=http://profile.example/Two|2.0': ['labelled'],
    '_profile=http://profile.example/Two|3.0': [],
    '_profile=http://profile.example/': [],
    '_profile:below=http://profile.example/': ['labelled'],
    '_profile:missing=true': ['plain'],
    '_source=urn:source%231': ['labelled'],
    '_source=urn:source': [],
  };
  for (const [query, expected] of Object.entries(cases)) {
    t.same(idsIn(await ask('GET', `/Patient?${query}`)), expected, query);
    t.same(idsIn(await ask('GET', `/?_type=Patient&${query}`)), expected, `of the system: ${query}`);
  }
});

t.test('$meta is asked by POST as by GET', async (t) => {
  for (const path of ['', '/Patient', '/Patient/labelled', '/Patient/labelled/_history/1']) {
    const got = await ask('GET', `${path}/$meta`);
    t.equal(got.status, 200, path);
    t.match(got.body.parameter, [{ name: 'return', valueMeta: { tag: meta.tag, security: meta.security } }]);
    const posted = await ask('POST', `${path}/$meta`, { resourceType: 'Parameters' });
    t.same([posted.status, posted.body], [200, got.body], path);
  }
});

t.test('_id and _lastUpdated are never missing, and _id may be ruled out', async (t) => {
  const all = ['labelled', 'plain'];
  const cases: Record<string, string[]> = {
    '_id:missing=false': all,
    '_id:missing=true': [],
    '_lastUpdated:missing=false': all,
    '_lastUpdated:missing=true': [],
    '_id:not=plain': ['labelled'],
    '_id:not=plain,labelled': [],
    '_id:not=other': all,
  };
  for (const [query, expected] of Object.entries(cases))
    t.same(idsIn(await ask('GET', `/Patient?${query}`)), expected, query);
});

t.test('operations are entries of a batch, and those that only read of a transaction', async (t) => {
  const tag = { system: 'urn:tag', code: 'late' };
  const add = {
    resource: { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: { tag: [tag] } }] },
    request: { method: 'POST', url: 'Patient/plain/$meta-add' },
  };
  const read = { request: { method: 'GET', url: 'Patient/plain/$meta' } };
  const send = (type: string, ...entry: object[]) => ask('POST', '', { resourceType: 'Bundle', type, entry });
  const refused = await send('transaction', read, add);
  outcome(t, refused, {
    status: 400,
    code: 'invalid',
    says: /Send operations in a batch/,
    expression: ['Bundle.entry[1].request.url'],
  });
  const batch = await send('batch', add, read);
  for (const { response, resource } of batch.body.entry) {
    t.match(response.status, /^200/);
    t.same(resource.parameter[0].valueMeta.tag, [tag]);
  }
  const written = { ...patient('plain'), id: 'plain', meta: { tag: [{ system: 'urn:tag', code: 'new' }] } };
  const transaction = await send('transaction', read, {
    resource: written,
    request: { method: 'PUT', url: 'Patient/plain' },
  });
  t.equal(transaction.status, 200);
  const [seen] = transaction.body.entry[0].resource.parameter;
  t.same(seen.valueMeta.tag, written.meta.tag, 'it sees what the transaction writes');
});
