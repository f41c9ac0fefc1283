// The service clocks through HTTP: due dates are promised, late work goes to a supervisor once, questions are answered in time.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Bundle, Communication, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { until } from '../helpers/process.ts';
import { asking, laying, startServer } from '../helpers/server.ts';
import { CB, due, expecting, extension, found, lateWork, people, question, taskOf } from './clock-people.ts';

/** A Tuesday. */
let now = new Date('2026-03-03T15:00:00.000Z');
const server = await startServer(t, { now: () => now });
const ask = asking(server);
const lay = laying(server);
for (const one of people) await lay('PUT', `${one.resourceType}/${one.id}`, one);

const create = async (task: Task): Promise<Task & { id: string }> =>
  expecting(201, await ask('POST', '/Task', task));
const change = async (id: string, more: Partial<Task>): Promise<Task> => {
  const task = expecting<Task>(200, await ask('GET', `/Task/${id}`));
  return expecting(200, await ask('PUT', `/Task/${id}`, { ...task, ...more }));
};
const policyOf = ({ extension = [] }: Task) =>
  Object.fromEntries(
    (extension.find(({ url }) => url === `${CB}/StructureDefinition/due-policy`)?.extension ?? []).map(
      ({ url, valueCode, valueBoolean, valueDateTime }) => [url, valueCode ?? valueBoolean ?? valueDateTime],
    ),
  );
/** Waits until a clock that was set later and is due has struck: then those before it have too. */
async function untilStruck(): Promise<void> {
  const last = await create(taskOf('nav-schedule', due(new Date(now.getTime() + 1_000).toISOString())));
  now = new Date(now.getTime() + 2_000);
  await until(async () => (await lateWork(ask, last.id)).length > 0, 'the last clock struck');
}

t.test('work that is asked for is due as promised, and says by which promise', async (t) => {
  const task = await create(taskOf('nav-no-show-recovery'));
  t.equal(task.restriction!.period!.end, '2026-03-04T17:00:00.000Z', 'the end of the next business day');
  t.strictSame(policyOf(task), {
    sla: 'no-show-recovery',
    clockStart: '2026-03-03T15:00:00.000Z',
    businessDays: true,
  });
  const named = await create(taskOf('nav-no-show-recovery', due('2026-04-01T12:00:00Z')));
  t.equal(named.restriction!.period!.end, '2026-04-01T12:00:00Z', 'what the client says stands');
  t.strictSame(policyOf(named), {});
  const other = await create(taskOf('nav-schedule'));
  t.equal(other.restriction, undefined, 'nothing is promised for that');
  const draft = await create(taskOf('nav-no-show-recovery', { status: 'draft' }));
  t.equal(draft.restriction, undefined, 'a draft is not asked for yet');
  const asked = await change(draft.id, { status: 'requested' });
  t.equal(asked.restriction!.period!.end, '2026-03-04T17:00:00.000Z');
});

t.test('when a due date passes a supervisor gets an urgent task, once', async (t) => {
  const task = await create(taskOf('nav-schedule', due('2026-03-03T15:10:00Z')));
  await untilStruck();
  t.strictSame(await lateWork(ask, task.id), [], 'it is not late yet');
  now = new Date('2026-03-03T15:10:01.000Z');
  await until(async () => (await lateWork(ask, task.id)).length > 0, 'it was told');
  const [told] = await lateWork(ask, task.id);
  t.match(told, {
    status: 'requested',
    priority: 'urgent',
    owner: { reference: 'PractitionerRole/supervisor' },
    for: { reference: 'Patient/ana' },
    groupIdentifier: { value: 'episode-ana' },
    restriction: { period: { end: '2026-03-04T17:00:00.000Z' } },
    input: [{ valueCode: 'due-date' }, { valueDateTime: '2026-03-03T15:10:00.000Z' }],
  });
  await change(task.id, { note: [{ text: 'Tried again.' }] });
  await untilStruck();
  t.equal((await lateWork(ask, task.id)).length, 1, 'and not again');
});

t.test('a due date that was moved does not strike, the new one does', async (t) => {
  const start = now.getTime();
  const at = (seconds: number) => new Date(start + seconds * 1_000);
  const task = await create(taskOf('nav-schedule', due(at(60).toISOString())));
  await untilStruck();
  await change(task.id, due(at(600).toISOString()));
  now = at(120);
  await untilStruck();
  t.strictSame(await lateWork(ask, task.id), []);
  now = at(601);
  await until(async () => (await lateWork(ask, task.id)).length > 0, 'the new date struck');
});

