// A barrier from the register to its end, over HTTP: goal and task, receipt, anew or resolved, asked about again.
// https://hl7.org/fhir/R4/condition.html
import type { Appointment, Bundle, Condition, Goal, Resource, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { CB, codeOf, concept } from '../../care/code.ts';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true, env: { DB_CONNECTIONS: '6' } });
const put = laying(server);
const as = async (user: string): Promise<Ask> => {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: { user } });
  const { access_token } = answer.json() as { access_token: string };
  return asking(server, { authorization: `Bearer ${access_token}` });
};
const [navigator, supervisor] = [await as('navigator'), await as('supervisor')];
const TASK_CODE = `${CB}/CodeSystem/cn-task-code`;
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const RUTH = 'Patient/ruth-abernathy';

const find = async <T extends Resource>(query: string): Promise<T[]> =>
  (((await supervisor('GET', `/${query}`)).body as Bundle).entry ?? []).map(({ resource }) => resource as T);
const read = async <T>(path: string): Promise<T> => (await supervisor('GET', `/${path}`)).body as T;
const barrier = (type: string, patient: string): Condition => ({
  resourceType: 'Condition',
  clinicalStatus: concept(CLINICAL, 'active'),
  category: [
    concept('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern'),
    concept(`${CB}/CodeSystem/cn-category`, 'cn-barrier'),
  ],
  code: concept(`${CB}/CodeSystem/cn-barrier-type`, type),
  subject: { reference: patient },
});
const goalsOf = async (id: string, patient = RUTH): Promise<Goal[]> =>
  (await find<Goal>(`Goal?patient=${patient}`)).filter(
    ({ addresses }) => addresses?.[0]?.reference === `Condition/${id}`,
  );
const tasksOf = async (code: string, id: string, patient = RUTH): Promise<Task[]> =>
  (await find<Task>(`Task?patient=${patient}&code=${TASK_CODE}|${code}&_sort=_lastUpdated`)).filter(
    ({ input = [] }) => input.some(({ valueReference }) => valueReference?.reference === `Condition/${id}`),
  );

/** Takes a task on and completes it. */
async function complete(task: Task, output?: Task['output']): Promise<Answer> {
  const owner = { reference: 'PractitionerRole/navigator' };
  const accepted = await navigator('PUT', `/Task/${task.id}`, { ...task, owner, status: 'accepted' });
  t.equal(accepted.status, 200, JSON.stringify(accepted.body));
  const started = await navigator('PUT', `/Task/${task.id}`, { ...accepted.body, status: 'in-progress' });
  t.equal(started.status, 200, JSON.stringify(started.body));
  return navigator('PUT', `/Task/${task.id}`, {
    ...started.body,
    status: 'completed',
    executionPeriod: { start: new Date().toISOString(), end: new Date().toISOString() },
    output: output ?? [
      { type: concept(`${CB}/CodeSystem/cn-task-parameter`, 'outcome'), valueString: 'Arranged.' },
    ],
  });
}
const said = (code: string): Task['output'] => [
  {
    type: concept(`${CB}/CodeSystem/cn-task-parameter`, 'receipt'),
    valueCodeableConcept: concept(`${CB}/CodeSystem/cn-receipt`, code),
  },
];

let id = '';
t.test('a barrier that is recorded has a goal, and a task that is due in seven days', async (t) => {
  const made = await navigator('POST', '/Condition', barrier('childcare', RUTH));
  t.equal(made.status, 201, JSON.stringify(made.body));
  id = made.body.id as string;
  const goals = await goalsOf(id);
  t.match(goals, [{ lifecycleStatus: 'active', description: { text: /looks after the children/ } }]);
  const [task, more] = await tasksOf('nav-barrier-resolve', id);
  t.equal(more, undefined, 'one');
  t.match(task, {
    status: 'requested',
    requester: { reference: 'PractitionerRole/navigator' },
    focus: { reference: `Condition/${id}` },
    performerType: [{ coding: [{ code: 'navigator' }] }],
  });
  const days = (Date.parse(task!.restriction!.period!.end!) - Date.now()) / 86_400_000;
  t.ok(days > 6 && days < 8, `${days} days`);
});

