// The hand-off from navigation to coordination and back, over HTTP, by the people of the demo stories.
// https://hl7.org/fhir/R4/task.html
import type {
  CarePlan,
  CareTeam,
  Communication,
  Composition,
  Condition,
  Consent,
  EpisodeOfCare,
  OperationOutcome,
  Parameters,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import { CB, codeOf, PHASE } from '../../care/code.ts';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true, env: { DB_CONNECTIONS: '6' } });
const put = laying(server);
const tokenOf = async (user: string): Promise<string> => {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: { user } });
  return (answer.json() as { access_token: string }).access_token;
};
const as = async (user: string): Promise<Ask> =>
  asking(server, { authorization: `Bearer ${await tokenOf(user)}` });
const [navigator, nurse, social, supervisor, peer] = (await Promise.all(
  ['navigator', 'nurse', 'social-worker', 'supervisor', 'peer'].map(as) as Promise<Ask>[],
)) as [Ask, Ask, Ask, Ask, Ask];

const NURSE = 'PractitionerRole/nurse';
const NAVIGATOR = 'PractitionerRole/navigator';
const TASK_CODE = `${CB}/CodeSystem/cn-task-code`;
const rulesIn = ({ body }: Answer): (string | undefined)[] =>
  (body as OperationOutcome).issue.map(({ details }) => details?.coding?.[0]?.code);
const read = async <T>(path: string): Promise<T> => (await supervisor('GET', `/${path}`)).body as T;
const phase = async (id: string) => codeOf((await read<CarePlan>(`CarePlan/${id}`)).category, PHASE);
const leadOf = async (id: string): Promise<string | undefined> =>
  (await read<CareTeam>(`CareTeam/${id}`)).participant?.find(({ extension = [] }) =>
    extension.some(({ url, valueBoolean }) => url.endsWith('/lead') && valueBoolean),
  )?.member?.reference;

const parameters = (given: Record<string, string | boolean>): Parameters => ({
  resourceType: 'Parameters',
  parameter: Object.entries(given).map(([name, value]) => {
    if (typeof value === 'boolean') return { name, valueBoolean: value };
    if (name === 'owner' || name === 'carePlan') return { name, valueReference: { reference: value } };
    return name === 'direction' ? { name, valueCode: value } : { name, valueString: value };
  }),
});
const handOff = (ask: Ask, patient: string, given: Record<string, string | boolean>): Promise<Answer> =>
  ask('POST', `/Patient/${patient}/$handoff`, parameters(given));
const toNurse = { owner: NURSE, reason: 'The first visit is done; the tests need a nurse.' };

/** Moves a task on, as it is now. */
const move = async (ask: Ask, id: string, change: Partial<Task>): Promise<Answer> =>
  ask('PUT', `/Task/${id}`, { ...(await read<Task>(`Task/${id}`)), ...change });
const REASON = { statusReason: { text: 'The ride is not booked yet.' } };

t.test('what a hand-off lacks is told as a whole, and nothing is stored', async (t) => {
  const refused = await handOff(navigator, 'joseph-kahale', { note: 'He asked twice.' });
  t.equal(refused.status, 422, JSON.stringify(refused.body));
  t.ok(rulesIn(refused).every((rule) => rule === 'handoff-complete'));
  const expressions = (refused.body as OperationOutcome).issue.map(({ expression }) => expression?.[0]);
  t.ok(expressions.includes('Task.focus'), 'no plan');
  t.ok(expressions.includes('Task.reasonCode'), 'no reason');
  t.ok(expressions.includes('Task.owner'), 'no owner');
  t.ok(expressions.includes('Task.for'), 'no barrier screen');
  const stored = await read<{ total: number }>(
    'Task?patient=Patient/joseph-kahale&code=handoff&_summary=count',
  );
  t.equal(stored.total, 0);
});