t.test('what has ended, is on hold, is a draft or is of nobody who is enrolled is not late', async (t) => {
  const end = due(new Date(now.getTime() + 60_000).toISOString());
  const ended = await create(taskOf('nav-schedule', end));
  await change(ended.id, { status: 'cancelled', statusReason: { text: 'Not needed.' } });
  const held = await create(taskOf('nav-schedule', end));
  await change(held.id, { status: 'on-hold', statusReason: { text: 'Away.' } });
  const draft = await create(taskOf('nav-schedule', { ...end, status: 'draft' }));
  const stranger = await create(taskOf('nav-schedule', { ...end, for: { reference: 'Patient/ben' } }));
  const { code: _, ...rest } = taskOf('nav-schedule', end);
  const plain = await create({ ...rest, code: { text: 'Something else' } });
  now = new Date(now.getTime() + 61_000);
  await untilStruck();
  for (const { id } of [ended, held, draft, stranger, plain]) t.strictSame(await lateWork(ask, id), []);
  await change(held.id, { status: 'requested' });
  await until(async () => (await lateWork(ask, held.id)).length > 0, 'it is late once it is taken up again');
});

t.test('what a supervisor was told ends with the late task', async (t) => {
  const end = due(new Date(now.getTime() + 60_000).toISOString());
  const [called, taken] = [
    await create(taskOf('nav-schedule', end)),
    await create(taskOf('nav-schedule', end)),
  ];
  now = new Date(now.getTime() + 61_000);
  for (const { id } of [called, taken]) await until(async () => (await lateWork(ask, id)).length > 0);
  const [told] = await lateWork(ask, taken.id);
  await change(told!.id!, { status: 'accepted' });
  for (const { id } of [called, taken])
    await change(id, { status: 'cancelled', statusReason: { text: 'Not needed.' } });
  t.match(await lateWork(ask, called.id), [{ status: 'cancelled' }]);
  t.match(await lateWork(ask, taken.id), [{ status: 'completed' }]);
});

t.test('a hand-off is late while nobody has accepted it, and no longer', async (t) => {
  const end = due(new Date(now.getTime() + 60_000).toISOString());
  const task = taskOf('handoff', {
    ...end,
    for: { reference: 'Patient/ana' },
    focus: { reference: 'CarePlan/ana' },
    owner: { reference: 'PractitionerRole/nurse' },
    input: [
      {
        type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'handoff-summary' }] },
        valueReference: { reference: 'Composition/ana' },
      },
    ],
  });
  await lay('PUT', 'CarePlan/ana', {
    resourceType: 'CarePlan',
    id: 'ana',
    status: 'active',
    intent: 'plan',
    subject: { reference: 'Patient/ana' },
  });
  await lay('PUT', 'Composition/ana', {
    resourceType: 'Composition',
    id: 'ana',
    status: 'final',
    type: { text: 'Summary' },
    subject: { reference: 'Patient/ana' },
    date: '2026-03-03',
    author: [{ reference: 'PractitionerRole/navigator' }],
    title: 'Summary',
  });
  // Laid, since what a hand-off has to have is another story.
  await lay('PUT', 'Task/waiting', { ...task, id: 'waiting' });
  await lay('PUT', 'Task/accepted', { ...task, id: 'accepted', status: 'accepted' });
  now = new Date(now.getTime() + 61_000);
  await until(async () => (await lateWork(ask, 'waiting')).length > 0);
  t.match(await lateWork(ask, 'waiting'), [{ code: { text: 'A hand-off is not accepted' } }]);
  t.strictSame(await lateWork(ask, 'accepted'), []);
});