t.test('writing it again opens nothing anew', async (t) => {
  const stored = await read<Condition>(`Condition/${id}`);
  t.equal(
    (await navigator('PUT', `/Condition/${id}`, { ...stored, note: [{ text: 'Two children.' }] })).status,
    200,
  );
  t.equal((await goalsOf(id)).length, 1);
  t.equal((await tasksOf('nav-barrier-resolve', id)).length, 1);
});

t.test('seeing to it is not its end: the person is asked on the next business day', async (t) => {
  const [task] = await tasksOf('nav-barrier-resolve', id);
  t.equal((await complete(task!)).status, 200);
  const [check, more] = await tasksOf('nav-receipt-check', id);
  t.equal(more, undefined);
  t.match(check, { status: 'requested', partOf: [{ reference: `Task/${task!.id}` }] });
  t.equal(codeOf((await read<Condition>(`Condition/${id}`)).clinicalStatus, CLINICAL), 'active');
});

t.test('a receipt check is not completed without what the person said', async (t) => {
  const [check] = await tasksOf('nav-receipt-check', id);
  const refused = await complete(check!);
  t.equal(refused.status, 409);
  t.equal(refused.body.issue[0].details.coding[0].code, 'barrier-receipt-not-told');
  t.equal((await read<Task>(`Task/${check!.id}`)).status, 'in-progress');
});

t.test('what was not received is seen to anew; what was is the end of the barrier', async (t) => {
  const [check] = await tasksOf('nav-receipt-check', id);
  const done = async (task: Task, output?: Task['output']) =>
    navigator('PUT', `/Task/${task.id}`, {
      ...task,
      status: 'completed',
      executionPeriod: { start: new Date().toISOString(), end: new Date().toISOString() },
      output,
    });
  const not = await done(await read<Task>(`Task/${check!.id}`), said('not-received'));
  t.equal(not.status, 200, JSON.stringify(not.body));
  const anew = (await tasksOf('nav-barrier-resolve', id)).find(({ status }) => status === 'requested');
  t.match(anew, { partOf: [{ reference: `Task/${check!.id}` }] });
  t.equal(codeOf((await read<Condition>(`Condition/${id}`)).clinicalStatus, CLINICAL), 'active');

  t.equal((await complete(anew!)).status, 200);
  const second = (await tasksOf('nav-receipt-check', id)).find(({ status }) => status === 'requested');
  const received = await complete(second!, said('received'));
  t.equal(received.status, 200, JSON.stringify(received.body));
  const resolved = await read<Condition>(`Condition/${id}`);
  t.equal(codeOf(resolved.clinicalStatus, CLINICAL), 'resolved');
  t.ok(resolved.abatementDateTime);
  t.match(await goalsOf(id), [
    { lifecycleStatus: 'completed', achievementStatus: { coding: [{ code: 'achieved' }] } },
  ]);
  const [screen] = await tasksOf('nav-barrier-screen', id);
  const days = (Date.parse(screen!.restriction!.period!.end!) - Date.now()) / 86_400_000;
  t.ok(days > 29 && days < 31, `asked again in ${days} days`);
});

t.test('a barrier that is found to be over calls off the work against it', async (t) => {
  const made = await navigator('POST', '/Condition', barrier('food', RUTH));
  const own = made.body.id as string;
  const over = {
    ...made.body,
    clinicalStatus: concept(CLINICAL, 'resolved'),
    abatementDateTime: '2026-11-01',
  };
  t.equal((await navigator('PUT', `/Condition/${own}`, over)).status, 200);
  t.match(await tasksOf('nav-barrier-resolve', own), [{ status: 'cancelled', statusReason: { text: /./ } }]);
  t.match(await goalsOf(own), [{ lifecycleStatus: 'completed' }]);
});

