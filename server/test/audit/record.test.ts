// Every request leaves one AuditEvent, whatever it was and however it was answered; every change leaves a Provenance.
// https://hl7.org/fhir/R4/security.html#audit · https://profiles.ihe.net/ITI/BALP/content.html
import type { AuditEvent, Provenance, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import type { Answered } from '../../audit/index.ts';
import { forbidden, notFound, preconditionFailed } from '../../fhir/errors.ts';
import type { Result } from '../../fhir/result.ts';
import { createValidator, loadDefinitions } from '../../validation/index.ts';
import { type AskOptions, linesIn, NURSE, openAudit, PAYER, shown } from './harness.ts';

const BALP = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit';
const OURS = 'https://throughline.example/fhir/StructureDefinition';
const definitions = loadDefinitions(new URL('../../../profiles/definitions/', import.meta.url));
const { validate } = createValidator(definitions);
/** What is wrong with a resource; BALP's own profiles are not known here. */
const problems = ({ meta: { profile, ...meta } = {}, ...resource }: Resource) =>
  validate({ ...resource, meta: { ...meta, ...ours(profile) } } as never).filter(
    ({ severity }) => severity === 'error' || severity === 'fatal',
  );

const ana = { resourceType: 'Patient', id: 'ana' };
const ben = { resourceType: 'Patient', id: 'ben' };
const task = (id: string, patient: string) => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  for: { reference: `Patient/${patient}` },
});

const ours = (profile: readonly string[] = []) => {
  const known = profile.filter((url) => url.startsWith(OURS));
  return known.length ? { profile: known } : {};
};

const entityOf = (event: AuditEvent | undefined, type: string) =>
  event?.entity?.filter((entity) => entity.type?.code === type) ?? [];
const queryOf = (event: AuditEvent | undefined) =>
  Buffer.from(entityOf(event, '2')[0]?.query ?? '', 'base64').toString();
const deleted = (id: string, version: number): Answered => ({
  status: 204,
  result: { kind: 'empty', status: 204, target: { type: 'Task', id, version } },
});
const search: Answered = {
  status: 200,
  result: {
    kind: 'search',
    status: 200,
    path: 'Task',
    page: { matches: [], included: [], total: 0, self: '', next: undefined, outcomes: [] },
  } as Result,
};

t.test('each interaction has the action, subtype and pattern that BALP gives it', async (t) => {
  const { save, ask, events } = await openAudit(t);
  await save([ana, task('t1', 'ana'), { resourceType: 'Organization', id: 'o1', name: 'Org' }]);
  type Case = [
    method: string,
    path: string,
    options: AskOptions,
    subtype: string,
    action: string,
    pattern?: string,
  ];
  const cases: Case[] = [
    ['GET', '/Task/t1', { answer: shown('Task', 't1', 1) }, 'read', 'R', 'PatientRead'],
    ['HEAD', '/Task/t1', { answer: shown('Task', 't1', 1) }, 'read', 'R', 'PatientRead'],
    ['GET', '/Organization/o1', { answer: shown('Organization', 'o1', 1) }, 'read', 'R', 'Read'],
    ['GET', '/Task/t1/_history/1', { answer: shown('Task', 't1', 1) }, 'vread', 'R', 'PatientRead'],
    ['GET', '/Task/t1/_history', {}, 'history-instance', 'R'],
    ['GET', '/Task/_history', {}, 'history-type', 'R'],
    ['GET', '/_history', {}, 'history-system', 'R'],
    ['GET', '/Task?patient=ana', { answer: search }, 'search-type', 'E', 'PatientQuery'],
    ['GET', '/Organization?name=x', { answer: search, access: PAYER }, 'search-type', 'E', 'Query'],
    [
      'POST',
      '/Task/_search',
      { answer: search, body: new URLSearchParams('subject=Patient/ana') },
      'search-type',
      'E',
      'PatientQuery',
    ],
    ['GET', '/Patient/ana/Task', { answer: search }, 'search-type', 'E', 'PatientQuery'],
    ['GET', '?_type=Task', { answer: search }, 'search-system', 'E', 'PatientQuery'],
    ['POST', '/Task', { answer: shown('Task', 't1', 1, 201) }, 'create', 'C', 'PatientCreate'],
    ['PUT', '/Task/t1', { answer: shown('Task', 't1', 1) }, 'update', 'U', 'PatientUpdate'],
    ['PATCH', '/Task/t1', { answer: shown('Task', 't1', 1) }, 'patch', 'U', 'PatientUpdate'],
    ['DELETE', '/Task/t1', { answer: deleted('t1', 1) }, 'delete', 'D', 'PatientDelete'],
    ['GET', '/metadata', { access: undefined }, 'capabilities', 'R'],
    ['GET', '/Patient/ana/$everything', { answer: search }, 'operation', 'E'],
    ['POST', '/$reindex', {}, 'operation', 'E'],
  ];
  for (const [method, path, options] of cases) await ask(method, path, options);
  const found = await events();
  t.equal(found.length, cases.length, 'one event each');
  for (const [n, [method, path, , subtype, action, pattern]] of cases.entries()) {
    const event = found[n]!;
    const name = `${method} ${path}`;
    t.equal(event.subtype?.[0]?.code, subtype, name);
    t.equal(event.subtype?.[0]?.system, 'http://hl7.org/fhir/restful-interaction');
    t.equal(event.type.code, 'rest');
    t.equal(event.action, action);
    t.equal(event.outcome, '0');
    t.equal(event.outcomeDesc, undefined);
    const profiles = [`${OURS}/cn-audit`, ...(pattern ? [`${BALP}.${pattern}`] : [])];
    t.strictSame(event.meta?.profile ?? [], profiles, `${name} has the profiles`);
    t.strictSame(problems(event), [], `${name} is valid`);
    t.equal(entityOf(event, 'XrequestId')[0]?.what?.identifier?.value, 'request-1');
  }
  t.equal(queryOf(found[7]), 'Task?patient=ana');
  t.equal(queryOf(found[9]), 'Task?subject=Patient/ana'.replace('/', '%2F'));
  t.equal(found[17]?.subtype?.[1]?.code, 'everything');
});

