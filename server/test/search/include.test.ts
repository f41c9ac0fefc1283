// _include and _revinclude: what the matches refer to, and what refers to them. https://hl7.org/fhir/R4/search.html#revinclude
import t, { type Test } from 'tap';
import type { Access } from '../../fhir/access.ts';
import { MAX_LEVELS } from '../../search/included.ts';
import { BASE, type Draft, idsOf, openStorage, refuses, type Storage } from './storage.ts';

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

/** `Type/id` of what a query includes, in the order of their names. */
async function includedBy(
  { page }: Storage,
  type: string,
  query: string,
  access?: Access,
): Promise<string[]> {
  const { included, matches } = await page(type, query, access);
  const seen = [...matches, ...included].map((content) => {
    const { resourceType, id } = JSON.parse(content);
    return `${resourceType}/${id}`;
  });
  t.equal(new Set(seen).size, seen.length, `${type}?${query} has every resource once`);
  return seen.slice(matches.length).sort();
}

async function includes(t: Test, s: Storage, type: string, cases: Record<string, string[]>): Promise<void> {
  for (const [query, expected] of Object.entries(cases))
    t.same(await includedBy(s, type, query), [...expected].sort(), `${type}?${query}`);
}

t.test('_revinclude brings what refers to the matches', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...plain('Patient', 'ana', 'bo'),
    ...plain('Organization', 'clinic'),
    task('a1', { for: reference('Patient/ana'), owner: reference('Organization/clinic') }),
    task('a2', { for: reference(`${BASE}/Patient/ana/_history/1`), focus: reference('Patient/ana') }),
    task('b1', { for: reference('Organization/clinic'), focus: reference('Patient/bo') }),
    { resourceType: 'Observation', id: 'o1', status: 'final', code: {}, subject: reference('Patient/ana') },
    task('gone', { for: reference('Patient/ana') }),
  ]);
  await s.remove('Task', 'gone');
  await includes(t, s, 'Patient', {
    '_id=ana&_revinclude=Task:patient': ['Task/a1', 'Task/a2'],
    '_id=ana&_revinclude=Task:focus': ['Task/a2'],
    '_id=ana&_revinclude=Task:patient&_revinclude=Observation:subject': [
      'Task/a1',
      'Task/a2',
      'Observation/o1',
    ],
    '_id=ana&_revinclude=Task:*': ['Task/a1', 'Task/a2'],
    '_id=ana&_revinclude=*': ['Task/a1', 'Task/a2', 'Observation/o1'],
    '_id=bo&_revinclude=Task:patient': [],
    '_id=bo&_revinclude=Task:focus': ['Task/b1'],
    '_id=bo&_revinclude=Task:focus:Patient': ['Task/b1'],
    '_id=bo&_revinclude=Task:focus:Organization': [],
  });
  t.same(await includedBy(s, 'Organization', '_revinclude=Task:subject:Organization'), ['Task/b1']);
});

t.test(':iterate goes on from what was included, :recurse is its old name, and circles end', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...plain('Patient', 'ana'),
    { resourceType: 'Organization', id: 'clinic', partOf: reference('Organization/group') },
    { resourceType: 'Organization', id: 'group', partOf: reference('Organization/holding') },
    { resourceType: 'Organization', id: 'holding', partOf: reference('Organization/clinic') },
    { resourceType: 'Patient', id: 'bo', managingOrganization: reference('Organization/clinic') },
    task('one', { for: reference('Patient/bo') }),
    task('two', { for: reference('Patient/ana'), partOf: [reference('Task/one')] }),
  ]);
  const organization = ['Organization/clinic', 'Organization/group', 'Organization/holding'];
  await includes(t, s, 'Task', {
    '_id=one&_include=Task:patient&_include=Patient:organization': [],
  }).then(
    () => t.fail('a plain _include starts from matches'),
    (error) => t.match(error.message, /Patient, but this search returns Task.*_include:iterate/s),
  );
  await includes(t, s, 'Task', {
    '_id=one&_include=Task:patient&_include:iterate=Patient:organization': [
      'Patient/bo',
      'Organization/clinic',
    ],
    '_id=one&_include:iterate=Task:patient&_include:recurse=Patient:organization&_include:iterate=Organization:partof':
      ['Patient/bo', ...organization],
    '_id=two&_include:iterate=Task:part-of&_include:iterate=Task:patient': [
      'Task/one',
      'Patient/ana',
      'Patient/bo',
    ],
    '_id=two&_include=Task:part-of&_include=Task:patient': ['Task/one', 'Patient/ana'],
    '_id=two&_include:iterate=*': ['Task/one', 'Patient/ana', 'Patient/bo', ...organization],
  });
  await includes(t, s, 'Patient', {
    '_id=bo&_revinclude=Task:patient&_revinclude:iterate=Task:part-of': ['Task/one', 'Task/two'],
    '_id=bo&_revinclude=Task:patient&_revinclude:iterate=Task:part-of&_include:iterate=Task:patient': [
      'Task/one',
      'Task/two',
      'Patient/ana',
    ],
  });
});