t.test('parameters that cannot be read are 400, whatever they are', async (t) => {
  const bodies: unknown[] = [
    { resourceType: 'Patient' },
    { resourceType: 'Parameters', parameter: [{ name: 'who' }] },
    { resourceType: 'Parameters', parameter: [{ name: 'owner', valueString: NURSE }] },
    { resourceType: 'Parameters', parameter: [{ name: 'owner', valueReference: { reference: 7 } }] },
    { resourceType: 'Parameters', parameter: [{ name: 'direction', valueCode: 'up' }] },
    { resourceType: 'Parameters', parameter: [{ name: 'urgent', valueString: 'yes' }] },
    { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: ['a'] }] },
    parameters({ ...toNurse, carePlan: 'Task/ana-ride' }),
  ];
  for (const body of bodies)
    t.equal(
      (await navigator('POST', '/Patient/dolores-quinn/$handoff', body)).status,
      400,
      JSON.stringify(body),
    );
  t.equal((await handOff(navigator, 'nobody', toNurse)).status, 404);
  t.equal((await handOff(peer, 'thanh-pham', toNurse)).status, 404, 'a person whom the peer may not see');
});

t.test('an owner on the wrong side is refused, and so is one who does not exist', async (t) => {
  const wrong = await handOff(navigator, 'dolores-quinn', { ...toNurse, owner: 'PractitionerRole/peer' });
  t.equal(wrong.status, 422);
  t.strictSame(rulesIn(wrong), ['handoff-complete']);
  const nobody = await handOff(navigator, 'dolores-quinn', { ...toNurse, owner: 'PractitionerRole/nobody' });
  t.equal(nobody.status, 422);
});

let dolores = '';

t.test('a navigator hands over: the summary and the task are there, due in a business day', async (t) => {
  const before = await leadOf('dolores-care-team');
  const answer = await handOff(navigator, 'dolores-quinn', {
    ...toNurse,
    note: 'She likes <mornings> & calls.',
  });
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  const task = answer.body as Task;
  dolores = task.id!;
  t.match(task, {
    status: 'requested',
    owner: { reference: NURSE },
    requester: { reference: NAVIGATOR },
    focus: { reference: 'CarePlan/dolores-plan' },
    reasonCode: { text: toNurse.reason },
    groupIdentifier: { value: '0a1b6c52-3d7e-4f60-9a11-000000000003' },
  });
  t.ok(task.restriction?.period?.end);
  t.match(task.extension, [{ extension: [{ valueCode: 'handoff' }, {}, { valueBoolean: true }] }]);
  const inputs = (name: string) =>
    task.input
      ?.filter(({ type }) => type.coding?.[0]?.code === name)
      .map((one) => one.valueReference?.reference);
  t.ok(inputs('open-task')?.includes('Task/dolores-benefits'));
  t.strictSame(inputs('barrier'), ['Condition/dolores-barrier-cost']);
  t.strictSame(inputs('consent'), ['Consent/dolores-plan-consent']);

  const summary = await read<Composition>(inputs('handoff-summary')![0]!);
  t.match(summary, {
    status: 'final',
    type: { coding: [{ code: '18761-7' }] },
    subject: { reference: 'Patient/dolores-quinn' },
    author: [{ reference: NAVIGATOR }],
    confidentiality: 'N',
  });
  const section = (code: string) => summary.section?.find((one) => one.code?.coding?.[0]?.code === code);
  t.match(section('reason')?.text?.div, /She likes &lt;mornings&gt; &amp; calls\./);
  t.match(section('language')?.text?.div, /English/);
  t.match(section('contact-safety')?.emptyReason?.coding, [{ code: 'nilknown' }]);
  t.ok(section('network-decisions')?.entry?.length);
  t.equal(summary.section?.length, 14);

  t.equal(await phase('dolores-plan'), 'handoff');
  t.equal(await leadOf('dolores-care-team'), before, 'the navigator leads as before');
});