t.test('a question opens a task that is due on the same day; a response stops its clock', async (t) => {
  now = new Date('2026-03-10T15:00:00.000Z');
  const asked = expecting<Communication>(201, await ask('POST', '/Communication', question()));
  const questions = () => found<Task>(ask, `/Task?focus=Communication/${asked.id}`);
  const [task] = await questions();
  t.match(task, {
    status: 'requested',
    code: { coding: [{ code: 'nav-inbound-query' }] },
    owner: { reference: 'PractitionerRole/navigator' },
    requester: { reference: 'Patient/ana' },
    restriction: { period: { end: '2026-03-10T17:00:00.000Z' } },
    input: [{ valueCodeableConcept: { coding: [{ code: 'coverage' }] } }],
  });
  expecting(200, await ask('PUT', `/Communication/${asked.id}`, { ...asked, note: [{ text: 'Read.' }] }));
  t.equal((await questions()).length, 1, 'once');

  const answer = (more: object) => ({
    ...question({
      extension: [
        extension('direction', { valueCode: 'outbound' }),
        extension('channel', { valueCode: 'phone' }),
      ],
      sender: { reference: 'PractitionerRole/navigator' },
      recipient: [{ reference: 'Patient/ana' }],
      inResponseTo: [{ reference: `Communication/${asked.id}` }],
      sent: '2026-03-10T15:04:00Z',
    }),
    ...more,
  });
  const withOutcome = (code: string) => ({
    extension: [
      extension('direction', { valueCode: 'outbound' }),
      extension('contact-outcome', { valueCode: code }),
    ],
  });
  const firstOf = (of: Task) =>
    of.extension?.find(({ url }) => url.endsWith('/first-response'))?.valueDateTime;
  expecting(201, await ask('POST', '/Communication', answer(withOutcome('no-answer'))));
  t.equal(firstOf((await questions())[0]!), undefined, 'a try that reaches nobody is no response');
  expecting(
    201,
    await ask(
      'POST',
      '/Communication',
      answer({ ...withOutcome('left-message'), sent: '2026-03-10T15:03:00Z' }),
    ),
  );
  t.equal(firstOf((await questions())[0]!), '2026-03-10T15:03:00Z');
  t.equal((await questions())[0]!.output, undefined, 'word that was left is no answer');
  expecting(201, await ask('POST', '/Communication', answer({})));
  const [answered] = await questions();
  t.equal(firstOf(answered!), '2026-03-10T15:03:00Z', 'the first response stays');
  t.match(answered!.output, [{ type: { coding: [{ code: 'answer' }] } }]);
  now = new Date('2026-03-10T15:06:00.000Z');
  await untilStruck();
  t.strictSame(await lateWork(ask, task!.id!), [], 'it was answered in time');
});

t.test('a question that nobody answers within minutes of working hours goes to a supervisor', async (t) => {
  now = new Date('2026-03-13T16:58:00.000Z');
  const asked = expecting<Communication>(
    201,
    await ask('POST', '/Communication', question({ sender: { reference: 'RelatedPerson/sister' } })),
  );
  const [task] = await found<Task>(ask, `/Task?focus=Communication/${asked.id}`);
  now = new Date('2026-03-14T12:00:00.000Z');
  await untilStruck();
  const early = await lateWork(ask, task!.id!);
  t.match(
    early,
    [{ code: { text: 'A question is not answered' }, input: [{ valueCode: 'inbound-query' }] }],
    'on Saturday its day has gone by, not the five minutes',
  );
});

t.test('a question tells the person by whoever asks, and how it is written does not matter', async (t) => {
  const { subject: _, ...rest } = question();
  const { category: _category, ...bare } = rest;
  const senders = [
    'RelatedPerson/sister',
    'Patient/ana',
    `${server.base}/Patient/ana`,
    'Patient/ana/_history/1',
  ];
  for (const reference of senders) {
    const asked = { ...bare, sender: { reference } };
    const { id } = expecting<Communication>(201, await ask('POST', '/Communication', asked));
    t.match(
      await found(ask, `/Task?focus=Communication/${id}`),
      [{ for: { reference: 'Patient/ana' } }],
      reference,
    );
  }
  const elsewhere = { ...bare, sender: { reference: 'https://elsewhere.example/fhir/Patient/ana' } };
  const { id } = expecting<Communication>(201, await ask('POST', '/Communication', elsewhere));
  t.strictSame(await found(ask, `/Task?focus=Communication/${id}`), [], 'that is somebody else');
});

t.test('a question that was logged with its task opens no second one', async (t) => {
  const entry = [
    {
      fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      resource: question(),
      request: { method: 'POST', url: 'Communication' },
    },
    {
      resource: {
        ...taskOf('nav-inbound-query'),
        focus: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' },
      },
      request: { method: 'POST', url: 'Task' },
    },
  ];
  const { entry: stored } = expecting<Bundle>(
    200,
    await ask('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry }),
  );
  const key = stored![0]!.response!.location!.replace(/^.*(Communication\/[^/]+).*$/, '$1');
  t.equal((await found(ask, `/Task?focus=${key}`)).length, 1);
});

t.test('questions of people who are not enrolled, and messages without a topic, open nothing', async (t) => {
  const { topic: _, ...silent } = question();
  const strange = question({ subject: { reference: 'Patient/ben' }, sender: { reference: 'Patient/ben' } });
  for (const one of [silent, strange]) {
    const { id } = expecting<Communication>(201, await ask('POST', '/Communication', one));
    t.strictSame(await found(ask, `/Task?focus=Communication/${id}`), []);
  }
});
