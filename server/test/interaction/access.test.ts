// Access: scopes by letter, and `patient/` scopes confined to one patient's compartment, on every way in.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import type { Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { type Ask, asking, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from './sample.ts';

const server = await startServer(t, { open: false, demo: true });

/** A caller with a demo token. */
async function asOf(body: Record<string, string>): Promise<Ask> {
  const { statusCode, body: text } = await server.server.inject({
    method: 'POST',
    url: '/auth/demo-token',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  if (statusCode !== 200) throw new Error(text);
  return asking(server, { authorization: `Bearer ${JSON.parse(text).access_token}` });
}
const scoped = (scope: string) => asOf({ user: 'nurse', patient: 'ana-reyes', scope });

const all = await asOf({ user: 'nurse', scope: 'user/*.cruds' });
const admin = await asOf({ user: 'admin', scope: 'user/*.cruds' });
const ana = await scoped('patient/*.cruds');
const OWN = 'Patient/ana-reyes';
const OTHER = 'Patient/marcus-bell';
const put = (ask: Ask, id: string, resource: object) =>
  ask('PUT', `/${(resource as Resource).resourceType}/${id}`, { ...resource, id });
await put(all, 'own', task('ana-reyes'));
await put(all, 'other', task('marcus-bell'));
await put(all, 'other', task('marcus-bell', { priority: 'urgent' }));
await put(all, 'focus-other', task('ana-reyes', { focus: { reference: 'Task/other' } }));
const ids = (body: { entry?: { resource: Resource }[] }) =>
  (body.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`);
const transaction = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry });
const refused = (says: RegExp, expression?: string[]) => ({
  status: 403,
  code: 'forbidden',
  says,
  expression,
});

t.test('without a valid token everything but metadata is 401 with WWW-Authenticate', async (t) => {
  const nobody = asking(server);
  const forged = asking(server, { authorization: 'Bearer e30.e30.x' });
  for (const [method, path] of [
    ['GET', '/Patient/ana-reyes'],
    ['GET', '/Patient'],
    ['POST', '/Patient'],
    ['PUT', '/Patient/a'],
    ['DELETE', '/Task/own'],
    ['POST', ''],
    ['GET', '/$export'],
    ['GET', '/Task/own/_history'],
    ['GET', '/nonsense'],
    ['GET', '/$export-file/x/Patient.ndjson'],
  ] as const) {
    for (const ask of [nobody, forged]) {
      const answer = await ask(method, path, method === 'POST' || method === 'PUT' ? '{"broken' : undefined);
      outcome(t, answer, { status: 401, code: 'login', says: /access token/ }, `${method} ${path}`);
      t.match(answer.headers['www-authenticate'], /^Bearer realm="http/);
    }
  }
  t.equal((await nobody('GET', '/metadata')).status, 200);
  t.equal((await nobody('GET', '/.well-known/smart-configuration')).status, 200);
});

t.test('each letter of a scope allows its interactions and no other', async (t) => {
  const outcomes = async (ask: Ask) => {
    const made = { ...task('ana-reyes'), id: 'letters' };
    const status = async (...[method, path, body]: [string, string, object?]) =>
      (await ask(method, path, body)).status;
    return {
      r: [
        await status('GET', '/Task/own'),
        await status('GET', '/Task/own/_history'),
        await status('GET', '/Task/own/_history/1'),
      ],
      s: [await status('GET', '/Task?_id=own'), await status('POST', '/Task/_search')],
      c: [await status('POST', '/Task', task('ana-reyes'))],
      u: [await status('PUT', '/Task/letters', made)],
      d: [await status('DELETE', '/Task/letters')],
    };
  };
  for (const level of ['user', 'patient']) {
    for (const letter of ['c', 'r', 'u', 'd', 's'] as const) {
      await put(all, 'letters', task('ana-reyes'));
      const found = await outcomes(await scoped(`${level}/Task.${letter}`));
      for (const [name, statuses] of Object.entries(found)) {
        for (const status of statuses)
          t.equal(status < 300, name === letter, `${level}/Task.${letter}: ${name} is ${status}`);
        if (name !== letter) t.same(new Set(statuses), new Set([403]));
      }
    }
  }
  const reader = await scoped('user/Task.r');
  outcome(
    t,
    await reader('PUT', '/Task/own', { ...task('ana-reyes'), id: 'own' }, { 'if-match': 'W/"9"' }),
    refused(/does not cover updating Task\. Ask for the scope user\/Task\.u\./),
    'the scope is checked before the version',
  );
  outcome(t, await reader('GET', '/Patient/ana-reyes'), refused(/does not cover reading Patient/));
  outcome(
    t,
    await reader(
      'POST',
      '',
      transaction({
        resource: { ...task('ana-reyes'), id: 'own' },
        request: { method: 'PUT', url: 'Task/own', ifMatch: 'W/"9"' },
      }),
    ),
    refused(/Entry 0: .*updating Task/, ['Bundle.entry[0]']),
  );
});

t.test("reading: another patient's resources are not there", async (t) => {
  for (const path of [
    '/Patient/marcus-bell',
    '/Task/other',
    '/Task/other/_history',
    '/Task/other/_history/1',
  ]) {
    const { status, body } = await ana('GET', path);
    t.equal(status, 404, path);
    t.match(body.issue[0], { code: 'not-found', diagnostics: /or your access does not cover it/ }, path);
    t.equal((await all('GET', path)).status, 200, `${path} is there for others`);
  }
  t.equal((await ana('GET', '/Task/own')).status, 200);
  t.equal((await ana('GET', `/${OWN}`)).status, 200);
  t.equal((await ana('GET', '/Practitioner/none')).status, 404, 'shared types may be read');
});

t.test("searching: another patient's resources are absent, from includes and counts too", async (t) => {
  const mine = await ana('GET', '/Task?_count=500');
  const everyone = await all('GET', '/Task?_count=500');
  t.ok(ids(mine.body).includes('Task/own'));
  t.notOk(ids(mine.body).includes('Task/other'));
  for (const { resource } of mine.body.entry) t.equal(resource.for?.reference, OWN);
  t.ok(everyone.body.entry.length > mine.body.entry.length);
  for (const path of [
    '/Task?_id=other',
    `/Task?patient=${OTHER}`,
    `/Task?subject=${OTHER}`,
    '/Patient?_id=marcus-bell',
    '/Task?_id=other&_summary=count',
  ]) {
    const { body } = await ana('GET', path);
    t.same(ids(body), [], path);
    if (body.total !== undefined) t.equal(body.total, 0, path);
  }
  t.same(ids((await ana('GET', '/Task?_id=focus-other&_include=Task:focus&_include=Task:patient')).body), [
    'Task/focus-other',
    OWN,
  ]);
  t.ok(ids((await all('GET', '/Task?_id=focus-other&_include=Task:focus')).body).includes('Task/other'));
  t.equal((await ana('GET', '/Task?_total=accurate&_count=1')).body.total, mine.body.entry.length);
});

t.test("writing: another patient's resources are 403, and stay as they are", async (t) => {
  const before = (await all('GET', '/Task/other')).body;
  const away = refused(/Task\/other is not about the patient whose chart is open/);
  outcome(t, await put(ana, 'other', task('marcus-bell')), away);
  outcome(t, await put(ana, 'other', task('ana-reyes')), away, 'moving it into the compartment');
  outcome(t, await ana('DELETE', '/Task/other'), away);
  const outside = refused(/This Task is not about the patient whose chart is open/);
  outcome(t, await put(ana, 'own', task('marcus-bell')), outside, 'moving it out of the compartment');
  outcome(t, await put(ana, 'own', { ...task('x'), for: undefined }), outside, 'about nobody');
  outcome(t, await ana('POST', '/Task', task('marcus-bell')), outside);
  outcome(t, await put(ana, 'brand-new', task('marcus-bell')), outside, 'update as create');
  outcome(
    t,
    await ana('POST', '/Patient', patient('x')),
    refused(/This Patient is not about/),
    'another patient',
  );
  outcome(
    t,
    await ana('POST', '/Patient', patient('x', { id: 'ana-reyes' })),
    refused(/This Patient is not about/),
    'another patient with her id',
  );
  outcome(
    t,
    await ana('POST', '/Practitioner', { resourceType: 'Practitioner' }),
    refused(/does not cover creating Practitioner/),
    'shared types are read only',
  );
  t.same((await all('GET', '/Task/other')).body, before);
  t.equal((await all('GET', '/Task/own')).body.for.reference, OWN);
  t.equal(
    (await put(ana, 'own', task('ana-reyes', { priority: 'stat' }))).status,
    200,
    'her own may be written',
  );
});

const urgent = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Task.status' },
        { name: 'value', valueCode: 'accepted' },
      ],
    },
  ],
};

t.test("patches and conditional writes: another patient's resources are out of reach", async (t) => {
  const MINE = { system: 'http://x.example/access', value: 'mine' };
  const THEIRS = { system: 'http://x.example/access', value: 'theirs' };
  await put(all, 'theirs', task('marcus-bell', { identifier: [THEIRS] }));
  await put(all, 'mine', task('ana-reyes', { identifier: [MINE] }));
  const theirs = `/Task?identifier=${THEIRS.system}|${THEIRS.value}`;
  const mine = `/Task?identifier=${MINE.system}|${MINE.value}`;
  const before = (await all('GET', '/Task/theirs')).body;
  outcome(
    t,
    await ana('PATCH', '/Task/theirs', urgent),
    refused(/Task\/theirs is not about the patient whose chart is open/),
  );
  outcome(t, await ana('PATCH', theirs, urgent), {
    status: 404,
    code: 'not-found',
    says: /No Task matches the criteria/,
  });
  t.equal((await ana('DELETE', theirs)).status, 204, 'it finds nothing to delete');
  const made = await ana('PUT', theirs, task('ana-reyes', { identifier: [THEIRS] }));
  t.equal(made.status, 201, 'it finds nothing to update, and makes one of her own');
  outcome(
    t,
    await ana('PUT', theirs.replace('theirs', 'none'), { ...task('ana-reyes'), id: 'theirs' }),
    refused(/Task\/theirs is not about/),
    'criteria that match nothing, with the id of what is not hers',
  );
  for (const [method, url, resource] of [
    ['PATCH', 'Task/theirs', urgent],
    ['PUT', 'Task?identifier=none', { ...task('ana-reyes'), id: 'theirs' }],
  ] as const)
    outcome(
      t,
      await ana('POST', '', transaction({ resource, request: { method, url } })),
      refused(/Entry 0: Task\/theirs is not about/, ['Bundle.entry[0]']),
      `transaction: ${method}`,
    );
  t.same((await all('GET', '/Task/theirs')).body, before);
  t.equal((await ana('PATCH', mine, urgent)).status, 200, 'her own may be patched');
  await put(all, 'mine', task('ana-reyes', { status: 'entered-in-error', identifier: [MINE] }));
  t.equal((await ana('DELETE', mine)).status, 204, 'and deleted when it was made in error');
  t.equal((await ana('GET', '/Task/mine')).status, 404);
});

t.test('a patch tells what stands there: it needs the scope to read too', async (t) => {
  await put(all, 'unread', task('ana-reyes'));
  const writer = await asOf({ user: 'nurse', scope: 'user/Task.u' });
  outcome(t, await writer('PATCH', '/Task/unread', urgent), refused(/does not cover reading Task/));
});

t.test('what was deleted is written again by whom it belonged to, and by nobody else', async (t) => {
  for (const [id, owner] of [
    ['was-hers', 'ana-reyes'],
    ['was-his', 'marcus-bell'],
  ] as const) {
    await put(all, id, task(owner));
    await all('DELETE', `/Task/${id}`);
  }
  t.equal((await ana('DELETE', '/Task/was-hers')).status, 204, 'deleted again');
  const away = /Task\/was-his is not about the patient whose chart is open/;
  outcome(t, await put(ana, 'was-his', task('ana-reyes')), refused(away));
  const bundle = (id: string) =>
    transaction({
      resource: { ...task('ana-reyes'), id },
      request: { method: 'PUT', url: `Task/${id}` },
    });
  outcome(t, await ana('POST', '', bundle('was-his')), refused(away, ['Bundle.entry[0]']), 'transaction');
  t.equal((await put(ana, 'was-hers', task('ana-reyes'))).status, 201);
  await ana('DELETE', '/Task/was-hers');
  const again = await ana('POST', '', bundle('was-hers'));
  t.equal(again.status, 200, JSON.stringify(again.body.issue));
  t.match(again.body.entry[0].response.status, /^201/);
});

t.test('batch and transaction: the same walls', async (t) => {
  const entries = (method: string) => [
    { request: { method: 'GET', url: 'Task/other' } },
    { request: { method: 'GET', url: 'Task/other/_history' } },
    { request: { method: 'DELETE', url: 'Task/other' } },
    { resource: { ...task('marcus-bell'), id: 'other' }, request: { method, url: 'Task/other' } },
    { resource: task('marcus-bell'), request: { method: 'POST', url: 'Task' } },
  ];
  const { body } = await ana('POST', '', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [...entries('PUT'), { request: { method: 'GET', url: 'Task?_id=other' } }],
  });
  t.same(
    body.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
    ['404', '404', '403', '403', '403', '200'],
  );
  t.equal(body.entry[5].resource.entry, undefined);
  for (const entry of entries('PUT')) {
    const { status } = await ana('POST', '', transaction(entry));
    t.equal(status, entry.request.method === 'GET' ? 404 : 403, JSON.stringify(entry.request));
  }
  const conditional = {
    resource: task('ana-reyes', { focus: { reference: 'Task?_id=other' } }),
    request: { method: 'POST', url: 'Task' },
  };
  outcome(
    t,
    await ana('POST', '', transaction(conditional)),
    { status: 412, code: 'conflict', says: /matches nothing/, expression: ['Bundle.entry[0]'] },
    'conditional references find only what may be seen',
  );
  t.equal((await all('GET', '/Task/other')).headers.etag, 'W/"2"', 'nothing was written');
});

t.test('a group that the patient is in names others too: it stays closed to a patient/ scope', async (t) => {
  const member = [{ entity: { reference: OWN } }, { entity: { reference: OTHER } }];
  await put(admin, 'panel', { resourceType: 'Group', type: 'person', actual: true, member });
  await put(all, 'of-panel', task('ana-reyes', { focus: { reference: 'Group/panel' } }));
  outcome(t, await ana('GET', '/Group/panel'), refused(/does not cover reading Group/));
  outcome(t, await ana('GET', '/Group/panel/_history'), refused(/does not cover reading Group/));
  outcome(t, await ana('GET', '/Group'), refused(/does not cover searching Group/));
  const included = await ana('GET', '/Task?_id=of-panel&_include=Task:focus');
  t.same(ids(included.body), ['Task/of-panel']);
});

t.test("a confined caller names no resource of another patient's, there or not", async (t) => {
  const pointing = (reference: string) => task('ana-reyes', { focus: { reference } });
  const unseen = (name: string, expression = ['Task.focus']) => ({
    status: 422,
    code: 'not-found',
    says: new RegExp(`names ${name}, which does not exist here, or your access does not cover it\\.`),
    expression,
  });
  for (const name of ['Task/other', 'Task/nowhere', OTHER]) {
    outcome(t, await ana('POST', '/Task', pointing(name)), unseen(name));
    outcome(t, await put(ana, 'own', pointing(name)), unseen(name), `PUT ${name}`);
    const entry = { resource: pointing(name), request: { method: 'POST', url: 'Task' } };
    outcome(
      t,
      await ana('POST', '', transaction(entry)),
      unseen(name, ['Bundle.entry[0].resource.focus']),
      `transaction ${name}`,
    );
  }
  t.equal((await ana('POST', '/Task', pointing('Task/own'))).status, 201, 'her own');
  t.equal((await ana('POST', '/Task', pointing('PractitionerRole/nurse'))).status, 201, 'what all share');
  const [first, second] = ['urn:uuid:5b1e7a3c-1', 'urn:uuid:5b1e7a3c-2'];
  const together = transaction(
    { fullUrl: first, resource: pointing(second!), request: { method: 'POST', url: 'Task' } },
    { fullUrl: second, resource: task('ana-reyes'), request: { method: 'POST', url: 'Task' } },
  );
  t.equal((await ana('POST', '', together)).status, 200, 'what the same transaction makes');
  t.equal(
    (await put(ana, 'focus-other', { ...task('ana-reyes', { focus: { reference: 'Task/other' } }) })).status,
    200,
    'what a version had before stays',
  );
  t.equal((await all('POST', '/Task', pointing('Task/other'))).status, 201, 'others may');
});

t.test('of two scopes each covers only its own letters', async (t) => {
  const mixed = await scoped('user/Task.u patient/Task.d');
  const deleteOther = { request: { method: 'DELETE', url: 'Task/other' } };
  outcome(t, await mixed('DELETE', '/Task/other'), refused(/not about the patient/));
  outcome(
    t,
    await mixed('POST', '', transaction(deleteOther)),
    refused(/Entry 0: .*not about the patient/, ['Bundle.entry[0]']),
  );
  await put(all, 'draft', task('ana-reyes', { status: 'draft' }));
  const deleter = await scoped('patient/Task.d');
  t.equal(
    (await deleter('POST', '', transaction({ request: { method: 'DELETE', url: 'Task/draft' } }))).status,
    200,
  );
});

t.test("a version from when a resource was another patient's stays hidden", async (t) => {
  await put(all, 'moved', task('marcus-bell', { description: 'about Marcus' }));
  await put(all, 'moved', task('ana-reyes'));
  const { body } = await ana('GET', '/Task/moved/_history');
  t.same(
    body.entry.map(({ resource }: { resource: Resource }) => resource.meta?.versionId),
    ['2'],
  );
  t.equal((await ana('GET', '/Task/moved/_history/1')).status, 404);
  t.equal((await ana('GET', '/Task/moved/_history/2')).status, 200);
  t.equal((await all('GET', '/Task/moved/_history')).body.entry.length, 2);
});

t.test('a patient/ scope without a patient reaches nothing', async (t) => {
  const lost = await asOf({ user: 'nurse', scope: 'patient/*.cruds' });
  outcome(t, await lost('GET', '/Task/own'), refused(/does not cover reading Task/));
  outcome(t, await lost('GET', '/Task'), refused(/does not cover searching Task/));
  outcome(t, await lost('POST', '/Task', task('ana-reyes')), refused(/does not cover creating Task/));
});

t.test('export needs access to every patient', async (t) => {
  const kickOff = (ask: Ask, path: string) => ask('GET', path, undefined, { prefer: 'respond-async' });
  for (const path of [
    '/Patient/$export',
    '/Patient/$export?_type=Task',
    '/$export?_type=Task',
    '/$export?_type=Patient,Practitioner',
    '/$export?_type=Practitioner',
    '/$export',
  ]) {
    const { status, body } = await kickOff(ana, path);
    t.equal(status, 403, path);
    t.match(body.issue[0], { code: 'forbidden', diagnostics: /Ask for (?:the|a) scope/ }, path);
  }
  outcome(
    t,
    await kickOff(await asOf({ client: 'payer' }), '/$export?_type=Observation'),
    refused(/does not cover exporting Observation.*system\/Observation\.rs/),
  );
});
