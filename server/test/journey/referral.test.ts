// A referral from the order to the closed loop, with a missed visit in between, by the users of the demo over HTTP; the
// shortcuts that are refused; and what measures read of it. https://hl7.org/fhir/R4/workflow-management.html
import type { Appointment, Bundle, DiagnosticReport, ServiceRequest, Task } from '@medplum/fhirtypes';
import t from 'tap';
import {
  ANA,
  BSER,
  concept,
  contact,
  done,
  EPISODE,
  extension,
  LOINC,
  note,
  order,
  output,
  ruleOf,
  standing,
  startReferrals,
  system,
  visit,
} from './referral-world.ts';

const { physician, nurse, navigator, ehr, stored, search, theTask, move, accepted, reviewed } =
  await startReferrals(t);

t.test(
  'a referral is brought from the order to the closed loop, with a missed visit in between',
  async (t) => {
    const { id } = await stored(physician, 'POST', order('referral'));
    const request = `ServiceRequest/${id}`;
    const follow = await theTask(request, 'coord-referral');
    const now = async () => standing((await nurse('GET', `/Task/${follow.id}`)).body as Task);
    t.same(await now(), ['draft', 'ordered', undefined], 'the order brought the task');
    t.match(follow, {
      intent: 'order',
      focus: { reference: request },
      for: ANA,
      groupIdentifier: EPISODE,
      requester: { reference: 'PractitionerRole/physician' },
      owner: { reference: 'PractitionerRole/nurse' },
    });
    t.ok(follow.restriction?.period?.end, 'it is due');

    const decision = {
      url: extension('network-decision'),
      extension: [
        { url: 'tier', valueCodeableConcept: concept(system('cn-network-tier'), 'preferred') },
        { url: 'basis', valueCode: 'none' },
      ],
    };
    await stored(physician, 'PUT', { ...order('referral'), id, extension: [decision] } as ServiceRequest);
    t.same(await now(), ['draft', 'network-checked', undefined]);

    const steps = [
      ['requested', 'sent', undefined],
      ['received', 'acknowledged', '2.0'],
      ['accepted', 'accepted', '3.0'],
    ] as const;
    for (const [status, stage, bser] of steps) {
      t.equal((await move(nurse, follow, { status })).status, 200, status);
      t.same(await now(), [status, stage, bser]);
    }

    const first = await stored(navigator, 'POST', visit(request));
    t.same(await now(), ['in-progress', 'scheduled', '5.1.1']);
    await stored(navigator, 'PUT', { ...first, status: 'noshow' } as Appointment);
    t.same(await now(), ['in-progress', 'no-show', '5.1.2']);
    const second = await stored(navigator, 'POST', visit(request));
    t.same(await now(), ['in-progress', 'scheduled', '5.1.1']);
    await stored(navigator, 'PUT', { ...second, status: 'arrived' } as Appointment);
    await stored(navigator, 'PUT', { ...second, status: 'fulfilled' } as Appointment);
    t.same(await now(), ['in-progress', 'attended', '5.1.4']);

    const early = await move(nurse, follow, done());
    t.equal(early.status, 409, 'nothing came back yet');
    t.equal(ruleOf(early), 'loop-not-closed');
    t.match(early.body.issue[0].diagnostics, /No report answers/);

    const report = await stored(ehr, 'POST', note(request));
    t.same(await now(), ['in-progress', 'report-received', '5.1.4']);
    const withReport = (await nurse('GET', `/Task/${follow.id}`)).body as Task;
    t.match(withReport.output, [
      output('consult-note', { valueReference: { reference: `DocumentReference/${report.id}` } }),
    ]);
    const review = await theTask(request, 'loop-closure');
    t.match(review, {
      status: 'requested',
      code: { coding: [{ code: 'loop-closure' }, { system: LOINC, code: '34879-7' }] },
      basedOn: [{ reference: request }],
      owner: { reference: 'PractitionerRole/physician' },
      input: [output('consult-note', { valueReference: { reference: `DocumentReference/${report.id}` } })],
    });
    t.ok(review.executionPeriod?.start);
    t.ok(review.restriction?.period?.end);

    const unread = await move(nurse, follow, claim('reviewed-by-requester'));
    t.equal(ruleOf(unread), 'loop-not-closed');
    t.match(unread.body.issue[0].diagnostics, /not reviewed/);
    const tellEarly = await stored(nurse, 'POST', contact(request));
    t.ok(tellEarly.id, 'a contact before the review is recorded');
    t.same(await now(), ['in-progress', 'report-received', '5.1.4'], 'and closes nothing');

    const byNavigator = await move(navigator, review, { ...done(), output: [] });
    t.equal(byNavigator.status, 403, 'a navigator reviews nothing');
    t.equal((await reviewed(review)).status, 200);
    t.same(await now(), ['in-progress', 'reviewed-by-requester', '5.1.4']);
    const tell = await theTask(request, 'coord-post-visit-followup');
    t.match(tell, { status: 'requested', owner: { reference: 'PractitionerRole/nurse' }, for: ANA });

    const untold = await move(nurse, follow, claim('patient-informed'));
    t.equal(ruleOf(untold), 'loop-not-closed');
    t.match(untold.body.issue[0].diagnostics, /not told/);
    await stored(nurse, 'POST', contact(request, { outcome: 'no-answer', interactive: false }));
    t.same(await now(), ['in-progress', 'reviewed-by-requester', '5.1.4'], 'nobody answered');

    await stored(nurse, 'POST', contact(request));
    t.same(await now(), ['completed', 'patient-informed', '7.0']);
    t.equal(((await nurse('GET', `/${request}`)).body as ServiceRequest).status, 'completed');
    t.equal((await theTask(request, 'coord-post-visit-followup')).status, 'cancelled', 'nobody tells twice');
    const closed = (await nurse('GET', `/Task/${follow.id}`)).body as Task;
    t.ok(closed.executionPeriod?.end);

    const history = (await nurse('GET', `/Task/${follow.id}/_history?_count=50`)).body as Bundle;
    const way = (history.entry ?? []).map(({ resource }) => standing(resource as Task)[2]).reverse();
    t.same(
      way.filter((code, n) => code !== way[n - 1]),
      ['2.0', '3.0', '5.1.1', '5.1.2', '5.1.1', '5.1.4', '7.0'],
      'every business status was stored, in the order of BSeR',
    );
  },
);

