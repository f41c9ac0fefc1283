// The scope of practice over HTTP: an administrator changes a rule and it holds at once, what cannot be enforced is refused, work is
// co-signed, and a task is given only to whom it can be given. https://hl7.org/fhir/R4/basic.html
import type { Basic, Extension, Practitioner, PractitionerRole, Task } from '@medplum/fhirtypes';
import t from 'tap';
import type { Answer } from '../helpers/server.ts';
import { type Caller, CB, startPractice } from './practice.ts';

const { callers, put, like } = await startPractice(t);
const as = (role: string): Caller => callers.find((caller) => caller.role === role)!;
const navigation = await like<Task>('Task', 'ana-reminder-cardiology');
const coordination = await like<Task>('Task', 'ana-result-review');
const now = new Date().toISOString();

const taskOf = (base: Task, code: string, more: Partial<Task> = {}): Task => {
  const { identifier: _identifier, owner: _owner, focus: _focus, input: _input, ...rest } = base;
  return {
    ...rest,
    status: 'requested',
    code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code }] },
    ...more,
  };
};
const given = (base: Task, code: string, to: string) =>
  taskOf(base, code, { owner: { reference: `PractitionerRole/${to}` } });
const rulesOf = ({ body }: Answer): string[] =>
  body.issue?.flatMap((each: { details?: { coding?: { code: string }[] } }) =>
    (each.details?.coding ?? []).map(({ code }) => code),
  );
const part = (rule: Basic, name: string) =>
  rule.extension![0]!.extension!.find(({ url }) => url === name) as Extension;
const changed = async (name: string, edit: (rule: Basic) => void) => {
  const rule = { ...(await like<Basic>('Basic', `practice-${name}`)), id: `practice-${name}` };
  edit(rule);
  return as('programme-admin').ask('PUT', `/Basic/practice-${name}`, rule);
};

t.test('staff read the rules of practice; nobody but the administrator changes one', async (t) => {
  const found = await as('navigator').ask('GET', `/Basic?code=${CB}/CodeSystem/cn-category|practice-rule`);
  t.equal(found.status, 200);
  t.ok(found.body.total > 15 || found.body.entry.length > 15);
  t.equal((await as('patient').ask('GET', '/Basic/practice-peer-only-accompanies')).status, 404);
  const rule = await like<Basic>('Basic', 'practice-peer-only-accompanies');
  const body = { ...rule, id: 'practice-peer-only-accompanies' };
  for (const role of ['navigator', 'physician', 'supervisor'])
    t.equal((await as(role).ask('PUT', '/Basic/practice-peer-only-accompanies', body)).status, 403, role);
});

t.test('a rule that is changed holds with the next request', async (t) => {
  const open = () => as('scheduler').ask('POST', '/Task', taskOf(navigation, 'nav-reminder'));
  t.equal((await open()).status, 201);
  const name = 'scheduler-only-schedules';
  const gone = await changed(name, (rule) => {
    const row = rule.extension![0]!;
    row.extension = row.extension!.filter(({ valueCode }) => valueCode !== 'nav-reminder');
  });
  t.equal(gone.status, 200);
  const refused = await open();
  t.equal(refused.status, 403);
  t.same(rulesOf(refused), [name]);
  t.match(refused.body.issue[0].diagnostics, /^A scheduler works on booking/);
  t.equal((await as('programme-admin').ask('DELETE', `/Basic/practice-${name}`)).status, 204);
  t.equal((await open()).status, 201, 'a rule that is gone holds no longer');
});

t.test('a rule of their own holds, and refuses with its own sentence', async (t) => {
  const rule = {
    ...(await like<Basic>('Basic', 'practice-only-supervisor-reopens')),
    id: 'practice-no-complaints-by-benefits',
  };
  rule.extension = [
    {
      url: `${CB}/StructureDefinition/practice-rule`,
      extension: [
        { url: 'name', valueCode: 'no-complaints-by-benefits' },
        { url: 'task', valueCode: 'nav-complaint' },
        { url: 'move', valueCode: 'created' },
        { url: 'may-not', valueCode: 'benefits-navigator' },
        { url: 'sentence', valueString: 'A navigator takes complaints. Pass it on.' },
      ],
    },
  ];
  const complaint = () => as('benefits-navigator').ask('POST', '/Task', taskOf(navigation, 'nav-complaint'));
  t.equal((await complaint()).status, 201);
  const stored = await as('programme-admin').ask('PUT', '/Basic/practice-no-complaints-by-benefits', rule);
  t.equal(stored.status, 201);
  const refused = await complaint();
  t.equal(refused.status, 403);
  t.same(rulesOf(refused), ['no-complaints-by-benefits']);
  t.equal(refused.body.issue[0].diagnostics, 'A navigator takes complaints. Pass it on.');
});

t.test('a rule that cannot be enforced is 422, and the one before stays in force', async (t) => {
  const name = 'peer-only-accompanies';
  const broken: [what: string, edit: (rule: Basic) => void, says: RegExp][] = [
    [
      'an unknown task',
      (rule) => Object.assign(part(rule, 'task'), { valueCode: 'nav-dance' }),
      /cn-practice-task/,
    ],
    [
      'an unknown move',
      (rule) => Object.assign(part(rule, 'move'), { valueCode: 'thought' }),
      /cn-practice-move/,
    ],
    ['an unknown role', (rule) => Object.assign(part(rule, 'may-not'), { valueCode: 'wizard' }), /cn-role/],
    [
      'no roles',
      (rule) => {
        const row = rule.extension![0]!;
        row.extension = row.extension!.filter(({ url }) => url !== 'may-not');
      },
      /holds nobody to anything/,
    ],
    ['another name', (rule) => Object.assign(part(rule, 'name'), { valueCode: 'other' }), /PUT it there/],
  ];
  for (const [what, edit, says] of broken) {
    const { status, body } = await changed(name, edit);
    t.equal(status, 422, what);
    t.ok(
      body.issue.some(({ diagnostics }: { diagnostics: string }) => says.test(diagnostics)),
      `${what}: ${JSON.stringify(body.issue)}`,
    );
  }
  t.same(rulesOf(await as('peer').ask('POST', '/Task', taskOf(navigation, 'nav-complaint'))), [name]);
});

