// `:above` and `:below` on references walk hierarchies of resources. https://hl7.org/fhir/R4/search.html#recursive
import t from 'tap';
import { accessOf, answers, BASE, type Draft, failureOf, openStorage, refuses, scope } from './storage.ts';

const reference = (text: string) => ({ reference: text });

const place = (id: string, partOf?: string, rest: object = {}): Draft => ({
  resourceType: 'Location',
  id,
  ...(partOf && { partOf: reference(partOf) }),
  ...rest,
});
const stay = (
  id: string,
  partOf: string | undefined,
  at: readonly string[] = [],
  patient = 'ana',
): Draft => ({
  resourceType: 'Encounter',
  id,
  status: 'in-progress',
  class: { code: 'IMP' },
  subject: reference(`Patient/${patient}`),
  ...(partOf && { partOf: reference(partOf) }),
  ...(at.length && { location: at.map((text) => ({ location: reference(text) })) }),
});
const task = (id: string, rest: object): Draft => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...rest,
});

/** house > (north > (n1, n2), south); each has an encounter of its own name, except south. */
const house = [
  place('house'),
  place('north', 'Location/house', { name: 'North', status: 'active' }),
  place('south', `${BASE}/Location/house/_history/1`),
  place('n1', 'Location/north'),
  place('n2', `${BASE}/Location/north`),
  place('other'),
  stay('at-house', undefined, ['Location/house']),
  stay('at-north', undefined, [`${BASE}/Location/north`]),
  stay('at-n1', undefined, ['Location/n1']),
  stay('at-n2', undefined, ['Location/n2', 'Location/other']),
  stay('at-other', undefined, ['Location/other']),
  stay('nowhere', undefined),
];

t.test('location:below finds what happened there, and in locations that are part of it', async (t) => {
  const s = await openStorage(t);
  await s.save(house);
  await answers(t, s, 'Encounter', {
    'location:below=house': ['at-house', 'at-north', 'at-n1', 'at-n2'],
    'location:below=Location/north': ['at-north', 'at-n1', 'at-n2'],
    'location:below=n1': ['at-n1'],
    'location:below=south': [],
    'location:below=other': ['at-n2', 'at-other'],
    [`location:below=${BASE}/Location/north`]: ['at-north', 'at-n1', 'at-n2'],
    'location:below=Location/north/_history/7': ['at-north', 'at-n1', 'at-n2'],
    'location:below=n1,Location/other': ['at-n1', 'at-n2', 'at-other'],
    'location:below=north&location:below=other': ['at-n2'],
    'location:below=north&location=n1': ['at-n1'],
    'location:below=unknown': [],
    'location:below=http://elsewhere.example/Location/north': [],
  });
  await answers(t, s, 'Location', {
    'partof:below=house': ['north', 'south', 'n1', 'n2'],
    'partof:below=north': ['n1', 'n2'],
    'partof:below=n1': [],
    'partof:below=north&_id=n2': ['n2'],
  });
  t.same(await s.find('Encounter', 'location:below=house&_sort=_id&_count=1'), [
    'at-house',
    'at-n1',
    'at-n2',
    'at-north',
  ]);
  const { total } = await s.page('Encounter', 'location:below=house&_total=accurate');
  t.equal(total, 4, 'an encounter at two of them counts once');
});

t.test('encounter:above finds what happened during it, and during those that it is part of', async (t) => {
  const s = await openStorage(t);
  await s.save([
    ...house,
    stay('stay', undefined),
    stay('visit', 'Encounter/stay'),
    stay('check', 'Encounter/visit'),
    stay('call', 'Encounter/stay'),
    ...['stay', 'visit', 'check', 'call'].map((id) =>
      task(`during-${id}`, { encounter: reference(`Encounter/${id}`) }),
    ),
  ]);
  await answers(t, s, 'Task', {
    'encounter:above=check': ['during-check', 'during-visit', 'during-stay'],
    'encounter:above=Encounter/visit': ['during-visit', 'during-stay'],
    'encounter:above=stay': ['during-stay'],
    'encounter:above=check,call': ['during-check', 'during-visit', 'during-stay', 'during-call'],
    'encounter:above=unknown': [],
    'encounter:below=visit': ['during-visit', 'during-check'],
  });
  await answers(t, s, 'Encounter', {
    'part-of:above=check': ['visit', 'check', 'call'],
    'part-of:above=stay': ['visit', 'call'],
    'location:above=n1': ['at-house', 'at-north', 'at-n1'],
  });
});