t.test('while it is open there is no second one, and nothing moves by hand', async (t) => {
  const again = await handOff(navigator, 'dolores-quinn', toNurse);
  t.equal(again.status, 409);
  t.strictSame(rulesIn(again), ['one-open-handoff']);
  t.match(again.body.issue[0].diagnostics, dolores, 'it is named');
  const plan = await read<CarePlan>('CarePlan/dolores-plan');
  const category = [plan.category![0]!, { coding: [{ system: PHASE, code: 'coordination' }] }];
  const moved = await nurse('PUT', '/CarePlan/dolores-plan', { ...plan, category });
  t.equal(moved.status, 409);
  t.strictSame(rulesIn(moved), ['phase-changes-by-handoff']);
  const team = await read<CareTeam>('CareTeam/dolores-care-team');
  const participant = team.participant!.map(({ extension: _, ...one }) => ({
    ...one,
    ...(one.member?.reference === NURSE && {
      extension: [{ url: `${CB}/StructureDefinition/lead`, valueBoolean: true }],
    }),
  }));
  const led = await nurse('PUT', '/CareTeam/dolores-care-team', { ...team, participant });
  t.equal(led.status, 409);
  t.strictSame(rulesIn(led), ['lead-changes-by-handoff']);
  t.equal(await phase('dolores-plan'), 'handoff');
});

t.test('a navigator cannot accept it', async (t) => {
  const refused = await move(navigator, dolores, { status: 'accepted' });
  t.equal(refused.status, 403);
  t.strictSame(rulesIn(refused), ['navigator-cannot-accept-handoff']);
});

t.test('whoever asks for information says which', async (t) => {
  const businessStatus = {
    coding: [{ system: `${CB}/CodeSystem/cn-business-status`, code: 'awaiting-information' }],
  };
  const refused = await move(nurse, dolores, { status: 'received', businessStatus });
  t.equal(refused.status, 409);
  t.strictSame(rulesIn(refused), ['handoff-says-what-is-missing']);
  const statusReason = { text: 'Which interpreter came to the visit?' };
  const asked = await move(nurse, dolores, { status: 'received', businessStatus, statusReason });
  t.equal(asked.status, 200, JSON.stringify(asked.body));
  t.equal(await leadOf('dolores-care-team'), NAVIGATOR);
});

t.test('two clinicians accept at once: one has taken over, the other is told', async (t) => {
  const task = await read<Task>(`Task/${dolores}`);
  const accept = (ask: Ask, owner: string) =>
    ask('PUT', `/Task/${dolores}`, { ...task, status: 'accepted', owner: { reference: owner } });
  const answers = await Promise.all([
    accept(nurse, NURSE),
    accept(social, 'PractitionerRole/social-worker'),
    accept(nurse, NURSE),
    accept(social, 'PractitionerRole/social-worker'),
  ]);
  const won = answers.filter(({ status }) => status === 200);
  const lost = answers.filter(({ status }) => status !== 200);
  t.ok(won.length >= 1, JSON.stringify(answers.map(({ status, body }) => [status, body.issue])));
  const owner = won[0]!.body.owner.reference as string;
  for (const answer of won) t.equal(answer.body.owner.reference, owner);
  for (const answer of lost) {
    t.equal(answer.status, 409);
    t.strictSame(rulesIn(answer), ['handoff-taken']);
  }
  t.equal(lost.length, 2);

  const accepted = await read<Task>(`Task/${dolores}`);
  t.ok(accepted.executionPeriod!.start! >= accepted.authoredOn!, 'how long it waited can be told');
  t.equal(await phase('dolores-plan'), 'coordination');
  t.equal(await leadOf('dolores-care-team'), owner);
  t.equal((await read<EpisodeOfCare>('EpisodeOfCare/dolores-episode')).careManager?.reference, owner);
  t.equal((await read<Task>('Task/dolores-benefits')).owner?.reference, 'Organization/navigation-pool');
  const told = await read<{ entry?: { resource: Communication }[] }>(
    'Communication?patient=Patient/dolores-quinn&_sort=-_lastUpdated',
  );
  const messages = (told.entry ?? []).filter(
    ({ resource }) => resource.about?.[0]?.reference === `Task/${dolores}`,
  );
  t.equal(messages.length, 1, 'the person is told once');
  t.match(messages[0]!.resource, {
    language: 'en',
    recipient: [{ reference: 'Patient/dolores-quinn' }],
    sender: { reference: owner },
    payload: [{ contentString: /^From today / }],
  });
});

