// The second story: a nurse takes over, and brings a referral, an MRI and a glucose meter from the order to the person who was
// told. Through HTTP alone. https://hl7.org/fhir/R4/workflow-management.html
import type {
  Appointment,
  CarePlan,
  CareTeam,
  Communication,
  DeviceRequest,
  DiagnosticReport,
  DocumentReference,
  EpisodeOfCare,
  Observation,
  Resource,
  ServiceRequest,
  Slot,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import type { Answer } from '../helpers/server.ts';
import {
  BSER,
  concept,
  extension,
  keyOf,
  LOINC,
  leadOf,
  ours,
  output,
  phaseOf,
  promised,
  refer,
  refusal,
  role,
  type Stored,
  standing,
  system,
  tellStory,
} from './story.ts';
import { barrierForm, contact, diagnosis, encounter, enrol, freeTimes } from './story-people.ts';

// A Tuesday morning in New York.
const story = await tellStory(t, '2026-10-13T14:00:00Z');
const { on, today, write, read, change, find, tries, tasks, theTask, does, move } = story;
const { person: ana, team, episode, coverage } = await enrol(story, 'Ana Vega', 'MV-7002', 'pin');
const ANA = refer(ana);
const EPISODE = episode.identifier![0]!;
const SNOMED = 'http://snomed.info/sct';
const INFORMED = ours('cn-referral-stage', 'patient-informed');
const RECEIVED = output('receipt', { valueCodeableConcept: ours('cn-receipt', 'received') });
const NOBODY = { extension: [extension('contact-outcome', { valueCode: 'no-answer' })] };
const CARDIOLOGY = 'Organization/cedar-hill-cardiology';
const MRI = { system: 'http://www.ama-assn.org/go/cpt', code: '70551' };
const DIRECT = 'HealthcareService/imaging';

let referral: Stored<ServiceRequest>;
let mri: Stored<ServiceRequest>;
let meter: Stored<DeviceRequest>;
/** The task that follows an order, as it is now. */
const following = async (order: Resource, code: string): Promise<Stored<Task>> =>
  theTask(ana, code, ({ basedOn = [] }) => basedOn.some(({ reference }) => reference === keyOf(order)));
const stageOf = async (order: Resource, code: string) => standing(await following(order, code));

const order = (category: string, code: object, performer: string): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  requisition: EPISODE,
  status: 'active',
  intent: 'order',
  category: [
    ours('cn-category', category),
    ...(category === 'imaging' ? [concept(SNOMED, '363679005')] : []),
  ],
  code,
  subject: ANA,
  authoredOn: today(),
  requester: role('physician'),
  performer: [{ reference: performer }],
  reasonCode: [{ text: 'Chest discomfort' }],
});
const visitFor = (request: Resource, slot: Slot): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  serviceCategory: [ours('cn-category', 'appointment')],
  slot: [refer(slot)],
  start: slot.start,
  end: slot.end,
  basedOn: [refer(request) as { reference: string }],
  participant: [{ actor: ANA, required: 'required', status: 'accepted' }],
});

t.test('a nurse accepts the hand-off: the plan, the team and the episode change hands at once', async (t) => {
  await write('navigator', await barrierForm(story, ana, 'navigator', { transport: 'N', food: 'N' }));
  await write('ehr', diagnosis(ana, 'E11.9', 'Type 2 diabetes'));
  const asked = await story.handsOver(
    'navigator',
    ana,
    'nurse',
    'The first visit is done; there are orders.',
  );
  t.equal(asked.status, 200, JSON.stringify(asked.body));
  on('2026-10-13T15:30:00Z');
  const accepted = await move('nurse', asked.body, 'accepted');
  t.equal(accepted.executionPeriod?.start, today(), 'it waited for an hour and a half');
  const [plan] = await find<CarePlan>('nurse', `CarePlan?patient=${ana.id}`);
  t.equal(phaseOf(plan!), 'coordination');
  t.equal(leadOf(await read<CareTeam>('nurse', keyOf(team))), 'PractitionerRole/nurse');
  t.equal(
    (await read<EpisodeOfCare>('nurse', keyOf(episode))).careManager?.reference,
    'PractitionerRole/nurse',
  );
  const [told] = (await find<Communication>('nurse', `Communication?patient=${ana.id}`)).filter(({ about }) =>
    about?.some(({ reference }) => reference === `Task/${accepted.id}`),
  );
  t.match(told, { recipient: [ANA], sender: role('nurse'), language: 'en' }, 'she is told who leads now');
});

