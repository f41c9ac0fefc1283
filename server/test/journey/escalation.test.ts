// A symptom or a crisis reaches a clinician at once, whoever records it and in whatever way, and once.
// https://hl7.org/fhir/R4/task.html
import type {
  Communication,
  Observation,
  Organization,
  Patient,
  PractitionerRole,
  QuestionnaireResponse,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import { ANA, CB, startPractice } from './practice.ts';

const NOW = Date.now();
const { callers, put, like } = await startPractice(t);
const as = (role: string) => callers.find((caller) => caller.role === role)!;
const question = await like<Task>('Task', 'ana-inbound-query');
const contact = await like<Communication>('Communication', 'ana-question');
const topic = (code: string) => ({ coding: [{ system: `${CB}/CodeSystem/cn-query-topic`, code }] });
const asked = (code: string, more: Partial<Task> = {}): Task => {
  const {
    identifier: _identifier,
    output: _output,
    executionPeriod: _period,
    focus: _focus,
    ...rest
  } = question;
  return {
    ...rest,
    status: 'in-progress',
    input: [
      {
        type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'query-topic' }] },
        valueCodeableConcept: topic(code),
      },
    ],
    ...more,
  };
};

/** The triage tasks that were opened for a record. */
async function triagesOf(source: string): Promise<Task[]> {
  const query = `code=${CB}/CodeSystem/cn-task-code|coord-risk-triage&_count=100`;
  const { body } = await as('rn').ask('GET', `/Task?${query}`);
  const tasks: Task[] = (body.entry ?? []).map(({ resource }: { resource: Task }) => resource);
  return tasks.filter(({ input = [] }) => input.some((one) => one.valueReference?.reference === source));
}
const stored = async (resource: Resource, role = 'navigator') => {
  const { status, body } = await as(role).ask('POST', `/${resource.resourceType}`, resource);
  t.equal(status, 201, JSON.stringify(body.issue));
  return body;
};
const minutesUntilDue = ({ restriction }: Task) => (Date.parse(restriction!.period!.end!) - NOW) / 60_000;

t.test('a contact with a symptom opens one urgent triage task for the nurse of the team', async (t) => {
  const { id, meta: _meta, ...call } = { ...contact, topic: topic('symptom') } as Communication;
  const { id: source } = await stored(call);
  const [triage, ...more] = await triagesOf(`Communication/${source}`);
  t.same(more, []);
  t.match(triage, {
    status: 'requested',
    intent: 'order',
    priority: 'urgent',
    for: ANA,
    owner: { reference: 'PractitionerRole/nurse' },
    requester: { reference: 'PractitionerRole/navigator' },
    reasonCode: topic('symptom'),
    groupIdentifier: { value: '0a1b6c52-3d7e-4f60-9a11-000000000001' },
  });
  const minutes = minutesUntilDue(triage!);
  t.ok(minutes > 59 && minutes < 65, `due in ${minutes} minutes`);
  t.equal(id, undefined);
});

t.test('a crisis is due in 15 minutes; a change of the record opens no second task', async (t) => {
  const call = await stored({ ...contact, topic: topic('crisis') } as Communication);
  const source = `Communication/${call.id}`;
  const [triage] = await triagesOf(source);
  t.equal(triage?.priority, 'stat');
  t.ok(minutesUntilDue(triage!) < 20);
  const again = { ...call, note: [{ text: 'Called again' }] };
  t.equal((await as('navigator').ask('PUT', `/${source}`, again)).status, 200);
  const calmed = { ...again, topic: topic('other') };
  t.equal((await as('navigator').ask('PUT', `/${source}`, calmed)).status, 200);
  t.equal((await as('navigator').ask('PUT', `/${source}`, again)).status, 200);
  t.equal((await triagesOf(source)).length, 1);
});

t.test('a question that can wait opens nothing', async (t) => {
  const call = await stored({ ...contact, topic: topic('bill') } as Communication);
  t.same(await triagesOf(`Communication/${call.id}`), []);
});

