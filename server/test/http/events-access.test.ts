// GET /events: who may listen, and that each is told what they may see and nothing else; docs/events.md.
// https://hl7.org/fhir/R4/security.html#authorization
import type { Task } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { subscribe } from '../../../smart-app/events/stream.ts';
import { decided } from '../helpers/database.ts';
import { listenTo, toldBy } from '../helpers/listener.ts';
import { until } from '../helpers/process.ts';
import { asking, laying, startServer } from '../helpers/server.ts';

let offset = 0;
const now = () => new Date(Date.now() + offset);
const server = await startServer(t, { open: false, demo: true, listen: true, now });
/** Writes as the server itself. What it writes is found at the next look; a request that is no reading asks for one at once. */
const lay = async (...write: Parameters<ReturnType<typeof laying>>) => {
  await laying(server)(...write);
  await asking(server)('POST', '/Task');
};

const task = (id: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  ...more,
});
const tokenOf = async (body: object): Promise<string> => {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: body });
  return (answer.json() as { access_token: string }).access_token;
};
const listening = async (t: Test, who: object) =>
  listenTo(t, server.url, 'type=Task', { token: await tokenOf(who) });
const sleep = (time: number) => new Promise((done) => setTimeout(done, time));

t.test('what cannot be listened to is refused with a sentence', async (t) => {
  const token = await tokenOf({ user: 'scheduler', scope: 'user/Task.rs user/Patient.r' });
  const get = async (
    query: string,
    headers: Record<string, string> = {},
    method: 'GET' | 'HEAD' | 'POST' = 'GET',
  ) => {
    const answer = await server.server.inject({
      method,
      url: `/events${query}`,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    const issue = answer.body && answer.json().issue?.[0];
    return { status: answer.statusCode, issue, headers: answer.headers };
  };
  const cases: [
    query: string,
    headers: Record<string, string>,
    status: number,
    code: string,
    sentence: RegExp,
  ][] = [
    ['', {}, 400, 'invalid', /Say which resource types/],
    ['?type=Tusk', {}, 400, 'not-supported', /"Tusk" is not a resource type/],
    ['?type=Task&since=1', {}, 400, 'not-supported', /"since" is not known/],
    ['?type=Task', { 'last-event-id': 'x1' }, 400, 'invalid', /Last-Event-ID is not one of this server/],
    ['?type=Task', { 'last-event-id': '-1' }, 400, 'invalid', /Last-Event-ID/],
    ['?type=Task', { 'last-event-id': '9'.repeat(20) }, 400, 'invalid', /Last-Event-ID/],
    ['?type=Task&type=Patient', {}, 403, 'forbidden', /searching Patient\..*user\/Patient\.s/],
    ['?type=Task&type=Observation', {}, 403, 'forbidden', /searching Observation/],
    ['?type=Task', { authorization: '' }, 401, 'login', /needs an access token/],
    ['?type=Task', { authorization: 'Bearer no' }, 401, 'login', /not valid/],
  ];
  for (const [query, headers, status, code, sentence] of cases) {
    const { issue, ...answer } = await get(query, headers);
    t.equal(answer.status, status, query);
    t.equal(issue.code, code, query);
    t.match(issue.diagnostics, sentence);
    if (status === 401) t.match(answer.headers['www-authenticate'], /^Bearer realm=/);
  }
  const types = [...Array(21).keys()].map((n) => `type=${ALL[n]}`).join('&');
  const all = await tokenOf({ user: 'supervisor' });
  t.equal((await get(`?${types}`, { authorization: `Bearer ${all}` })).status, 400);
  for (const method of ['HEAD', 'POST'] as const) {
    const refused = await get('?type=Task', {}, method);
    t.equal(refused.status, 405, method);
    t.equal(refused.headers.allow, 'GET');
  }
});
const ALL =
  'Account Appointment Basic Binary Bundle CarePlan CareTeam Claim Composition Condition Consent Contract Coverage Device Encounter Endpoint Flag Goal Group Immunization Task'.split(
    ' ',
  );

t.test('each is told what they may see, and gone only what they might have seen', async (t) => {
  await decided(server.databaseUrl);
  const navigator = await listening(t, { user: 'navigator' });
  const peer = await listening(t, { user: 'peer' });
  const ana = await listening(t, { user: 'nurse', patient: 'ana-reyes' });
  await lay('PUT', '/Patient/stranger', {
    resourceType: 'Patient',
    id: 'stranger',
    name: [{ family: 'Stranger' }],
  });

  const about = (id: string, patient: string, more: Partial<Task> = {}) =>
    lay('PUT', `/Task/${id}`, task(id, { for: { reference: `Patient/${patient}` }, ...more }));
  await about('of-ana', 'ana-reyes');
  await about('of-stranger', 'stranger');
  await navigator.heard('Task/of-stranger');
  t.same(toldBy(navigator), ['PUT Task/of-ana 1', 'PUT Task/of-stranger 1'], 'sees all tasks');
  await ana.heard('Task/of-ana');

  await about('of-ana', 'stranger');
  await navigator.heard('Task/of-ana', 2);
  await ana.heard('Task/of-ana', 2);
  t.same(toldBy(ana), ['PUT Task/of-ana 1', 'gone Task/of-ana'], 'the chart of one patient');

  await lay('DELETE', '/Task/of-stranger');
  await navigator.heard('Task/of-stranger', 2);
  t.equal(toldBy(navigator).at(-1), 'gone Task/of-stranger');
  await sleep(200);
  t.equal(ana.events.length, 3, 'nothing of a task that was never theirs');
  t.same(toldBy(peer), toldBy(ana), 'Ana is assigned to the peer, the stranger is not');

  const owned = { owner: { reference: 'PractitionerRole/peer' } };
  await about('for-peer', 'stranger', owned);
  await peer.heard('refresh');
  t.same(toldBy(peer).slice(2), ['PUT Task/for-peer 1', 'refresh refresh'], 'another patient is theirs');
  await about('of-ana', 'stranger', { status: 'accepted' });
  await peer.heard('Task/of-ana', 3);
  await about('for-peer', 'stranger');
  await peer.heard('refresh', 2);
  await about('of-ana', 'stranger', { status: 'in-progress' });
  await navigator.heard('Task/of-ana', 4);
  await sleep(200);
  const after = toldBy(peer).slice(4);
  t.same(after, ['PUT Task/of-ana 3', 'refresh refresh'], 'read again, without an id; then nothing');
});

t.test('a sensitive label takes a task out of the stream', async (t) => {
  const stream = await listening(t, { user: 'navigator' });
  const of = { for: { reference: 'Patient/ana-reyes' } };
  await lay('PUT', '/Task/labelled', task('labelled', of));
  await stream.heard('Task/labelled');
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }];
  await lay('PUT', '/Task/labelled', { ...task('labelled', of), meta: { security } });
  await stream.heard('Task/labelled', 2);
  await lay('PUT', '/Task/labelled', {
    ...task('labelled', { ...of, status: 'accepted' }),
    meta: { security },
  });
  await lay('DELETE', '/Task/labelled');
  await lay('PUT', '/Task/after', task('after', of));
  await stream.heard('Task/after');
  t.same(toldBy(stream), ['PUT Task/labelled 1', 'gone Task/labelled', 'PUT Task/after 1']);
});