t.test(
  'It is combined with other criteria, chains, _has, _filter and includes as any other is',
  async (t) => {
    const s = await openStorage(t);
    await s.save([
      ...house,
      { resourceType: 'Organization', id: 'top' },
      { resourceType: 'Organization', id: 'unit', partOf: reference('Organization/top') },
      { resourceType: 'Patient', id: 'ana', managingOrganization: reference('Organization/unit') },
      task('t1', { encounter: reference('Encounter/at-n1'), for: reference('Patient/ana') }),
      task('t2', { encounter: reference('Encounter/at-other') }),
      task('t3', { focus: reference('Location/n1') }),
      task('t4', { focus: reference('Task/t3'), partOf: [reference('Task/t3')] }),
      task('t5', { focus: reference('Task/t4'), partOf: [reference('Task/t4'), reference('Task/t1')] }),
    ]);
    await answers(t, s, 'Task', {
      'encounter.location:below=house': ['t1'],
      'encounter.location:below=house&status=requested': ['t1'],
      'encounter.location:below=house&status=completed': [],
      'patient.organization:below=top': ['t1'],
      'subject.organization:below=top': ['t1'],
      '_filter=encounter.location re "Location/n1"&encounter.location:below=house': ['t1'],
      'part-of:below=t3': ['t4', 't5'],
      'part-of:below=t1,t3': ['t4', 't5'],
    });
    await answers(t, s, 'Patient', {
      '_has:Task:patient:encounter.location:below=north': ['ana'],
      'organization:below=Organization/top': ['ana'],
      'organization:above=unit': ['ana'],
      'organization:above=top': [],
    });
    await answers(t, s, 'Location', {
      '_has:Encounter:location:location:below=house': ['house', 'north', 'n1', 'n2', 'other'],
    });
    await t.test('a reference to several types walks the hierarchy of each', async (t) => {
      await answers(t, s, 'Task', {
        'focus:below=Location/house': ['t3'],
        'focus:below=Task/t3': ['t4', 't5'],
        'focus:below=house,t4': ['t3', 't5'],
      });
    });
    const { included } = await s.page('Encounter', 'location:below=n2&_include=Encounter:location');
    t.equal(included.length, 2);
  },
);

t.test('Circles end, and every resource of them is above and below the others', async (t) => {
  const s = await openStorage(t);
  await s.save([
    place('a', 'Location/c'),
    place('b', 'Location/a'),
    place('c', 'Location/b'),
    place('self', 'Location/self'),
    stay('at-a', undefined, ['Location/a']),
    stay('at-b', undefined, ['Location/b']),
    stay('at-self', undefined, ['Location/self']),
  ]);
  await answers(t, s, 'Encounter', {
    'location:below=a': ['at-a', 'at-b'],
    'location:above=a': ['at-a', 'at-b'],
    'location:below=c': ['at-a', 'at-b'],
    'location:below=self': ['at-self'],
    'location:above=self': ['at-self'],
  });
  await answers(t, s, 'Location', { 'partof:below=b': ['a', 'b', 'c'], 'partof:above=self': ['self'] });
});

t.test('Every level is walked, however many', async (t) => {
  const s = await openStorage(t);
  await s.save(Array.from({ length: 40 }, (_, n) => place(`l${n}`, n ? `Location/l${n - 1}` : undefined)));
  await s.save(Array.from({ length: 40 }, (_, n) => stay(`e${n}`, undefined, [`Location/l${n}`])));
  const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `e${from + n}`);
  await answers(t, s, 'Encounter', {
    'location:below=l0&_count=100': names(0, 39),
    'location:above=l39&_count=100': names(0, 39),
    'location:below=l8&_count=100': names(8, 39),
  });
});

t.test(
  'What is deleted is not walked through; what refers to it is found as without the modifier',
  async (t) => {
    const s = await openStorage(t);
    await s.save(house);
    await s.remove('Location', 'north');
    await answers(t, s, 'Encounter', {
      'location:below=house': ['at-house'],
      'location:below=north': ['at-north'],
      'location=north': ['at-north'],
      'location:above=n1': ['at-n1'],
    });
  },
);

