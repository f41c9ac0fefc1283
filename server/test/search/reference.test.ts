// Reference and URI search as the specification has it. https://hl7.org/fhir/R4/search.html#reference
import t from 'tap';
import { answers, BASE, openStorage, refuses } from './storage.ts';

const task = (id: string, rest: object) => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...rest,
});

t.test('A reference matches by id, by type and id, and by URL, however it was written', async (t) => {
  const s = await openStorage(t);
  await s.save([
    task('relative', { for: { reference: 'Patient/23' } }),
    task('absolute', { for: { reference: `${BASE}/Patient/23` } }),
    task('versioned', { for: { reference: 'Patient/23/_history/4' } }),
    task('elsewhere', { for: { reference: 'http://other.example/fhir/Patient/23' } }),
    task('group', { for: { reference: 'Group/23' } }),
    task('longer', { for: { reference: 'Patient/231' } }),
    task('logical', { for: { type: 'Patient', identifier: { system: 'urn:mrn', value: '23' } } }),
    task('words', { for: { display: 'Patient/23' } }),
    task('contained', { for: { reference: '#23' }, contained: [{ resourceType: 'Patient', id: '23' }] }),
    task('urn', { for: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' } }),
  ]);
  const local = ['relative', 'absolute', 'versioned'];
  await answers(t, s, 'Task', {
    'subject=Patient/23': local,
    [`subject=${BASE}/Patient/23`]: local,
    'subject=Patient/23/_history/9': local,
    'subject=23': [...local, 'group'],
    'subject:Patient=23': local,
    'subject:Group=23': ['group'],
    'subject:Patient=Patient/23': local,
    'patient=23': local,
    'patient=Patient/23': local,
    'subject=http://other.example/fhir/Patient/23': ['elsewhere'],
    'subject:Patient=http://other.example/fhir/Patient/23': ['elsewhere'],
    'subject=urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0': ['urn'],
    'subject=Patient/23,Group/23': [...local, 'group'],
    'subject=Patient/2': [],
    'subject=%2323': [],
    'subject=Patient/23&subject=Group/23': [],
    'subject:Patient=23,231': [...local, 'longer'],
    [`subject=${Array.from({ length: 1000 }, (_, n) => `Patient/n${n}`)},Group/23`]: ['group'],
  });
  await t.test(':missing usually equates to not having the relevant element', async (t) => {
    await s.save([task('nobody', {})]);
    await answers(t, s, 'Task', {
      'subject:missing=true': ['nobody'],
      'subject:missing=false&_id=logical,words,contained,nobody': ['logical', 'words', 'contained'],
    });
  });
  await t.test('it is found by the identifier that it has instead', async (t) => {
    await answers(t, s, 'Task', {
      'subject:identifier=urn:mrn|23': ['logical'],
      'subject:identifier=23': ['logical'],
      'subject:identifier=|23': [],
    });
  });
  await t.test('a type that it cannot have, or that the value contradicts, is refused', async (t) => {
    await refuses(
      t,
      s,
      'Task',
      'patient:Organization=1',
      /"patient" never refers to Organization/,
      'not-supported',
    );
    await refuses(
      t,
      s,
      'Task',
      'subject:Patient=Group/23',
      /"subject:Patient" has the value Group\/23/,
      'invalid',
    );
    await refuses(t, s, 'Task', 'subject=', /"subject" has an empty value/, 'invalid');
    await refuses(t, s, 'Task', 'subject=Patient/1,', /"subject" has an empty value/, 'invalid');
  });
});

t.test('Several references of one resource each match', async (t) => {
  const s = await openStorage(t);
  const plan = (id: string, ...careTeam: string[]) => ({
    resourceType: 'CarePlan',
    id,
    status: 'active',
    intent: 'plan',
    subject: { reference: 'Patient/1' },
    careTeam: careTeam.map((reference) => ({ reference })),
  });
  await s.save([
    plan('one', 'CareTeam/a'),
    plan('two', 'CareTeam/a', 'CareTeam/b'),
    plan('same', 'CareTeam/b', `${BASE}/CareTeam/b`, 'CareTeam/b/_history/1'),
  ]);
  await answers(t, s, 'CarePlan', {
    'care-team=CareTeam/a': ['one', 'two'],
    'care-team=a&care-team=b': ['two'],
    'care-team=a,b': ['one', 'two', 'same'],
  });
});

t.test('A canonical matches by its URL, and with a version by both', async (t) => {
  const s = await openStorage(t);
  const response = (id: string, questionnaire: string) => ({
    resourceType: 'QuestionnaireResponse',
    id,
    status: 'completed',
    questionnaire,
  });
  await s.save([
    response('first', 'https://example.org/Questionnaire/phq|1.0'),
    response('second', 'https://example.org/Questionnaire/phq|2.0'),
    response('any', 'https://example.org/Questionnaire/phq'),
    response('here', `${BASE}/Questionnaire/phq|2.0`),
    response('other', 'https://example.org/Questionnaire/phq-2'),
  ]);
  await answers(t, s, 'QuestionnaireResponse', {
    'questionnaire=https://example.org/Questionnaire/phq': ['first', 'second', 'any'],
    'questionnaire=https://example.org/Questionnaire/phq|1.0': ['first'],
    'questionnaire=https://example.org/Questionnaire/phq|1': [],
    'questionnaire=Questionnaire/phq': ['here'],
    'questionnaire=phq': ['here'],
  });
});

t.test('A URI matches whole and exactly', async (t) => {
  const s = await openStorage(t);
  const valueSet = (id: string, url: string) => ({ resourceType: 'ValueSet', id, status: 'draft', url });
  const long = `https://example.org/${Array.from({ length: 900 }, (_, n) => (n * n * 7919 + 13).toString(36)).join('')}`;
  await s.save([
    valueSet('a', 'https://example.org/ValueSet/a'),
    valueSet('upper', 'https://example.org/ValueSet/A'),
    valueSet('below', 'https://example.org/ValueSet/a/b'),
    valueSet('comma', 'https://example.org/ValueSet/a,b'),
    valueSet('urn', 'urn:oid:1.2.3'),
    valueSet('long', long),
    {
      resourceType: 'ValueSet',
      id: 'profiled',
      status: 'draft',
      meta: { profile: ['https://example.org/p', 'https://example.org/q'] },
    },
  ]);
  await answers(t, s, 'ValueSet', {
    'url=https://example.org/ValueSet/a': ['a'],
    'url=https://example.org/ValueSet/A': ['upper'],
    'url=https://example.org/ValueSet': [],
    'url=urn:oid:1.2.3,https://example.org/ValueSet/a/b': ['urn', 'below'],
    [`url=${encodeURIComponent('https://example.org/ValueSet/a\\,b')}`]: ['comma'],
    [`url=${long}`]: ['long'],
    'url:missing=true': ['profiled'],
    '_profile=https://example.org/q': ['profiled'],
    '_profile=https://example.org/q&_profile=https://example.org/p': ['profiled'],
  });
  await refuses(t, s, 'ValueSet', 'url=', /"url" has an empty value/, 'invalid');
  await refuses(
    t,
    s,
    'ValueSet',
    'url:contains=https://example.org',
    /"url" has no modifier ":contains"/,
    'not-supported',
  );
});
