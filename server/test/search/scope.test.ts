// Searches of several types at once: the whole system, compartments, lists. https://hl7.org/fhir/R4/http.html#search
import t from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import { asking, startServer } from '../helpers/server.ts';
import { type Draft, failureOf, idsOf, openStorage, type Storage } from './storage.ts';

const reference = (text: string) => ({ reference: text });
const task = (id: string, rest: object): Draft => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...rest,
});

async function load(t: Parameters<typeof openStorage>[0]): Promise<Storage> {
  const s = await openStorage(t);
  const tag = { tag: [{ system: 'urn:t', code: 'x' }] };
  for (const draft of [
    { resourceType: 'Organization', id: 'o', name: 'Ruiz & Sons', meta: tag },
    { resourceType: 'Practitioner', id: 'dr', name: [{ family: 'Grey' }] },
    { resourceType: 'Patient', id: 'ana', name: [{ family: 'Ruiz' }], meta: tag },
    { resourceType: 'Patient', id: 'bo', name: [{ family: 'Moss' }] },
    {
      resourceType: 'Encounter',
      id: 'e',
      status: 'finished',
      class: { code: 'AMB' },
      subject: reference('Patient/ana'),
      participant: [{ individual: reference('Practitioner/dr') }],
    },
    {
      resourceType: 'Observation',
      id: 'ob',
      status: 'final',
      code: { text: 'x' },
      subject: reference('Patient/ana'),
      encounter: reference('Encounter/e'),
      performer: [reference('Practitioner/dr')],
    },
    task('t1', { for: reference('Patient/ana'), meta: tag }),
    task('t2', { for: reference('Patient/bo') }),
    {
      resourceType: 'List',
      id: 'l',
      status: 'current',
      mode: 'working',
      entry: [
        { item: reference('Task/t2') },
        { item: reference('Patient/ana') },
        { item: reference('Task/no') },
      ],
    },
    {
      resourceType: 'List',
      id: 'm',
      status: 'current',
      mode: 'working',
      entry: [{ item: reference('Task/t1') }],
    },
  ] as Draft[])
    await s.save([draft]);
  return s;
}

const system = (s: Storage) => async (query: string) => {
  const ids: string[] = [];
  for (let next: string | undefined = query; next !== undefined; ) {
    const page = await s.search.system(new URLSearchParams(next), systemAccess);
    ids.push(...idsOf(page.matches));
    next = page.next;
  }
  return ids;
};

t.test('The system is searched by what all types have, newest first, over pages', async (t) => {
  const s = await load(t);
  const find = system(s);
  const all = ['m', 'l', 't2', 't1', 'ob', 'e', 'bo', 'ana', 'dr', 'o'];
  for (const [query, expected] of Object.entries({
    '': all,
    '_count=3': all,
    '_sort=_lastUpdated&_count=4': all.toReversed(),
    '_sort=_id': [...all].sort(),
    '_sort=-_id&_count=3': [...all].sort().reverse(),
    '_type=Patient,Task': ['t2', 't1', 'bo', 'ana'],
    '_type=Patient,Task&_count=1': ['t2', 't1', 'bo', 'ana'],
    '_type=Task&_sort=_id': ['t1', 't2'],
    '_tag=urn:t|x': ['t1', 'ana', 'o'],
    '_tag=urn:t|x&_count=1': ['t1', 'ana', 'o'],
    '_tag=x&_type=Patient,Organization': ['ana', 'o'],
    '_tag:not=x&_type=Patient,Organization': ['bo'],
    '_tag:missing=true&_type=Patient,Organization': ['bo'],
    '_id=ana,t1,no': ['t1', 'ana'],
    '_lastUpdated=ge2000': all,
    '_lastUpdated=lt2000': [],
    '_type=Patient,Organization&name=ruiz': ['ana', 'o'],
    '_has:Task:subject:status=requested': ['bo', 'ana'],
    '_list=l': ['t2', 'ana'],
    '_filter=_id eq ana or _id eq o': ['ana', 'o'],
  }))
    t.same(await find(query), expected, `?${query}`);
  const counted = await s.search.system(
    new URLSearchParams('_type=Task,Patient&_summary=count'),
    systemAccess,
  );
  t.equal(counted.total, 4);
  const lenient = await s.search.system(new URLSearchParams('_tag=x&name=ruiz'), systemAccess, {
    lenient: true,
  });
  t.match(lenient.outcomes, [{ severity: 'warning', diagnostics: 'These parameters were ignored: name.' }]);
});

t.test('What not all of the types have is refused', async (t) => {
  const s = await openStorage(t);
  for (const [query, diagnostics, code] of [
    [
      'name=x',
      /^Not all of .* and \d+ more types have the search parameter "name"\. Known are .*_tag/,
      'not-supported',
    ],
    [
      '_type=Patient,Task&name=x',
      /^Not all of Patient, Task have the search parameter "name"/,
      'not-supported',
    ],
    ['_type=Patient,Shoe', /^_type names "Shoe", which is no R4 resource type/, 'not-supported'],
    ['_type=', /^_type names "", which is no R4 resource type/, 'not-supported'],
    ['_type=Patient&_type=Task', /^_type names none of the types that are searched here/, 'invalid'],
    ['_sort=status', /cannot be sorted by "status"/, 'not-supported'],
    ['_include=Task:focus&_type=Patient', /_include=Task:focus starts from Task/, 'invalid'],
  ] as const)
    t.match(await failureOf(s.search.system(new URLSearchParams(query), systemAccess)), {
      status: 400,
      issues: [{ severity: 'error', code, diagnostics }],
    });
});