const started = async (code: string, id: string): Promise<Task> => {
  // As the server itself: a task begins before it is in progress, and what the server lays sets nothing off.
  await put({ ...asked(code, { status: 'ready' }), id });
  const { body } = await as('navigator').ask('GET', `/Task/${id}`);
  return body;
};
const completed = (task: Task): Task => ({
  ...task,
  status: 'completed',
  executionPeriod: { start: task.authoredOn!, end: new Date().toISOString() },
  output: [
    {
      type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'outcome' }] },
      valueString: 'Answered',
    },
  ],
});

t.test(
  'a navigator who notes a symptom opens the triage, and completes the question only when it is done',
  async (t) => {
    const id = 'noted-symptom';
    const task = await started('appointment', id);
    const noted = { ...task, status: 'in-progress', input: asked('symptom').input } as Task;
    const first = await as('navigator').ask('PUT', `/Task/${id}`, noted);
    t.equal(first.status, 200, JSON.stringify(first.body.issue));
    const [triage] = await triagesOf(`Task/${id}`);
    t.ok(triage);
    const refused = await as('navigator').ask('PUT', `/Task/${id}`, completed(first.body));
    t.equal(refused.status, 403);
    t.match(refused.body.issue, [
      {
        code: 'forbidden',
        details: { coding: [{ code: 'non-clinical-cannot-complete-escalation' }] },
        diagnostics: /bring a nurse in now/,
      },
    ]);
    const calmed = await as('navigator').ask('PUT', `/Task/${id}`, {
      ...first.body,
      input: asked('bill').input,
    });
    t.equal(calmed.status, 403, 'nor is the topic taken away first');
    const running = { ...triage!, status: 'in-progress' };
    const taken = await as('rn').ask('PUT', `/Task/${triage!.id}`, { ...triage!, status: 'accepted' });
    t.equal(taken.status, 200, JSON.stringify(taken.body.issue));
    t.equal((await as('rn').ask('PUT', `/Task/${triage!.id}`, running)).status, 200);
    t.equal((await as('rn').ask('PUT', `/Task/${triage!.id}`, completed(running as Task))).status, 200);
    const done = await as('navigator').ask('PUT', `/Task/${id}`, completed(first.body));
    t.equal(done.status, 200, JSON.stringify(done.body.issue));
  },
);

t.test('a clinician completes the question without waiting', async (t) => {
  const id = 'nurse-on-the-line';
  const task = await started('symptom', id);
  const running = { ...task, status: 'in-progress' } as Task;
  t.equal((await as('navigator').ask('PUT', `/Task/${id}`, running)).status, 200);
  t.equal((await as('navigator').ask('PUT', `/Task/${id}`, completed(running))).status, 403);
  t.equal((await as('rn').ask('PUT', `/Task/${id}`, completed(running))).status, 200);
});

const form = (code: string, more: Partial<QuestionnaireResponse> = {}): QuestionnaireResponse => ({
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  subject: ANA,
  authored: new Date(NOW).toISOString(),
  item: [{ linkId: '44260-8', answer: [{ valueCoding: { system: 'http://loinc.org', code } }] }],
  ...more,
});

t.test(
  'the ninth answer of a PHQ-9 above "not at all" opens a triage that is due in 15 minutes',
  async (t) => {
    const calm = await stored({ ...form('LA6568-5'), author: { reference: 'PractitionerRole/navigator' } });
    t.same(await triagesOf(`QuestionnaireResponse/${calm.id}`), []);
    const answers = await stored(form('LA6569-3', { author: ANA, source: ANA } as object), 'patient');
    const [triage, ...more] = await triagesOf(`QuestionnaireResponse/${answers.id}`);
    t.same(more, []);
    t.match(triage, {
      priority: 'stat',
      reasonCode: topic('crisis'),
      owner: { reference: 'PractitionerRole/nurse' },
    });
    const amended = { ...calm, status: 'amended', item: form('LA6571-9').item };
    t.equal((await as('navigator').ask('PUT', `/QuestionnaireResponse/${calm.id}`, amended)).status, 200);
    t.equal((await triagesOf(`QuestionnaireResponse/${calm.id}`)).length, 1);
  },
);