/** The numerator of CMS50 for one referral, as the public measure words it on Task. */
async function isInNumerator(request: ServiceRequest, from: string, to: string): Promise<boolean> {
  const CONSULTANT_REPORT =
    '11488-4 34099-2 34788-0 34785-6 34760-9 34879-7 34103-2 34781-5 34841-7 34800-3'.split(' ');
  const tasks = await search<Task>(`Task?patient=Patient/ana-reyes&status=completed&_count=100`);
  return tasks.some(
    (task) =>
      task.code?.coding?.some(
        (coding) => coding.system === LOINC && CONSULTANT_REPORT.includes(coding.code ?? ''),
      ) &&
      task.basedOn?.some(({ reference }) => reference === `ServiceRequest/${request.id}`) &&
      Date.parse(task.executionPeriod?.end ?? '') > Date.parse(request.authoredOn!) &&
      task.executionPeriod!.end! >= from &&
      task.executionPeriod!.end! <= to,
  );
}

t.test('a measure for closed referrals counts the review that a clinician completed', async (t) => {
  const [request] = await accepted();
  const placed = (await nurse('GET', `/${request}`)).body as ServiceRequest;
  const year = new Date().getUTCFullYear();
  const counts = () => isInNumerator(placed, `${year}-01-01`, `${year + 1}-01-01`);
  t.notOk(await counts(), 'an order alone is not closed');
  await stored(ehr, 'POST', note(request, { type: concept(LOINC, '34133-9') }));
  const review = await theTask(request, 'loop-closure');
  t.match(
    review.code,
    { coding: [{}, { system: LOINC, code: '11488-4' }] },
    'any other note is a consultation note',
  );
  t.notOk(await counts(), 'nor is a report that nobody read');
  t.equal((await reviewed(review)).status, 200);
  t.ok(await counts());
});

t.test('two reports that come at once ask for one review, and both are in it', async (t) => {
  const [request, follow] = await accepted();
  await Promise.all([
    stored(ehr, 'POST', note(request)),
    stored(ehr, 'POST', note(request)),
    stored(nurse, 'POST', note(request)),
  ]);
  const review = await theTask(request, 'loop-closure');
  t.equal(review.input?.length, 3);
  t.equal(((await nurse('GET', `/Task/${follow.id}`)).body as Task).output?.length, 3);
});

