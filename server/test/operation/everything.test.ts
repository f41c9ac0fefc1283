// $everything: a patient's or an encounter's record, what it refers to, nobody else's; each once, in pages that join.
// https://hl7.org/fhir/R4/operation-patient-everything.html
import type { Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { type Answer, asking, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const put = async (resource: { resourceType: string; id: string } & Record<string, unknown>) => {
  const { status, body } = await ask('PUT', `/${resource.resourceType}/${resource.id}`, resource);
  if (status > 201) throw new Error(JSON.stringify(body));
  return body;
};
const of = (id: string) => ({ reference: `Patient/${id}` });
for (const id of ['org', 'org2', 'nowhere']) await put({ resourceType: 'Organization', id, name: id });
for (const id of ['doctor', 'other-doctor', 'stranger']) await put({ resourceType: 'Practitioner', id });
await put({ resourceType: 'Location', id: 'room', name: 'Room' });
await put({ resourceType: 'Medication', id: 'pill', manufacturer: { reference: 'Organization/org2' } });
await put({ ...patient('a'), id: 'a', managingOrganization: { reference: 'Organization/org' } });
await put({ ...patient('b'), id: 'b', link: [{ other: of('a'), type: 'seealso' }] });
await put({
  resourceType: 'Encounter',
  id: 'visit',
  status: 'finished',
  class: { code: 'AMB' },
  subject: of('a'),
  period: { start: '2026-02-01T10:00:00Z', end: '2026-02-01T11:00:00Z' },
  participant: [{ individual: { reference: 'Practitioner/doctor' } }],
  location: [{ location: { reference: 'Location/room' } }],
});
await put({
  resourceType: 'Observation',
  id: 'old',
  status: 'final',
  code: { text: 'old' },
  subject: of('a'),
  effectiveDateTime: '2020-05-05',
  performer: [{ reference: 'Practitioner/other-doctor' }],
});
await put({
  resourceType: 'Observation',
  id: 'new',
  status: 'final',
  code: { text: 'new' },
  subject: of('a'),
  encounter: { reference: 'Encounter/visit' },
  effectiveDateTime: '2026-02-01T10:30:00Z',
});
await put({
  resourceType: 'MedicationRequest',
  id: 'rx',
  status: 'active',
  intent: 'order',
  medicationReference: { reference: 'Medication/pill' },
  subject: of('a'),
  authoredOn: '2026-02-02',
});
await put({ resourceType: 'Condition', id: 'long', subject: of('a'), onsetDateTime: '2011' });
await put({ ...task('b'), id: 'his', requester: { reference: 'Practitioner/stranger' } } as never);
await put({ ...task('a'), id: 'hers', focus: { reference: 'Task/his' } } as never);
await put({ ...task('a'), id: 'deleted' } as never);
await ask('DELETE', '/Task/deleted');

const SELF = ['Patient/a'];
const INSIDE = [
  'Condition/long',
  'Encounter/visit',
  'MedicationRequest/rx',
  'Observation/new',
  'Observation/old',
  'Task/hers',
];
const REFERRED = [
  'Location/room',
  'Medication/pill',
  'Organization/org',
  'Practitioner/doctor',
  'Practitioner/other-doctor',
];

const nameOf = ({ resource }: { resource: Resource }) => `${resource.resourceType}/${resource.id}`;
/** All pages: names in order, by mode, and the sizes of the pages. */
async function pages(path: string, between = async (_page: number) => {}) {
  const matches: string[] = [];
  const included: string[] = [];
  const sizes: number[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body }: Answer = await ask('GET', next);
    if (status !== 200) throw new Error(JSON.stringify(body));
    for (const entry of body.entry ?? [])
      (entry.search.mode === 'match' ? matches : included).push(nameOf(entry));
    sizes.push(body.entry?.length ?? 0);
    next = body.link
      .find(({ relation }: { relation: string }) => relation === 'next')
      ?.url.slice(server.base.length);
    await between(sizes.length);
  }
  return { matches, included, sizes };
}
const names = async (path: string) => {
  const { matches, included } = await pages(path);
  return [...matches, ...included].sort();
};

t.test('a patient: itself first, its compartment, then what these refer to, each once', async (t) => {
  const { status, body } = await ask('GET', '/Patient/a/$everything');
  t.equal(status, 200);
  t.equal(body.type, 'searchset');
  t.equal(body.link[0].url, `${server.base}/Patient/a/$everything`);
  const { matches, included } = await pages('/Patient/a/$everything');
  t.equal(matches[0], 'Patient/a');
  t.same([...matches].sort(), [...INSIDE, ...SELF].sort());
  t.same(
    [...included].sort(),
    REFERRED,
    'one step: not the maker of the medicine; nothing of another patient',
  );
});

t.test('pages are full and join, also while others write', async (t) => {
  const whole = await pages('/Patient/a/$everything');
  for (const count of [1, 2, 5]) {
    let n = 0;
    const paged = await pages(`/Patient/a/$everything?_count=${count}`, async () => {
      await put({
        ...task('a', { description: `${count} ${n++}` }),
        id: 'hers',
        focus: { reference: 'Task/his' },
      } as never);
    });
    t.same(paged.matches, whole.matches, `_count=${count}`);
    t.same(paged.included, whole.included, `_count=${count}`);
    t.ok(
      paged.sizes.slice(0, -1).every((size) => size === count),
      `_count=${count}: ${paged.sizes}`,
    );
  }
});

t.test('start and end are about care: what has no date of care belongs to any period', async (t) => {
  const timeless = ['Condition/long', 'Patient/a'];
  const without = (...gone: string[]) =>
    [...SELF, ...INSIDE, ...REFERRED].filter((name) => !gone.includes(name)).sort();
  t.same(
    await names('/Patient/a/$everything?start=2026-01-01'),
    without('Observation/old', 'Practitioner/other-doctor'),
    'a task without an authoring date stays',
  );
  t.same(
    await names('/Patient/a/$everything?end=2020-12-31'),
    [...timeless, 'Observation/old', 'Organization/org', 'Practitioner/other-doctor', 'Task/hers'].sort(),
  );
  t.same(
    await names('/Patient/a/$everything?start=2026-02-01&end=2026-02-01'),
    without('Observation/old', 'Practitioner/other-doctor', 'MedicationRequest/rx', 'Medication/pill'),
  );
  t.same(await names('/Patient/a/$everything?start=2020-05&end=2020-05&_type=Observation'), [
    'Observation/old',
  ]);
});

t.test('_type and _since narrow what is answered', async (t) => {
  t.same(await names('/Patient/a/$everything?_type=Observation,Practitioner&_type=Location'), [
    'Location/room',
    'Observation/new',
    'Observation/old',
    'Practitioner/doctor',
    'Practitioner/other-doctor',
  ]);
  const { meta } = await put({ resourceType: 'Practitioner', id: 'doctor', active: true });
  t.same(await names(`/Patient/a/$everything?_since=${meta.lastUpdated}`), ['Practitioner/doctor']);
  t.same(await names('/Patient/a/$everything?_since=2999'), []);
});

t.test('by POST with Parameters, and by HEAD', async (t) => {
  const { status, body } = await ask('POST', '/Patient/a/$everything', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'start', valueDate: '2026-01-01' },
      { name: '_type', valueCode: 'Observation' },
      { name: '_count', valueInteger: 10 },
    ],
  });
  t.equal(status, 200);
  t.same(body.entry.map(nameOf), ['Observation/new']);
  t.equal(
    body.link[0].url,
    `${server.base}/Patient/a/$everything?start=2026-01-01&_type=Observation&_count=10`,
    'the self link states what was used',
  );
  const head = await ask('HEAD', '/Patient/a/$everything');
  t.equal(head.status, 200);
  t.equal(head.body, undefined);
});

