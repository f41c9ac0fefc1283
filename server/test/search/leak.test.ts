// Chains, _has, lists, compartments and filters tell a confined caller nothing of other patients.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import t from 'tap';
import type { Access } from '../../fhir/access.ts';
import { accessOf, type Draft, failureOf, idsOf, openStorage, type Storage, scope } from './storage.ts';

const reference = (text: string) => ({ reference: text });
const ana = accessOf('ana', scope('patient', '*', 'rs'));

/** What belongs to ana, and what all may see. */
const hers: Draft[] = [
  {
    resourceType: 'Patient',
    id: 'ana',
    gender: 'female',
    generalPractitioner: [reference('Practitioner/gp')],
    link: [{ other: reference('Patient/bo'), type: 'seealso' }],
  },
  { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Grey' }] },
  { resourceType: 'Organization', id: 'clinic', name: 'Clinic' },
  {
    resourceType: 'Task',
    id: 'hers',
    status: 'requested',
    intent: 'order',
    for: reference('Patient/ana'),
    focus: reference('Observation/his'),
    partOf: [reference('Task/his')],
  },
  {
    resourceType: 'List',
    id: 'hers',
    status: 'current',
    mode: 'working',
    subject: reference('Patient/ana'),
    entry: [{ item: reference('Task/hers') }],
  },
];

/** What belongs to bo, in two lives that differ in everything. */
const his = (life: 'one' | 'other'): Draft[] => {
  const one = life === 'one';
  return [
    {
      resourceType: 'Patient',
      id: 'bo',
      name: [{ family: one ? 'Moss' : 'Fern' }],
      gender: one ? 'male' : 'other',
      ...(one && { generalPractitioner: [reference('Practitioner/gp')] }),
      managingOrganization: reference(one ? 'Organization/clinic' : 'Organization/none'),
    },
    {
      resourceType: 'Observation',
      id: 'his',
      status: one ? 'final' : 'amended',
      code: { coding: [{ system: 'urn:c', code: one ? 'hiv' : 'flu' }] },
      subject: reference('Patient/bo'),
      performer: [reference(one ? 'Practitioner/gp' : 'Organization/clinic')],
    },
    {
      resourceType: 'Task',
      id: 'his',
      status: one ? 'requested' : 'completed',
      intent: 'order',
      for: reference('Patient/bo'),
      ...(one && { owner: reference('Practitioner/gp'), focus: reference('Task/hers') }),
      basedOn: [reference(one ? 'Task/hers' : 'Task/his')],
    },
    {
      resourceType: 'List',
      id: 'his',
      status: 'current',
      mode: 'working',
      subject: reference('Patient/bo'),
      entry: [{ item: reference(one ? 'Task/hers' : 'Task/his') }],
    },
  ];
};

const queries: [string, string][] = [
  ['Task', 'focus:Observation.code=hiv'],
  ['Task', 'focus:Observation.code=flu'],
  ['Task', 'focus:Observation.status=final'],
  ['Task', 'focus:Observation.status:not=final'],
  ['Task', 'focus:Observation.performer:missing=true'],
  ['Task', 'focus:Observation._id=his'],
  ['Task', 'focus:Observation._lastUpdated=ge2000'],
  ['Task', 'focus:Observation.subject:Patient.name=moss'],
  ['Task', 'focus:Observation.performer:Practitioner.name=grey'],
  ['Task', 'focus.status=final'],
  ['Task', 'part-of.status=requested'],
  ['Task', 'part-of.patient.gender=male'],
  ['Task', 'part-of.owner:missing=true'],
  ['Task', '_has:Task:based-on:status=requested'],
  ['Task', '_has:Task:based-on:_id=his'],
  ['Task', '_has:Task:focus:status=requested'],
  ['Task', '_list=his'],
  ['Task', '_filter=focus.status eq final'],
  ['Task', '_filter=not (part-of.status eq requested)'],
  ['Task', '_filter=part-of[status eq requested].patient.gender eq male or _id eq nothing'],
  ['Patient', 'link:Patient.gender=male'],
  ['Patient', 'link:Patient.name:missing=true'],
  ['Patient', 'link:Patient._has:Observation:patient:code=hiv'],
  ['Practitioner', '_has:Patient:general-practitioner:gender=male'],
  ['Practitioner', '_has:Patient:general-practitioner:_id=bo'],
  ['Practitioner', '_has:Patient:general-practitioner:_has:Task:patient:status=requested'],
  ['Practitioner', '_has:Observation:performer:code=hiv'],
  ['Practitioner', '_has:Observation:performer:status:not=cancelled'],
  ['Practitioner', '_has:Task:owner:status=requested'],
  ['Organization', '_has:Patient:organization:gender=male'],
  ['Organization', '_has:Observation:performer:subject:Patient.name=fern'],
  ['Task', ''],
  ['Patient', ''],
];

async function asked(s: Storage, access: Access): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [type, query] of queries)
    for (const more of ['', '&_total=accurate', '&_total=estimate', '&_sort=_id&_count=1']) {
      const { matches, total, next } = await s.page(type, `${query}${more}`, access);
      answers[`${type}?${query}${more}`] = [idsOf(matches), total, next !== undefined];
    }
  for (const path of ['Patient/bo/*', 'Patient/bo/Task', 'Practitioner/gp/*', 'Practitioner/gp/Task']) {
    const [name, id, member] = path.split('/') as [string, string, string];
    const parameters = new URLSearchParams('_total=accurate');
    const page = await s.search.compartment([name, id, member], parameters, access).catch(String);
    answers[path] = typeof page === 'string' ? page : [idsOf(page.matches), page.total];
  }
  for (const query of ['', '_tag:missing=true', '_has:Task:focus:status=requested', '_list=his']) {
    const page = await s.search.system(new URLSearchParams(`${query}&_total=accurate`), access);
    answers[`?${query}`] = [idsOf(page.matches), page.total];
  }
  return answers;
}