t.test('the visit brought three orders, and each has a task that follows it', async (t) => {
  const proposal = order('referral', concept(SNOMED, '308471005'), CARDIOLOGY);
  t.equal((await tries('nurse', 'POST', '/ServiceRequest', proposal)).status, 403, 'a nurse signs nothing');
  const visit = await write(
    'ehr',
    encounter(ana, 'AMB', ['2026-10-13T13:00:00Z', today()], { status: 'in-progress' }),
  );
  const seen = { encounter: refer(visit) };
  referral = await write('physician', { ...proposal, ...seen });
  mri = await write('physician', {
    ...order('imaging', { coding: [MRI] }, 'Organization/northgate-imaging'),
    ...seen,
  });
  meter = await write<DeviceRequest>('physician', {
    resourceType: 'DeviceRequest',
    groupIdentifier: EPISODE,
    status: 'active',
    intent: 'order',
    codeCodeableConcept: {
      coding: [
        ...concept('http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', 'A4253').coding,
        ...ours('cn-category', 'equipment').coding,
      ],
    },
    subject: ANA,
    ...seen,
    authoredOn: today(),
    requester: role('physician'),
    performer: { reference: 'Organization/bluebird-supply' },
    reasonCode: [{ text: 'Diabetes' }],
  });
  for (const [one, code] of [
    [referral, 'coord-referral'],
    [mri, 'coord-imaging'],
    [meter, 'coord-dme'],
  ] as const) {
    const task = await following(one, code);
    t.same(standing(task), ['draft', 'ordered', undefined], code);
    t.match(task, { owner: role('nurse'), focus: refer(one), groupIdentifier: EPISODE });
  }
  on('2026-10-13T16:00:00Z');
  await change('ehr', visit, { status: 'finished' });
  const plan = [
    'coord-network-review',
    'coord-prior-auth',
    'coord-post-visit-followup',
    'coord-care-plan-review',
  ];
  for (const code of plan) t.match(await theTask(ana, code), { status: 'requested', owner: role('nurse') });
  t.equal(
    (await tasks(ana, 'nav-handoff-prepare')).length,
    0,
    'nobody is asked to hand over who has handed over',
  );
});

t.test('for the MRI a direct-contract centre is chosen, estimated to save 15 %', async (t) => {
  const options = await find(
    'nurse',
    `HealthcareService/$find-in-network?service=${MRI.system}|${MRI.code}&service=${system('cn-category')}|imaging&coverage=${keyOf(coverage)}&accepting=true`,
  );
  const services = options.filter(({ resourceType }) => resourceType === 'HealthcareService');
  t.same(services.map(keyOf), [
    DIRECT,
    'HealthcareService/northgate-mri',
    'HealthcareService/quarry-road-mri',
  ]);

  const decide = (who: string, choice: string, ...more: object[]): Promise<Answer> =>
    story.calls(
      who,
      `/${keyOf(mri)}/$decide-network`,
      { name: 'choice', valueReference: { reference: choice } },
      { name: 'coverage', valueReference: refer(coverage) },
      ...more,
    );
  t.equal((await decide('navigator', DIRECT)).status, 403, 'a navigator decides for nobody');
  t.same(refusal(await decide('nurse', 'HealthcareService/northgate-mri')), [422, 'network-reason']);
  const decided = await decide('nurse', DIRECT);
  t.equal(decided.status, 200, JSON.stringify(decided.body));
  mri = decided.body as Stored<ServiceRequest>;
  const decision = mri.extension!.find(({ url }) => url.endsWith('/network-decision'))!.extension!;
  const part = (name: string) => decision.find(({ url }) => url === name);
  t.equal(part('tier')?.valueCodeableConcept?.coding?.[0]?.code, 'direct-contract');
  t.same(part('decidedBy')?.valueReference, role('nurse'));
  const [saved, reference] = ['estimatedSaving', 'allowedAmountReference'].map(
    (name) => part(name)!.valueMoney!.value!,
  );
  t.same([saved, saved! / reference!], [177, 0.15]);
  t.match(mri.performer, [{ reference: DIRECT }]);
  t.same(await stageOf(mri, 'coord-imaging'), ['draft', 'network-checked', undefined]);
  const recorded = await find<Observation>('nurse', `Observation?patient=${ana.id}&code=network-decision`);
  t.match(recorded, [{ status: 'final', basedOn: [refer(mri)] }], 'and measures can read it');
  await does(
    'nurse',
    await theTask(ana, 'coord-network-review'),
    output('network-decision', { valueReference: refer(recorded[0]!) }),
  );
});