t.test('an encounter: itself, what took place in it, and what these refer to, the patient too', async (t) => {
  const { matches, included } = await pages('/Encounter/visit/$everything');
  t.equal(matches[0], 'Encounter/visit');
  t.same([...matches].sort(), ['Encounter/visit', 'Observation/new']);
  t.same([...included].sort(), ['Location/room', 'Patient/a', 'Practitioner/doctor']);
});

t.test('every patient: all of them, their compartments, and what is referred to', async (t) => {
  const expected = [...SELF, ...INSIDE, ...REFERRED, 'Patient/b', 'Practitioner/stranger', 'Task/his'].sort();
  t.same(await names('/Patient/$everything'), expected);
  const paged = await pages('/Patient/$everything?_count=4');
  t.same([...paged.matches, ...paged.included].sort(), expected);
  t.same(paged.matches.slice(0, 2).sort(), ['Patient/a', 'Patient/b'], 'patients first');
});

t.test('what cannot be answered says why', async (t) => {
  const path = '/Patient/a/$everything';
  for (const [query, code, says] of [
    ['start=soon', 'invalid', /start is "soon"\. Give a date/],
    ['_count=0', 'invalid', /_count is "0"\. Give a number from 1/],
    ['_type=Nothing', 'not-supported', /_type names "Nothing"/],
    ['_since=x', 'invalid', /_since is "x"/],
    [
      '_sort=date',
      'not-supported',
      /no parameter "_sort" here\. Known are _since, _type, _count, start, end/,
    ],
    ['_count=1&_count=2', 'invalid', /_count is given twice/],
    ['_cursor=a.b', 'invalid', /does not belong/],
  ] as const)
    outcome(t, await ask('GET', `${path}?${query}`), { status: 400, code, says }, query);
  outcome(t, await ask('GET', '/Encounter/visit/$everything?start=2020'), {
    status: 400,
    code: 'not-supported',
    says: /no parameter "start" here/,
  });
  outcome(t, await ask('POST', path, { resourceType: 'Patient' }), {
    status: 400,
    code: 'invalid',
    says: /must be a Parameters resource/,
    expression: ['Parameters'],
  });
  outcome(
    t,
    await ask('POST', path, { resourceType: 'Parameters', parameter: [{ name: 'start', valuePeriod: {} }] }),
    {
      status: 400,
      code: 'invalid',
      says: /"start" must have one primitive value/,
      expression: ['Parameters.parameter'],
    },
  );
  for (const none of ['/Patient/nobody/$everything', '/Encounter/none/$everything'])
    outcome(t, await ask('GET', none), { status: 404, code: 'not-found', says: /There is no/ });
  outcome(t, await ask('GET', '/Task/hers/$everything'), {
    status: 404,
    code: 'not-found',
    says: /no operation/,
  });
  outcome(t, await ask('DELETE', path), { status: 405, code: 'not-supported', says: /Offered: GET, POST/ });
});