t.test('an event says who asked, for whom, from where and why', async (t) => {
  const { save, ask, events } = await openAudit(t);
  await save([ana, task('t1', 'ana')]);
  await ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1) });
  await ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1), access: PAYER });
  await ask('GET', '/Task/t1', { access: undefined, answer: { status: 401, issues: [] } });
  const [byUser, byClient, byNobody] = await events();
  const [client, server, user] = byUser!.agent;
  t.match(client, {
    type: { coding: [{ code: '110152' }] },
    who: { display: 'throughline-app' },
    requestor: false,
    network: { address: '192.0.2.7', type: '2' },
  });
  t.match(server, {
    type: { coding: [{ code: '110153' }] },
    who: { display: 'Throughline' },
    network: { address: 'http://127.0.0.1:3000', type: '5' },
  });
  t.match(user, {
    type: { coding: [{ code: 'IRCP' }] },
    role: [{ coding: [{ code: 'rn' }] }],
    who: { reference: 'PractitionerRole/nurse', identifier: { value: 'nurse' } },
    requestor: true,
    purposeOfUse: [{ coding: [{ code: 'TREAT' }] }],
  });
  t.match(byUser!.purposeOfEvent, [{ coding: [{ code: 'TREAT' }] }]);
  t.equal(byUser!.source.observer.display, 'Throughline');
  t.equal(byClient!.agent.length, 2);
  t.match(byClient!.agent[0], { who: { identifier: { value: 'payer' } }, requestor: true });
  t.equal(byNobody!.agent.length, 2);
  t.match(byNobody!.agent[0], { who: { display: 'unknown' }, requestor: true });
  t.equal(byNobody!.outcome, '4');
});

