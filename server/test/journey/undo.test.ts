// Task/$undo: what a person did with a task is taken back within ten seconds, with everything that followed from it.
// https://hl7.org/fhir/R4/operations.html
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Appointment,
  AuditEvent,
  CarePlan,
  Communication,
  Condition,
  Provenance,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { createApp } from '../../app.ts';
import { CB, concept } from '../../care/code.ts';
import { readConfig } from '../../config.ts';
import { until } from '../helpers/process.ts';
import { type Answer, asking } from '../helpers/server.ts';
import {
  barrier,
  changesBetween,
  OUTCOME,
  parameters,
  REFUSED,
  refusal,
  type Stored,
  saidOf,
  startUndo,
} from './undo-world.ts';

const world = await startUndo(t);
const { as, does, find, read, transition, task, wait, lay, sql } = world;
const ANA = 'Patient/ana-reyes';
const code = (name: string) => `${CB}/CodeSystem/cn-task-code|${name}`;

/** Does something with a task, takes it back, and holds everything that is stored against what was there before. */
async function takesBack(
  t: Test,
  who: string,
  path: string,
  act: () => Promise<Answer>,
): Promise<{ changed: string[]; answer: Answer }> {
  const before = await world.everything();
  const done = await act();
  t.ok(done.status < 300, JSON.stringify(done.body));
  const changed = changesBetween(before, await world.everything());
  t.ok(changed.includes(path.slice(1)), `${path} was changed`);
  const answer = await as(who)('POST', `${path}/$undo`);
  t.ok(answer.status < 300, JSON.stringify(answer.body));
  t.strictSame(changesBetween(before, await world.everything()), [], 'everything is as it was');
  return { changed, answer };
}

