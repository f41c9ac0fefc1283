// Chained parameters and _has: criteria on what a resource refers to, and on what refers to it.
// https://hl7.org/fhir/R4/search.html#chaining · https://hl7.org/fhir/R4/search.html#has
import t from 'tap';
import { answers, BASE, type Draft, openStorage, refuses, type Storage } from './storage.ts';

const task = (id: string, rest: object): Draft => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...rest,
});
const reference = (text: string) => ({ reference: text });

async function load(t: Parameters<typeof openStorage>[0]): Promise<Storage> {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Organization', id: 'north', name: 'North Clinic' },
    {
      resourceType: 'Organization',
      id: 'south',
      name: 'South Clinic',
      partOf: reference('Organization/north'),
    },
    { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Grey' }], active: true },
    {
      resourceType: 'Patient',
      id: 'ana',
      name: [{ family: 'Ruiz', given: ['Ana'] }],
      gender: 'female',
      birthDate: '1980-05-01',
      managingOrganization: reference('Organization/south'),
      generalPractitioner: [reference('Practitioner/gp'), reference('Organization/north')],
    },
    {
      resourceType: 'Patient',
      id: 'bo',
      meta: { tag: [{ system: 'urn:t', code: 'vip' }] },
      name: [{ family: 'ruiz-moss', given: ['Bo'] }],
      gender: 'male',
      managingOrganization: reference('Organization/north'),
    },
    { resourceType: 'Patient', id: 'cy', gender: 'male' },
    { resourceType: 'Patient', id: 'gone', name: [{ family: 'Ruiz' }], gender: 'female' },
    { resourceType: 'Group', id: 'cohort', type: 'person', actual: true, code: { text: 'x' } },
    { resourceType: 'Location', id: 'ward', name: 'Ruiz Ward' },
    task('a1', { for: reference('Patient/ana'), code: { coding: [{ system: 'urn:c', code: 'call' }] } }),
    task('a2', { for: reference(`${BASE}/Patient/ana/_history/1`), status: 'completed' }),
    task('b', { for: reference('Patient/bo'), owner: reference('Practitioner/gp') }),
    task('c', { for: reference('Patient/cy') }),
    task('g', { for: reference('Group/cohort') }),
    task('w', { for: reference('Location/ward') }),
    task('lost', { for: reference('Patient/gone') }),
    task('elsewhere', { for: reference('http://other.example/Patient/ana') }),
    task('none', {}),
    {
      resourceType: 'Provenance',
      id: 'of-a1',
      target: [reference('Task/a1')],
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: reference('Practitioner/gp') }],
    },
  ]);
  await s.remove('Patient', 'gone');
  return s;
}

t.test('A chain asks what the target of a reference must meet, to any depth', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Task', {
    'subject:Patient.name=ruiz': ['a1', 'a2', 'b'],
    'patient.family=ruiz': ['a1', 'a2', 'b'],
    'patient.family:exact=Ruiz': ['a1', 'a2'],
    'patient.given=bo,ana': ['a1', 'a2', 'b'],
    'patient.gender=female': ['a1', 'a2'],
    'patient.gender=female&status=completed': ['a2'],
    'patient.birthdate=ge1980&patient.birthdate=lt1981': ['a1', 'a2'],
    'patient.organization=Organization/south': ['a1', 'a2'],
    'patient.organization.name=south': ['a1', 'a2'],
    'patient.organization.partof.name=north': ['a1', 'a2'],
    'patient.organization.name=north': ['b'],
    'patient.general-practitioner:Practitioner.name=grey': ['a1', 'a2'],
    'patient.general-practitioner.name=north': ['a1', 'a2'],
    'subject:Patient.general-practitioner:Organization.name=grey': [],
    'patient._tag=urn:t|vip': ['b'],
    'patient._id=bo': ['b'],
    'patient._id=bo,cy,gone': ['b', 'c'],
    'patient._lastUpdated=ge2000': ['a1', 'a2', 'b', 'c'],
    'patient._lastUpdated=lt2000': [],
    'patient._type=Patient': ['a1', 'a2', 'b', 'c'],
  });
});

t.test('A chain without a type goes to every type that has the parameter', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Task', {
    'subject.name=ruiz': ['a1', 'a2', 'b', 'w'],
    'subject:Location.name=ruiz': ['w'],
    'subject.birthdate=1980': ['a1', 'a2'],
    'subject._id=ana,cohort': ['a1', 'a2', 'g'],
    'subject.code:missing=false': ['g'],
  });
});