t.test(
  'a refusal names its status, issue type and rule, and the patient whose resource it was about',
  async (t) => {
    const { save, ask, events } = await openAudit(t);
    await save([ana, ben, task('t1', 'ben')]);
    const refuse = (error: { status: number; issues: never }) => ({ answer: error as Answered });
    await ask('GET', '/Task/t1', refuse(forbidden('Not yours.', undefined, 'compartment') as never));
    await ask('GET', '/Task/nobody', refuse(notFound('Nothing.') as never));
    await ask('PUT', '/Task/t1', refuse(preconditionFailed('Changed.') as never));
    await ask('POST', '/Nonsense', refuse(notFound('No type.') as never));
    await ask('GET', '/Task/t1', { answer: { status: 500, issues: [] } });
    const found = await events();
    t.strictSame(
      found.map(({ outcome, outcomeDesc }) => [outcome, outcomeDesc]),
      [
        ['4', 'Refused with status 403, forbidden, by rule compartment.'],
        ['4', 'Refused with status 404, not-found.'],
        ['4', 'Refused with status 412, conflict.'],
        ['4', 'Refused with status 404, not-found.'],
        ['8', 'Failed with status 500.'],
      ],
    );
    t.equal(entityOf(found[0], '1')[0]?.what?.reference, 'Patient/ben');
    t.equal(entityOf(found[0], '2')[0]?.what?.reference, 'Task/t1');
    t.equal(entityOf(found[1], '1').length, 0);
    for (const event of found) {
      t.strictSame(event.meta?.profile, [`${OURS}/cn-audit`], 'a refusal is no BALP pattern');
      t.strictSame(problems(event), []);
    }
  },
);

t.test(
  'the patient is that of the resource, that of the search, or the one whose chart is open',
  async (t) => {
    const { save, remove, ask, events } = await openAudit(t);
    await save([ana, ben, task('t1', 'ben'), task('t2', 'ben')]);
    await remove('Task', 't2');
    await ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1) });
    await ask('DELETE', '/Task/t2', {
      answer: deleted('t2', 2),
    });
    await ask('GET', '/Task?subject=Patient/ben', { answer: search });
    await ask('GET', '/Patient?_id=ben', { answer: search });
    await ask('GET', '/Task?code=x', { answer: search });
    await ask('GET', '/Task?code=x', { answer: search, access: PAYER });
    await ask('GET', '/Task?patient=ana,Patient/ben', { answer: search });
    const found = await events();
    t.strictSame(
      found.map((event) => entityOf(event, '1').map(({ what }) => what?.reference)),
      [
        ['Patient/ben'],
        ['Patient/ben'],
        ['Patient/ben'],
        ['Patient/ben'],
        ['Patient/ana'],
        [],
        ['Patient/ana'],
      ],
    );
    t.match(
      entityOf(found[6], '2')[1],
      { what: { reference: 'Patient/ben' } },
      'the second one is found too',
    );
  },
);

t.test('a batch leaves an event for itself and one for each entry', async (t) => {
  const { save, ask, events } = await openAudit(t);
  await save([ana, task('t1', 'ana')]);
  const body = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'GET', url: 'Task/t1' } },
      { request: { method: 'GET', url: 'http://127.0.0.1:3000/fhir/Task?patient=ana' } },
      { request: { method: 'DELETE', url: 'Task/t9' } },
      { request: { method: 'POST', url: 'Task' }, resource: task('secret-body', 'ana') },
      { note: 'no request' },
    ],
  };
  const entries = [
    (shown('Task', 't1', 1) as { result: Result }).result,
    (search as { result: Result }).result,
    { kind: 'outcome', status: 403, issues: forbidden('No.', undefined, 'scope').issues },
    (shown('Task', 't1', 1, 201, 'POST') as { result: Result }).result,
    { kind: 'outcome', status: 400, issues: [] },
  ] as Result[];
  const result: Result = { kind: 'batch', status: 200, type: 'batch-response', entries };
  await ask('POST', '', { body, answer: { status: 200, result } });
  const found = await events();
  t.strictSame(
    found.map(({ subtype, action, outcome }) => [subtype?.[0]?.code, action, outcome]),
    [
      ['batch', 'E', '0'],
      ['read', 'R', '0'],
      ['search-type', 'E', '0'],
      ['delete', 'D', '4'],
      ['create', 'C', '0'],
      ['operation', 'E', '4'],
    ],
  );
  t.equal(found[3]?.outcomeDesc, 'Refused with status 403, forbidden, by rule scope.');
  t.equal(new Set(found.map(({ id }) => id)).size, 6);
  t.ok(found.every((event) => entityOf(event, 'XrequestId')[0]?.what?.identifier?.value === 'request-1'));
});

t.test('a refused transaction leaves one event', async (t) => {
  const { ask, events } = await openAudit(t);
  const body = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method: 'GET', url: 'Task/1' } }],
  };
  await ask('POST', '', { body, answer: { status: 422, issues: [] } });
  const found = await events();
  t.strictSame(
    found.map(({ subtype, outcome }) => [subtype?.[0]?.code, outcome]),
    [['transaction', '4']],
  );
});