t.test('the referral goes out, is accepted, scheduled, missed and booked again', async (t) => {
  await move('nurse', await following(referral, 'coord-referral'), 'requested');
  t.same(await stageOf(referral, 'coord-referral'), ['requested', 'sent', undefined]);
  on('2026-10-14T15:00:00Z');
  await move('nurse', await following(referral, 'coord-referral'), 'received', 'accepted');
  t.same(await stageOf(referral, 'coord-referral'), ['accepted', 'accepted', '3.0']);

  const rooms = await freeTimes(
    story,
    [role('cardiologist'), { reference: 'Location/cedar-hill-office' }],
    '2026-10-20T15:00:00Z',
    '2026-10-27T15:00:00Z',
  );
  const [first, second] = await find<Slot>('scheduler', `Slot?schedule=${rooms.id}&_sort=start`);
  const missed = await write('scheduler', visitFor(referral, first!));
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'scheduled', '5.1.1']);
  t.same((await read<Slot>('scheduler', keyOf(first!))).status, 'busy');

  on('2026-10-20T16:00:00Z');
  await change('scheduler', missed, { status: 'noshow' });
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'no-show', '5.1.2']);
  const recovery = await theTask(ana, 'nav-no-show-recovery');
  t.same(promised(recovery), ['nav-no-show-recovery', 'navigator', '2026-10-21T21:00:00.000Z']);

  on('2026-10-21T14:00:00Z');
  await move('navigator', recovery, 'accepted', 'in-progress');
  const again = await write('navigator', {
    ...visitFor(referral, second!),
    extension: [extension('rescheduled-from', { valueReference: refer(missed) })],
  });
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'scheduled', '5.1.1']);
  t.match(await theTask(ana, 'nav-no-show-recovery'), { status: 'completed' }, 'she is won back');

  on('2026-10-27T16:00:00Z');
  await change('scheduler', again, { status: 'arrived' });
  await change('scheduler', again, { status: 'fulfilled' });
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'attended', '5.1.4']);
});

t.test('the report comes back and is reviewed, she is told, and only then is it closed', async (t) => {
  const follow = await following(referral, 'coord-referral');
  const nothing = await story.tryToComplete('nurse', follow, output('outcome', { valueString: 'Done' }));
  t.same(refusal(nothing), [409, 'loop-not-closed']);
  on('2026-10-28T14:00:00Z');
  const report = await write<DocumentReference>('ehr', {
    resourceType: 'DocumentReference',
    status: 'current',
    docStatus: 'final',
    type: concept(LOINC, '34099-2'),
    subject: ANA,
    date: today(),
    content: [{ attachment: { contentType: 'text/plain', data: 'QWxsIHdlbGwu' } }],
    context: { related: [refer(referral)] },
  });
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'report-received', '5.1.4']);
  const review = await following(referral, 'loop-closure');
  t.same(promised(review), ['loop-closure', 'physician', '2026-10-30T21:00:00.000Z'], 'two business days');
  t.match(review.input, [output('consult-note', { valueReference: refer(report) })]);
  t.same(refusal(await story.tryToMove('navigator', review, 'completed')), [
    403,
    'only-clinicians-close-loop',
  ]);
  await does('physician', review);
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'reviewed-by-requester', '5.1.4']);
  const unheard = await story.triesToChange('nurse', follow, {
    businessStatus: { coding: [{ system: BSER, code: '5.1.4' }, ...INFORMED.coding] },
  });
  t.same(refusal(unheard), [409, 'loop-not-closed'], 'she does not know yet');
  t.match(await following(referral, 'coord-post-visit-followup'), {
    owner: role('nurse'),
    status: 'requested',
  });

  on('2026-10-28T15:00:00Z');
  await write('nurse', contact(story, ana, 'nurse', 'phone', { about: [refer(referral)], ...NOBODY }));
  t.same(await stageOf(referral, 'coord-referral'), ['in-progress', 'reviewed-by-requester', '5.1.4']);
  on('2026-10-28T19:00:00Z');
  await write('nurse', contact(story, ana, 'nurse', 'phone', { about: [refer(referral)] }));
  t.same(await stageOf(referral, 'coord-referral'), ['completed', 'patient-informed', '7.0'], 'closed');
  t.equal((await read<ServiceRequest>('nurse', keyOf(referral))).status, 'completed');
});

