// Cancelling, suspending and reopening work, and who changes a request, through HTTP by those who do it.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Bundle, Provenance, Resource, ServiceRequest, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { type Answer, type Ask, laying } from '../helpers/server.ts';
import { ANA, CB, startPractice } from './practice.ts';

const { server, callers, like } = await startPractice(t);
const lay = laying(server);
const as = (role: string): Ask => callers.find((one) => one.role === role)!.ask;
const NURSE = { reference: 'PractitionerRole/nurse' };
const PHYSICIAN = { reference: 'PractitionerRole/physician' };
const call = await like<Task>('Task', 'ana-followup-call');
const referral = await like<Task>('Task', 'ana-cardiology');
const order = await like<ServiceRequest>('ServiceRequest', 'ana-mri');
const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
let count = 0;

/** Stores a task of the nurse, and gives its reference. */
async function task(more: Partial<Task> = {}, base = call): Promise<string> {
  const id = `state-${++count}`;
  await lay('PUT', `/Task/${id}`, { ...base, owner: NURSE, ...more, id });
  return `Task/${id}`;
}
const read = async (reference: string) => (await as('rn')('GET', `/${reference}`)).body as Task;
async function change(ask: Ask, reference: string, more: Partial<Task>): Promise<Answer> {
  const { statusReason: _, ...present } = (await as('rn')('GET', `/${reference}`)).body as Task;
  return ask('PUT', `/${reference}`, { ...present, ...more });
}
const ruleOf = ({ body }: Answer) => body?.issue?.[0]?.details?.coding?.[0]?.code;
const because = (text: string) => ({ statusReason: { text } });

/** The physician's request that work stops. */
async function abort(focus: string): Promise<string> {
  const request: Partial<Task> = {
    resourceType: 'Task',
    identifier: [{ system: `${CB}/identifier/task`, value: `abort-${++count}` }],
    groupIdentifier: call.groupIdentifier!,
    status: 'requested',
    intent: 'order',
    code: {
      coding: [
        { system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'abort' },
        { system: `${CB}/CodeSystem/cn-task-code`, code: 'cancellation' },
      ],
    },
    focus: { reference: focus },
    for: ANA,
    authoredOn: new Date().toISOString(),
    requester: PHYSICIAN,
    owner: NURSE,
    reasonCode: { text: 'The person has moved away' },
  };
  const { status, body } = await as('physician')('POST', '/Task', request);
  t.equal(status, 201, JSON.stringify(body));
  return `Task/${body.id}`;
}
const done = () => ({
  status: 'completed' as const,
  executionPeriod: { end: new Date().toISOString() },
});

t.test('work in progress is cancelled by its owner; whoever asked for it asks the owner', async (t) => {
  const work = await task();
  const refused = await change(as('physician'), work, { status: 'cancelled', ...because('Not needed') });
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'task-transition');
  t.match(
    refused.body.issue[0].diagnostics,
    'asks with a cancellation task, code abort, whose focus is this task',
  );
  t.equal((await read(work)).status, 'in-progress');
  t.equal((await change(as('rn'), work, { status: 'cancelled' })).status, 422, 'a reason is needed');
  t.equal((await change(as('rn'), work, { status: 'cancelled', ...because('Not needed') })).status, 200);
  const other = await task();
  t.equal((await change(as('supervisor'), other, { status: 'cancelled', ...because('Double') })).status, 200);
});

t.test(
  'an accepted cancellation task cancels the work with its reason, in the same transaction',
  async (t) => {
    const work = await task();
    const asked = await abort(work);
    t.equal((await change(as('rn'), asked, { status: 'accepted' })).status, 200);
    t.equal((await read(work)).status, 'in-progress', 'accepting alone changes nothing');
    const agreed = await change(as('rn'), asked, done());
    t.equal(agreed.status, 200, JSON.stringify(agreed.body));
    t.match(await read(work), { status: 'cancelled', statusReason: { text: 'The person has moved away' } });
    t.equal((await read(work)).meta?.lastUpdated, agreed.body.meta.lastUpdated, 'at one instant');
  },
);

t.test('a referral that is called off goes through the states of the referral machine', async (t) => {
  const work = await task({}, referral);
  const asked = await abort(work);
  t.equal((await change(as('rn'), asked, { status: 'accepted' })).status, 200);
  t.equal((await change(as('rn'), asked, done())).status, 200);
  t.match(await read(work), {
    status: 'cancelled',
    businessStatus: { coding: [{ system: BSER, code: '6.0' }] },
  });
});

t.test('a rejected cancellation task changes nothing', async (t) => {
  const work = await task();
  const asked = await abort(work);
  t.equal((await change(as('rn'), asked, { status: 'rejected', ...because('Nearly done') })).status, 200);
  t.match(await read(work), { status: 'in-progress', meta: { versionId: '1' } });
});