t.test('a change leaves a Provenance; a write that changed nothing leaves none', async (t) => {
  let now = new Date();
  const { save, remove, ask, events, provenances } = await openAudit(t, { now: () => now });
  const role = {
    resourceType: 'PractitionerRole',
    id: 'nurse',
    organization: { reference: 'Organization/clinic' },
  };
  await save([ana, role, task('old', 'ana'), task('gone', 'ana')], new Date(now.getTime() - 60_000));
  now = new Date(now.getTime() - 1_000);
  await save([task('t1', 'ana')]);
  await remove('Task', 'gone');
  // What `save` writes has instants of its own; here they have to lie after the request came.
  const at = new Date(now.getTime() + 500);
  await save([task('t2', 'ana')], at);
  await save([task('old', 'ana')], at);
  await ask('POST', '/Task', { answer: shown('Task', 't2', 1, 201, 'POST') });
  await ask('PUT', '/Task/old', { answer: shown('Task', 'old', 2), access: { ...NURSE, client: 'app-2' } });
  await ask('POST', '/Task', { answer: shown('Task', 'old', 1, 200) });
  await ask('GET', '/Task/t2', { answer: shown('Task', 't2', 1) });
  await ask('PUT', '/Task/old', { answer: shown('Task', 'old', 2), access: PAYER });
  t.equal((await events()).length, 5);
  const key = ({ target, agent }: Provenance) => `${target[0]?.reference} ${agent[0]?.who.display}`;
  const found = (await provenances()).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  t.strictSame(
    found.map(({ target, activity }) => [target[0]?.reference, activity?.coding?.[0]?.code]),
    [
      ['Task/old/_history/2', 'UPDATE'],
      ['Task/old/_history/2', 'UPDATE'],
      ['Task/t2/_history/1', 'CREATE'],
    ],
  );
  t.match(found[2], {
    recorded: at.toISOString(),
    reason: [{ coding: [{ code: 'TREAT' }] }],
    agent: [
      {
        type: { coding: [{ code: 'author' }] },
        who: { reference: 'PractitionerRole/nurse' },
        onBehalfOf: { reference: 'Organization/clinic' },
      },
      { type: { coding: [{ code: 'transmitter' }] }, who: { display: 'throughline-app' } },
    ],
  });
  t.match(found[1], { agent: [{ type: { coding: [{ code: 'author' }] }, who: { display: 'payer' } }] });
  for (const provenance of found) t.strictSame(problems(provenance), [], 'it is valid');
});

t.test('a Provenance says for whom somebody acted only where it is known', async (t) => {
  const { save, ask, events, provenances } = await openAudit(t);
  await save([task('t1', 'ana'), task('t2', 'ana'), task('t3', 'ana')]);
  const change = (id: string, access: typeof NURSE) =>
    ask('PUT', `/Task/${id}`, { access, answer: shown('Task', id, 1, 201) });
  await change('t1', { ...NURSE, fhirUser: 'Practitioner/p' });
  await change('t2', { ...NURSE, fhirUser: 'Patient/ana' });
  await change('t3', PAYER);
  t.equal((await events()).length, 3);
  const found = new Map((await provenances()).map((one) => [one.target[0]!.reference, one]));
  const cases: [id: string, profile: string[] | undefined][] = [
    ['t1', undefined],
    ['t2', [`${OURS}/cn-provenance`]],
    ['t3', [`${OURS}/cn-provenance`]],
  ];
  for (const [id, profile] of cases) {
    const one = found.get(`Task/${id}/_history/1`)!;
    t.same(one.meta?.profile, profile, id);
    t.notOk(
      one.agent.some(({ onBehalfOf }) => onBehalfOf),
      `${id}: for nobody that is known`,
    );
    t.strictSame(problems(one), [], `${id} is valid`);
  }
});

