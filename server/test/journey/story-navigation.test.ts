// The first story: Ana asks by portal, and is guided to the first visit in a network, and over to a nurse. Through HTTP alone.
// https://hl7.org/fhir/R4/workflow-management.html
import type {
  Appointment,
  CarePlan,
  CareTeam,
  Communication,
  Composition,
  Condition,
  Coverage,
  Flag,
  Goal,
  RelatedPerson,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import {
  concept,
  extension,
  leadOf,
  ours,
  output,
  phaseOf,
  promised,
  refer,
  refusal,
  role,
  system,
  taskCode,
  tellStory,
} from './story.ts';
import {
  barrierForm,
  consent,
  contact,
  diagnosis,
  encounter,
  enrolment,
  freeTimes,
  GENERAL_PRACTICE,
  practice,
  proposedVisits,
  register,
  SPEAKS_SPANISH,
  teamOf,
} from './story-people.ts';

// A Tuesday, ten in the morning in New York; the Monday after it is a holiday of the house.
const story = await tellStory(t, '2026-10-06T14:00:00Z');
const { on, write, read, change, find, tries, calls, tasks, theTask, does, move } = story;
const RECEIVED = output('receipt', { valueCodeableConcept: ours('cn-receipt', 'received') });

const ana = await register(story, 'Ana Vega', 'MV-7001', SPEAKS_SPANISH);
const ANA = refer(ana);
let sister: RelatedPerson;
let visit: Appointment;

t.test('Ana is registered and enrolled, and with her consent navigation begins', async (t) => {
  sister = await write<RelatedPerson>('navigator', {
    resourceType: 'RelatedPerson',
    active: true,
    patient: ANA,
    relationship: [concept('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'SIS', 'Sister')],
    name: [{ family: 'Vega', given: ['Luz'] }],
  });
  await write('ehr', diagnosis(ana, 'F25.9', 'Schizoaffective disorder'));
  await write('ehr', diagnosis(ana, 'E11.9', 'Type 2 diabetes'));

  const agreed = await consent(story, ana);
  t.equal((await tries('navigator', 'POST', '/Consent', agreed)).status, 403, 'a nurse puts it into force');
  await write('nurse', agreed);

  const support = {
    extension: ['appointments', 'transport'].map((code) => extension('may-know', { valueCode: code })),
    role: [ours('cn-role', 'natural-support', 'Sister')],
    member: refer(sister),
  };
  const team = await write('navigator', teamOf(ana, support));
  t.same(await tasks(ana, 'nav-new-member-welcome'), [], 'nothing follows before she is enrolled');
  await write('navigator', enrolment(story, ana, 'pin', team));

  for (const step of [
    'new-member-welcome',
    'benefits-question',
    'barrier-screen',
    'find-provider',
    'schedule',
  ])
    t.match(await theTask(ana, `nav-${step}`), { status: 'requested', for: ANA });
  const welcome = promised(await theTask(ana, 'nav-new-member-welcome'));
  t.same(welcome, ['nav-new-member-welcome', 'navigator', '2026-10-06T21:00:00.000Z']);
  const [carePlan] = await find<CarePlan>('navigator', `CarePlan?patient=${ana.id}`);
  t.equal(phaseOf(carePlan!), 'navigation');
});

t.test('she asks a question by portal, and is answered in time', async (t) => {
  await story.givePortal('ana', 'patient', `Patient/${ana.id}`);
  on('2026-10-06T14:10:00Z');
  const question = await write<Communication>('ana', {
    resourceType: 'Communication',
    status: 'completed',
    extension: [
      extension('direction', { valueCode: 'inbound' }),
      extension('channel', { valueCode: 'portal' }),
    ],
    category: [ours('cn-category', 'contact')],
    subject: ANA,
    sender: ANA,
    topic: ours('cn-query-topic', 'coverage'),
    sent: '2026-10-06T14:10:00Z',
    payload: [{ contentString: '¿Mi plan cubre una primera visita?' }],
  });
  const asked = await theTask(ana, 'nav-inbound-query');
  t.match(asked, { status: 'requested', owner: role('navigator'), focus: refer(question), requester: ANA });
  t.equal(asked.restriction?.period?.end, '2026-10-06T21:00:00.000Z', 'due on the same day');
  t.same(refusal(await story.tryToMove('scheduler', asked, 'accepted')), [403, 'scheduling-tasks']);
  t.same(refusal(await story.tryToMove('peer', asked, 'accepted')), [403, 'accompany']);

  on('2026-10-06T14:13:00Z');
  const answer = await write(
    'navigator',
    contact(story, ana, 'navigator', 'portal', {
      inResponseTo: [refer(question)],
      payload: [{ contentString: 'Sí. ¿La ayudo a encontrar consulta?' }],
    }),
  );
  const done = await does('navigator', asked);
  t.match(done.output, [output('answer', { valueReference: refer(answer) })]);
  t.match(
    done.extension?.find(({ url }) => url.endsWith('/first-response')),
    { valueDateTime: '2026-10-06T14:13:00.000Z' },
  );
  t.equal(
    (await read<Communication>('ana', `Communication/${answer.id}`)).status,
    'completed',
    'she reads it',
  );
});

t.test('the barrier form finds no way to visits, and a telephone that is shared', async (t) => {
  on('2026-10-07T14:00:00Z');
  await does(
    'navigator',
    await theTask(ana, 'nav-new-member-welcome'),
    output('outcome', { valueString: 'Spoke with her' }),
  );
  await does(
    'navigator',
    await theTask(ana, 'nav-benefits-question'),
    output('outcome', { valueString: 'Plan A covers the first visit' }),
  );
  const answers = await barrierForm(story, ana, 'navigator', {
    transport: 'Y',
    'transport-help': true,
    'phone-internet': 'Y',
    food: 'N',
  });
  t.equal((await tries('scheduler', 'POST', '/QuestionnaireResponse', answers)).status, 403);
  await write('navigator', answers);
  const barriers = await find<Condition>('navigator', `Condition?patient=${ana.id}&category=cn-barrier`);
  t.same(barriers.map(({ code }) => code?.coding?.[0]?.code).sort(), ['phone-internet', 'transport']);
  const goals = await find<Goal>('navigator', `Goal?patient=${ana.id}`);
  t.equal(goals.filter(({ addresses }) => addresses?.length).length, 2, 'a goal against each');
  t.same(
    goals.find(({ addresses }) => addresses?.[0]?.reference === `Condition/${transport(barriers).id}`)
      ?.description,
    { text: 'Hay transporte para cada cita' },
    'in her language',
  );
  const work = await tasks(ana, 'nav-barrier-resolve');
  t.same(
    work.map(({ owner, status }) => [owner?.reference, status]),
    [
      ['PractitionerRole/navigator', 'requested'],
      ['PractitionerRole/navigator', 'requested'],
    ],
  );
  await does(
    'navigator',
    await theTask(ana, 'nav-barrier-screen'),
    ...barriers.map((barrier) => output('barrier', { valueReference: refer(barrier) })),
  );
});
const transport = (all: readonly Condition[]) =>
  all.find(({ code }) => code?.coding?.[0]?.code === 'transport')!;

t.test('nobody leaves a message on the telephone that she shares', async (t) => {
  await write<Flag>('navigator', {
    resourceType: 'Flag',
    status: 'active',
    category: [concept('http://terminology.hl7.org/CodeSystem/flag-category', 'safety')],
    code: ours('cn-contact-safety', 'no-voice-message', 'She shares the telephone with her sister'),
    subject: ANA,
    period: { start: '2026-10-07' },
    author: role('navigator'),
  });
  const called = (outcome: string) =>
    contact(story, ana, 'navigator', 'phone', {
      extension: [extension('contact-outcome', { valueCode: outcome })],
    });
  const message = await tries('navigator', 'POST', '/Communication', called('left-message'));
  t.same(refusal(message), [409, 'no-voice-message']);
  await write('navigator', called('no-answer'));
});

t.test('her sister is told of the ride, and of nothing that is not hers to know', async (t) => {
  const tells = (topic: string) =>
    contact(story, ana, 'navigator', 'phone', {
      recipient: [refer(sister) as { reference: string }],
      topic: ours('cn-query-topic', topic),
    });
  const clinical = await tries('navigator', 'POST', '/Communication', tells('pharmacy'));
  t.same(refusal(clinical), [409, 'natural-support-may-not-know']);
  await write('navigator', tells('transport'));
});

t.test('a practice in the network is found that takes her and speaks Spanish', async (t) => {
  await practice(story, 'Old Mill Family Practice', 'nopt', 'en', 'es');
  await practice(story, 'Elm Street Family Practice', 'newpt', 'en');
  const wanted = await practice(story, 'Larkfield Family Practice', 'newpt', 'en', 'es');
  const [coverage] = await find<Coverage>('navigator', `Coverage?beneficiary=Patient/${ana.id}`);
  const query = `service=${GENERAL_PRACTICE.system}|${GENERAL_PRACTICE.code}&coverage=Coverage/${coverage!.id}`;
  const all = await find('navigator', `HealthcareService/$find-in-network?${query}`);
  // Those three, and the family practice of the demo.
  t.equal(all.filter(({ resourceType }) => resourceType === 'HealthcareService').length, 4);
  const fitting = await find(
    'navigator',
    `HealthcareService/$find-in-network?${query}&accepting=true&language=es`,
  );
  t.same(
    fitting.filter(({ resourceType }) => resourceType === 'HealthcareService').map(({ id }) => id),
    [wanted.id],
  );
  await does(
    'navigator',
    await theTask(ana, 'nav-find-provider'),
    output('chosen-provider', { valueReference: refer(wanted) }),
  );
});

t.test('a first visit is booked with an interpreter and a ride', async (t) => {
  on('2026-10-07T15:00:00Z');
  await freeTimes(
    story,
    [role('physician'), { reference: 'Location/family-practice-main' }],
    '2026-10-13T18:00:00Z',
    '2026-10-14T18:00:00Z',
  );
  const proposed = await proposedVisits(story, 'navigator', ana, role('physician'));
  const wanted = proposed.find(({ start }) => Date.parse(start!) === Date.parse('2026-10-13T18:00:00Z'))!;
  t.match(wanted, { status: 'proposed', participant: [{ actor: ANA }] });
  const appointment = {
    ...wanted,
    extension: [extension('first-contact', { valueBoolean: true })],
    description: 'First visit, family medicine',
  };
  const RIDE = { name: 'transport', valueCodeableConcept: { text: 'Ride both ways' } };
  const first = { name: 'appt-resource', resource: appointment };
  const booked = await calls('navigator', '/Appointment/$book', first, RIDE);
  t.equal(booked.status, 201, JSON.stringify(booked.body));
  visit = booked.body as Appointment;
  const needs = visit.extension?.find(({ url }) => url.endsWith('/access-needs'))?.extension;
  t.same(
    needs?.map(({ url }) => url),
    ['interpreterLanguage', 'transport'],
    'the language is on her record',
  );
  const again = await calls('navigator', '/Appointment/$book', first);
  t.equal(again.status, 409, 'a time is booked once');

  const arrange = (await tasks(ana, 'nav-barrier-resolve')).filter(
    ({ focus }) => focus?.reference === `Appointment/${visit.id}`,
  );
  t.equal(arrange.length, 2);
  for (const task of arrange)
    t.equal(task.restriction?.period?.end, '2026-10-09T21:00:00.000Z', 'by Friday: Monday is a holiday');

  const agreed = (kind: [string, string], reference: string) => ({
    type: [concept(...kind)],
    actor: { reference },
    required: 'required' as const,
    status: 'accepted' as const,
  });
  await change('scheduler', visit, {
    participant: [
      ...visit.participant.filter(
        ({ type }) => !type?.some(({ coding }) => coding?.[0]?.code === 'translator'),
      ),
      agreed(
        ['http://terminology.hl7.org/CodeSystem/participant-type', 'translator'],
        'PractitionerRole/interpreter',
      ),
      agreed([system('cn-participant-type'), 'transport'], 'HealthcareService/greenline'),
    ],
  });
  for (const task of arrange)
    t.equal((await read<Task>('navigator', `Task/${task.id}`)).status, 'completed', 'both are arranged');
  await does(
    'scheduler',
    await theTask(ana, 'nav-schedule'),
    output('appointment', { valueReference: refer(visit) }),
  );
});

t.test('she is reminded on the business day before', async (t) => {
  on('2026-10-09T13:00:30Z');
  const reminder = await story.waitsFor(ana, 'nav-reminder');
  t.match(reminder, { owner: role('scheduler'), focus: refer(visit) });
  await does('scheduler', reminder, output('outcome', { valueString: 'Reminded by portal' }));
});

t.test('the visit takes place, and she says so herself', async (t) => {
  on('2026-10-13T19:00:00Z');
  t.same(
    refusal(await story.triesToChange('navigator', visit, { status: 'fulfilled' })),
    [409, 'appointment-transition'],
    'who has not arrived has not been seen',
  );
  await change('navigator', visit, { status: 'arrived' });
  await change('navigator', visit, { status: 'fulfilled' });
  const check = await theTask(
    ana,
    'nav-receipt-check',
    ({ focus }) => focus?.reference === `Appointment/${visit.id}`,
  );
  t.same(promised(check), ['nav-receipt-check', 'navigator', '2026-10-14T21:00:00.000Z']);
  await write(
    'ehr',
    encounter(ana, 'AMB', ['2026-10-13T18:02:00Z', '2026-10-13T18:44:00Z'], { appointment: [refer(visit)] }),
  );
  t.match(await theTask(ana, 'nav-handoff-prepare'), { owner: role('navigator') }, 'a nurse is needed now');

  on('2026-10-14T14:00:00Z');
  await does('navigator', check, RECEIVED);
});

t.test('a barrier is out of the way when she says that the help has reached her', async (t) => {
  const barriers = await find<Condition>('navigator', `Condition?patient=${ana.id}&category=cn-barrier`);
  const barrier = transport(barriers);
  const isAbout = ({ focus }: Task) => focus?.reference === `Condition/${barrier.id}`;
  await does(
    'navigator',
    await theTask(ana, 'nav-barrier-resolve', isAbout),
    output('outcome', { valueString: 'Greenline drives' }),
  );
  const standing = await read<Condition>('navigator', `Condition/${barrier.id}`);
  t.equal(standing.clinicalStatus?.coding?.[0]?.code, 'active', 'arranged is not received');
  const check = await theTask(ana, 'nav-receipt-check', isAbout);
  await move('navigator', check, 'accepted', 'in-progress');
  t.same(refusal(await story.tryToComplete('navigator', check, output('outcome', { valueString: 'Done' }))), [
    409,
    'barrier-receipt-not-told',
  ]);
  t.equal((await story.tryToComplete('navigator', check, RECEIVED)).status, 200);
  const gone = await read<Condition>('navigator', `Condition/${barrier.id}`);
  t.equal(gone.clinicalStatus?.coding?.[0]?.code, 'resolved');
  const [goal] = (await find<Goal>('navigator', `Goal?patient=${ana.id}`)).filter(
    ({ addresses }) => addresses?.[0]?.reference === `Condition/${barrier.id}`,
  );
  t.equal(goal?.lifecycleStatus, 'completed');
});

t.test('the navigator hands over with a summary, and leads until somebody has accepted', async (t) => {
  const answer = await story.handsOver(
    'navigator',
    ana,
    'nurse',
    'The first visit is done; there are orders.',
  );
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  const handoff = answer.body as Task;
  t.same(promised(handoff), ['handoff', 'nurse', '2026-10-15T21:00:00.000Z'], 'one business day');
  const named = (code: string) =>
    (handoff.input ?? [])
      .filter(({ type }) => type.coding?.[0]?.code === code)
      .map((one) => one.valueReference!.reference!);
  const summary = await read<Composition>('nurse', named('handoff-summary')[0]!);
  const section = (code: string) =>
    summary.section?.find((one) => one.code?.coding?.[0]?.code === code)?.text?.div;
  t.match(section('language'), /Spanish/);
  t.match(section('natural-supports'), /Vega/);
  t.match(section('contact-safety'), /telephone|voice/);
  t.equal(named('barrier').length, 1, 'the telephone is still shared');
  t.same(refusal(await story.tryToMove('navigator', handoff, 'accepted')), [
    403,
    'navigator-cannot-accept-handoff',
  ]);
  const [plan] = await find<CarePlan>('navigator', `CarePlan?patient=${ana.id}`);
  t.equal(phaseOf(plan!), 'handoff');
  const [team] = await find<CareTeam>('navigator', `CareTeam?patient=${ana.id}`);
  t.equal(leadOf(team!), 'PractitionerRole/navigator');
});

t.test('in the end nothing was late, and what is open is known', async (t) => {
  t.same(await tasks(ana, 'late-work'), []);
  const open = (await find<Task>('supervisor', `Task?patient=${ana.id}&status=requested&_count=100`)).map(
    taskCode,
  );
  t.ok(open.includes('handoff'));
  t.notOk(open.includes('nav-inbound-query'));
});
