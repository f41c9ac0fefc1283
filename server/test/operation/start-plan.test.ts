// Patient/$start-plan: who may start which plan, for whom; once while it is open; what the rules of practice refuse.
// https://hl7.org/fhir/R4/plandefinition.html
import type { CarePlan, Parameters, RequestGroup, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { CB, condition, encounter, plan, ruleOf, startPlans, taskCode } from '../journey/plan-world.ts';

const { as, lay, stored, somebody, started, tasksOf, search } = await startPlans(t);
const nurse = await as({ user: 'nurse' });
const navigator = await as({ user: 'navigator' });
const physician = await as({ user: 'physician' });
const ehr = await as({ client: 'ehr' });
const asking = (id: string, ...more: object[]): Parameters =>
  ({
    resourceType: 'Parameters',
    parameter: [{ name: 'planDefinition', valueCanonical: plan(id) }, ...more],
  }) as Parameters;
const on = (patient: string) => `/${patient}/$start-plan`;

t.test(
  'a navigator starts navigation for somebody enrolled: tasks of theirs, in the care plan',
  async (t) => {
    const patient = await somebody('by-hand', 'pin');
    const { status, body, headers } = await navigator(
      'POST',
      on(patient),
      asking('cn-pd-new-member-navigation', {
        name: 'reason',
        valueCodeableConcept: { text: 'Asked for it' },
      }),
    );
    t.equal(status, 201);
    t.match(headers.location, /RequestGroup\//);
    t.match(body, {
      resourceType: 'RequestGroup',
      status: 'active',
      subject: { reference: patient },
      author: { reference: 'PractitionerRole/navigator' },
      reasonCode: [{ text: 'Asked for it' }],
    });
    const tasks = await tasksOf(body as RequestGroup);
    t.equal(tasks.length, 5);
    t.ok(tasks.every(({ requester }) => requester?.reference === 'PractitionerRole/navigator'));
    const [carePlan] = (await search(`/CarePlan?patient=${patient}`)) as CarePlan[];
    t.equal(carePlan!.activity!.length, 6);
  },
);

t.test('a plan that is open is not started again; one that is over may be', async (t) => {
  const patient = 'Patient/by-hand';
  const again = await navigator('POST', on(patient), asking('cn-pd-new-member-navigation'));
  t.equal(again.status, 200);
  const [group] = await started(patient, 'cn-pd-new-member-navigation');
  t.equal(again.body.id, group!.id);
  for (const task of await tasksOf(group!))
    await stored(navigator, 'PUT', {
      ...task,
      status: 'cancelled',
      statusReason: { text: 'Moved away' },
    } as Task);
  const anew = await navigator('POST', on(patient), asking('cn-pd-new-member-navigation'));
  t.equal(anew.status, 201);
  t.equal((await search(`/CarePlan?patient=${patient}`)).length, 1);
});

t.test(
  'the scope of practice holds: a navigator starts no plan of clinical work, and nothing of it is stored',
  async (t) => {
    const patient = await somebody('clinical', 'tcm');
    const { status } = await navigator('POST', on(patient), asking('cn-pd-discharge-transition'));
    t.equal(status, 403);
    for (const type of ['RequestGroup', 'CarePlan', 'Task', 'Goal'])
      t.strictSame(await search(`/${type}?patient=${patient}`), [], type);
    t.equal((await nurse('POST', on(patient), asking('cn-pd-discharge-transition'))).status, 201);
  },
);

t.test('the clocks start with the end of the encounter that is named', async (t) => {
  const patient = await somebody('visited', 'tcm');
  const { id } = await stored(ehr, 'POST', encounter(patient, 'IMP'));
  const { body } = await nurse(
    'POST',
    on(patient),
    asking('cn-pd-discharge-transition', {
      name: 'encounter',
      valueReference: { reference: `Encounter/${id}` },
    }),
  );
  const [contact] = await tasksOf(body);
  t.equal(contact!.restriction!.period!.end, '2026-11-27T22:00:00.000Z');
  t.equal(contact!.encounter!.reference, `Encounter/${id}`);
});

t.test('a member of the team who has the role gets the work', async (t) => {
  const { body, status } = await nurse('POST', on('Patient/ana-reyes'), asking('cn-pd-discharge-transition'));
  t.equal(status, 201);
  const tasks = await tasksOf(body);
  t.equal(
    tasks.find((task) => taskCode(task) === 'coord-transition-contact')!.owner!.reference,
    'PractitionerRole/nurse',
  );
  t.equal(
    tasks.find((task) => taskCode(task) === 'nav-records-request')!.owner!.reference,
    'PractitionerRole/navigator',
  );
  t.equal(body.groupIdentifier.value, '0a1b6c52-3d7e-4f60-9a11-000000000001');
  const { body: carePlan } = await nurse('GET', '/CarePlan/ana-plan');
  t.ok(
    carePlan.instantiatesCanonical.some((one: string) => one.startsWith(plan('cn-pd-discharge-transition'))),
  );
});

t.test('what waits for another action is written when that one is completed', async (t) => {
  const patient = await somebody('waiting', 'pin');
  const { body } = await navigator('POST', on(patient), asking('cn-pd-barrier'));
  const [resolve, ...later] = await tasksOf(body);
  t.strictSame([taskCode(resolve!), later.length], ['nav-barrier-resolve', 0]);
  const done = (task: Task): Task => ({
    ...task,
    status: 'completed',
    owner: { reference: 'PractitionerRole/navigator' },
    executionPeriod: { start: '2026-11-24T14:30:00Z', end: '2026-11-24T15:00:00Z' },
    output: [
      {
        type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'outcome' }] },
        valueString: 'Done.',
      },
    ],
  });
  const accepted = await stored(navigator, 'PUT', {
    ...resolve!,
    status: 'accepted',
    owner: { reference: 'PractitionerRole/navigator' },
  } as Task);
  await stored(navigator, 'PUT', done(accepted as Task));
  const [group] = await started(patient, 'cn-pd-barrier');
  const tasks = await tasksOf(group!);
  t.strictSame(
    tasks.map((task) => [taskCode(task), task.restriction?.period?.end]),
    [
      ['nav-barrier-resolve', '2026-12-01T22:00:00.000Z'],
      ['nav-receipt-check', '2026-11-25T22:00:00.000Z'],
    ],
  );
  t.equal(group!.status, 'active');
});

