// What else may happen on the way of an order: it is withdrawn, it is followed already, its report comes early, nobody may call
// the person, what was arranged does not come. https://hl7.org/fhir/R4/workflow-management.html
import type {
  Appointment,
  Bundle,
  DeviceRequest,
  Encounter,
  Flag,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import {
  ANA,
  concept,
  contact,
  done,
  EPISODE,
  note,
  order,
  output,
  ruleOf,
  standing,
  startReferrals,
  system,
  visit,
} from './referral-world.ts';

const world = await startReferrals(t);
const { physician, nurse, navigator, ehr, lay, stored, tasksOf, theTask, present } = world;
const { move, moveAlong, ordered, accepted, reviewed } = world;

t.test('what has no task and no enrolment is left alone', async (t) => {
  const stranger = await stored(navigator, 'POST', {
    resourceType: 'Patient',
    name: [{ family: 'Not enrolled' }],
    gender: 'unknown',
  } as Resource);
  const reasonCode = [{ text: 'A reason' }];
  const { reasonReference: _of, ...plain } = order('referral', {
    subject: { reference: `Patient/${stranger.id}` },
  });
  const { id } = await stored(physician, 'POST', { ...plain, reasonCode } as ServiceRequest);
  t.same(await tasksOf(`ServiceRequest/${id}`), []);
  const draft = await stored(physician, 'POST', order('referral', { status: 'draft' }));
  t.same(await tasksOf(`ServiceRequest/${draft.id}`), [], 'a draft is no order');
  await stored(physician, 'PUT', { ...order('referral'), id: draft.id } as ServiceRequest);
  t.equal((await tasksOf(`ServiceRequest/${draft.id}`)).length, 1, 'signed, it is one');
});

t.test('an order that is withdrawn takes its task with it, or asks whoever has it to stop', async (t) => {
  const { id } = await stored(physician, 'POST', order('referral'));
  const drafted = await theTask(`ServiceRequest/${id}`, 'coord-referral');
  await stored(physician, 'PUT', { ...order('referral'), id, status: 'revoked' } as ServiceRequest);
  t.same(standing((await nurse('GET', `/Task/${drafted.id}`)).body), [
    'cancelled',
    'cancelled-by-requester',
    undefined,
  ]);
  const [request, running] = await accepted();
  const present = (await nurse('GET', `/${request}`)).body as ServiceRequest;
  await stored(physician, 'PUT', { ...present, status: 'revoked' } as ServiceRequest & { id: string });
  t.same(standing((await nurse('GET', `/Task/${running.id}`)).body), ['in-progress', 'accepted', '5.2']);
});

t.test('what was arranged is asked after, once, and what has not come is taken up again', async (t) => {
  const [request, follow] = await accepted('infusion', 'coord-infusion');
  t.equal((await move(nurse, follow, done())).status, 200, 'sending it is the nurse’s to tell');
  const check = await theTask(request, 'nav-receipt-check');
  t.match(check, { status: 'requested', owner: { reference: 'PractitionerRole/navigator' }, for: ANA });
  const kept = await stored(navigator, 'POST', visit(request));
  await stored(navigator, 'PUT', { ...kept, status: 'arrived' } as Appointment);
  await stored(navigator, 'PUT', { ...kept, status: 'fulfilled' } as Appointment);
  t.equal((await theTask(request, 'nav-receipt-check')).id, check.id, 'one check an order');

  t.equal((await move(navigator, check, { status: 'accepted' })).status, 200);
  const unsaid = await move(navigator, check, done());
  t.equal(unsaid.status, 409);
  t.equal(ruleOf(unsaid), 'receipt-not-told');
  const receipt = output('receipt', { valueCodeableConcept: concept(system('cn-receipt'), 'not-received') });
  t.equal((await move(navigator, check, { ...done(), output: [receipt] })).status, 200);
  t.match(await theTask(request, 'outreach-attempt'), {
    status: 'requested',
    owner: { reference: 'PractitionerRole/nurse' },
    partOf: [{ reference: `Task/${check.id}` }],
    restriction: { recipient: [{ reference: 'Organization/cedar-hill-cardiology' }] },
  });
});

t.test('what was arranged again is asked after again', async (t) => {
  const [request, follow] = await accepted('home-health', 'coord-home-health');
  t.equal((await move(nurse, follow, done())).status, 200);
  const first = await theTask(request, 'nav-receipt-check');
  await moveAlong(first, ['accepted']);
  const answer = (code: string): Partial<Task> => ({
    ...done(),
    output: [output('receipt', { valueCodeableConcept: concept(system('cn-receipt'), code) })],
  });
  t.equal((await move(navigator, first, answer('partly'))).status, 200);
  const call = await theTask(request, 'outreach-attempt');
  await moveAlong(call, ['accepted']);
  t.equal((await move(nurse, call, done())).status, 200);
  const checks = await tasksOf(request, 'nav-receipt-check');
  t.equal(checks.length, 2);
  const second = checks.find(({ id }) => id !== first.id)!;
  await moveAlong(second, ['accepted']);
  t.equal((await move(navigator, second, answer('received'))).status, 200);
  t.equal((await tasksOf(request, 'nav-receipt-check')).length, 2, 'and then it is settled');
  t.equal((await tasksOf(request, 'outreach-attempt')).length, 1);
});

t.test('equipment is followed, and asked after without being the focus of a navigator', async (t) => {
  const device: DeviceRequest = {
    resourceType: 'DeviceRequest',
    groupIdentifier: EPISODE,
    status: 'active',
    intent: 'order',
    codeCodeableConcept: {
      coding: [
        { system: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', code: 'A4253' },
        { system: system('cn-category'), code: 'equipment' },
      ],
    },
    subject: ANA,
    authoredOn: new Date().toISOString(),
    requester: { reference: 'PractitionerRole/physician' },
    performer: { reference: 'Organization/bluebird-supply' },
    reasonReference: [{ reference: 'Condition/ana-diabetes' }],
  };
  const { id } = await stored(physician, 'POST', device);
  const follow = await theTask(`DeviceRequest/${id}`, 'coord-dme');
  t.same(standing(follow), ['draft', 'ordered', undefined]);
  await moveAlong(follow, ['requested', 'received', 'accepted']);
  t.equal((await move(nurse, follow, done())).status, 200);
  t.match(await theTask(`DeviceRequest/${id}`, 'nav-receipt-check'), {
    focus: { reference: `Task/${follow.id}` },
    basedOn: [{ reference: `DeviceRequest/${id}` }],
  });
});

t.test('an order that comes with its own task gets no second one', async (t) => {
  const task: Task = {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    groupIdentifier: EPISODE,
    code: {
      coding: [
        { system: system('cn-task-code'), code: 'coord-referral' },
        { system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' },
      ],
    },
    focus: { reference: 'urn:uuid:5d6c1a9e-7a39-4cf2-8a35-1f2f0e6c0001' },
    basedOn: [{ reference: 'urn:uuid:5d6c1a9e-7a39-4cf2-8a35-1f2f0e6c0001' }],
    for: ANA,
    authoredOn: new Date().toISOString(),
    requester: { reference: 'PractitionerRole/physician' },
    performerType: [concept(system('cn-role'), 'rn')],
  };
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:5d6c1a9e-7a39-4cf2-8a35-1f2f0e6c0001',
        resource: order('referral'),
        request: { method: 'POST', url: 'ServiceRequest' },
      },
      { resource: task, request: { method: 'POST', url: 'Task' } },
    ],
  };
  const { status, body } = await physician('POST', '/', bundle);
  t.equal(status, 200, JSON.stringify(body));
  const [location] = body.entry.map((entry: { response: { location: string } }) => entry.response.location);
  const request = /ServiceRequest\/[^/]+/.exec(location)![0];
  const [only, ...others] = await tasksOf(request);
  t.same(others, []);
  t.same(standing(only!), ['requested', 'sent', undefined]);
});

