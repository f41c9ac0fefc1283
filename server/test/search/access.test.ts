// Access is part of every search: matches, includes, totals and pages show only what the caller may see.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import t from 'tap';
import type { Access, Scope } from '../../fhir/access.ts';
import { accessOf, answers, type Draft, idsOf, openStorage, type Storage, scope } from './storage.ts';

const ana = accessOf('ana', scope('patient', '*', 'rs'));

const about = (type: string, id: string, patient: string, rest: object = {}): Draft => ({
  resourceType: type,
  id,
  status: 'requested',
  intent: 'order',
  for: { reference: `Patient/${patient}` },
  ...rest,
});

async function load(t: Parameters<typeof openStorage>[0]): Promise<Storage> {
  const s = await openStorage(t);
  await s.save([
    {
      resourceType: 'Patient',
      id: 'ana',
      generalPractitioner: [{ reference: 'Practitioner/gp' }],
      link: [{ other: { reference: 'Patient/bo' }, type: 'seealso' }],
    },
    { resourceType: 'Patient', id: 'bo' },
    { resourceType: 'Practitioner', id: 'gp' },
    {
      resourceType: 'Observation',
      id: 'hers',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/ana' },
    },
    {
      resourceType: 'Observation',
      id: 'his',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/bo' },
    },
    {
      resourceType: 'Group',
      id: 'cohort',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/ana' } }, { entity: { reference: 'Patient/bo' } }],
    },
    {
      resourceType: 'Subscription',
      id: 'sub',
      status: 'active',
      reason: 'x',
      criteria: 'Task?',
      channel: { type: 'rest-hook' },
    },
  ]);
  for (let n = 0; n < 12; n++)
    await s.save([
      about('Task', `${n % 3 ? 'bo' : 'ana'}${n}`, n % 3 ? 'bo' : 'ana', {
        focus: { reference: n % 2 ? 'Observation/his' : 'Observation/hers' },
      }),
    ]);
  await s.save([
    about('Task', 'nobody', 'gone', {}),
    { resourceType: 'Task', id: 'unlinked', status: 'requested', intent: 'order' },
  ]);
  return s;
}

t.test('A patient scope sees the compartment of its patient', async (t) => {
  const s = await load(t);
  const find = (type: string, query: string) => s.find(type, query, ana);
  const hers = ['ana0', 'ana3', 'ana6', 'ana9'];
  await answers(t, { find }, 'Task', {
    '': hers,
    'status=requested': hers,
    'status=requested,accepted': hers,
    'status=requested&_count=1': hers,
    '_sort=_id&_count=1': hers,
    '_sort=status&_count=3': hers,
    'status:not=accepted': hers,
    'code:missing=true': hers,
    'patient=ana': hers,
    'patient=bo': [],
    'patient=bo,ana': hers,
    '_id=bo1,ana0': ['ana0'],
    '_lastUpdated=ge2000': hers,
  });
  await answers(t, { find }, 'Patient', { '': ['ana'], '_id=ana,bo': ['ana'] });
  await answers(t, { find }, 'Observation', { '': ['hers'], 'status=final': ['hers'] });
  t.same(await find('Task', '_sort=_id&_count=1'), hers, 'in order, over pages');
});

t.test('Totals count what the caller may see, estimates too', async (t) => {
  const s = await load(t);
  for (const query of [
    '_total=accurate',
    '_total=estimate',
    '_summary=count',
    '_count=0',
    'status=requested&_total=accurate',
    'status=requested&_total=estimate',
  ]) {
    t.equal((await s.page('Task', query, ana)).total, 4, query);
  }
  t.equal((await s.page('Patient', '_id=bo&_total=estimate', ana)).total, 0);
});

t.test('Includes stay within the compartment, types that all patients share come along', async (t) => {
  const s = await load(t);
  const { matches, included } = await s.page('Task', '_include=Task:*', ana);
  t.equal(matches.length, 4);
  t.same(idsOf(included).sort(), ['ana', 'hers'], 'not the focus that is about another patient');
  t.same(
    idsOf((await s.page('Patient', '_include=Patient:*', ana)).included),
    ['gp'],
    'the practitioner, not the linked patient',
  );
  const narrow = accessOf('ana', scope('patient', 'Task', 'rs'), scope('patient', 'Patient', 's'));
  t.same((await s.page('Task', '_include=Task:*', narrow)).included, [], 'a scope to search is none to read');
});

t.test('A page link shows its follower only what the follower may see', async (t) => {
  const s = await load(t);
  const all = accessOf(undefined, scope('user', 'Task', 'rs'));
  const { next } = await s.page('Task', '_sort=_id&_count=2', all);
  t.same(await s.find('Task', next!, ana), ['ana6', 'ana9']);
  const bo = accessOf('bo', scope('patient', 'Task', 'rs'));
  t.same((await s.find('Task', '_count=3', bo)).length, 8);
});

t.test('What leaves the compartment while its patient pages is not shown', async (t) => {
  const s = await load(t);
  const { next, matches } = await s.page('Task', '_sort=_id&_count=1', ana);
  t.same(idsOf(matches), ['ana0']);
  await s.save([about('Task', 'ana3', 'bo'), about('Task', 'bo1', 'ana')]);
  t.same(await s.find('Task', next!, ana), ['ana6', 'ana9', 'bo1']);
});

t.test('User and system scopes see the whole type, several scopes together the widest', async (t) => {
  const s = await load(t);
  const count = async (type: string, ...scopes: Scope[]) =>
    (await s.find(type, '', accessOf('ana', ...scopes))).length;
  t.equal(await count('Task', scope('user', 'Task', 'rs')), 14);
  t.equal(await count('Task', scope('system', '*', 's')), 14);
  t.equal(await count('Task', scope('patient', 'Task', 'rs'), scope('user', 'Task', 's')), 14);
  t.equal(
    await count('Task', scope('patient', 'Task', 'rs'), scope('user', 'Task', 'r')),
    4,
    'a scope to read does not widen a search',
  );
  t.equal(
    await count('Practitioner', scope('patient', 'Practitioner', 's')),
    1,
    'shared types are seen whole',
  );
});

t.test('A type without a scope is refused with 403 and the scope to ask for', async (t) => {
  const s = await load(t);
  const cases: [string, Access][] = [
    ['Patient', accessOf('ana', scope('patient', 'Task', 'rs'))],
    ['Task', accessOf('ana', scope('patient', 'Task', 'rcud'))],
    ['Task', accessOf(undefined, scope('patient', 'Task', 'rs'))],
    ['Subscription', ana],
    ['Group', ana],
    ['Task', accessOf('ana')],
  ];
  for (const [type, access] of cases) {
    const failure = await s.page(type, '', access).then(
      () => undefined,
      (error: unknown) => error,
    );
    t.match(failure, {
      status: 403,
      issues: [
        {
          severity: 'error',
          code: 'forbidden',
          diagnostics: `Your access does not cover searching ${type}. Ask for the scope user/${type}.rs.`,
        },
      ],
    });
  }
});