t.test('what a person did with a task is taken back, and everything is as it was before', async (t) => {
  t.test('a claim', async (t) => {
    const path = await task();
    const { answer } = await takesBack(t, 'navigator', path, () => as('navigator')('POST', `${path}/$claim`));
    t.equal(answer.status, 200);
    t.equal(answer.headers.etag, 'W/"3"', 'a new version');
    t.same((await as('navigator')('GET', path)).body, answer.body, 'it is what is stored');
    const history = (await as('navigator')('GET', `${path}/_history`)).body;
    t.same(
      history.entry.map(({ resource }: { resource: Task }) => resource.status),
      ['requested', 'accepted', 'requested'],
      'the history keeps all of it',
    );
  });

  t.test('the start of work, and its end', async (t) => {
    const path = await task();
    await does('navigator', 'POST', `${path}/$claim`);
    await takesBack(t, 'navigator', path, () =>
      as('navigator')('POST', `${path}/$transition`, transition('in-progress')),
    );
    await does('navigator', 'POST', `${path}/$transition`, transition('in-progress'));
    await takesBack(t, 'navigator', path, () =>
      as('navigator')('POST', `${path}/$transition`, transition('completed', OUTCOME)),
    );
    t.equal((await read<Task>(path.slice(1))).status, 'in-progress', 'without a supervisor');
  });

  t.test('a task put on hold with its parts, and taken up again', async (t) => {
    const path = await task();
    const part = await task({ partOf: [{ reference: path.slice(1) }] });
    const reason = { name: 'reason', valueCodeableConcept: { text: 'She is away.' } };
    const hold = () => as('navigator')('POST', `${path}/$transition`, transition('on-hold', reason));
    const { changed } = await takesBack(t, 'navigator', path, hold);
    t.ok(changed.includes(part.slice(1)), 'the part was on hold too');
    await does('navigator', 'POST', `${path}/$transition`, transition('on-hold', reason));
    await takesBack(t, 'navigator', path, () =>
      as('navigator')('POST', `${path}/$transition`, transition('requested')),
    );
  });

  t.test('work returned to the pool by a plain update', async (t) => {
    const path = await task();
    await does('navigator', 'POST', `${path}/$claim`);
    const { body } = await does('navigator', 'POST', `${path}/$transition`, transition('in-progress'));
    await takesBack(t, 'navigator', path, () =>
      as('navigator')('PUT', path, {
        ...body,
        status: 'ready',
        owner: { reference: 'Organization/navigation-pool' },
      }),
    );
  });

  t.test('a help for a barrier, with the question whether it helped', async (t) => {
    const condition = (await does('navigator', 'POST', '/Condition', barrier('childcare', ANA)))
      .body as Stored<Condition>;
    const tasks = (name: string) => find<Task>(`Task?patient=${ANA}&code=${code(name)}&_count=200`);
    const isAbout = ({ input = [] }: Task) =>
      input.some(({ valueReference }) => valueReference?.reference === `Condition/${condition.id}`);
    const resolve = (await tasks('nav-barrier-resolve')).find(isAbout)!;
    const path = `/Task/${resolve.id}`;
    const owned = { ...resolve, owner: { reference: 'PractitionerRole/navigator' } };
    await does('navigator', 'PUT', path, { ...owned, status: 'accepted' });
    await does('navigator', 'POST', `${path}/$transition`, transition('in-progress'));
    const completing = () => as('navigator')('POST', `${path}/$transition`, transition('completed', OUTCOME));
    const { changed } = await takesBack(t, 'navigator', path, completing);
    t.ok(changed.length > 1, changed.join(' '));
    t.equal((await tasks('nav-receipt-check')).filter(isAbout).length, 0, 'the question is gone');
    await completing();
    const check = (await tasks('nav-receipt-check')).find(isAbout)!;
    const checking = `/Task/${check.id}`;
    const mine = { ...check, owner: { reference: 'PractitionerRole/navigator' } };
    await does('navigator', 'PUT', checking, { ...mine, status: 'accepted' });
    await does('navigator', 'POST', `${checking}/$transition`, transition('in-progress'));
    const receipt = {
      name: 'output',
      part: [
        { name: 'type', valueCodeableConcept: concept(`${CB}/CodeSystem/cn-task-parameter`, 'receipt') },
        { name: 'value', valueCodeableConcept: concept(`${CB}/CodeSystem/cn-receipt`, 'received') },
      ],
    };
    const heard = await takesBack(t, 'navigator', checking, () =>
      as('navigator')('POST', `${checking}/$transition`, transition('completed', receipt)),
    );
    t.ok(heard.changed.includes(`Condition/${condition.id}`), 'the barrier had ended');
  });

  t.test('an accepted hand-off, with the plan, the team and the message to the person', async (t) => {
    const asked = parameters(
      { name: 'owner', valueReference: { reference: 'PractitionerRole/nurse' } },
      { name: 'reason', valueString: 'The tests need a nurse.' },
    );
    const { body } = await does('navigator', 'POST', '/Patient/dolores-quinn/$handoff', asked);
    const path = `/Task/${body.id}`;
    const { changed } = await takesBack(t, 'nurse', path, () =>
      as('nurse')('POST', `${path}/$transition`, transition('accepted')),
    );
    for (const type of ['CarePlan', 'CareTeam', 'Communication'])
      t.ok(
        changed.some((key) => key.startsWith(`${type}/`)),
        type,
      );
  });

  t.test('a reopening, whose reason stays on record', async (t) => {
    const path = await task();
    await does('navigator', 'POST', `${path}/$claim`);
    await does('navigator', 'POST', `${path}/$transition`, transition('in-progress'));
    await does('navigator', 'POST', `${path}/$transition`, transition('completed', OUTCOME));
    const reason = { name: 'reason', valueCodeableConcept: { text: 'The wrong records.' } };
    await takesBack(t, 'supervisor', path, () =>
      as('supervisor')('POST', `${path}/$transition`, transition('in-progress', reason)),
    );
    const [record] = await find<Provenance>(`Provenance?target=${path.slice(1)}&_sort=_lastUpdated`);
    t.match(record, { activity: { coding: [{ code: 'REACTIVATE' }] } });
  });
});