const finding = (more: Partial<Observation>): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '44260-8' }] },
  subject: ANA,
  valueInteger: 2,
  ...more,
});

t.test('a finding that was taken from a form that presses already opens no second triage', async (t) => {
  const own = await stored(finding({}), 'rn');
  t.equal((await triagesOf(`Observation/${own.id}`)).length, 1);
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:5f0c4a06-7d5e-4a9e-9d1e-0c8f1c6f4a11',
        resource: form('LA6570-1'),
        request: { method: 'POST', url: 'QuestionnaireResponse' },
      },
      {
        resource: finding({
          derivedFrom: [{ reference: 'urn:uuid:5f0c4a06-7d5e-4a9e-9d1e-0c8f1c6f4a11' }],
        }),
        request: { method: 'POST', url: 'Observation' },
      },
    ],
  };
  const { status, body } = await as('rn').ask('POST', '/', bundle);
  t.equal(status, 200, JSON.stringify(body.issue));
  const [response, observation] = body.entry.map(
    ({ response }: { response: { location: string } }) =>
      /(\w+\/[^/]+)\/_history/.exec(response.location)![1]!,
  );
  t.equal((await triagesOf(response)).length, 1);
  t.equal((await triagesOf(observation)).length, 0);
});

t.test('somebody who is not enrolled and has no team is triaged by the coordination team', async (t) => {
  await put({
    ...(await like<Organization>('Organization', 'coordination-pool')),
    id: 'coordination-pool',
    identifier: [{ system: `${CB}/identifier/pool`, value: 'coordination' }],
  });
  await put({ resourceType: 'Patient', id: 'stranger', name: [{ family: 'Stranger' }] } as Patient);
  const call = await stored({
    ...contact,
    subject: { reference: 'Patient/stranger' },
    sender: { reference: 'Patient/stranger' },
    topic: topic('crisis'),
  } as Communication);
  const [triage] = await triagesOf(`Communication/${call.id}`);
  t.equal(triage?.for?.reference, 'Patient/stranger');
  t.equal(triage?.owner?.reference, 'Organization/coordination-pool');
});

t.test('questions about one contact that are opened at the same time open one triage', async (t) => {
  await put({ ...contact, topic: topic('symptom'), id: 'same-contact' } as Communication);
  const task = asked('symptom', { status: 'requested', focus: { reference: 'Communication/same-contact' } });
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => as('navigator').ask('POST', '/Task', task)),
  );
  for (const { status, body } of answers) t.equal(status, 201, JSON.stringify(body.issue));
  t.equal((await triagesOf('Communication/same-contact')).length, 1);
});

t.test('a nurse who has left is passed over for the coordination team', async (t) => {
  const nurse = await like<PractitionerRole>('PractitionerRole', 'nurse');
  await put({ ...nurse, id: 'nurse', active: false });
  const call = await stored({ ...contact, topic: topic('crisis') } as Communication);
  const [triage] = await triagesOf(`Communication/${call.id}`);
  t.equal(triage?.owner?.reference, 'Organization/coordination-pool');
  await put({ ...nurse, id: 'nurse' });
});

t.test('what a caller may not write opens nothing', async (t) => {
  const before = (await as('rn').ask('GET', `/Task?code=coord-risk-triage&_summary=count`)).body.total;
  const refused = await as('auditor').ask('POST', '/Communication', { ...contact, topic: topic('crisis') });
  t.equal(refused.status, 403);
  const broken = await as('navigator').ask('POST', '/Communication', {
    ...contact,
    topic: topic('crisis'),
    status: 'nonsense',
  });
  t.equal(broken.status, 422);
  t.equal((await as('rn').ask('GET', `/Task?code=coord-risk-triage&_summary=count`)).body.total, before);
});