t.test('the MRI is made and its result read; she says that it took place', async (t) => {
  on('2026-10-29T14:00:00Z');
  const follow = await following(mri, 'coord-imaging');
  await move('nurse', follow, 'requested', 'received', 'accepted');
  const centre = await freeTimes(
    story,
    [{ reference: 'Location/harbour-lane-centre' }],
    '2026-11-02T18:00:00Z',
  );
  const [time] = await find<Slot>('scheduler', `Slot?schedule=${centre.id}`);
  const visit = await write('scheduler', visitFor(mri, time!));
  on('2026-11-02T19:00:00Z');
  await change('scheduler', visit, { status: 'arrived' });
  await change('scheduler', visit, { status: 'fulfilled' });
  const check = await following(mri, 'nav-receipt-check');
  const result = await write<DiagnosticReport>('physician', {
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: concept(LOINC, '24590-2'),
    subject: ANA,
    basedOn: [refer(mri)],
    issued: today(),
  });
  const review = await following(mri, 'coord-result-review');
  t.match(review, {
    owner: role('physician'),
    input: [output('result', { valueReference: refer(result) })],
  });
  await does('physician', review);
  await does('navigator', check, RECEIVED);
  t.equal((await following(mri, 'nav-receipt-check')).status, 'completed');
  const done = await story.tryToComplete(
    'nurse',
    follow,
    output('outcome', { valueString: 'Made and read' }),
  );
  t.equal(done.status, 200, JSON.stringify(done.body));
});

t.test('sent is not received: the glucose meter is asked after until she has it', async (t) => {
  const follow = await following(meter, 'coord-dme');
  await move('nurse', follow, 'requested', 'received', 'accepted', 'in-progress');
  const sent = await story.tryToComplete('nurse', follow, output('outcome', { valueString: 'Sent' }));
  t.equal(sent.status, 200, JSON.stringify(sent.body));
  const check = await following(meter, 'nav-receipt-check');
  t.same(promised(check), ['nav-receipt-check', 'navigator', '2026-11-04T22:00:00.000Z']);
  const missing = output('receipt', { valueCodeableConcept: ours('cn-receipt', 'not-received') });
  await does('navigator', check, missing);
  const call = await following(meter, 'outreach-attempt');
  t.match(call, {
    owner: role('nurse'),
    restriction: { recipient: [{ reference: 'Organization/bluebird-supply' }] },
  });
  on('2026-11-03T15:00:00Z');
  await does('nurse', call, output('outcome', { valueString: 'Sent again' }));
  const second = await theTask(
    ana,
    'nav-receipt-check',
    ({ id, basedOn = [] }) => id !== check.id && basedOn.some(({ reference }) => reference === keyOf(meter)),
  );
  await does('navigator', second, RECEIVED);
  t.equal((await tasks(ana, 'outreach-attempt')).length, 1, 'and that settles it');
});

t.test('in the end every order has come to its end, and the plan is in coordination', async (t) => {
  for (const [one, code] of [
    [referral, 'coord-referral'],
    [mri, 'coord-imaging'],
    [meter, 'coord-dme'],
  ] as const)
    t.equal((await following(one, code)).status, 'completed', code);
  const [plan] = await find<CarePlan>('nurse', `CarePlan?patient=${ana.id}`);
  t.equal(phaseOf(plan!), 'coordination');
});