t.test('nobody but the owner of the work, or a supervisor, answers a cancellation task', async (t) => {
  const work = await task();
  const asked = await abort(work);
  for (const more of [{ status: 'accepted' as const }, { status: 'rejected' as const, ...because('No') }]) {
    const refused = await change(as('physician'), asked, more);
    t.equal(refused.status, 403);
    t.equal(ruleOf(refused), 'cancellation-by-owner');
  }
  t.equal((await read(asked)).status, 'requested');
  t.equal(
    (await change(as('physician'), asked, { status: 'cancelled', ...because('Withdrawn') })).status,
    200,
  );
  t.equal((await read(work)).status, 'in-progress');
});

t.test('work that has ended meanwhile stays as it ended', async (t) => {
  const work = await task();
  const asked = await abort(work);
  await change(as('rn'), asked, { status: 'accepted' });
  await lay('PUT', `/${work}`, { ...(await read(work)), status: 'failed', ...because('Not reached') });
  t.equal((await change(as('rn'), asked, done())).status, 200);
  t.equal((await read(work)).status, 'failed');
});

t.test('suspending a task suspends its open parts, and resuming it resumes just those', async (t) => {
  const whole = await task({ status: 'accepted' });
  const part = (more: Partial<Task>, of = whole) => task({ partOf: [{ reference: of }], ...more });
  const open = await part({ status: 'ready' });
  const running = await part({});
  const grandchild = await part({ status: 'requested' }, running);
  const ended = await part({ status: 'failed', ...because('Not reached') });
  const own = await part({ status: 'accepted' });
  t.equal((await change(as('rn'), own, { status: 'on-hold', ...because('Waits for a form') })).status, 200);

  const held = await change(as('rn'), whole, { status: 'on-hold', ...because('The person is travelling') });
  t.equal(held.status, 200, JSON.stringify(held.body));
  const said = async (reference: string) => {
    const { status, extension = [] } = await read(reference);
    const ours = extension.filter(({ url }) => url.includes('/suspended-'));
    return [status, ...ours.map(({ valueCode, valueReference }) => valueCode ?? valueReference?.reference)];
  };
  t.same(await said(whole), ['on-hold', 'accepted'], 'the server says what it was suspended from');
  t.same(await said(open), ['on-hold', 'ready', whole]);
  t.same(await said(running), ['on-hold', 'in-progress', whole]);
  t.same(await said(grandchild), ['on-hold', 'requested', running]);
  t.same(await said(ended), ['failed']);
  t.same(await said(own), ['on-hold', 'accepted']);
  t.match(await read(open), { statusReason: { text: 'The work that this is part of is on hold.' } });

  const parameter = [{ name: 'status', valueCode: 'accepted' }];
  const back = await as('rn')('POST', `/${whole}/$transition`, { resourceType: 'Parameters', parameter });
  t.equal(back.status, 200, JSON.stringify(back.body));
  t.same(await said(whole), ['accepted']);
  t.same(await said(open), ['ready']);
  t.same(await said(running), ['in-progress']);
  t.same(await said(grandchild), ['requested']);
  t.same(await said(own), ['on-hold', 'accepted'], 'one that was on hold before stays so');
  t.equal((await read(open)).statusReason, undefined);
});

t.test('no part of a task is begun, taken up again or added while the task is on hold', async (t) => {
  const whole = await task({ status: 'accepted' });
  const partOf = [{ reference: whole }];
  const held = await task({ status: 'accepted', partOf });
  const waiting = await task({ status: 'received', partOf });
  const other = await task({ status: 'accepted' });
  await change(as('rn'), whole, { status: 'on-hold', ...because('The person is travelling') });
  const { extension: _, ...back } = await read(held);
  const tries: Answer[] = [
    await as('rn')('PUT', `/${held}`, { ...back, status: 'accepted' }),
    await change(as('rn'), waiting, { status: 'accepted' }),
    await change(as('rn'), other, { partOf }),
    await as('rn')('POST', '/Task', { ...call, status: 'ready', owner: NURSE, partOf }),
  ];
  for (const [n, refused] of tries.entries()) {
    t.equal(refused.status, 409, String(n));
    t.equal(ruleOf(refused), 'part-of-suspended');
  }
  t.equal((await read(held)).status, 'on-hold');
  t.equal((await change(as('rn'), held, { status: 'cancelled', ...because('Not needed') })).status, 200);
});