t.test('the receiver ends it', async (t) => {
  const start = (await read<Task>(`Task/${dolores}`)).executionPeriod?.start;
  const ended = await move(supervisor, dolores, {});
  t.equal(ended.status, 200);
  const done = await move(nurse, dolores, {
    status: 'completed',
    executionPeriod: { start: start!, end: new Date().toISOString() },
    output: [
      {
        type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'acceptance-note' }] },
        valueString: 'I call her tomorrow.',
      },
    ],
  });
  t.equal(done.status, 200, JSON.stringify(done.body));
  t.equal(await phase('dolores-plan'), 'coordination');
});

t.test('a nurse hands back for the rides; the navigator accepts and leads again', async (t) => {
  const answer = await handOff(nurse, 'dolores-quinn', {
    owner: NAVIGATOR,
    reason: 'Only rides are left.',
    direction: 'navigation',
    urgent: true,
  });
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  const task = answer.body as Task;
  t.match(task, { priority: 'urgent', code: { coding: [{ system: TASK_CODE, code: 'hand-back' }] } });
  t.equal(Date.parse(task.restriction!.period!.end!) - Date.parse(task.authoredOn!), 3_600_000);
  t.equal(await phase('dolores-plan'), 'handoff');
  const own = await move(nurse, task.id!, { status: 'accepted' });
  t.equal(own.status, 403, 'not by a nurse');
  t.strictSame(rulesIn(own), ['only-navigators-take-back']);
  const accepted = await move(navigator, task.id!, { status: 'accepted' });
  t.equal(accepted.status, 200, JSON.stringify(accepted.body));
  t.equal(await phase('dolores-plan'), 'navigation');
  t.equal(await leadOf('dolores-care-team'), NAVIGATOR);
  const by = await nurse('GET', '/CarePlan/dolores-plan');
  const category = [by.body.category[0], { coding: [{ system: PHASE, code: 'coordination' }] }];
  const moved = await nurse('PUT', '/CarePlan/dolores-plan', { ...by.body, category });
  t.strictSame(rulesIn(moved), ['phase-changes-by-handoff'], 'the old hand-off is no ground any more');
});

t.test('a returned hand-off gives a reason, and the plan goes back to navigation', async (t) => {
  const mute = await move(nurse, 'ana-handoff', { status: 'rejected' });
  t.ok([409, 422].includes(mute.status), 'without a reason');
  const returned = await move(nurse, 'ana-handoff', { status: 'rejected', ...REASON });
  t.equal(returned.status, 200, JSON.stringify(returned.body));
  t.equal(await phase('ana-plan'), 'navigation');
  t.equal(await leadOf('ana-care-team'), NAVIGATOR);
});

t.test('who must not be contacted is not written to, and the task says so', async (t) => {
  await put('PUT', '/Flag/ana-prohibited', {
    resourceType: 'Flag',
    id: 'ana-prohibited',
    status: 'active',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'safety' }] },
    ],
    code: {
      coding: [
        {
          system: 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes',
          code: 'contacting-subject-prohibited',
        },
      ],
    },
    subject: { reference: 'Patient/ana-reyes' },
  });
  const asked = await handOff(navigator, 'ana-reyes', {
    ...toNurse,
    owner: 'Organization/coordination-pool',
  });
  t.equal(asked.status, 200, JSON.stringify(asked.body));
  const task = asked.body as Task;
  const accepted = await move(nurse, task.id!, { status: 'accepted' });
  t.equal(accepted.status, 200, JSON.stringify(accepted.body));
  t.match(accepted.body, {
    owner: { reference: NURSE },
    note: [{ text: /was not told by a message/ }],
  });
  const told = await read<{ total: number }>(
    `Communication?patient=Patient/ana-reyes&sender=${NURSE}&_summary=count`,
  );
  t.equal(told.total, 0);
  t.equal(await leadOf('ana-care-team'), NURSE);
  await put('DELETE', '/Flag/ana-prohibited');
});

