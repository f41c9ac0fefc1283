// Whatever another patient's record holds, a confined caller's answers are the same on every way in; a caller of some types sees no other type.
// https://hl7.org/fhir/R4/security.html#access-denied
import t from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';
import { task } from '../interaction/sample.ts';

// microsoft/fhir-server PR #5683, #5688; hapi-fhir #6065
const server = await startServer(t, { open: false, demo: true });

async function asOf(body: Record<string, string>): Promise<Ask> {
  const answer = await server.server.inject({
    method: 'POST',
    url: '/auth/demo-token',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return asking(server, { authorization: `Bearer ${JSON.parse(answer.body).access_token}` });
}
const all = await asOf({ user: 'nurse', scope: 'user/*.cruds' });
const ana = await asOf({ user: 'nurse', patient: 'ana-reyes', scope: 'patient/*.cruds' });
const tasks = await asOf({ user: 'nurse', scope: 'user/Task.rs user/Observation.rs' });
const both = await asOf({
  user: 'nurse',
  patient: 'ana-reyes',
  scope: 'patient/Task.rs user/Organization.rs',
});

const lay = laying(server);
const ref = (reference: string) => ({ reference });
const put = async (resource: { resourceType: string; id: string }) => {
  await lay('PUT', `/${resource.resourceType}/${resource.id}`, resource);
};

/** Another patient's record, in two lives that differ in everything. */
async function live(one: boolean): Promise<void> {
  await put({
    resourceType: 'Patient',
    id: 'bo',
    name: [{ family: one ? 'Mossquill' : 'Fernwhistle' }],
    gender: one ? 'male' : 'other',
    meta: { tag: [{ system: 'urn:life', code: one ? 'one' : 'other' }] },
    ...(one && { managingOrganization: ref('Organization/shared') }),
  } as never);
  await put({
    resourceType: 'Observation',
    id: 'his',
    status: 'final',
    code: { coding: [{ system: 'urn:c', code: one ? 'hiv' : 'flu' }] },
    subject: ref('Patient/bo'),
    ...(one && { performer: [ref('Organization/shared')] }),
  } as never);
  await put({
    ...task('bo', { status: 'requested', priority: one ? 'stat' : 'routine' }),
    id: 'his',
    ...(one && { focus: ref('Task/hers'), requester: ref('Organization/shared') }),
  });
  await put({
    resourceType: 'List',
    id: 'his',
    status: 'current',
    mode: 'working',
    subject: ref('Patient/bo'),
    entry: [{ item: ref(one ? 'Task/hers' : 'Task/his') }],
  } as never);
}
const gone = async () => {
  for (const path of ['List/his', 'Task/his', 'Observation/his', 'Patient/bo'])
    await lay('DELETE', `/${path}`);
};

await put({ resourceType: 'Organization', id: 'shared', name: 'Shared' } as never);
await put({ ...task('ana-reyes'), id: 'hers' });
await live(true);
await put({
  ...task('ana-reyes', { focus: ref('Observation/his'), partOf: [ref('Task/his')] }),
  id: 'hers',
});

const searches = [
  'Task?_include=Task:focus&_include=Task:part-of',
  'Task?_include=*&_include:iterate=*',
  'Task?_include=Task:part-of&_include:iterate=Task:patient',
  'Task?_revinclude=Task:focus&_revinclude=List:item',
  'Task?_revinclude=*',
  'Organization?_revinclude=Task:requester&_revinclude=Patient:organization',
  'Organization?_id=shared&_revinclude=*',
  'Task?focus:Observation.code=hiv',
  'Task?focus:Observation.code:not=hiv',
  'Task?focus:Observation.subject:Patient.family=mossquill',
  'Task?part-of.priority=stat',
  'Task?part-of.status:missing=true',
  'Task?_has:Task:focus:priority=stat',
  'Task?_has:List:item:_id=his',
  'Organization?_has:Patient:organization:gender=male',
  'Organization?_has:Observation:performer:code=hiv',
  'Organization?_has:Task:requester:_has:List:item:_id=his',
  'Task?_list=his',
  'Task?_filter=focus.code eq hiv',
  'Task?_filter=not (part-of.priority eq stat)',
  'Task?patient=bo',
  'Task?patient=Patient/bo',
  'Task?_id=his',
  'Task?_content=mossquill',
  'Task?_sort=priority&_count=2',
  'Task?_sort=-_lastUpdated&_total=accurate',
  'Task?_total=estimate&_count=1',
  'Task?_summary=count',
  'Patient?family=mossquill',
  'Patient?_tag=urn:life|one',
  'Patient?_total=accurate&_elements=gender',
  'Observation?code=hiv&_summary=count',
  'Patient/bo/*',
  'Patient/bo/Task',
  'Patient/bo/Observation?code=hiv',
  '?_type=Task,Patient,Observation',
  '?_tag=urn:life|one',
  '?_has:List:item:_id=his',
];
const others = [
  'Patient/bo',
  'Task/his',
  'Task/his/_history',
  'Task/his/_history/1',
  'Task/_history?_count=100',
  'Patient/_history?_count=100',
  '_history?_count=200',
  '_history?_list=his',
  'Patient/bo/$everything',
  'Patient/$everything?_count=200',
  'Patient/ana-reyes/$everything?_count=200',
  '$meta',
  'Patient/$meta',
  'Task/his/$meta',
];

/** An answer without what tells only when it was made. */
const settled = ({ status, body }: Answer) => ({
  status,
  told: JSON.stringify(body, (key, value) => {
    if (key === 'link') return value.map?.(({ relation }: { relation: string }) => relation) ?? value;
    return ['timestamp', 'lastModified'].includes(key) ? undefined : value;
  })
    .replace(/"id":"[0-9a-f-]{36}",?/, '')
    .replace(/"meta":\{"lastUpdated":"[^"]*"\},?/, ''),
});

/** Everything that a caller is told, by way. */
async function told(ask: Ask): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const path of [...searches, ...others]) answers[path] = settled(await ask('GET', `/${path}`));
  for (const path of searches.filter((text) => /^\w+\?/.test(text))) {
    const [type, query] = path.split('?') as [string, string];
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    answers[`POST ${path}`] = settled(await ask('POST', `/${type}/_search`, query, form));
  }
  const entry = [...searches, ...others].map((url) => ({ request: { method: 'GET', url } }));
  for (const type of ['batch', 'transaction'])
    answers[type] = settled(await ask('POST', '', { resourceType: 'Bundle', type, entry }));
  return answers;
}

/** Writes by criteria, which would tell by their outcome whether something matches. */
async function probed(ask: Ask): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [method, path] of [
    ['PUT', 'Task?_id=his'],
    ['PATCH', 'Task?focus:Observation.code=hiv'],
    ['DELETE', 'Task?_id=his'],
    ['DELETE', 'Patient?family=mossquill'],
    ['DELETE', 'Organization?_has:Patient:organization:gender=other'],
  ] as const) {
    const body = method === 'PUT' ? { ...task('bo'), id: 'his' } : method === 'PATCH' ? [] : undefined;
    const type = `application/${method === 'PATCH' ? 'json-patch' : 'fhir'}+json`;
    answers[`${method} ${path}`] = settled(await ask(method, `/${path}`, body, { 'content-type': type }));
  }
  return answers;
}