t.test('Another patient may have any data: the answers to a confined caller are the same', async (t) => {
  const s = await openStorage(t);
  await s.save(hers);
  await s.save(his('one'));
  const first = await asked(s, ana);
  await s.save(his('other'));
  t.same(await asked(s, ana), first);
  for (const { resourceType, id } of his('other')) await s.remove(resourceType, id);
  t.same(await asked(s, ana), first, 'or none at all');
});

t.test('What a confined caller may see is found through chains and _has', async (t) => {
  const s = await openStorage(t);
  await s.save([...hers, ...his('one')]);
  for (const [type, query, expected] of [
    ['Task', 'patient.gender=female', ['hers']],
    ['Task', 'patient.general-practitioner:Practitioner.name=grey', ['hers']],
    ['Task', '_list=hers', ['hers']],
    ['Patient', '_has:Task:patient:status=requested', ['ana']],
    ['Practitioner', '_has:Patient:general-practitioner:gender=female', ['gp']],
    ['Practitioner', '_has:Patient:general-practitioner:_has:Task:patient:status=requested', ['gp']],
    ['Practitioner', '_has:Patient:general-practitioner:gender=male', []],
    ['Task', 'part-of.status=requested', []],
  ] as const)
    t.same(await s.find(type, query, ana), expected, `${type}?${query}`);
  const all = accessOf(undefined, scope('user', '*', 'rs'));
  t.same(await s.find('Task', 'part-of.status=requested', all), ['hers'], 'others see it');
  t.same(await s.find('Practitioner', '_has:Patient:general-practitioner:gender=male', all), ['gp']);
});

t.test('A chain into a type without a scope is refused with 403 and the scope to ask for', async (t) => {
  const s = await openStorage(t);
  await s.save([...hers, ...his('one')]);
  const tasks = accessOf('ana', scope('user', 'Task', 'rs'), scope('patient', 'Practitioner', 'rs'));
  const cases: [string, RegExp][] = [
    [
      'patient.name=x',
      /^Your access does not cover searching Patient, which "patient" does.*user\/Patient\.rs\.$/,
    ],
    ['subject:Patient.name=x', /searching Patient, which "subject:Patient" does/],
    ['patient.organization.name=x', /searching Patient/],
    ['_has:Provenance:target:agent=x', /searching Provenance, which "_has:Provenance:target:agent" does/],
    ['owner:Practitioner._has:Patient:general-practitioner:name=x', /searching Patient/],
    ['_list=hers', /reading List, which _list does\. Ask for the scope user\/List\.rs/],
    ['_filter=patient.name eq x', /searching Patient/],
  ];
  for (const [query, diagnostics] of cases) {
    const { status, issues } = (await failureOf(s.page('Task', query, tasks))) as {
      status: number;
      issues: { diagnostics: string }[];
    };
    t.equal(status, 403, `${query} is refused with 403`);
    t.match(issues[0]?.diagnostics, diagnostics);
  }
  t.same(
    await s.find('Task', 'owner.name=grey', tasks),
    ['his'],
    'a chain without a type goes where scopes reach',
  );
  const lenient = s.search.type('Task', new URLSearchParams('patient.name=x'), tasks, { lenient: true });
  t.match(await failureOf(lenient), { status: 403 }, 'lenient handling opens nothing');
});

t.test('A search of the system covers the types of the scopes, and refuses others by name', async (t) => {
  const s = await openStorage(t);
  await s.save([...hers, ...his('one')]);
  const access = accessOf('ana', scope('patient', 'Task', 'rs'), scope('user', 'Organization', 'rs'));
  const find = async (query: string) =>
    idsOf((await s.search.system(new URLSearchParams(query), access)).matches).sort();
  t.same(await find(''), ['clinic', 'hers']);
  t.same(await find('_type=Task'), ['hers']);
  t.match(await failureOf(find('_type=Task,Patient')), {
    status: 403,
    issues: [
      { diagnostics: 'Your access does not cover searching Patient. Ask for the scope user/Patient.rs.' },
    ],
  });
  const nobody = accessOf('ana', scope('user', 'Task', 'r'));
  t.match(await failureOf(s.search.system([], nobody)), { status: 403 });
  t.match(await failureOf(s.search.compartment(['Patient', 'ana', 'Task'], [], nobody)), { status: 403 });
});