t.test('a hand-off that is written plainly is held to be complete too', async (t) => {
  const plain: Task = {
    resourceType: 'Task',
    groupIdentifier: { system: `${CB}/identifier/episode`, value: '0a1b6c52-3d7e-4f60-9a11-000000000003' },
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: TASK_CODE, code: 'handoff' }] },
    focus: { reference: 'CarePlan/dolores-plan' },
    for: { reference: 'Patient/dolores-quinn' },
    authoredOn: new Date().toISOString(),
    requester: { reference: NAVIGATOR },
    owner: { reference: NURSE },
    input: [
      {
        type: { coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'handoff-summary' }] },
        valueReference: { reference: 'DocumentReference/ana-handoff-summary' },
      },
    ],
  };
  const refused = await navigator('POST', '/Task', plain);
  t.equal(refused.status, 422);
  t.match(
    (refused.body as OperationOutcome).issue.map(({ expression }) => expression?.[0]),
    ['Task.reasonCode', 'Task.input'],
    'no reason, and the summary of somebody else',
  );
  const draft = await navigator('POST', '/Task', { ...plain, status: 'draft' });
  t.equal(draft.status, 201, 'a draft asks nobody yet');
  const document = await read<Record<string, unknown>>('DocumentReference/ana-handoff-summary');
  await put('PUT', '/DocumentReference/dolores-summary', {
    ...document,
    id: 'dolores-summary',
    subject: { reference: 'Patient/dolores-quinn' },
  });
  const input = [{ ...plain.input![0]!, valueReference: { reference: 'DocumentReference/dolores-summary' } }];
  const stored = await navigator('POST', '/Task', {
    ...plain,
    input,
    description: 'The tests need a nurse.',
  });
  t.equal(stored.status, 201, JSON.stringify(stored.body));
  t.ok(stored.body.restriction.period.end, 'it is due by the promise');
  const withdrawn = await move(navigator, stored.body.id, { status: 'cancelled', ...REASON });
  t.equal(withdrawn.status, 200, JSON.stringify(withdrawn.body));
  t.equal(await phase('dolores-plan'), 'navigation');
});

t.test('what a caller may not see is not in the summary that they cause', async (t) => {
  const { identifier: _, ...open } = await read<Task>('Task/dolores-prior-auth');
  const code = (system: string, value: string) => ({ system, code: value });
  const label = code('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'HIV');
  await put('PUT', '/Task/dolores-hidden', { ...open, id: 'dolores-hidden', meta: { security: [label] } });
  await put('PUT', '/Task/dolores-seen', { ...open, id: 'dolores-seen' });
  t.equal((await navigator('GET', '/Task/dolores-hidden')).status, 404);
  const answer = await handOff(navigator, 'dolores-quinn', toNurse);
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  t.match(JSON.stringify(answer.body), 'dolores-seen');
  t.notMatch(JSON.stringify(answer.body), 'dolores-hidden');
  t.equal((await move(navigator, answer.body.id, { status: 'cancelled', ...REASON })).status, 200);
});

t.test('a summary bears the labels of what it tells', async (t) => {
  const barrier = await read<Condition>('Condition/dolores-barrier-cost');
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'MH' }];
  await put('PUT', '/Condition/dolores-barrier-cost', { ...barrier, meta: { security } });
  await put('PUT', '/Consent/dolores-mh', {
    ...(await read<Consent>('Consent/dolores-plan-consent')),
    id: 'dolores-mh',
    provision: { type: 'permit' },
  });
  const answer = await handOff(nurse, 'dolores-quinn', {
    ...toNurse,
    owner: 'PractitionerRole/social-worker',
  });
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  const reference = (answer.body as Task).input?.find(
    ({ type }) => type.coding?.[0]?.code === 'handoff-summary',
  )?.valueReference?.reference;
  const summary = (await nurse('GET', `/${reference}`)).body as Composition;
  t.ok(
    summary.section?.find(({ code }) => code?.coding?.[0]?.code === 'barriers')?.entry,
    'she sees it by the consent',
  );
  t.ok(summary.meta?.security?.some(({ code }) => code === 'MH'));
  t.equal(summary.confidentiality, 'R');
});
