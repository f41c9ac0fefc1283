// Plans that set themselves off: discharge, finished visit, new member, positive screen, missed visit; only for the enrolled,
// once for each cause, with due dates to the minute. https://hl7.org/fhir/R4/plandefinition.html
import type {
  Appointment,
  CarePlan,
  Encounter,
  EpisodeOfCare,
  Goal,
  Observation,
  RequestGroup,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import {
  CB,
  concept,
  condition,
  discharged,
  encounter,
  plan,
  shape,
  startPlans,
  taskCode,
} from './plan-world.ts';

const { as, lay, stored, started, tasksOf, somebody, search } = await startPlans(t);
const ehr = await as({ client: 'ehr' });
const nurse = await as({ user: 'nurse' });
const navigator = await as({ user: 'navigator' });
const physician = await as({ user: 'physician' });
const POOLS = { navigation: 'Organization/navigation-pool', coordination: 'Organization/coordination-pool' };

t.test(
  'a discharge that the record system tells starts the transition, its clocks from the discharge on',
  async (t) => {
    const patient = await somebody('transition', 'tcm');
    await stored(ehr, 'POST', encounter(patient, 'IMP', discharged));
    const [group, ...more] = await started(patient, 'cn-pd-discharge-transition');
    t.strictSame(more, []);
    t.match(group, {
      status: 'active',
      intent: 'order',
      instantiatesCanonical: [`${plan('cn-pd-discharge-transition')}|1.0.0`],
      groupIdentifier: { value: 'episode-of-transition' },
    });
    t.strictSame((await tasksOf(group!)).map(shape), [
      [
        'coord-transition-contact',
        'Contact after discharge',
        'urgent',
        POOLS.coordination,
        '2026-11-27T22:00:00.000Z',
      ],
      [
        'nav-records-request',
        'Get the discharge papers to primary care',
        'routine',
        POOLS.navigation,
        '2026-11-26T22:00:00.000Z',
      ],
      [
        'coord-transition-visit',
        'Visit within fourteen days',
        'routine',
        POOLS.coordination,
        '2026-12-08T22:00:00.000Z',
      ],
      [
        'coord-med-reconciliation',
        'Reconcile medicines before the visit',
        'routine',
        POOLS.coordination,
        '2026-12-01T22:00:00.000Z',
      ],
      [
        'coord-result-review',
        'Track results that were pending at discharge',
        'routine',
        POOLS.coordination,
        '2026-12-01T22:00:00.000Z',
      ],
      [
        'coord-care-plan-review',
        'Look back after thirty days',
        'routine',
        POOLS.coordination,
        '2026-12-24T22:00:00.000Z',
      ],
    ]);
  },
);

t.test('the tasks of a plan hang in the care plan of the episode, with the goal of the plan', async (t) => {
  const [carePlan, ...more] = (await search('/CarePlan?patient=Patient/transition')) as CarePlan[];
  t.strictSame(more, []);
  const [group] = await started('Patient/transition', 'cn-pd-discharge-transition');
  const tasks = await tasksOf(group!);
  t.match(carePlan, {
    status: 'active',
    identifier: [{ value: 'episode-of-transition' }],
    instantiatesCanonical: [`${plan('cn-pd-discharge-transition')}|1.0.0`],
  });
  t.strictSame(
    carePlan!.activity!.map(({ reference }) => reference!.reference),
    [`RequestGroup/${group!.id}`, ...tasks.map(({ id }) => `Task/${id}`)],
  );
  const [goal] = (await search('/Goal?patient=Patient/transition')) as Goal[];
  t.match(goal, {
    lifecycleStatus: 'active',
    description: { text: 'Thirty days at home after the discharge.' },
  });
  t.equal(carePlan!.goal![0]!.reference, `Goal/${goal!.id}`);
  const [contact] = tasks;
  t.match(contact, {
    status: 'requested',
    basedOn: [{ reference: `RequestGroup/${group!.id}` }],
    groupIdentifier: { value: 'episode-of-transition' },
    encounter: { reference: group!.encounter!.reference },
    focus: { reference: group!.encounter!.reference },
    instantiatesCanonical: `${CB}/ActivityDefinition/cn-ad-coord-transition-contact|1.0.0`,
    extension: [
      {
        extension: [
          { valueCode: 'cn-pd-discharge-transition.contact' },
          { valueDateTime: '2026-11-24T14:00:00.000Z' },
          { valueBoolean: true },
        ],
      },
    ],
  });
});

t.test('the same discharge told again starts nothing; another discharge starts the plan anew', async (t) => {
  const patient = await somebody('again', 'tcm');
  const first = await stored(ehr, 'POST', encounter(patient, 'IMP', discharged));
  await stored(ehr, 'PUT', { ...first, length: { value: 4, unit: 'd' } } as Encounter);
  await stored(ehr, 'PUT', { ...first, status: 'in-progress' } as Encounter);
  await stored(ehr, 'PUT', first as Encounter);
  t.equal(
    (await started(patient, 'cn-pd-discharge-transition')).length,
    1,
    'even when it was taken back in between',
  );
  await stored(ehr, 'POST', encounter(patient, 'OBSENC', discharged));
  t.equal((await started(patient, 'cn-pd-discharge-transition')).length, 2);
  t.equal((await search(`/CarePlan?patient=${patient}`)).length, 1, 'in one care plan');
});

t.test('an encounter starts its plan when it comes to its end, not before', async (t) => {
  const patient = await somebody('not-yet', 'tcm');
  const stay = await stored(ehr, 'POST', encounter(patient, 'IMP', { ...discharged, status: 'in-progress' }));
  t.strictSame(await search(`/Task?patient=${patient}`), []);
  await stored(ehr, 'PUT', { ...stay, status: 'finished' } as Encounter);
  t.equal((await started(patient, 'cn-pd-discharge-transition')).length, 1);
});

t.test('nothing is started for somebody who is not enrolled', async (t) => {
  const patient = await somebody('plain');
  await stored(ehr, 'POST', encounter(patient, 'IMP', discharged));
  await stored(ehr, 'POST', condition(patient, 'F20.9'));
  await stored(ehr, 'POST', condition(patient, 'E11.9'));
  await stored(ehr, 'POST', encounter(patient, 'AMB'));
  for (const type of ['Task', 'RequestGroup', 'CarePlan', 'Goal'])
    t.strictSame(await search(`/${type}?patient=${patient}`), [], type);
});

t.test('the server loads histories without starting anything', async (t) => {
  const patient = await somebody('history', 'tcm');
  await lay('PUT', '/Encounter/history', { ...encounter(patient, 'IMP', discharged), id: 'history' });
  t.strictSame(await search(`/RequestGroup?patient=${patient}`), []);
});

t.test('seven days to the visit where the needs are high', async (t) => {
  const patient = await somebody('high', 'tcm');
  await stored(ehr, 'POST', condition(patient, 'I10'));
  await stored(ehr, 'POST', condition(patient, 'E11.9'));
  await stored(ehr, 'POST', encounter(patient, 'ACUTE', discharged));
  const [group] = await started(patient, 'cn-pd-discharge-transition');
  const visits = (await tasksOf(group!)).filter((task) => taskCode(task) === 'coord-transition-visit');
  t.strictSame(visits.map(shape), [
    [
      'coord-transition-visit',
      'Visit within seven days',
      'urgent',
      POOLS.coordination,
      '2026-12-01T22:00:00.000Z',
    ],
  ]);
});

t.test(
  'a psychiatric stay starts the follow-up beside the transition, in the same write and the same care plan',
  async (t) => {
    const patient = await somebody('psychiatric', 'tcm');
    const { id } = await stored(ehr, 'POST', condition(patient, 'F31.9'));
    const diagnosis = [{ condition: { reference: `Condition/${id}` } }];
    await stored(ehr, 'POST', encounter(patient, 'IMP', { ...discharged, diagnosis }));
    t.equal((await started(patient, 'cn-pd-discharge-transition')).length, 1);
    const [group] = await started(patient, 'cn-pd-fuh');
    t.strictSame(
      (await tasksOf(group!)).map((task) => [taskCode(task), task.restriction?.period?.end]),
      [
        ['nav-accompany', '2026-11-27T22:00:00.000Z'],
        ['nav-barrier-resolve', '2026-11-27T22:00:00.000Z'],
        ['coord-transition-visit', '2026-12-01T22:00:00.000Z'],
        ['coord-crisis-plan', '2026-12-01T22:00:00.000Z'],
        ['coord-transition-visit', '2026-12-24T22:00:00.000Z'],
      ],
    );
    t.equal((await search(`/CarePlan?patient=${patient}`)).length, 1);
  },
);

t.test('a stay for another reason does not start the follow-up after a psychiatric one', async (t) => {
  const patient = await somebody('surgical', 'tcm');
  await stored(ehr, 'POST', condition(patient, 'F31.9'));
  const { id } = await stored(ehr, 'POST', condition(patient, 'K35.80'));
  const diagnosis = [{ condition: { reference: `Condition/${id}` } }];
  await stored(ehr, 'POST', encounter(patient, 'IMP', { ...discharged, diagnosis }));
  t.strictSame(await started(patient, 'cn-pd-fuh'), []);
});

t.test('a missed visit adds to the open follow-up, once; it adds to nothing else', async (t) => {
  const missed = (patient: string): Appointment => ({
    resourceType: 'Appointment',
    status: 'booked',
    start: '2026-11-24T14:00:00Z',
    end: '2026-11-24T14:30:00Z',
    participant: [{ actor: { reference: patient }, status: 'accepted' }],
  });
  const { id } = await stored(navigator, 'POST', missed('Patient/psychiatric'));
  const before = (await tasksOf((await started('Patient/psychiatric', 'cn-pd-fuh'))[0]!)).length;
  const noshow = { ...missed('Patient/psychiatric'), id, status: 'noshow' } as Appointment;
  await stored(navigator, 'PUT', noshow);
  await stored(navigator, 'PUT', { ...noshow, comment: 'Called twice.' });
  const tasks = await tasksOf((await started('Patient/psychiatric', 'cn-pd-fuh'))[0]!);
  t.equal(tasks.length, before + 1);
  t.strictSame(shape(tasks.at(-1)!), [
    'coord-transition-visit',
    'Make up for a missed visit',
    'routine',
    POOLS.coordination,
    '2026-12-01T22:00:00.000Z',
  ]);
  const other = await stored(navigator, 'POST', missed('Patient/transition'));
  await stored(navigator, 'PUT', { ...other, status: 'noshow' } as Appointment);
  t.strictSame(await started('Patient/transition', 'cn-pd-fuh'), []);
});

t.test('an emergency visit for mental illness starts its follow-up', async (t) => {
  const patient = await somebody('emergency', 'tcm');
  const { id } = await stored(ehr, 'POST', condition(patient, 'R45.851'));
  const diagnosis = [{ condition: { reference: `Condition/${id}` } }];
  await stored(ehr, 'POST', encounter(patient, 'EMER', { diagnosis }));
  const [group] = await started(patient, 'cn-pd-fum');
  t.strictSame(
    (await tasksOf(group!)).map((task) => [taskCode(task), task.restriction?.period?.end]),
    [
      ['coord-crisis-plan', '2026-11-27T22:00:00.000Z'],
      ['coord-transition-visit', '2026-12-01T22:00:00.000Z'],
      ['coord-transition-visit', '2026-12-24T22:00:00.000Z'],
    ],
  );
  await stored(ehr, 'POST', encounter(patient, 'EMER'));
  t.equal((await started(patient, 'cn-pd-fum')).length, 1, 'one without such a diagnosis does not');
});

t.test(
  'a new enrolment in a programme with navigation starts navigation, in the same transaction',
  async (t) => {
    const patient = await somebody('member');
    const enrolment: EpisodeOfCare = {
      resourceType: 'EpisodeOfCare',
      status: 'planned',
      type: [concept(`${CB}/CodeSystem/cn-programme`, 'pin')],
      patient: { reference: patient },
      managingOrganization: { reference: 'Organization/larkfield-care' },
      period: { start: '2026-11-24' },
    };
    const { id } = await stored(navigator, 'POST', enrolment);
    t.strictSame(await started(patient, 'cn-pd-new-member-navigation'), [], 'a planned one does not');
    await stored(navigator, 'PUT', { ...enrolment, id, status: 'active' } as EpisodeOfCare);
    const [group, ...more] = await started(patient, 'cn-pd-new-member-navigation');
    t.strictSame(more, []);
    t.strictSame((await tasksOf(group!)).map(shape), [
      ['nav-new-member-welcome', 'Welcome call', 'routine', POOLS.navigation, '2026-11-24T22:00:00.000Z'],
      [
        'nav-benefits-question',
        'Check coverage and primary care',
        'routine',
        POOLS.navigation,
        '2026-11-26T22:00:00.000Z',
      ],
      ['nav-barrier-screen', 'Ask about barriers', 'routine', POOLS.navigation, '2026-12-01T22:00:00.000Z'],
      [
        'nav-find-provider',
        'Find a primary care practice in the network',
        'routine',
        POOLS.navigation,
        '2026-12-01T22:00:00.000Z',
      ],
      ['nav-schedule', 'Book the first visit', 'routine', POOLS.navigation, '2026-12-08T22:00:00.000Z'],
    ]);
    const [carePlan] = (await search(`/CarePlan?patient=${patient}`)) as CarePlan[];
    t.match(carePlan!.category, [{}, { coding: [{ code: 'navigation' }] }]);
  },
);

t.test('a request for navigation while that plan is open starts no second one', async (t) => {
  const request: ServiceRequest = {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    category: [concept(`${CB}/CodeSystem/cn-category`, 'navigation')],
    code: concept('http://snomed.info/sct', '3457005'),
    subject: { reference: 'Patient/member' },
    authoredOn: '2026-11-24T14:00:00Z',
    requester: { reference: 'PractitionerRole/physician' },
    reasonCode: [{ text: 'New here' }],
  };
  await stored(physician, 'POST', request);
  t.equal((await started('Patient/member', 'cn-pd-new-member-navigation')).length, 1);
});

t.test('whoever must not be contacted gets no welcome call, and the plan says so', async (t) => {
  const patient = await somebody('unsafe');
  await lay('PUT', '/Flag/unsafe', {
    resourceType: 'Flag',
    id: 'unsafe',
    status: 'active',
    category: [concept('http://terminology.hl7.org/CodeSystem/flag-category', 'safety')],
    code: concept(
      'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes',
      'contacting-subject-prohibited',
    ),
    subject: { reference: patient },
    period: { start: '2026-11-01' },
  });
  await stored(navigator, 'POST', {
    resourceType: 'EpisodeOfCare',
    status: 'active',
    type: [concept(`${CB}/CodeSystem/cn-programme`, 'chi')],
    patient: { reference: patient },
    managingOrganization: { reference: 'Organization/larkfield-care' },
    period: { start: '2026-11-24' },
  } as EpisodeOfCare);
  const [group] = await started(patient, 'cn-pd-new-member-navigation');
  t.notOk((await tasksOf(group!)).some((task) => taskCode(task) === 'nav-new-member-welcome'));
  t.match(group!.note, [{ text: /Welcome call/ }]);
});

t.test('a visit with orders starts the hand-off and the checks; one without starts nothing', async (t) => {
  const patient = await somebody('visited', 'ccm');
  await stored(ehr, 'POST', encounter(patient, 'AMB'));
  t.strictSame(await started(patient, 'cn-pd-post-visit-handoff'), []);
  const visit = await stored(ehr, 'POST', encounter(patient, 'AMB', { status: 'in-progress' }));
  await stored(physician, 'POST', {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    category: [concept('http://snomed.info/sct', '103693007')],
    code: { text: 'Something' },
    subject: { reference: patient },
    encounter: { reference: `Encounter/${visit.id}` },
    authoredOn: '2026-11-24T14:00:00Z',
    requester: { reference: 'PractitionerRole/physician' },
  } as ServiceRequest);
  await stored(ehr, 'PUT', { ...visit, status: 'finished' } as Encounter);
  const [group] = await started(patient, 'cn-pd-post-visit-handoff');
  t.strictSame(
    (await tasksOf(group!)).map((task) => [taskCode(task), task.restriction?.period?.end]),
    [
      ['nav-handoff-prepare', '2026-11-25T22:00:00.000Z'],
      ['coord-network-review', '2026-11-27T22:00:00.000Z'],
      ['coord-prior-auth', '2026-11-30T22:00:00.000Z'],
      ['coord-post-visit-followup', '2026-12-01T22:00:00.000Z'],
      ['coord-care-plan-review', '2026-12-24T22:00:00.000Z'],
    ],
  );
});

t.test('a positive screen asks for the hand-off, once while one is open; a low score does not', async (t) => {
  const patient = await somebody('screened', 'pin');
  const score = (code: string, value: number): Observation => ({
    resourceType: 'Observation',
    status: 'final',
    category: [concept('http://terminology.hl7.org/CodeSystem/observation-category', 'survey')],
    code: concept('http://loinc.org', code),
    subject: { reference: patient },
    effectiveDateTime: '2026-11-24T14:00:00Z',
    valueInteger: value,
  });
  await stored(nurse, 'POST', score('44261-6', 9));
  t.strictSame(await started(patient, 'cn-pd-post-visit-handoff'), []);
  await stored(nurse, 'POST', score('44261-6', 10));
  const [group] = await started(patient, 'cn-pd-post-visit-handoff');
  t.strictSame((await tasksOf(group!)).map(taskCode), ['nav-handoff-prepare']);
  await stored(nurse, 'POST', score('70274-6', 15));
  t.equal((await started(patient, 'cn-pd-post-visit-handoff')).length, 1);
});

t.test(
  'a draft plan is proposed to a clinician when both conditions are there, and not carried out',
  async (t) => {
    const patient = await somebody('both', 'pin');
    await stored(ehr, 'POST', condition(patient, 'E11.9'));
    t.strictSame(await search(`/Task?patient=${patient}`), [], 'one condition is not both');
    await stored(ehr, 'POST', condition(patient, 'F20.9'));
    await stored(ehr, 'POST', condition(patient, 'F20.0'));
    const [group, ...more] = await started(patient, 'cn-pd-smi-t2dm');
    t.strictSame(more, []);
    t.match(group, { status: 'draft', intent: 'proposal' });
    t.strictSame((await tasksOf(group!)).map(shape), [
      [
        'coord-care-plan-review',
        'Consider: Serious mental illness and type 2 diabetes',
        'routine',
        POOLS.coordination,
        '2026-12-01T22:00:00.000Z',
      ],
    ]);
  },
);

t.test('both conditions in one transaction propose the plan once', async (t) => {
  const patient = await somebody('at-once', 'pin');
  const entry = ['F20.9', 'I10'].map((code) => ({
    request: { method: 'POST', url: 'Condition' },
    resource: condition(patient, code),
  }));
  const { status } = await ehr('POST', '', { resourceType: 'Bundle', type: 'transaction', entry });
  t.equal(status, 200);
  t.equal((await started(patient, 'cn-pd-smi-htn')).length, 1);
});

t.test('what a plan of HIV leads to carries its label, and the care plan does not tell of it', async (t) => {
  const patient = await somebody('labelled', 'pin');
  await stored(physician, 'POST', condition(patient, 'F20.9'));
  await lay('PUT', '/Condition/labelled', { ...condition(patient, 'B20'), id: 'labelled' });
  await stored(physician, 'POST', condition(patient, 'F25.9'));
  t.strictSame(await started(patient, 'cn-pd-smi-hiv'), [], 'nobody sees it without a consent');
  const [carePlan] = (await search(`/CarePlan?patient=${patient}`)) as CarePlan[];
  t.notMatch(JSON.stringify(carePlan), /hiv/i);
});

t.test('a plan without open work is completed', async (t) => {
  const patient = await somebody('done', 'tcm');
  const { id } = await stored(ehr, 'POST', condition(patient, 'F32.9'));
  await stored(
    ehr,
    'POST',
    encounter(patient, 'EMER', { diagnosis: [{ condition: { reference: `Condition/${id}` } }] }),
  );
  const [group] = await started(patient, 'cn-pd-fum');
  const tasks = await tasksOf(group!);
  for (const task of tasks.slice(1))
    await stored(nurse, 'PUT', {
      ...task,
      status: 'cancelled',
      statusReason: { text: 'Not needed' },
    } as Task);
  t.equal((await started(patient, 'cn-pd-fum'))[0]!.status, 'active');
  await stored(nurse, 'PUT', {
    ...tasks[0],
    status: 'cancelled',
    statusReason: { text: 'Not needed' },
  } as Task);
  t.equal((await started(patient, 'cn-pd-fum'))[0]!.status, 'completed');
});

t.test('the same discharge told by many at once starts the plan once', async (t) => {
  const patient = await somebody('many', 'tcm');
  await stored(ehr, 'PUT', {
    ...encounter(patient, 'IMP', { ...discharged, status: 'in-progress' }),
    id: 'many',
  } as Encounter);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      ehr('PUT', '/Encounter/many', { ...encounter(patient, 'IMP', discharged), id: 'many' }),
    ),
  );
  t.ok(
    answers.every(({ status }) => status < 500),
    answers.map(({ status }) => status).join(),
  );
  const groups = (await search(`/RequestGroup?patient=${patient}`)) as RequestGroup[];
  t.equal(groups.length, 1);
});