t.test('a visit that moved a referral gives its slot back, and the stage', async (t) => {
  const order: ServiceRequest = {
    resourceType: 'ServiceRequest',
    requisition: { system: `${CB}/identifier/episode`, value: '0a1b6c52-3d7e-4f60-9a11-000000000001' },
    status: 'active',
    intent: 'order',
    category: [concept(`${CB}/CodeSystem/cn-category`, 'referral')],
    code: concept('http://snomed.info/sct', '306278007'),
    subject: { reference: ANA },
    authoredOn: new Date(Date.now() - 60_000).toISOString(),
    requester: { reference: 'PractitionerRole/physician' },
    performer: [{ reference: 'Organization/cedar-hill-cardiology' }],
    reasonReference: [{ reference: 'Condition/ana-diabetes' }],
  };
  const request = `ServiceRequest/${(await does('physician', 'POST', '/ServiceRequest', order)).body.id}`;
  const [follow] = await find<Task>(`Task?based-on=${request}&code=${code('coord-referral')}`);
  const path = `/Task/${follow!.id}`;
  for (const status of ['requested', 'received', 'accepted'] as const)
    await does('nurse', 'PUT', path, { ...(await read<Task>(path.slice(1))), status });
  await lay('PUT', '/Schedule/undo', {
    resourceType: 'Schedule',
    id: 'undo',
    actor: [{ reference: 'Location/cedar-hill-office' }],
  });
  const [start, end] = ['2031-03-04T15:00:00Z', '2031-03-04T15:30:00Z'];
  const schedule = { reference: 'Schedule/undo' };
  await lay('PUT', '/Slot/undo', {
    ...{ resourceType: 'Slot', id: 'undo', status: 'free', start, end, schedule },
  });
  const visit: Appointment = {
    resourceType: 'Appointment',
    status: 'proposed',
    slot: [{ reference: 'Slot/undo' }],
    basedOn: [{ reference: request }],
    participant: [{ actor: { reference: ANA }, required: 'required', status: 'needs-action' }],
  };
  const booking = parameters({ name: 'appt-resource', resource: visit });
  const { changed } = await takesBack(t, 'nurse', path, () =>
    as('nurse')('POST', '/Appointment/$book', booking),
  );
  t.ok(changed.includes('Slot/undo'), 'the slot was busy');
  t.equal(
    (await does('scheduler', 'POST', '/Appointment/$book', booking)).status,
    201,
    'it can be taken again',
  );
});

t.test('a change is taken back for ten seconds, by whoever made it, once', async (t) => {
  const path = await task();
  await does('navigator', 'POST', `${path}/$claim`);
  const claimed = await world.everything();
  const other = await as('peer')('POST', `${path}/$undo`);
  t.ok([403, 404].includes(other.status), 'whoever cannot change it is refused as for a change');
  const notTheirs = await as('supervisor')('POST', `${path}/$undo`);
  t.strictSame(refusal(notTheirs), REFUSED);
  t.match(saidOf(notTheirs), /was not yours/);
  t.match(saidOf(notTheirs), /\$transition/, 'it says what to do');
  wait(16);
  const late = await as('navigator')('POST', `${path}/$undo`);
  t.strictSame(refusal(late), REFUSED);
  t.match(saidOf(late), /ten seconds/);
  t.strictSame(changesBetween(claimed, await world.everything()), [], 'nothing was stored');

  await does('navigator', 'POST', `${path}/$transition`, transition('in-progress'));
  await does('navigator', 'POST', `${path}/$transition`, transition('completed', OUTCOME));
  wait(16);
  t.match(saidOf(await as('navigator')('POST', `${path}/$undo`)), /Ask a supervisor to reopen the task/);

  const again = await task();
  await does('navigator', 'POST', `${again}/$claim`);
  wait(9);
  t.equal((await as('navigator')('POST', `${again}/$undo`)).status, 200);
  const twice = await as('navigator')('POST', `${again}/$undo`);
  t.strictSame(refusal(twice), REFUSED);
  t.match(saidOf(twice), /taken back already/);
  t.equal((await read(again.slice(1))).meta!.versionId, '3', 'nothing was stored');
});

t.test('of two who take a change back at once one does', async (t) => {
  const path = await task();
  await does('navigator', 'POST', `${path}/$claim`);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => as('navigator')('POST', `${path}/$undo`)),
  );
  t.same(answers.map(({ status }) => status).sort(), [200, 409, 409, 409]);
  t.equal((await read(path.slice(1))).meta!.versionId, '3');
});