t.test('starting a proposed plan ends the proposal', async (t) => {
  const patient = await somebody('proposed', 'pin');
  await stored(ehr, 'POST', condition(patient, 'F20.9'));
  await stored(ehr, 'POST', condition(patient, 'I10'));
  t.match(await started(patient, 'cn-pd-smi-htn'), [{ status: 'draft' }]);
  t.equal((await physician('POST', on(patient), asking('cn-pd-smi-htn'))).status, 201);
  t.strictSame((await started(patient, 'cn-pd-smi-htn')).map(({ status }) => status).sort(), [
    'active',
    'revoked',
  ]);
});

t.test('whoever is not enrolled, and what does not apply, is refused with its rule', async (t) => {
  const plain = await somebody('plain');
  const refused = await navigator('POST', on(plain), asking('cn-pd-new-member-navigation'));
  t.strictSame([refused.status, ruleOf(refused)], [409, 'plan-needs-enrolment']);
  const patient = await somebody('nothing', 'pin');
  const nothing = await nurse('POST', on(patient), asking('cn-pd-fum'));
  t.strictSame([nothing.status, ruleOf(nothing)], [422, 'plan-applies']);
});

t.test('wrong requests are refused', async (t) => {
  const patient = await somebody('wrong', 'pin');
  const bad: [body: object, status: number][] = [
    [{ resourceType: 'Parameters' }, 400],
    [asking('absent'), 422],
    [{ resourceType: 'Parameters', parameter: [{ name: 'planDefinition', valueInteger: 1 }] }, 400],
    [asking('cn-pd-fum', { name: 'colour', valueString: 'red' }), 400],
    [asking('cn-pd-fum', { name: 'encounter', valueString: 'x' }), 400],
    [
      asking('cn-pd-fum', { name: 'encounter', valueReference: { reference: 'Encounter/marcus-inpatient' } }),
      422,
    ],
    [
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'planDefinition', valueCanonical: `${plan('cn-pd-fum')}|9` }],
      },
      422,
    ],
    [{ resourceType: 'Patient' }, 400],
  ];
  for (const [body, status] of bad)
    t.equal((await nurse('POST', on(patient), body)).status, status, JSON.stringify(body));
  t.equal((await nurse('POST', on('Patient/nobody'), asking('cn-pd-fum'))).status, 404);
  t.equal((await nurse('GET', on(patient))).status, 405);
});

t.test('a newer version of a plan is in force, and a retired one is not started', async (t) => {
  const url = plan('cn-pd-barrier');
  const newer = {
    resourceType: 'PlanDefinition',
    id: 'barrier-2',
    url,
    version: '1.1.0',
    status: 'active',
    title: 'Barrier, sooner',
    action: [
      {
        id: 'resolve',
        title: 'Clear the barrier',
        definitionCanonical: `${CB}/ActivityDefinition/cn-ad-nav-barrier-resolve`,
        timingDuration: { value: 3, unit: 'd', system: 'http://unitsofmeasure.org', code: 'd' },
      },
    ],
  };
  const patient = await somebody('version', 'pin');
  await lay('PUT', '/PlanDefinition/barrier-2', newer);
  const { body } = await navigator('POST', on(patient), asking('cn-pd-barrier'));
  t.strictSame(body.instantiatesCanonical, [`${url}|1.1.0`]);
  t.equal((await tasksOf(body))[0]!.restriction!.period!.end, '2026-11-27T22:00:00.000Z');
  await lay('PUT', '/PlanDefinition/barrier-2', { ...newer, status: 'retired' });
  t.equal(
    (await navigator('POST', on(await somebody('retired', 'pin')), asking('cn-pd-barrier'))).status,
    422,
  );
});