t.test('Only what the caller may see is walked: a confined caller learns nothing of others', async (t) => {
  const s = await openStorage(t);
  const ana = accessOf('ana', scope('patient', '*', 'rs'));
  await s.save([
    { resourceType: 'Patient', id: 'ana' },
    { resourceType: 'Patient', id: 'bo' },
    ...house,
    stay('hers', undefined),
    stay('his', 'Encounter/hers', [], 'bo'),
    stay('hers-again', 'Encounter/his'),
    task('t-hers', { for: reference('Patient/ana'), encounter: reference('Encounter/hers') }),
    task('t-his', { for: reference('Patient/ana'), encounter: reference('Encounter/his') }),
    task('t-again', { for: reference('Patient/ana'), encounter: reference('Encounter/hers-again') }),
    task('of-bo', { for: reference('Patient/bo'), encounter: reference('Encounter/hers') }),
  ]);
  const cases: Record<string, [all: string[], hers: string[]]> = {
    'encounter:below=hers': [['of-bo', 't-again', 't-hers', 't-his'], ['t-hers']],
    'encounter:below=his': [['t-again', 't-his'], ['t-his']],
    'encounter:above=hers-again': [['of-bo', 't-again', 't-hers', 't-his'], ['t-again']],
    'encounter:above=his': [['of-bo', 't-hers', 't-his'], ['t-his']],
  };
  for (const [query, [all, seen]] of Object.entries(cases)) {
    t.same((await s.find('Task', query)).sort(), all, query);
    t.same((await s.find('Task', query, ana)).sort(), seen, `${query}, confined`);
  }
  const places = accessOf('ana', scope('patient', '*', 'rs'), scope('user', 'Location', 'rs'));
  t.same((await s.find('Encounter', 'location:below=north', places)).sort(), ['at-n1', 'at-n2', 'at-north']);
  await t.test('without a scope to search the type it is 403', async (t) => {
    const blind = accessOf(undefined, scope('user', 'Encounter', 'rs'));
    const failure = (await failureOf(s.find('Encounter', 'location:below=north', blind))) as {
      status: number;
      issues: { code: string; diagnostics: string }[];
    };
    t.equal(failure.status, 403);
    t.equal(failure.issues[0]!.code, 'forbidden');
    t.match(
      failure.issues[0]!.diagnostics,
      /^Your access does not cover searching Location, which "location:below" does/,
    );
    t.same(await s.find('Encounter', 'location=north', blind), ['at-north']);
  });
});

t.test('Where there is no hierarchy it is refused, with what has one', async (t) => {
  const s = await openStorage(t);
  const known =
    /These types have one: CarePlan, Communication, Encounter, Location, MedicationStatement, Organization, Procedure, ResearchStudy, Task\.$/;
  await refuses(
    t,
    s,
    'Task',
    'patient:below=1',
    /^"patient" has no modifier ":below": nothing that it refers/,
    'not-supported',
  );
  await refuses(t, s, 'Task', 'patient:above=1', known, 'not-supported');
  await refuses(
    t,
    s,
    'Task',
    'subject:below=Patient/1',
    /^"subject:below" is Patient\/1, and Patient has no hierarchy that it could follow\. Give the id of a resource of CarePlan/,
    'invalid',
  );
  await refuses(
    t,
    s,
    'Encounter',
    'location:below=Patient/1',
    /Give the id of a resource of Location\.$/,
    'invalid',
  );
  await refuses(t, s, 'Encounter', 'location:below=', /"location:below" has an empty value/, 'invalid');
  await refuses(t, s, 'Encounter', 'location:below=a,,b', /"location:below" has an empty value/, 'invalid');
  await refuses(
    t,
    s,
    'Encounter',
    `location:below=${Array(1001).fill('x')}`,
    /^"location:below" has 1001 values\. Give at most 1000\.$/,
  );
  await refuses(
    t,
    s,
    'Encounter',
    'location:beside=1',
    /It has :missing, :Location, :identifier, :above, :below\.$/,
  );
  await refuses(
    t,
    s,
    'Task',
    'patient:beside=1',
    /It has :missing, :Patient, :identifier\.$/,
    'not-supported',
  );
  await refuses(
    t,
    s,
    'QuestionnaireResponse',
    'questionnaire:above=http://acme.example/q',
    /"questionnaire" has no modifier ":above"\. It has :missing, :Questionnaire, :identifier, :below\.$/,
    'not-supported',
  );
});
