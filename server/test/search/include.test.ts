// _include: resources that the matches refer to. https://hl7.org/fhir/R4/search.html#include
import t from 'tap';
import { BASE, type Draft, idsOf, openStorage, refuses } from './storage.ts';

const reference = (text: string) => ({ reference: text });
const task = (id: string, rest: object): Draft => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...rest,
});
const plain = (type: string, ...ids: string[]): Draft[] => ids.map((id) => ({ resourceType: type, id }));

t.test('What the matches refer to is included once, and never a match again', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...plain('Patient', 'ana', 'bo', 'nobody'),
    ...plain('Practitioner', 'nurse'),
    ...plain('Organization', 'clinic'),
    task('part', { for: reference('Patient/ana'), partOf: [reference('Task/whole')] }),
    task('whole', {
      for: reference('Patient/ana'),
      owner: reference('Practitioner/nurse'),
      requester: reference('Organization/clinic'),
    }),
    task('absolute', {
      for: reference(`${BASE}/Patient/bo/_history/1`),
      owner: reference('Organization/clinic'),
    }),
    task('odd', {
      for: reference('#me'),
      owner: reference('Practitioner/gone'),
      requester: reference('http://other.example/Organization/clinic'),
      contained: [{ resourceType: 'Patient', id: 'me' }],
    }),
  ]);
  await s.save(plain('Practitioner', 'gone'));
  await s.remove('Practitioner', 'gone');
  const included = async (query: string) => {
    const { included, matches } = await s.page('Task', query);
    t.same(
      included.filter((content) => matches.includes(content)),
      [],
      `${query} includes no match`,
    );
    return included
      .map((content) => JSON.parse(content))
      .map(({ resourceType, id }) => `${resourceType}/${id}`)
      .sort();
  };
  for (const [query, expected] of Object.entries({
    '': [],
    '_include=Task:patient': ['Patient/ana', 'Patient/bo'],
    '_include=Task:owner': ['Organization/clinic', 'Practitioner/nurse'],
    '_include=Task:owner:Practitioner': ['Practitioner/nurse'],
    '_include=Task:patient&_include=Task:owner:Organization': [
      'Organization/clinic',
      'Patient/ana',
      'Patient/bo',
    ],
    '_include=Task:patient&_include=Task:subject': ['Patient/ana', 'Patient/bo'],
    '_include=Task:*': ['Organization/clinic', 'Patient/ana', 'Patient/bo', 'Practitioner/nurse'],
    '_include=*': ['Organization/clinic', 'Patient/ana', 'Patient/bo', 'Practitioner/nurse'],
    '_include=Task:*:Patient': ['Patient/ana', 'Patient/bo'],
    '_include=Task:part-of': [],
    '_id=part&_include=Task:part-of': ['Task/whole'],
    '_id=part&_include=Task:*': ['Patient/ana', 'Task/whole'],
    '_id=odd&_include=Task:*': [],
    '_id=none&_include=Task:*': [],
    '_count=0&_include=Task:*': [],
    '_sort=_id&_count=1&_include=Task:patient': ['Patient/bo'],
  })) {
    t.same(await included(query), expected, query);
  }
});

t.test('Contents are the stored bytes, and the total counts matches only', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...plain('Patient', 'ana'),
    task('a', { for: reference('Patient/ana') }),
    task('b', { for: reference('Patient/ana') }),
  ]);
  const { included, matches, total } = await s.page('Task', '_include=Task:patient&_total=accurate');
  t.same(idsOf(matches).sort(), ['a', 'b']);
  t.equal(total, 2);
  const [row] = await s.sql`select content from resource where id = 'ana'`;
  t.same(included, [row!.content]);
});

t.test('More than can be included is refused, never cut', async (t) => {
  const s = await openStorage(t);
  const people = Array.from({ length: 1001 }, (_, n) => `p${n}`);
  await s.save(plain('Patient', ...people));
  await s.save([
    {
      resourceType: 'Group',
      id: 'all',
      type: 'person',
      actual: true,
      member: people.map((id) => ({ entity: reference(`Patient/${id}`) })),
    },
  ]);
  await s.save([
    {
      resourceType: 'Group',
      id: 'fewer',
      type: 'person',
      actual: true,
      member: people.slice(1).map((id) => ({ entity: reference(`Patient/${id}`) })),
    },
  ]);
  await refuses(
    t,
    s,
    'Group',
    '_include=Group:member',
    /More than 1000 resources would be included\. Ask for fewer with _count/,
    'invalid',
  );
  t.equal((await s.page('Group', '_id=fewer&_include=Group:member')).included.length, 1000);
});

t.test('An _include that cannot be is refused with what can', async (t) => {
  const s = await openStorage(t);
  for (const [value, sentence, code] of [
    ['', /Write Type:parameter/, 'invalid'],
    ['Task', /Write Type:parameter/, 'invalid'],
    ['Task:', /Write Type:parameter/, 'invalid'],
    ['Task:focus:Patient:x', /Write Type:parameter/, 'invalid'],
    ['Patient:organization', /starts from Patient, but this search returns Task/, 'invalid'],
    ['Task:status', /Task has no reference parameter "status"\. It has .*\bfocus\b/, 'not-supported'],
    ['Task:nothing', /Task has no reference parameter "nothing"/, 'not-supported'],
    ['Task:focus:Person2', /names "Person2", which is no R4 resource type/, 'not-supported'],
  ] as const) {
    await refuses(t, s, 'Task', `_include=${value}`, sentence, code);
  }
  for (const name of ['_include:iterate', '_revinclude', '_include:recurse']) {
    await refuses(
      t,
      s,
      'Task',
      `${name}=Task:focus`,
      /has no search parameter|is not offered/,
      'not-supported',
    );
  }
});