t.test('A compartment holds what its definition names, one type or all', async (t) => {
  const s = await load(t);
  for (const [path, query, expected] of [
    ['Patient/ana/Task', '', ['t1']],
    ['Patient/ana/Task', 'status=completed', []],
    ['Patient/ana/Task', '_tag=x&_count=1', ['t1']],
    ['Patient/ana/*', '', ['t1', 'ob', 'e', 'ana']],
    ['Patient/ana/*', '_count=1', ['t1', 'ob', 'e', 'ana']],
    ['Patient/ana/*', '_type=Observation,Task', ['t1', 'ob']],
    ['Patient/ana/Observation', 'performer.name=grey', ['ob']],
    ['Patient/no/*', '', []],
    ['Encounter/e/Observation', '', ['ob']],
    ['Encounter/e/Encounter', '', ['e']],
    ['Encounter/e/*', '', ['ob', 'e']],
    ['Practitioner/dr/Encounter', '', ['e']],
    ['Practitioner/dr/*', '', ['ob', 'e', 'dr']],
    ['RelatedPerson/x/*', '', []],
    ['Device/x/Observation', '', []],
  ] as const) {
    const [name, id, member] = path.split('/') as [string, string, string];
    const ids: string[] = [];
    for (let next: string | undefined = query; next !== undefined; ) {
      const page = await s.search.compartment([name, id, member], new URLSearchParams(next), systemAccess);
      ids.push(...idsOf(page.matches));
      next = page.next;
    }
    t.same(ids, expected, `${path}?${query}`);
  }
  const refused = async (path: string, status: number, diagnostics: RegExp) => {
    const [name, id, member] = path.split('/') as [string, string, string];
    t.match(await failureOf(s.search.compartment([name, id, member], [], systemAccess)), {
      status,
      issues: [{ severity: 'error', diagnostics }],
    });
  };
  await refused('Patient/ana/Organization', 404, /^Organization is not in the compartment of Patient/);
  await refused('Organization/o/Task', 404, /^Organization has no compartment/);
  await refused('Patient/a_b/Task', 400, /^"a_b" is not an id/);
});

t.test('_list finds the items of a list, of several with a comma', async (t) => {
  const s = await load(t);
  t.same(await s.find('Task', '_list=l'), ['t2']);
  t.same(await s.find('Task', '_list=List/l'), ['t2']);
  t.same(await s.find('Task', '_list=l,m&_sort=_id'), ['t1', 't2']);
  t.same(await s.find('Task', '_list=l&status=completed'), []);
  t.same(await s.find('Task', '_list=nothing'), []);
  await s.remove('List', 'l');
  t.same(await s.find('Task', '_list=l'), [], 'a deleted list has no items');
});

t.test('System and compartment searches have addresses, by GET and by POST', async (t) => {
  const ask = asking(await startServer(t));
  for (const [type, rest] of [
    ['Patient', {}],
    ['Encounter', { status: 'finished', class: { code: 'AMB' }, subject: reference('Patient/x') }],
  ] as const)
    await ask('PUT', `/${type}/x`, {
      resourceType: type,
      id: 'x',
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
      ...rest,
    });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const types = (body: { entry?: { resource: { resourceType: string } }[] }) =>
    (body.entry ?? []).map(({ resource }) => resource.resourceType);
  for (const [method, path, expected, body] of [
    ['GET', '?_type=Patient,Encounter', ['Encounter', 'Patient']],
    ['GET', '', ['Encounter', 'Patient']],
    ['POST', '/_search', ['Patient'], '_type=Patient'],
    ['GET', '/Patient/x/Encounter?status=finished', ['Encounter']],
    ['GET', '/Patient/x/*', ['Encounter', 'Patient']],
    ['POST', '/Patient/x/Encounter/_search', ['Encounter'], 'status=finished'],
    ['POST', '/Patient/x/*/_search?_type=Patient', ['Patient'], ''],
  ] as const) {
    const answer = await ask(method, path, body, body === undefined ? {} : form);
    t.equal(answer.status, 200, `${method} ${path}`);
    t.equal(answer.body.type, 'searchset');
    t.same(types(answer.body), expected, `${method} ${path}`);
  }
  const { status, body } = await ask('GET', '/Patient/x/Encounter?_count=1');
  t.equal(status, 200);
  t.match(body.link[0], { relation: 'self', url: /\/fhir\/Patient\/x\/Encounter\?_count=1$/ });
  for (const [method, path, wanted] of [
    ['GET', '/Patient/x/Shoe', 404],
    ['GET', '/Patient/x/Organization', 404],
    ['GET', '/Organization/x/Task', 404],
    ['DELETE', '/Patient/x/Encounter', 405],
    ['GET', '?name=x', 400],
    ['GET', '?_type=Shoe', 400],
  ] as const) {
    const answer = await ask(method, path);
    t.equal(answer.status, wanted, `${method} ${path}`);
    t.equal(answer.body.resourceType, 'OperationOutcome');
  }
});