for (const [name, ask] of [
  ['a patient/*.cruds token', ana],
  ['patient/Task.rs with a shared type', both],
] as const)
  t.test(`the answers to ${name} do not depend on another patient's record`, async (t) => {
    await gone();
    await live(true);
    const [first, probes] = [await told(ask), await probed(ask)];
    await gone();
    await live(false);
    t.same(await told(ask), first, 'in another life');
    t.same(await probed(ask), probes);
    for (const [path, answer] of Object.entries(await told(ask)))
      t.notMatch(JSON.stringify(answer), /Mossquill|Fernwhistle|"urn:life"/, `${path}: nothing of him`);
    await gone();
    t.same(await told(ask), first, 'with none at all');
    t.same(await probed(ask), probes);
  });

t.test('the same ways tell a caller of all patients apart what they hold', async (t) => {
  await live(true);
  const first = await told(all);
  await live(false);
  const second = await told(all);
  const alike = [...searches, ...others].filter(
    (path) => JSON.stringify(first[path]) === JSON.stringify(second[path]),
  );
  t.ok(alike.length < 12, `the record makes a difference to most ways: not to ${alike.join(', ')}`);
});

/** Types of all resources anywhere in an answer. */
function typesIn(body: unknown, found = new Set<string>()): Set<string> {
  JSON.stringify(body, (key, value) => {
    if (key === 'resourceType') found.add(value);
    return value;
  });
  return found;
}

t.test('a token for some types is shown no resource of any other, and asks nothing of it', async (t) => {
  await live(true);
  const allowed = new Set(['Task', 'Observation', 'Bundle', 'OperationOutcome', 'Parameters']);
  for (const path of [...searches, ...others]) {
    const { status, body } = await tasks('GET', `/${path}`);
    t.ok(status < 500, `${path}: ${status}`);
    t.same(
      [...typesIn(body)].filter((type) => !allowed.has(type)),
      [],
      path,
    );
  }
  for (const path of [
    'Task?patient.gender=male',
    'Task?focus:Observation.subject:Patient.family=mossquill',
    'Task?_has:List:item:_id=his',
    'Task?_list=his',
    'Task?_filter=patient.gender eq male',
    'Patient?family=mossquill',
    'Patient/bo',
    'Patient/_history',
    'Patient/bo/$everything',
    'Patient/$everything',
    'Patient/$meta',
    '?_type=Task,Patient',
    '$export',
  ]) {
    const { status, body } = await tasks('GET', `/${path}`, undefined, { prefer: 'respond-async' });
    t.equal(status, 403, path);
    t.match(body.issue, [{ severity: 'error', code: 'forbidden' }], path);
  }
  const { status, body } = await tasks('GET', '/_history?_list=his');
  t.same([status, body.entry], [200, undefined], 'a List that may not be read names nothing');
});