t.test('A level is one statement, and very long chains end with a warning', async (t) => {
  const s = await openStorage(t);
  const names = Array.from({ length: MAX_LEVELS + 2 }, (_, n) => `t${n}`);
  await s.save(
    names.map((id, n) => task(id, n + 1 < names.length ? { partOf: [reference(`Task/t${n + 1}`)] } : {})),
  );
  s.searched.length = 0;
  const { included, outcomes } = await s.page('Task', '_id=t0&_include:iterate=Task:part-of');
  t.same(idsOf(included), names.slice(1, MAX_LEVELS + 1));
  t.equal(s.searched.filter((text) => text.includes('index_reference')).length, MAX_LEVELS + 1);
  t.match(outcomes, [{ severity: 'warning', code: 'too-costly', diagnostics: /followed 8 steps/ }]);
  const whole = await s.page('Task', '_id=t1&_include:iterate=Task:part-of');
  t.same(idsOf(whole.included), names.slice(2));
  t.same(whole.outcomes, []);
});

t.test('Canonical URLs are followed in both directions, to the version that they name', async (t) => {
  const s = await openStorage(t);
  const questionnaire = (id: string, version: string, url = 'http://x.example/Questionnaire/q') => ({
    resourceType: 'Questionnaire',
    id,
    url,
    version,
    status: 'active',
  });
  const answers = (id: string, canonical: string) => ({
    resourceType: 'QuestionnaireResponse',
    id,
    status: 'completed',
    questionnaire: canonical,
  });
  await s.save([
    questionnaire('one', '1'),
    questionnaire('two', '2'),
    questionnaire('other', '1', 'http://x.example/Questionnaire/other'),
    answers('any', 'http://x.example/Questionnaire/q'),
    answers('first', 'http://x.example/Questionnaire/q|1'),
    answers('third', 'http://x.example/Questionnaire/q|3'),
  ]);
  await includes(t, s, 'QuestionnaireResponse', {
    '_id=any&_include=QuestionnaireResponse:questionnaire': ['Questionnaire/one', 'Questionnaire/two'],
    '_id=first&_include=QuestionnaireResponse:questionnaire': ['Questionnaire/one'],
    '_id=first&_include=QuestionnaireResponse:questionnaire:Questionnaire': ['Questionnaire/one'],
    '_id=first&_include=*': ['Questionnaire/one'],
    '_id=third&_include=QuestionnaireResponse:questionnaire': [],
  });
  await includes(t, s, 'Questionnaire', {
    '_id=other&_revinclude=QuestionnaireResponse:questionnaire': [],
    '_id=one&_revinclude=QuestionnaireResponse:questionnaire': [
      'QuestionnaireResponse/any',
      'QuestionnaireResponse/first',
    ],
    '_id=two&_revinclude=QuestionnaireResponse:questionnaire': ['QuestionnaireResponse/any'],
  });
});