t.test('If-Match names the version that was seen', async (t) => {
  const path = await task();
  await does('navigator', 'POST', `${path}/$claim`);
  const undo = (version: string) =>
    as('navigator')('POST', `${path}/$undo`, undefined, { 'if-match': `W/"${version}"` });
  t.equal((await undo('1')).status, 412);
  t.equal((await read(path.slice(1))).meta!.versionId, '2', 'nothing was stored');
  t.equal((await undo('2')).status, 200);
});

t.test(
  'what is changed on a version that is gone is 412, and what is taken is 409 with its holder',
  async (t) => {
    const path = await task();
    const { body } = await does('navigator', 'GET', path);
    await does('navigator', 'POST', `${path}/$claim`);
    const stale = { 'if-match': 'W/"1"' };
    t.equal((await as('supervisor')('PUT', path, body, stale)).status, 412);
    t.equal(
      (await as('navigator')('POST', `${path}/$transition`, transition('in-progress'), stale)).status,
      412,
    );
    const taken = await as('supervisor')('POST', `${path}/$claim`, undefined, stale);
    t.strictSame(refusal(taken), [409, 'task-claim']);
    t.match(saidOf(taken), 'PractitionerRole/navigator');
  },
);

t.test('what was changed since by somebody is named, as far as the caller sees it', async (t) => {
  const asked = parameters(
    { name: 'owner', valueReference: { reference: 'PractitionerRole/nurse' } },
    { name: 'reason', valueString: 'The tests need a nurse.' },
  );
  const handoff = (
    await find<Task>(`Task?patient=Patient/dolores-quinn&code=${code('handoff')}&status=requested`)
  )[0];
  const path = handoff
    ? `/Task/${handoff.id}`
    : `/Task/${(await does('navigator', 'POST', '/Patient/dolores-quinn/$handoff', asked)).body.id}`;
  await does('nurse', 'POST', `${path}/$transition`, transition('accepted'));
  const [plan] = await find<CarePlan>('CarePlan?patient=Patient/dolores-quinn&status=active');
  await does('nurse', 'PUT', `/CarePlan/${plan!.id}`, { ...plan, note: [{ text: 'Seen.' }] });
  const before = await world.everything();
  const refused = await as('nurse')('POST', `${path}/$undo`);
  t.strictSame(refusal(refused), REFUSED);
  t.match(saidOf(refused), `CarePlan/${plan!.id} has been changed since`);
  t.strictSame(changesBetween(before, await world.everything()), [], 'nothing was stored');
});

t.test('a visit that was called off does not come back beside another one', async (t) => {
  const [start, end] = ['2031-03-05T15:00:00Z', '2031-03-05T15:30:00Z'];
  const booked: Stored<Appointment>[] = [];
  const book = async (room: string): Promise<void> => {
    const schedule = { reference: `Schedule/${room}` };
    const actor = [{ reference: 'Location/cedar-hill-office' }];
    await lay('PUT', `/Schedule/${room}`, { resourceType: 'Schedule', id: room, actor });
    await lay('PUT', `/Slot/${room}`, {
      ...{ resourceType: 'Slot', id: room, status: 'free', start, end, schedule },
    });
    const resource: Appointment = {
      resourceType: 'Appointment',
      status: 'proposed',
      slot: [{ reference: `Slot/${room}` }],
      participant: [{ actor: { reference: ANA }, required: 'required', status: 'needs-action' }],
    };
    const { body } = await does(
      'nurse',
      'POST',
      '/Appointment/$book',
      parameters({ name: 'appt-resource', resource }),
    );
    booked.push(body);
  };
  await book('undo-one');
  const path = await task();
  const noted = { ...(await read<Task>(path.slice(1))), note: [{ text: 'She called.' }] };
  const off = {
    ...booked[0]!,
    status: 'cancelled' as const,
    cancelationReason: concept(
      'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason',
      'pat',
    ),
  };
  const entry = [noted, off].map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  await does('nurse', 'POST', '/', { resourceType: 'Bundle', type: 'transaction', entry });
  await book('undo-two');
  const before = await world.everything();
  t.strictSame(refusal(await as('nurse')('POST', `${path}/$undo`)), [409, 'double-booking']);
  t.strictSame(changesBetween(before, await world.everything()), [], 'nothing was stored');
});

