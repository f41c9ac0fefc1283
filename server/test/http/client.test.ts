// A client that others wrote reads, writes, searches and pages here. https://github.com/Vermonster/fhir-kit-client
import { Client } from 'fhir-kit-client';
import t from 'tap';
import { startServer } from '../helpers/server.ts';
import { patient, task } from '../interaction/sample.ts';

const server = await startServer(t, { listen: true });
const client = new Client({ baseUrl: server.base });
// biome-ignore lint/suspicious/noExplicitAny: the client's answers are any resource
type Any = any;

t.test('create, read, update, vread, history and delete', async (t) => {
  const made: Any = await client.create({ resourceType: 'Patient', body: patient('k') as Any });
  t.equal(made.resourceType, 'Patient');
  const id: string = made.id;
  const changed: Any = await client.update({
    resourceType: 'Patient',
    id,
    body: { ...made, gender: 'other' },
  });
  t.equal(changed.meta.versionId, '2');
  t.equal(((await client.vread({ resourceType: 'Patient', id, version: '1' })) as Any).gender, undefined);
  const history: Any = await client.history({ resourceType: 'Patient', id });
  t.same(
    history.entry.map((entry: Any) => entry.request.method),
    ['PUT', 'POST'],
  );
  await client.delete({ resourceType: 'Patient', id });
  const failure: Any = await client.read({ resourceType: 'Patient', id }).catch((error) => error);
  t.equal(failure.response?.status, 410);
});

t.test('search with includes, and its pages', async (t) => {
  await client.update({ resourceType: 'Patient', id: 'p', body: { ...patient('p'), id: 'p' } as Any });
  for (const id of ['t1', 't2', 't3'])
    await client.update({ resourceType: 'Task', id, body: { ...task('p'), id } as Any });
  const seen: string[] = [];
  let page: Any = await client.search({
    resourceType: 'Task',
    searchParams: { _count: 2, _include: 'Task:patient', _elements: 'status' },
  });
  while (page) {
    t.equal(page.type, 'searchset');
    for (const { resource, search } of page.entry) {
      if (search.mode === 'match') {
        seen.push(resource.id);
        t.notOk(resource.for, 'an element that was not asked for');
      } else t.equal(resource.id, 'p');
    }
    page = page.link.some(({ relation }: Any) => relation === 'next')
      ? await client.nextPage({ bundle: page })
      : undefined;
  }
  t.same(seen.sort(), ['t1', 't2', 't3']);
  const reverse: Any = await client.search({
    resourceType: 'Patient',
    searchParams: { _id: 'p', _revinclude: 'Task:patient' },
  });
  t.same(
    reverse.entry.map((entry: Any) => [entry.search.mode, entry.resource.resourceType]),
    [['match', 'Patient'], ...['t1', 't2', 't3'].map(() => ['include', 'Task'])],
  );
});

t.test('the CapabilityStatement names both formats', async (t) => {
  const statement: Any = await client.capabilityStatement();
  t.same(statement.format, ['json', 'xml', 'application/fhir+json', 'application/fhir+xml']);
});