t.test('a task is given only to somebody whose practice covers it', async (t) => {
  await put({
    ...(await like<PractitionerRole>('PractitionerRole', 'navigator')),
    id: 'other-navigator',
  });
  const cases: [by: string, base: Task, code: string, to: string, rule?: string][] = [
    ['rn', coordination, 'coord-referral', 'nurse'],
    ['rn', coordination, 'coord-referral', 'other-navigator', 'navigator-cannot-start-coordination'],
    ['supervisor', coordination, 'coord-referral', 'peer', 'navigator-cannot-start-coordination'],
    ['rn', coordination, 'coord-lab', 'social-worker', 'social-worker-psychosocial-only'],
    ['rn', coordination, 'coord-crisis-plan', 'social-worker'],
    ['navigator', navigation, 'nav-find-provider', 'peer', 'peer-only-accompanies'],
    ['navigator', navigation, 'nav-accompany', 'peer'],
    ['navigator', navigation, 'nav-escalate-clinical', 'navigator', 'escalation-goes-to-clinicians'],
    ['navigator', navigation, 'nav-escalate-clinical', 'nurse'],
  ];
  for (const [by, base, code, to, rule] of cases) {
    const answer = await as(by).ask('POST', '/Task', given(base, code, to));
    const what = `${by} gives ${code} to ${to}: ${JSON.stringify(answer.body.issue)}`;
    t.equal(answer.status, rule ? 409 : 201, what);
    if (rule) t.same(rulesOf(answer), ['owner-out-of-scope', rule], what);
  }
});

t.test('a task that was given changes no owner to one out of scope, and nothing is stored', async (t) => {
  const { body } = await as('rn').ask('POST', '/Task', given(coordination, 'coord-referral', 'nurse'));
  const moved = { ...body, owner: { reference: 'PractitionerRole/navigator' } };
  const refused = await as('supervisor').ask('PUT', `/Task/${body.id}`, moved);
  t.equal(refused.status, 409);
  t.same(refused.body.issue[0].expression, ['Task.owner']);
  const { body: still } = await as('rn').ask('GET', `/Task/${body.id}`);
  t.equal(still.owner.reference, 'PractitionerRole/nurse');
  t.equal(still.meta.versionId, '1');
});

t.test('training that has run out keeps new work away; none recorded, or a renewal, does not', async (t) => {
  const qualification = (end: string) => [
    {
      code: { coding: [{ system: `${CB}/CodeSystem/cn-qualification`, code: 'peer-certification' }] },
      period: { end },
    },
  ];
  const peer = await like<Practitioner>('Practitioner', 'jamal-brooks');
  const { qualification: _given, ...none } = peer;
  const give = () => as('navigator').ask('POST', '/Task', given(navigation, 'nav-accompany', 'peer'));
  await put({ ...none, id: 'jamal-brooks' });
  t.equal((await give()).status, 201);
  await put({ ...peer, id: 'jamal-brooks', qualification: qualification('2020-12-31') });
  const refused = await give();
  t.equal(refused.status, 409);
  t.same(rulesOf(refused), ['owner-out-of-scope', 'peer-certification-current']);
  await put({
    ...peer,
    id: 'jamal-brooks',
    qualification: [...qualification('2020-12-31'), ...qualification('2999')],
  });
  t.equal((await give()).status, 201);
});

t.test('a practical nurse completes what a registered nurse has co-signed', async (t) => {
  const id = 'to-be-signed';
  await put({
    ...taskOf(coordination, 'coord-post-visit-followup', {
      status: 'in-progress',
      owner: { reference: 'PractitionerRole/lpn' },
    }),
    id,
  });
  const { body: task } = await as('lpn').ask('GET', `/Task/${id}`);
  const done = (of: Task): Task => ({
    ...of,
    status: 'completed',
    executionPeriod: { start: task.authoredOn, end: now },
    output: [
      {
        type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'outcome' }] },
        valueString: 'Done',
      },
    ],
  });
  const signed: Task = {
    ...task,
    extension: [
      ...(task.extension ?? []),
      {
        url: `${CB}/StructureDefinition/co-signed-by`,
        valueReference: { reference: 'PractitionerRole/nurse' },
      },
    ],
  };
  const alone = await as('lpn').ask('PUT', `/Task/${id}`, done(task));
  t.equal(alone.status, 403);
  t.same(rulesOf(alone), ['navigator-cannot-complete-coordination']);
  t.match(alone.body.issue[0].diagnostics, /have a clinician co-sign it first/);
  const forged = await as('lpn').ask('PUT', `/Task/${id}`, signed);
  t.equal(forged.status, 403);
  t.same(rulesOf(forged), ['own-co-signature']);
  const { status, body } = await as('rn').ask('PUT', `/Task/${id}`, signed);
  t.equal(status, 200);
  t.equal((await as('lpn').ask('PUT', `/Task/${id}`, done(body))).status, 200);
});