t.test(
  'a corrected report is added to the open review; after the review it asks for another one',
  async (t) => {
    const [request] = await accepted();
    const result: DiagnosticReport = {
      resourceType: 'DiagnosticReport',
      status: 'final',
      code: concept(LOINC, '34099-2'),
      subject: ANA,
      basedOn: [{ reference: request }],
      issued: new Date().toISOString(),
    };
    const first = await stored(physician, 'POST', result);
    const review = await theTask(request, 'loop-closure');
    t.match(review.code, { coding: [{}, { system: LOINC, code: '34099-2' }] });
    await stored(physician, 'PUT', { ...first, status: 'amended' } as DiagnosticReport);
    const amended = await theTask(request, 'loop-closure');
    t.equal(amended.input?.length, 1, 'the same report is not added twice');
    t.match(amended.note, [{ text: 'A corrected report came.' }]);
    t.equal((await reviewed(review)).status, 200);
    await stored(physician, 'PUT', { ...first, status: 'corrected' } as DiagnosticReport);
    t.match(await theTask(request, 'coord-result-review'), {
      status: 'requested',
      owner: { reference: 'PractitionerRole/physician' },
      partOf: [{ reference: `Task/${review.id}` }],
    });
  },
);

t.test(
  'whoever was asked may end their part when the report is there; the loop is closed when the person was told',
  async (t) => {
    const [request, follow] = await accepted();
    const now = async () => standing((await nurse('GET', `/Task/${follow.id}`)).body as Task);
    await stored(ehr, 'POST', note(request));
    t.equal((await move(nurse, follow, done())).status, 200);
    t.same(await now(), ['completed', 'report-received', '7.0']);
    t.equal(((await nurse('GET', `/${request}`)).body as ServiceRequest).status, 'active');
    t.equal((await reviewed(await theTask(request, 'loop-closure'))).status, 200);
    t.same(await now(), ['completed', 'reviewed-by-requester', '7.0']);
    await stored(nurse, 'POST', contact(request));
    t.same(await now(), ['completed', 'patient-informed', '7.0']);
    t.equal(((await nurse('GET', `/${request}`)).body as ServiceRequest).status, 'completed');
  },
);

/** What somebody says who claims a stage. */
const claim = (stage: string): Partial<Task> => ({
  status: 'in-progress',
  businessStatus: {
    coding: [
      { system: BSER, code: '5.1.4' },
      { system: system('cn-referral-stage'), code: stage },
    ],
  },
});

t.test('nobody says by hand what has not happened', async (t) => {
  const [, follow] = await accepted();
  for (const stage of ['report-received', 'reviewed-by-requester', 'patient-informed']) {
    const answer = await move(nurse, follow, claim(stage));
    t.equal(answer.status, 409, stage);
    t.equal(ruleOf(answer), 'loop-not-closed');
  }
  t.equal((await move(nurse, follow, done())).status, 409, 'nor that it is done');
  t.equal((await move(nurse, follow, claim('attended'))).status, 200, 'a visit is told by hand');
});

t.test('a referral ends without a closed loop only by a way out that it names', async (t) => {
  const statusReason = { text: 'Five calls, no answer' };
  const exit = (stage: string, bser?: string) => ({
    businessStatus: {
      coding: [
        ...(bser ? [{ system: BSER, code: bser }] : []),
        { system: system('cn-referral-stage'), code: stage },
      ],
    },
  });
  const [, unreached] = await accepted();
  t.equal((await move(nurse, unreached, { status: 'in-progress' })).status, 200);
  const failed = await move(nurse, unreached, { status: 'failed', statusReason });
  t.equal(failed.status, 409);
  t.equal(ruleOf(failed), 'loop-not-closed');
  const out = { status: 'failed', statusReason, ...exit('unable-to-contact') } as const;
  t.equal((await move(nurse, unreached, out)).status, 200);

  const [, full] = await accepted();
  t.equal(
    (await move(nurse, full, { status: 'rejected', statusReason, ...exit('no-capacity', '4.0') })).status,
    200,
  );
  const [, refused] = await accepted();
  const { body } = await move(nurse, refused, { status: 'rejected', statusReason });
  t.same(standing(body as Task), ['rejected', 'declined', '4.0'], 'without more, it was declined');
});