t.test('a goal and a task that come in the same transaction are not made twice', async (t) => {
  const fullUrl = 'urn:uuid:0a1b6c52-3d7e-4f60-9a11-0000000000aa';
  const post = (resource: object, url: string) => ({
    fullUrl: url,
    resource,
    request: { method: 'POST', url: (resource as Resource).resourceType },
  });
  const goal = {
    resourceType: 'Goal',
    lifecycleStatus: 'active',
    category: [concept(`${CB}/CodeSystem/cn-category`, 'barrier-goal')],
    description: { text: 'Papers in order' },
    subject: { reference: RUTH },
    addresses: [{ reference: fullUrl }],
  };
  const task = {
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    groupIdentifier: { system: `${CB}/identifier/episode`, value: 'a' },
    code: concept(TASK_CODE, 'nav-barrier-resolve'),
    focus: { reference: fullUrl },
    for: { reference: RUTH },
    input: [
      {
        type: concept(`${CB}/CodeSystem/cn-task-parameter`, 'barrier'),
        valueReference: { reference: fullUrl },
      },
    ],
  };
  const answer = await navigator('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      post(barrier('paperwork', RUTH), fullUrl),
      post(goal, 'urn:uuid:0a1b6c52-3d7e-4f60-9a11-0000000000ab'),
      post(task, 'urn:uuid:0a1b6c52-3d7e-4f60-9a11-0000000000ac'),
    ],
  });
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  const [made] = await find<Condition>(
    `Condition?patient=${RUTH}&code=${CB}/CodeSystem/cn-barrier-type|paperwork`,
  );
  t.equal((await goalsOf(made!.id!)).length, 1);
  t.equal((await tasksOf('nav-barrier-resolve', made!.id!)).length, 1);
});

t.test('somebody who is in no programme gets nothing more than what was written', async (t) => {
  await put('PUT', '/Patient/stranger', {
    resourceType: 'Patient',
    id: 'stranger',
    name: [{ family: 'Stranger' }],
  });
  const made = await navigator('POST', '/Condition', barrier('food', 'Patient/stranger'));
  t.equal(made.status, 201, JSON.stringify(made.body));
  t.strictSame(await find('Task?patient=Patient/stranger'), []);
  t.strictSame(await find('Goal?patient=Patient/stranger'), []);
});

const visit = (name: string, more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  id: name,
  status: 'proposed',
  serviceCategory: [concept(`${CB}/CodeSystem/cn-category`, 'appointment')],
  participant: [{ actor: { reference: 'Patient/grace-oduya' }, status: 'accepted' }],
  ...more,
});
const because = (code: string): Partial<Appointment> => ({
  status: 'cancelled',
  cancelationReason: concept('http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason', code),
});

t.test('the reason of a cancelled visit opens the barrier, once while it stands', async (t) => {
  const types = async () =>
    (
      await find<Condition>(
        `Condition?patient=Patient/grace-oduya&category=${CB}/CodeSystem/cn-category|cn-barrier`,
      )
    )
      .map(({ code }) => codeOf(code, `${CB}/CodeSystem/cn-barrier-type`))
      .sort();
  for (const name of ['visit-1', 'visit-2', 'visit-3', 'visit-4', 'visit-5'])
    await put('PUT', `/Appointment/${name}`, visit(name));
  const cancel = (name: string, code: string) =>
    navigator('PUT', `/Appointment/${name}`, visit(name, because(code)));
  const answers = await Promise.all([cancel('visit-1', 'pat-lt'), cancel('visit-2', 'pat-lt')]);
  t.strictSame(
    answers.map(({ status }) => status),
    [200, 200],
    JSON.stringify(answers.map(({ body }) => body.issue)),
  );
  t.strictSame(await types(), ['transport'], 'two at once open one');
  t.equal((await cancel('visit-3', 'oth-int')).status, 200);
  t.equal((await cancel('visit-4', 'oth-fin')).status, 200);
  t.equal((await cancel('visit-5', 'oth-weath')).status, 200);
  t.strictSame(await types(), ['cost', 'language', 'transport']);
  const [transport] = await find<Condition>(
    `Condition?patient=Patient/grace-oduya&code=${CB}/CodeSystem/cn-barrier-type|transport`,
  );
  t.match(transport?.evidence?.[0]?.detail?.[0]?.reference, /^Appointment\/visit-/);
  t.equal((await tasksOf('nav-barrier-resolve', transport!.id!, 'Patient/grace-oduya')).length, 1);
  t.equal((await goalsOf(transport!.id!, 'Patient/grace-oduya')).length, 1);
});