t.test('A modifier at the end of a chain is about the target', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Task', {
    'patient.gender:not=male': ['a1', 'a2'],
    'patient.name:missing=true': ['c'],
    'patient.organization:missing=true': ['c'],
    'patient.name:contains=moss': ['b'],
    'patient.general-practitioner:missing=false': ['a1', 'a2'],
    'subject:missing=true': ['none'],
  });
});

t.test('_has asks what must refer to a resource, nested and with chains inside', async (t) => {
  const s = await load(t);
  await answers(t, s, 'Patient', {
    '_has:Task:patient:status=completed': ['ana'],
    '_has:Task:patient:status=requested': ['ana', 'bo', 'cy'],
    '_has:Task:subject:code=urn:c|call': ['ana'],
    '_has:Task:patient:owner:missing=true': ['ana', 'cy'],
    '_has:Task:patient:status:not=requested': ['ana'],
    '_has:Task:patient:_id=b': ['bo'],
    '_has:Task:patient:_lastUpdated=lt2000': [],
    '_has:Task:patient:owner.name=grey': ['bo'],
    '_has:Task:patient:_has:Provenance:target:agent=Practitioner/gp': ['ana'],
    '_has:Task:patient:status=completed&gender=male': [],
    'organization._has:Patient:organization:gender=male': ['bo'],
  });
  await answers(t, s, 'Organization', {
    '_has:Patient:organization:_has:Task:patient:status=completed': ['south'],
    '_has:Patient:organization:general-practitioner:Practitioner.name=grey': ['south'],
  });
});

t.test('Results of chains sort and page as others do', async (t) => {
  const s = await load(t);
  t.same(await s.find('Task', 'patient.name=ruiz&_sort=_id&_count=1'), ['a1', 'a2', 'b']);
  t.same(await s.find('Task', 'patient.name=ruiz&_sort=-status,_id&_count=2'), ['a1', 'b', 'a2']);
  t.same(await s.find('Patient', '_has:Task:patient:status=requested&_sort=-_id&_count=1'), [
    'cy',
    'bo',
    'ana',
  ]);
  const { total, included } = await s.page(
    'Task',
    'patient.name=ruiz&_total=accurate&_include=Task:patient&_count=1',
  );
  t.equal(total, 3);
  t.equal(included.length, 1);
});

t.test('Chains that cannot be followed are refused with what can', async (t) => {
  const s = await openStorage(t);
  for (const [query, sentence, code] of [
    ['status.name=x', /^"status" is a token parameter, which cannot be chained/, 'not-supported'],
    ['shoe.name=x', /^Task has no search parameter "shoe"\. Known are/, 'not-supported'],
    ['patient.shoe=x', /^Patient has no search parameter "shoe"\. Known are .*birthdate/, 'not-supported'],
    ['subject.shoe=x', /^None of .* have the search parameter "shoe"/, 'not-supported'],
    ['patient:Group.code=x', /^"patient" never refers to Group\. It refers to Patient\./, 'not-supported'],
    ['subject:Shoe.code=x', /^"subject" never refers to Shoe\./, 'not-supported'],
    ['patient.gender:exact=x', /^The search parameter "gender" has no modifier ":exact"/, 'not-supported'],
    ['patient._id:in=x', /"_id" has no modifier ":in"/, 'not-supported'],
    ['patient._count=1', /^Patient has no search parameter "_count"/, 'not-supported'],
    ['patient.birthdate=soon', /"soon" is not a date that "birthdate"/, 'invalid'],
    ['_has=x', /^"_has" is no reverse chain\. Write _has:Type:reference:parameter/, 'invalid'],
    ['_has:Provenance:target=x', /is no reverse chain/, 'invalid'],
    ['_has:Shoe:target:agent=x', /names "Shoe", which is no R4 resource type/, 'not-supported'],
    ['_has:Provenance:shoe:agent=x', /^Provenance has no search parameter "shoe"/, 'not-supported'],
    ['_has:Provenance:recorded:agent=x', /^"recorded" is a date parameter/, 'not-supported'],
    [
      '_has:Observation:encounter:code=x',
      /^Observation has no reference "encounter" to Task: it refers to/,
      'not-supported',
    ],
    ['_has:Provenance:target:shoe=x', /^Provenance has no search parameter "shoe"/, 'not-supported'],
    [`${'part-of.'.repeat(9)}status=x`, /^A chain has more than 8 links/, 'invalid'],
    [`${'_has:Task:part-of:'.repeat(9)}status=x`, /^A chain has more than 8 links/, 'invalid'],
  ] as const)
    await refuses(t, s, 'Task', query, sentence, code);
  t.same(await s.find('Task', `${'part-of.'.repeat(8)}status=x`), [], 'eight links are answered');
  t.same(await s.find('Task', `${'_has:Task:part-of:'.repeat(8)}status=x`), []);
});