t.test('only the server says by which task another was suspended', async (t) => {
  const one = await task({ status: 'accepted' });
  const extension = [{ url: `${CB}/StructureDefinition/suspended-by`, valueReference: { reference: one } }];
  const other = await task({ status: 'accepted' });
  const refused = await change(as('rn'), other, { status: 'on-hold', ...because('Waits'), extension });
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'task-suspended-from');
});

t.test('a supervisor reopens a finished task with a reason, which a Provenance keeps', async (t) => {
  const output = [{ type: { text: 'Outcome' }, valueString: 'Reached' }];
  const work = await task({ ...done(), output });
  const again = { status: 'in-progress' as const, ...because('The wrong person was called') };
  t.equal((await change(as('rn'), work, again)).status, 403);
  const refused = await change(as('supervisor'), work, { status: 'in-progress' });
  t.equal(refused.status, 409);
  t.match(
    refused.body.issue[0].diagnostics,
    'in-progress (by a supervisor, with a statusReason that says why)',
  );
  const reopened = await change(as('supervisor'), work, again);
  t.equal(reopened.status, 200, JSON.stringify(reopened.body));
  const found = (await as('auditor')('GET', `/Provenance?target=${work}`)).body as Bundle<Provenance>;
  const reasons = (found.entry ?? [])
    .map(({ resource }) => resource!)
    .filter(({ reason }) => reason?.[0]?.text);
  t.equal(reasons.length, 1);
  t.match(reasons[0], {
    target: [{ reference: `${work}/_history/${reopened.body.meta.versionId}` }],
    reason: [{ text: 'The wrong person was called' }],
    activity: { coding: [{ code: 'REACTIVATE' }] },
    agent: [{ who: { reference: 'PractitionerRole/supervisor' } }],
  });
});

/** Stores an order, and gives its address. */
async function ordered(more: Partial<ServiceRequest> = {}): Promise<[string, ServiceRequest]> {
  const request = { ...order, ...more, id: `order-${++count}` } as ServiceRequest;
  await lay('PUT', `/ServiceRequest/${request.id}`, request);
  return [`/ServiceRequest/${request.id}`, request];
}

t.test('only the organization that made a request changes what it orders', async (t) => {
  const [path, request] = await ordered({ requester: { reference: 'PractitionerRole/cardiologist' } });
  const refused = await as('physician')('PUT', path, { ...request, status: 'revoked' });
  t.equal(refused.status, 403);
  t.equal(ruleOf(refused), 'request-author');
  t.equal((await as('physician')('GET', path)).body.status, 'active');
  const note = [{ text: 'The centre asks for the earlier images.' }];
  t.equal((await as('physician')('PUT', path, { ...request, note })).status, 200, 'coordination adds to it');

  const [own, ours] = await ordered({ requester: { reference: 'Organization/larkfield-family-practice' } });
  t.equal((await as('physician')('PUT', own, { ...ours, status: 'revoked' })).status, 200, 'one house');
  const [asked, byPatient] = await ordered({ requester: ANA });
  t.equal((await as('physician')('PUT', asked, { ...byPatient, status: 'revoked' })).status, 200);
});

t.test('a request, a plan and an appointment keep to their tables however they are written', async (t) => {
  const [path, request] = await ordered({ status: 'revoked' });
  const refused = await as('physician')('PUT', path, { ...request, status: 'active' });
  t.equal(refused.status, 409);
  t.equal(ruleOf(refused), 'service-request-transition');
  const patch = [{ op: 'replace', path: '/status', value: 'active' }];
  const patched = await as('physician')('PATCH', path, patch, {
    'content-type': 'application/json-patch+json',
  });
  t.equal(patched.status, 409);
  const entry = [
    { resource: { ...request, status: 'active' }, request: { method: 'PUT', url: path.slice(1) } },
  ];
  const batch = await as('physician')('POST', '/', { resourceType: 'Bundle', type: 'batch', entry });
  t.match(batch.body.entry[0].response.status, '409');
  const transaction = await as('physician')('POST', '/', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry,
  });
  t.equal(transaction.status, 409);
  t.equal((await as('physician')('GET', path)).body.meta.versionId, '1');

  const visit = (await as('rn')('GET', '/Appointment/ana-cardiology-missed')).body as Resource;
  const again = await as('rn')('PUT', '/Appointment/ana-cardiology-missed', { ...visit, status: 'booked' });
  t.equal(again.status, 409);
  t.match(
    again.body.issue[0].diagnostics,
    'An appointment cannot go from noshow to booked. From noshow it can go to: entered-in-error.',
  );
  const plan = (await as('rn')('GET', '/CarePlan/ana-plan')).body as Resource;
  const drafted = await as('rn')('PUT', '/CarePlan/ana-plan', { ...plan, status: 'draft' });
  t.equal(drafted.status, 409);
  t.equal(ruleOf(drafted), 'care-plan-transition');
});