t.test('entries of a transaction that stand for the same version have one Provenance', async (t) => {
  const { save, ask, events, provenances } = await openAudit(t);
  await save([task('t1', 'ana')]);
  const request = { method: 'POST', url: 'Task', ifNoneExist: 'identifier=1' };
  const body = { resourceType: 'Bundle', type: 'transaction', entry: [{ request }, { request }] };
  const { result: made } = shown('Task', 't1', 1, 201, 'POST') as { result: Result };
  const { result: there } = shown('Task', 't1', 1, 200, 'POST') as { result: Result };
  const answer = (entries: Result[]): Answered => ({
    status: 200,
    result: { kind: 'batch', status: 200, type: 'transaction-response', entries },
  });
  await ask('POST', '', { body, answer: answer([made, made]) });
  await ask('POST', '', { body, answer: answer([{ ...there, location: true } as Result, there]) });
  t.equal((await events()).length, 6);
  t.equal((await provenances()).length, 1, 'what was there already has been made by nobody here');
});

t.test('no token and nothing of a body is written down', async (t) => {
  const { ask, folder, events } = await openAudit(t);
  const body = { resourceType: 'Task', note: 'BODY-TEXT', status: 'draft' };
  await ask('POST', '/Task?access_token=SECRET-1', { body, answer: shown('Task', 't1', 1, 201) });
  await ask('GET', '/Task?acce%73s_token=SECRET-2&code=x', { answer: search });
  await ask('POST', '/Task/_search', {
    body: new URLSearchParams({ ACCESS_TOKEN: 'SECRET-3', code: 'y' }),
    answer: search,
  });
  await ask('PUT', '/Task/t1', { body, answer: forbidden('BODY-TEXT is told.') as never });
  const lines = linesIn(folder);
  t.equal(lines.length, 6, 'two of them begin writes');
  for (const text of [...lines, ...(await events()).map((event) => JSON.stringify(event))])
    t.notMatch(text, /SECRET|BODY-TEXT|of the resource/);
  t.equal(queryOf((await events())[1]), 'Task?code=x');
});

t.test('what happens at the authorization server is recorded too', async (t) => {
  const { audit, events } = await openAudit(t);
  audit.recordEvent({ kind: 'login', client: 'app', user: 'nurse', address: '192.0.2.9' });
  audit.recordEvent({ kind: 'refused', client: 'app', error: 'invalid_grant' });
  const [login, refused] = await events();
  t.match(login, {
    type: { code: '110114' },
    subtype: [{ code: 'login' }, { code: '110122' }],
    outcome: '0',
    agent: [
      { who: { display: 'app' }, network: { address: '192.0.2.9' } },
      {},
      { name: 'nurse', requestor: true },
    ],
  });
  t.match(refused, { subtype: [{ code: 'refused' }], outcome: '4', outcomeDesc: 'Refused: invalid_grant.' });
  audit.recordEvent({
    kind: 'administration',
    client: 'app',
    user: 'admin',
    change: { action: 'U', what: 'account', id: 'nurse', members: [['role', 'rn']] },
  });
  const changed = (await events()).at(-1);
  t.match(changed, {
    type: { code: '110137' },
    subtype: [{ code: 'administration' }],
    action: 'U',
    entity: [
      {
        what: {
          identifier: { system: 'https://throughline.example/fhir/identifier/account', value: 'nurse' },
        },
        detail: [{ type: 'role', valueString: 'rn' }],
      },
    ],
  });
  for (const event of [login!, refused!, changed!]) t.strictSame(problems(event), []);
});

t.test('events are found by date, agent, patient, action, outcome and address', async (t) => {
  const { save, ask, audit, findEvents } = await openAudit(t);
  await save([ana, task('t1', 'ana')]);
  await ask('GET', '/Task/t1', { answer: shown('Task', 't1', 1) });
  await ask('GET', '/Task/t1', { access: PAYER, answer: forbidden('No.', undefined, 'members') as never });
  await audit.catchUp();
  const today = new Date().toISOString().slice(0, 10);
  const counts: [string, number][] = [
    [`date=ge${today}`, 2],
    ['date=lt2020', 0],
    ['agent=PractitionerRole/nurse', 1],
    ['agent:identifier=payer', 1],
    ['patient=ana', 2],
    ['patient=ben', 0],
    ['action=R', 2],
    ['action=D', 0],
    ['outcome=4', 1],
    ['address=192.0.2.7', 2],
    ['entity=Task/t1', 2],
    ['agent-role=rn', 1],
    ['subtype=read', 2],
  ];
  for (const [query, count] of counts) t.equal((await findEvents(query)).length, count, query);
});