t.test('what the caller does not see is not named', async (t) => {
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSYTHPN' }];
  const refusedAfter = async (change: (key: string) => Promise<void>) => {
    const condition = (await does('navigator', 'POST', '/Condition', barrier('phone', ANA))).body;
    const [resolve] = await find<Task>(`Task?focus=Condition/${condition.id}`);
    await change(`/Condition/${condition.id}`);
    const refused = await as('navigator')('POST', `/Task/${resolve!.id}/$undo`);
    t.strictSame(refusal(refused), REFUSED);
    return { said: saidOf(refused), key: `Condition/${condition.id}` };
  };
  const labelled = await refusedAfter(async (key) => {
    const condition = await read<Condition>(key.slice(1));
    await lay('PUT', key, { ...condition, meta: { ...condition.meta, security } });
  });
  t.match(labelled.said, /^What belongs to this change has been changed since/);
  t.notMatch(labelled.said, labelled.key);
  const deleted = await refusedAfter((key) => lay('DELETE', key));
  t.match(deleted.said, `${deleted.key} has been changed since`);
});

t.test('what somebody has gone on with stays', async (t) => {
  const condition = (await does('navigator', 'POST', '/Condition', barrier('language', ANA))).body;
  const resolve = (await find<Task>(`Task?focus=Condition/${condition.id}`))[0]!;
  const path = `/Task/${resolve.id}`;
  const note: Communication = {
    resourceType: 'Communication',
    status: 'completed',
    subject: { reference: ANA },
    about: [{ reference: path.slice(1) }],
    sent: world.now().toISOString(),
    sender: { reference: ANA },
    recipient: [{ reference: 'PractitionerRole/navigator' }],
    payload: [{ contentString: 'Thank you.' }],
  };
  await does('navigator', 'POST', '/Communication', note);
  const refused = await as('navigator')('POST', `${path}/$undo`);
  t.strictSame(refusal(refused), REFUSED);
  t.match(saidOf(refused), /gone on with what this change led to/);
});

t.test('what a service clock has struck for stays', async (t) => {
  const end = new Date(world.now().getTime() + 3_000).toISOString();
  const path = await task({ restriction: { period: { end } } });
  await does('navigator', 'POST', `${path}/$claim`);
  wait(4);
  const told = () => find<Task>(`Task?focus=${path.slice(1)}&code=${code('late-work')}`);
  await until(async () => (await told()).length > 0, 'a supervisor is told');
  const refused = await as('navigator')('POST', `${path}/$undo`);
  t.strictSame(refusal(refused), REFUSED);
  t.match(saidOf(refused), /clock has struck|changed since/);
});

t.test('a task that the change had made is gone again', async (t) => {
  const { id: _, meta: __, ...like } = await read<Task>('Task/ana-records');
  const before = await world.everything();
  const { body } = await does('navigator', 'POST', '/Task', like);
  const path = `/Task/${body.id}`;
  const answer = await as('navigator')('POST', `${path}/$undo`);
  t.equal(answer.status, 204, JSON.stringify(answer.body));
  t.equal(answer.headers.etag, 'W/"2"');
  t.equal((await as('navigator')('GET', path)).status, 410);
  t.equal((await as('navigator')('POST', `${path}/$undo`)).status, 410);
  t.strictSame(changesBetween(before, await world.everything()), []);
});