t.test('a report that comes before the referral is accepted is reviewed all the same', async (t) => {
  const [request, follow] = await ordered();
  await moveAlong(follow, ['requested', 'received']);
  await stored(ehr, 'POST', note(request));
  const filed = await present<Task>(`Task/${follow.id}`);
  t.same(standing(filed), ['received', 'acknowledged', '2.0'], 'nobody accepted it by that');
  t.equal(filed.output?.length, 1);
  t.equal((await reviewed(await theTask(request, 'loop-closure'))).status, 200);
  await stored(nurse, 'POST', contact(request));
  t.same(standing(await present<Task>(`Task/${follow.id}`)), ['received', 'acknowledged', '2.0']);
  await moveAlong(follow, ['accepted']);
  const { body } = await move(nurse, follow, done());
  t.same(standing(body as Task), ['completed', 'patient-informed', '7.0'], 'with both proofs it closes');
});

t.test('an encounter for the visit shows that the person was seen', async (t) => {
  const [request, follow] = await accepted();
  const booked = await stored(navigator, 'POST', visit(request));
  const encounter: Encounter = {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: ANA,
    appointment: [{ reference: `Appointment/${booked.id}` }],
    period: { start: booked.start!, end: booked.end! },
  };
  await stored(ehr, 'POST', encounter);
  t.same(standing(await present<Task>(`Task/${follow.id}`)), ['in-progress', 'attended', '5.1.4']);
});