t.test('pages of other origins may listen, with a token', async (t) => {
  const preflight = await server.server.inject({
    method: 'OPTIONS',
    url: '/events?type=Task',
    headers: {
      origin: 'https://ehr.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization, last-event-id',
    },
  });
  t.equal(preflight.statusCode, 204);
  t.match(preflight.headers, {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'authorization, last-event-id',
  });
  t.equal((await server.server.inject({ method: 'OPTIONS', url: '/eventsx' })).statusCode, 404);
});

t.test('the app listens with its session, and hears what others do', async (t) => {
  const token = await tokenOf({ user: 'navigator' });
  const told: string[] = [];
  const states: string[] = [];
  const controller = new AbortController();
  const done = subscribe(
    (path, init = {}) =>
      fetch(`${server.base}/${path}`, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` },
      }),
    ['Task', 'Flag'],
    {
      onChange: ({ type, id, versionId }) => void told.push(`${type}/${id} ${versionId}`),
      onGone: ({ type, id }) => void told.push(`gone ${type}/${id}`),
      onRefresh: () => void told.push('refresh'),
      onState: (state) => void states.push(state),
    },
    controller.signal,
  );
  await until(() => states.includes('open'), 'it was open');
  await lay('PUT', '/Task/heard', task('heard', { for: { reference: 'Patient/ana-reyes' } }));
  await lay('DELETE', '/Task/heard');
  await until(() => told.includes('gone Task/heard'), 'the deletion was heard');
  controller.abort();
  t.match(await done, /^\d+$/, 'where to go on');
  t.equal(told[0], 'refresh', 'what was read before is read again');
  t.strictSame(states, ['connecting', 'open']);
});

t.test('a caller has twenty streams at most, and a place is free again when one ends', async (t) => {
  const token = await tokenOf({ user: 'navigator' });
  const open = () => listenTo(t, server.url, 'type=Task', { token });
  const streams = await Promise.all(Array.from({ length: 20 }, open));
  t.ok(streams.every(({ status }) => status === 200));
  const refused = await open();
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('retry-after'), '30');
  const other = await listening(t, { user: 'scheduler' });
  t.equal(other.status, 200, 'others are not shut out');
  streams[0]!.cut();
  await until(async () => (await open()).status === 200, 'a place was free');
});

t.test('the audit trail says who listened to what', async (t) => {
  await listening(t, { user: 'navigator' });
  const ask = asking(server, { authorization: `Bearer ${await tokenOf({ user: 'auditor' })}` });
  const { body } = await ask('GET', '/AuditEvent?subtype=operation');
  const queries = body.entry.flatMap(({ resource }: { resource: { entity?: { query?: string }[] } }) =>
    (resource.entity ?? []).flatMap(({ query }) => (query ? [Buffer.from(query, 'base64').toString()] : [])),
  );
  t.match(queries, ['events?type=Task']);
});

t.test('a policy that changes is followed: read again, or the end', async (t) => {
  const stream = await listening(t, { user: 'scheduler' });
  const admin = asking(server, { authorization: `Bearer ${await tokenOf({ user: 'admin' })}` });
  const { body: policy } = await admin('GET', '/Basic/policy-scheduler');
  const without = policy.extension.filter(
    ({ extension }: { extension?: { url: string; valueCode?: string }[] }) =>
      !extension?.some(({ valueCode }) => valueCode === 'Task'),
  );
  const peer = await listening(t, { user: 'peer' });
  t.equal((await admin('PUT', '/Basic/policy-scheduler', { ...policy, extension: without })).status, 200);
  await until(() => stream.ended(), 'the stream ended');
  await peer.heard('refresh');
  t.notOk(peer.ended());
});

t.test('a stream ends with its token, and what is written then is not told', async (t) => {
  const token = await tokenOf({ user: 'navigator' });
  const stream = await listenTo(t, server.url, 'type=Task', { token });
  await lay('PUT', '/Task/before', task('before'));
  await stream.heard('Task/before');
  offset = 86_400_000;
  await lay('PUT', '/Task/later', task('later'));
  await until(() => stream.ended(), 'the stream ended');
  t.same(toldBy(stream), ['PUT Task/before 1']);
  t.equal((await listenTo(t, server.url, 'type=Task', { token })).status, 401);
  const renewed = await tokenOf({ user: 'navigator' });
  const again = await listenTo(t, server.url, 'type=Task', { token: renewed, from: stream.cursor() });
  await again.heard('Task/later');
  t.same(toldBy(again), ['PUT Task/later 1'], 'the next stream tells it');
});