t.test('a transaction bundle is taken back as a whole', async (t) => {
  const [path, other] = [await task(), await task()];
  const put = async (one: string, more: Partial<Task>) => ({
    resource: { ...(await read<Task>(one.slice(1))), ...more },
    request: { method: 'PUT', url: one.slice(1) },
  });
  const owner = { reference: 'PractitionerRole/navigator' };
  const entry = [
    await put(path, { status: 'accepted', owner }),
    await put(other, { status: 'accepted', owner }),
    { resource: barrier('food', ANA), request: { method: 'POST', url: 'Condition' } },
  ];
  const { changed } = await takesBack(t, 'navigator', path, () =>
    as('navigator')('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry }),
  );
  t.ok(changed.includes(other.slice(1)));
});

t.test('writes that shared a statement with those of others are taken back by themselves', async (t) => {
  const paths = await Promise.all(Array.from({ length: 12 }, () => task()));
  const bodies = await Promise.all(paths.map((path) => read<Task>(path.slice(1))));
  const note = [{ text: 'Asked twice.' }];
  const before = await world.everything();
  await Promise.all(
    paths.map((path, n) => does(n % 2 ? 'supervisor' : 'navigator', 'PUT', path, { ...bodies[n], note })),
  );
  const [row] = await sql`select count(*)::int as shared from undoable u
    where shared and exists (select from undoable o where o.xid = u.xid and o.rid <> u.rid)`;
  t.ok((row!.shared as number) > 1, 'some shared one');
  for (const [n, path] of paths.entries())
    if (n % 2 === 0) t.equal((await as('navigator')('POST', `${path}/$undo`)).status, 200);
  const left = paths.filter((_, n) => n % 2).map((path) => path.slice(1));
  t.strictSame(changesBetween(before, await world.everything()).sort(), left.sort());
});

t.test('a change is taken back by another process than the one that made it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-undo-'));
  const settings = { DATABASE_URL: world.server.databaseUrl, DATA_DIR: folder, PORT: '3000', DEMO: 'on' };
  const config = readConfig({ ...settings, LOG_LEVEL: 'silent', DB_CONNECTIONS: '2' }, []);
  const app = await createApp({ config, databaseUrl: world.server.databaseUrl, now: world.now });
  t.teardown(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const path = await task();
  const there = asking(app, { authorization: world.tokens.get('navigator')! });
  const before = await world.everything();
  await does('navigator', 'POST', `${path}/$claim`);
  t.equal((await there('POST', `${path}/$undo`)).status, 200);
  t.strictSame(changesBetween(before, await world.everything()), []);
});

t.test('programs take nothing back, and what is asked wrongly is refused', async (t) => {
  const path = await task();
  const { body } = await does('ehr', 'GET', path);
  await does('ehr', 'PUT', path, { ...body, note: [{ text: 'Filed.' }] });
  t.strictSame(refusal(await as('ehr')('POST', `${path}/$undo`)), REFUSED);
  t.equal((await as('navigator')('POST', '/Task/nobody/$undo')).status, 404);
  t.equal((await as('navigator')('POST', '/Task/a_b/$undo')).status, 400);
  t.equal((await as('navigator')('GET', `${path}/$undo`)).status, 405);
  const given = await as('navigator')('POST', `${path}/$undo`, parameters({ name: 'why', valueString: 'x' }));
  t.equal(given.status, 400);
  t.strictSame(refusal(await as('navigator')('POST', `${path}/$undo`)), REFUSED, 'a task nobody has touched');
});

t.test('that a change was taken back is on record', async (t) => {
  const path = await task();
  const key = path.slice(1);
  await does('navigator', 'POST', `${path}/$claim`);
  await does('navigator', 'POST', `${path}/$undo`);
  const records = await find<Provenance>(`Provenance?target=${key}&_count=50`);
  const own = records.filter(({ reason }) => reason?.[0]?.text === 'undo');
  t.equal(own.length, 1, 'one');
  t.match(own[0], {
    target: [{ reference: `${key}/_history/3` }],
    agent: [{ who: { reference: 'PractitionerRole/navigator' } }],
  });
  const events = (await does('auditor', 'GET', `/AuditEvent?entity=${key}&_count=50`)).body.entry as {
    resource: AuditEvent;
  }[];
  const told = events.find(({ resource }) => resource.subtype?.some((one) => one.code === 'undo'));
  t.ok(told, 'the audit trail has the operation');
});

t.test('who made what is forgotten soon', async (t) => {
  const path = await task();
  await does('navigator', 'POST', `${path}/$claim`);
  wait(120);
  await until(async () => (await sql`select from undoable`).length === 0, 'it is forgotten');
  t.pass();
});