t.test('a visit that is moved leaves the referral scheduled; one that is called off does not', async (t) => {
  const [request, follow] = await accepted();
  const now = async () => standing(await present<Task>(`Task/${follow.id}`));
  const [first, second] = [
    await stored(navigator, 'POST', visit(request)),
    await stored(navigator, 'POST', visit(request)),
  ];
  const off: Partial<Appointment> = { status: 'cancelled', cancelationReason: { text: 'Moved' } };
  await stored(navigator, 'PUT', { ...first, ...off } as Appointment);
  t.same(await now(), ['in-progress', 'scheduled', '5.1.1']);
  await stored(navigator, 'PUT', { ...second, ...off } as Appointment);
  t.same(await now(), ['in-progress', 'accepted', '5.1.3']);
});

t.test(
  'the physician who reviews Grace’s report moves her referral, which an import had brought',
  async (t) => {
    const { status, body } = await move(physician, { id: 'grace-loop' } as Task, {
      status: 'completed',
      executionPeriod: { start: new Date(Date.now() - 60_000).toISOString(), end: new Date().toISOString() },
    });
    t.equal(status, 200, JSON.stringify(body));
    t.match((body as Task).output, [
      { valueReference: { reference: 'DocumentReference/grace-psychiatry-report' } },
    ]);
    const referral = await present<Task>('Task/grace-psychiatry');
    t.same(standing(referral), ['in-progress', 'reviewed-by-requester', '5.1.4']);
    t.match(referral.output, [
      { valueReference: { reference: 'DocumentReference/grace-psychiatry-report' } },
    ]);
  },
);

t.test('whom nobody may contact, nobody is asked to call', async (t) => {
  const flag: Flag & { id: string } = {
    resourceType: 'Flag',
    id: 'thanh-prohibited',
    status: 'active',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'safety' }] },
    ],
    code: concept(system('cn-contact-safety'), 'contacting-subject-prohibited'),
    subject: { reference: 'Patient/thanh-pham' },
  };
  await lay('PUT', `/Flag/${flag.id}`, flag);
  const { requisition: _anas, reasonReference: _hers, ...plain } = order('infusion');
  const { id } = await stored(physician, 'POST', {
    ...plain,
    subject: { reference: 'Patient/thanh-pham' },
    reasonCode: [{ text: 'A reason' }],
  } as ServiceRequest);
  const request = `ServiceRequest/${id}`;
  const follow = await theTask(request, 'coord-infusion');
  await moveAlong(follow, ['requested']);
  const owner = { reference: 'PractitionerRole/nurse' };
  t.equal((await move(nurse, follow, { status: 'accepted', owner })).status, 200);
  t.equal((await move(nurse, follow, done())).status, 200);
  t.same(await tasksOf(request, 'nav-receipt-check'), []);
});
