// Access compiled into SQL and access judged from contents say the same of every resource, and both fail closed.
// https://hl7.org/fhir/R4/security.html#authorization
import type { Consent, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import {
  type Access,
  emptyPolicy,
  type Letter,
  type PatientSet,
  type Policy,
  type PolicyRule,
  reach,
} from '../../fhir/access.ts';
import { idsOf, openStorage, scope } from './storage.ts';

const s = await openStorage(t);
const { visibilities } = s.search;

const CODES = 'https://throughline.example/fhir/CodeSystem/cn-task-code';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const task = (id: string, patient: string, code: string, more: object = {}) => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  code: { coding: [{ system: CODES, code }] },
  for: { reference: `Patient/${patient}` },
  ...more,
});
const owner = { reference: 'PractitionerRole/role' };
const labelled = (...codes: string[]) => ({
  meta: { security: codes.map((code) => ({ system: ACT, code })) },
});
const observation = (id: string, patient: string, ...codes: string[]) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patient}` },
  ...(codes.length && labelled(...codes)),
});
const consent = (id: string, patient: string, provision: Consent['provision']) => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ code: 'patient-privacy' }] },
  category: [{ text: 'x' }],
  patient: { reference: `Patient/${patient}` },
  provision,
});
const label = (...codes: string[]) => codes.map((code) => ({ system: ACT, code }));
const actor = (reference: string) => [{ role: { text: 'x' }, reference: { reference } }];

const resources = [
  ...['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => ({
    resourceType: 'Patient',
    id,
    ...(id === 'p4' && { generalPractitioner: [{ reference: 'Practitioner/dr' }] }),
  })),
  { resourceType: 'Practitioner', id: 'dr' },
  { resourceType: 'Organization', id: 'clinic' },
  {
    resourceType: 'PractitionerRole',
    id: 'role',
    practitioner: { reference: 'Practitioner/dr' },
    organization: { reference: 'Organization/clinic' },
  },
  ...[
    ['team', 'p1', 'active', 'PractitionerRole/role'],
    ['former', 'p2', 'inactive', 'PractitionerRole/role'],
    ['others', 'p5', 'active', 'PractitionerRole/else'],
  ].map(([id, patient, status, member]) => ({
    resourceType: 'CareTeam',
    id,
    status,
    subject: { reference: `Patient/${patient}` },
    participant: [{ member: { reference: member } }],
  })),
  {
    resourceType: 'Group',
    id: 'panel',
    type: 'person',
    actual: true,
    member: ['p1', 'p3'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
  },
  ...[
    ['cover', 'p2', 'active'],
    ['lapsed', 'p3', 'cancelled'],
  ].map(([id, patient, status]) => ({
    resourceType: 'Coverage',
    id,
    status,
    beneficiary: { reference: `Patient/${patient}` },
    payor: [{ reference: 'Organization/plan' }],
  })),
  task('t1', 'p1', 'nav-schedule'),
  task('t2', 'p2', 'nav-schedule', { owner }),
  task('t3', 'p3', 'coord-lab', { owner, status: 'completed' }),
  task('t4', 'p4', 'nav-reminder', { status: 'draft' }),
  task('t5', 'p5', 'coord-lab', labelled('PSY')),
  task('t6', 'p1', 'coord-lab', labelled('HIV', 'PSY')),
  { ...task('t7', 'p1', 'nav-schedule'), for: undefined },
  observation('o1', 'p1'),
  observation('o2', 'p1', 'PSY'),
  observation('o3', 'p2', '42CFRPart2'),
  observation('o4', 'p1', 'HIV'),
  observation('o5', 'p1', 'PSYTHPN'),
  observation('o6', 'p3', 'SUD'),
  consent('c1', 'p1', { type: 'permit', securityLabel: label('PSY'), actor: actor('Organization/clinic') }),
  consent('c2', 'p2', { type: 'permit', period: { end: '2001-01-01' } }),
  consent('c3', 'p3', { type: 'permit', provision: [{ type: 'deny', securityLabel: label('SUD') }] }),
] as unknown as Resource[];
await s.save(resources as never);

const rule = (types: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  rule: 'r',
  types: new Set(types),
  letters: new Set<Letter>(['c', 'r', 'u', 'd', 's']),
  whose: 'any',
  ...more,
});
const SENSITIVE = ['PSY', 'HIV', 'SUD', '42CFRPart2', 'PSYTHPN'];
const policy = (rules: PolicyRule[], more: Partial<Policy> = {}): Policy => ({
  ...emptyPolicy('x'),
  rules,
  consented: new Set(SENSITIVE),
  purposes: ['TREAT'],
  ...more,
});
const caller = (more: Partial<Access>): Access => ({
  subject: 'u',
  fhirUser: 'PractitionerRole/role',
  scopes: [scope('user', '*', 'cruds')],
  policy: policy([rule(['*'])]),
  ...more,
});

const TYPES = ['Patient', 'Task', 'Observation', 'Consent', 'Practitioner', 'Group'];
/** What a search finds for a caller, as `Type/id`. */
async function seen(access: Access): Promise<string[]> {
  await visibilities.prepare(access);
  const found: string[] = [];
  for (const type of TYPES) {
    if (reach(access, type, 's') === 'none') continue;
    const { matches } = await s.page(type, '_count=100', access);
    found.push(...idsOf(matches).map((id) => `${type}/${id}`));
  }
  return found.sort();
}
const chosen = resources.filter(({ resourceType }) => TYPES.includes(resourceType));
/** What is permitted by contents alone. */
async function permitted(access: Access): Promise<string[]> {
  const verdicts = await visibilities.permits(access, 's', chosen, { labels: true });
  return chosen.flatMap(({ resourceType, id }, n) => (verdicts[n] ? [`${resourceType}/${id}`] : [])).sort();
}
const of = (ids: readonly string[], type: string) =>
  ids.filter((key) => key.startsWith(`${type}/`)).map((key) => key.slice(type.length + 1));

t.test(
  'Patients are assigned by an active team, an open task of one’s own, or as the general practitioner',
  async (t) => {
    const assigned = caller({ policy: policy([rule(['*'], { whose: 'assigned' })]) });
    const ids = await seen(assigned);
    t.same(of(ids, 'Patient'), ['p1', 'p2', 'p4']);
    t.same(
      of(ids, 'Task'),
      ['t1', 't2', 't4'],
      'not the finished one, not the labelled one of another consent',
    );
    t.same(of(ids, 'Practitioner'), ['dr'], 'types that all share are seen');
    t.same(of(ids, 'Group'), [], 'types that name many are not');
    t.same(await permitted(assigned), ids);
    await s.save([{ ...resources.find(({ id }) => id === 'team'), status: 'inactive' }] as never);
    t.same(
      of(await seen(assigned), 'Patient'),
      ['p2', 'p4'],
      'whoever leaves the team sees it with the next request',
    );
    await s.save([resources.find(({ id }) => id === 'team')] as never);
  },
);

t.test('A client sees the members of its groups and of its plans', async (t) => {
  const members = (...sets: PatientSet[]) =>
    caller({ policy: policy([rule(['*'], { whose: 'members' })]), members: sets });
  const group = members({ by: 'group', group: 'Group/panel' });
  t.same(of(await seen(group), 'Patient'), ['p1', 'p3']);
  const payor = members({ by: 'payor', payor: 'Organization/plan' });
  t.same(of(await seen(payor), 'Patient'), ['p2'], 'a lapsed coverage counts for nothing');
  const both = members({ by: 'group', group: 'Group/panel' }, { by: 'payor', payor: 'Organization/plan' });
  t.same(of(await seen(both), 'Patient'), ['p1', 'p2', 'p3']);
  t.same(await seen(members()), ['Practitioner/dr'], 'without members there is nobody');
  for (const access of [group, payor, both]) t.same(await permitted(access), await seen(access));
});

t.test('Labels hide until a consent in force names the caller and the label; a denial wins', async (t) => {
  const all = await seen(caller({}));
  t.same(of(all, 'Observation'), ['o1', 'o2'], 'PSY is consented for the clinic, everything else is not');
  t.same(of(all, 'Task'), ['t1', 't2', 't3', 't4', 't7'], 'every label of a resource has to be shown');
  t.same(await permitted(caller({})), all);
  const stranger = caller({ fhirUser: 'PractitionerRole/else' });
  t.same(of(await seen(stranger), 'Observation'), ['o1']);
  const limited = caller({ policy: policy([rule(['*'])], { consented: new Set(['HIV']) }) });
  t.same(of(await seen(limited), 'Observation'), ['o1'], 'a consent opens only what the policy lets it');
  const trusted = caller({ policy: policy([rule(['*'])], { labels: new Set(['HIV']) }) });
  t.same(of(await seen(trusted), 'Observation'), ['o1', 'o2', 'o4']);
  const self = caller({ policy: policy([rule(['*'])], { labels: 'all' }) });
  t.same(of(await seen(self), 'Observation'), ['o1', 'o2', 'o3', 'o4', 'o5', 'o6']);
});

t.test(
  'A chart opened in an emergency shows what is labelled, but for psychotherapy notes, until its time is over',
  async (t) => {
    const doctor = caller({
      policy: policy([rule(['*'], { whose: 'assigned' })], { breakGlassMinutes: 60 }),
    });
    const open = async (until: string) => {
      await s.sql`delete from break_glass`;
      await s.sql`insert into break_glass (subject, patient, until, reason, at)
        values ('u', ${s.ridOf('Patient/p3')}, now() + ${until}::interval, 'unconscious', now())`;
    };
    t.notOk((await seen(doctor)).includes('Observation/o6'));
    await open('1 hour');
    const opened = await seen(doctor);
    t.ok(opened.includes('Observation/o6') && opened.includes('Patient/p3'));
    t.same(await permitted(doctor), opened);
    await open('-1 second');
    t.notOk((await seen(doctor)).includes('Patient/p3'));
    await s.sql`insert into break_glass (subject, patient, until, reason, at)
    values ('u', ${s.ridOf('Patient/p1')}, now() + interval '1 hour', 'unconscious', now())`;
    const first = await seen(doctor);
    t.ok(first.includes('Observation/o4') && !first.includes('Observation/o5'));
    await s.sql`delete from break_glass`;
  },
);

t.test(
  'Whatever a policy and scopes say, SQL and contents agree, and nothing is seen beyond either',
  async (t) => {
    const criteria = fc.constantFrom(
      undefined,
      `code=${CODES}|nav-schedule`,
      'code=coord-lab,nav-reminder',
      'status:not=draft',
      'owner=PractitionerRole/role',
      'owner:missing=true&status=requested',
      `code:not=${CODES}|coord-lab`,
      'patient=p1,p2',
      'code=|coord-lab',
    );
    const whose = fc.constantFrom('any', 'assigned', 'members', 'self');
    const rules = fc.array(
      fc.record({ whose, criteria, type: fc.constantFrom('Task', 'Patient', 'Observation', '*') }),
      { minLength: 1, maxLength: 3 },
    );
    const scopes = fc.array(
      fc.record({
        level: fc.constantFrom('patient', 'user', 'system'),
        type: fc.constantFrom('Task', '*', 'Observation'),
        criteria,
      }),
      { minLength: 1, maxLength: 3 },
    );
    const shown = fc.subarray(SENSITIVE);
    await fc.assert(
      fc.asyncProperty(
        rules,
        scopes,
        shown,
        fc.constantFrom('p1', undefined),
        async (some, asked, labels, patient) => {
          const access = caller({
            ...(patient && { patient }),
            scopes: asked.map(({ level, type, criteria: own }) => ({
              ...scope(level as 'user', own ? 'Task' : type, 'rs'),
              ...(own && { criteria: own }),
            })),
            policy: policy(
              some.map(({ whose: who, criteria: own, type }) =>
                rule([own ? 'Task' : type], { whose: who as 'any', ...(own && { criteria: own }) }),
              ),
              { labels: new Set(labels) },
            ),
            members: [{ by: 'group', group: 'Group/panel' }],
          });
          const found = await seen(access);
          t.same(await permitted(access), found);
          const wide = await seen({ ...access, policy: 'unlimited' });
          t.ok(
            found.every((key) => wide.includes(key)),
            'never beyond the scopes',
          );
          const ruled = await seen({ ...access, scopes: [scope('user', '*', 'rs')] });
          t.ok(
            found.every((key) => ruled.includes(key)),
            'never beyond the policy',
          );
        },
      ),
      { numRuns: 60 },
    );
  },
);

t.test('Search parameters that cannot be held against a resource are no condition of access', async (t) => {
  for (const [type, criteria, says] of [
    ['Task', '', /has to be followed by search parameters/],
    ['Task', 'colour=blue', /no search parameter "colour"/],
    ['Task', 'code:in=http://x.example/vs', /"code:in" cannot limit access/],
    ['Task', 'modified=2020', /"modified" cannot limit access/],
    ['Task', 'patient.name=Ana', /no search parameter "patient\.name"/],
    ['Task', 'code=', /empty value/],
    ['Task', 'code:missing=maybe', /Allowed are true and false/],
    ['Task', 'code=a|b|c', /more than one "\|"/],
    ['*', 'status=active', /Not all resource types have search parameter "status"/],
  ] as const)
    t.match(visibilities.criteriaProblem(type, criteria), says, `${type}?${criteria}`);
  for (const [type, criteria] of [
    ['Task', `code=${CODES}|nav-schedule&status:not=draft`],
    ['Task', 'owner=PractitionerRole/role'],
    ['*', '_tag=http://x.example|y'],
    ['Patient', '_id=p1'],
  ] as const)
    t.equal(visibilities.criteriaProblem(type, criteria), undefined, `${type}?${criteria}`);
});