t.test('access: a confined caller gets the one record, by scope, and nothing of others', async (t) => {
  const secured = await startServer(t, { open: false, demo: true });
  const asOf = async (scope: string) => {
    const { body } = await secured.server.inject({
      method: 'POST',
      url: '/auth/demo-token',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ user: 'nurse', patient: 'ana-reyes', scope }),
    });
    return asking(secured, { authorization: `Bearer ${JSON.parse(body).access_token}` });
  };
  const all = await asOf('user/*.cruds');
  const ana = await asOf('patient/*.rs');
  const found = async (ask: typeof all, path: string): Promise<string[]> =>
    ((await ask('GET', path)).body.entry ?? []).map(nameOf).sort();
  const record = await found(ana, '/Patient/ana-reyes/$everything');
  t.ok(record.includes('Patient/ana-reyes'));
  t.same(await found(ana, '/Patient/$everything'), record, 'all patients are the one of the chart');
  const whole = await found(all, '/Patient/ana-reyes/$everything');
  t.same(
    record.filter((name) => !whole.includes(name)),
    [],
  );
  t.same(
    whole.filter((name) => /^(Patient|Task|Encounter|ServiceRequest)\//.test(name)),
    record.filter((name) => /^(Patient|Task|Encounter|ServiceRequest)\//.test(name)),
    'of her own nothing is missing',
  );
  outcome(t, await ana('GET', '/Patient/marcus-bell/$everything'), {
    status: 404,
    code: 'not-found',
    says: /or your access does not cover it/,
  });
  t.same(await found(await asOf('patient/Patient.rs patient/Task.r'), '/Patient/ana-reyes/$everything'), [
    'Patient/ana-reyes',
    ...record.filter((name) => name.startsWith('Task/')),
  ]);
  outcome(t, await (await asOf('patient/Task.rs'))('GET', '/Patient/ana-reyes/$everything'), {
    status: 403,
    code: 'forbidden',
    says: /does not cover reading Patient/,
  });
  t.equal((await asking(secured)('GET', '/Patient/ana-reyes/$everything')).status, 401);
});