t.test('Nothing is included that the caller may not read, on any level', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...plain('Patient', 'ana', 'bo'),
    ...plain('Practitioner', 'nurse'),
    task('a', {
      for: reference('Patient/ana'),
      owner: reference('Practitioner/nurse'),
      focus: reference('Task/b'),
    }),
    task('b', { for: reference('Patient/bo') }),
    {
      resourceType: 'Observation',
      id: 'o',
      status: 'final',
      code: {},
      subject: reference('Patient/ana'),
      focus: [reference('Patient/ana')],
    },
    {
      resourceType: 'Observation',
      id: 'p',
      status: 'final',
      code: {},
      subject: reference('Patient/bo'),
      focus: [reference('Patient/ana')],
    },
  ]);
  const confined = (...types: string[]): Access => ({
    subject: 'a',
    patient: 'ana',
    scopes: types.map((type) => ({ level: 'patient', type, letters: new Set(['r', 's'] as const) })),
    policy: 'unlimited',
  });
  const all = confined('Task', 'Patient', 'Observation', 'Practitioner');
  const of = (type: string, query: string, access: Access) => includedBy(s, type, query, access);
  t.same(await of('Task', '_include:iterate=*', all), ['Patient/ana', 'Practitioner/nurse']);
  t.same(await of('Task', '_include:iterate=*', confined('Task', 'Patient')), ['Patient/ana']);
  t.same(await of('Task', '_include:iterate=*', confined('Task')), []);
  t.same(await of('Patient', '_revinclude=*&_include:iterate=Observation:subject', all), [
    'Observation/o',
    'Task/a',
  ]);
  t.same(await of('Patient', '_revinclude=Observation:focus', all), ['Observation/o']);
  t.same(await of('Patient', '_revinclude=Observation:focus', confined('Patient', 'Task')), []);
});

t.test('More than a page holds is told with a warning, never cut in silence', async (t) => {
  const s = await openStorage(t);
  const people = Array.from({ length: 1001 }, (_, n) => `p${n}`);
  await s.save(plain('Patient', ...people));
  const group = (id: string, members: readonly string[]) => ({
    resourceType: 'Group',
    id,
    type: 'person',
    actual: true,
    member: members.map((member) => ({ entity: reference(`Patient/${member}`) })),
  });
  await s.save([group('all', people), group('fewer', people.slice(1))]);
  const all = await s.page('Group', '_include=Group:member');
  t.equal(all.included.length, 1000);
  t.match(all.outcomes, [
    {
      severity: 'warning',
      code: 'too-costly',
      diagnostics: /More than 1000 resources belong beside this page.*Ask for a smaller page with _count/,
    },
  ]);
  t.match((await s.page('Group', '_id=all&_include=Group:member')).outcomes, [{ severity: 'warning' }]);
  const fewer = await s.page('Group', '_id=fewer&_include=Group:member');
  t.equal(fewer.included.length, 1000);
  t.same(fewer.outcomes, []);
});

t.test('An include that cannot be is refused with what can', async (t) => {
  const s = await openStorage(t);
  for (const [value, sentence, code] of [
    ['', /Write Type:parameter/, 'invalid'],
    ['Task', /Write Type:parameter/, 'invalid'],
    ['Task:', /Write Type:parameter/, 'invalid'],
    ['Task:focus:', /Write Type:parameter/, 'invalid'],
    ['Task:focus:Patient:x', /Write Type:parameter/, 'invalid'],
    ['Patient:organization', /starts from Patient, but this search returns Task/, 'invalid'],
    ['Task:status', /Task has no reference parameter "status"\. It has .*\bfocus\b/, 'not-supported'],
    ['Task:nothing', /Task has no reference parameter "nothing"/, 'not-supported'],
    ['Task:focus:Person2', /names "Person2", which is no R4 resource type/, 'not-supported'],
    ['Tusk:focus', /names "Tusk", which is no R4 resource type/, 'not-supported'],
  ] as const)
    await refuses(t, s, 'Task', `_include=${value}`, sentence, code);
  for (const name of ['_include:iterate', '_revinclude', '_revinclude:recurse']) {
    await refuses(t, s, 'Task', `${name}=Task:status`, /Task has no reference parameter/, 'not-supported');
    await refuses(t, s, 'Task', `${name}=Tusk:focus`, /no R4 resource type/, 'not-supported');
    await refuses(t, s, 'Task', `${name}=Task`, /Write Type:parameter/, 'invalid');
  }
  await refuses(t, s, 'Task', '_include:often=Task:focus', /_include/, 'not-supported');
});
