// What a caller may learn of contained resources: as much as of what contains them, by chains of types that they may search.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import t from 'tap';
import { accessOf, type Draft, failureOf, openStorage, type Storage, scope } from './storage.ts';

const reference = (text: string) => ({ reference: text });
const condition = (id: string, patient: string, family: string, more: object = {}): Draft => ({
  resourceType: 'Condition',
  id,
  contained: [
    { resourceType: 'Practitioner', id: 'p', name: [{ family }], gender: 'male' },
    {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: reference('#p'),
      organization: reference('Organization/north'),
    },
  ],
  subject: reference(`Patient/${patient}`),
  asserter: reference('#p'),
  ...more,
});

async function load(t: Parameters<typeof openStorage>[0]): Promise<Storage> {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Patient', id: 'ana' },
    { resourceType: 'Patient', id: 'bo', name: [{ family: 'Moss' }] },
    { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Grey' }] },
    { resourceType: 'Organization', id: 'north', name: 'North' },
    condition('hers', 'ana', 'Ash'),
    condition('his', 'bo', 'Birch'),
    condition('role', 'ana', 'Cedar', { asserter: reference('#r') }),
    condition('outside', 'ana', 'Dogwood', { asserter: reference('Practitioner/gp') }),
    {
      resourceType: 'Condition',
      id: 'bold',
      subject: reference('Patient/ana'),
      asserter: reference('#p'),
      contained: [{ resourceType: 'Patient', id: 'p', link: [{ other: reference('Patient/bo') }] }],
    },
  ]);
  return s;
}

t.test('A patient scope finds through contained resources what lies in its compartment', async (t) => {
  const s = await load(t);
  const ana = accessOf('ana', scope('patient', '*', 'rs'));
  const found = async (query: string) => (await s.find('Condition', query, ana)).sort();
  t.same(await found('asserter:Practitioner.name=ash'), ['hers']);
  t.same(await found('asserter:Practitioner.name=birch'), [], 'nothing of others');
  t.same(await found('asserter:Practitioner.gender:not=female'), ['hers', 'outside']);
  t.same(await found('asserter:Practitioner.name=grey'), ['outside']);
  t.same(await found('asserter:PractitionerRole.practitioner.name=cedar'), ['role']);
  t.same(await found('asserter:PractitionerRole.organization.name=north'), ['role']);
  t.same(await found('asserter:Patient._type=Patient'), ['bold']);
  t.same(
    await found('asserter:Patient.link=Patient/bo'),
    ['bold'],
    'what a contained resource says stands in what the caller reads',
  );
  t.same(await found('asserter:Patient.link:Patient.name=moss'), [], 'what it refers to is hidden as ever');
  t.equal(
    (await s.page('Condition', 'asserter:Practitioner.name:missing=false&_total=accurate', ana)).total,
    2,
  );
});

t.test('A chain into contained resources takes the scope to search their type', async (t) => {
  const s = await load(t);
  const some = accessOf(undefined, scope('user', 'Condition', 'rs'), scope('user', 'Practitioner', 'rs'));
  const found = async (query: string) => (await s.find('Condition', query, some)).sort();
  t.same(await found('asserter:Practitioner.name=birch'), ['his']);
  t.same(await found('asserter.name=birch'), ['his']);
  t.same(await found('asserter.name:missing=true'), [], 'contained patients are not covered');
  t.same(await found('asserter.gender:not=female'), ['hers', 'his', 'outside']);
  const none = accessOf(undefined, scope('user', 'Condition', 'rs'));
  for (const query of [
    'asserter.name=birch',
    'asserter:Practitioner.name=birch',
    '_filter=asserter.name eq birch',
  ]) {
    const failure = (await failureOf(s.page('Condition', query, none))) as { status?: number };
    t.equal(failure?.status, 403, query);
  }
  for (const query of [
    'asserter:PractitionerRole.practitioner=x',
    'asserter:Practitioner._has:PractitionerRole:practitioner:organization=Organization/north',
  ]) {
    const failure = (await failureOf(s.page('Condition', query, some))) as { status?: number };
    t.equal(failure?.status, 403, query);
  }
});

t.test('No reference of another resource leads into what a resource contains', async (t) => {
  const s = await load(t);
  const target = { reference: '#Condition/his#p' };
  await s.save(
    [
      'Condition/his#p',
      '#Condition/his#p',
      '#Condition/his#p#p',
      `${'http://127.0.0.1:3000/fhir'}/Condition/his#p`,
    ].map(
      (text, n): Draft => ({
        resourceType: 'Condition',
        id: `forged${n}`,
        subject: reference('Patient/ana'),
        asserter: reference(text),
      }),
    ),
  );
  await s.save([
    {
      resourceType: 'QuestionnaireResponse',
      id: 'forged',
      status: 'completed',
      questionnaire: target.reference,
    },
  ]);
  t.same(await s.find('Condition', 'asserter:Practitioner.name=birch'), ['his']);
  t.same(await s.find('Condition', `asserter=${encodeURIComponent('Condition/his#p')}`), ['forged0']);
});
