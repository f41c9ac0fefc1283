// Labelled content over HTTP, role by role: what consent, its end, a denial and an emergency open, and the notices that go with it.
// https://hl7.org/fhir/R4/security-labels.html · 42 CFR part 2
import type { Consent, Resource } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true });
const lay = laying(server);
const put = (resource: object) => {
  const { resourceType, id } = resource as Resource;
  return lay('PUT', `/${resourceType}/${id}`, resource);
};
async function asOf(body: Record<string, string>): Promise<Ask> {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: body });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return asking(server, {
    authorization: `Bearer ${(answer.json() as { access_token: string }).access_token}`,
  });
}

const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const PART_2 = '42 CFR part 2 prohibits unauthorized use or disclosure of these records.';
const SENSITIVE =
  'These records are sensitive: disclose them only as the patient has agreed and the law of the state allows.';
const act = (...codes: string[]) => codes.map((code) => ({ system: ACT, code }));
const ref = (reference: string) => ({ reference });
const LEA = ref('Patient/lea');
const condition = (id: string, ...labels: string[]) => ({
  resourceType: 'Condition',
  id,
  ...(labels.length && { meta: { security: act(...labels) } }),
  category: [
    {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' },
      ],
    },
  ],
  code: { text: `problem ${id}` },
  subject: LEA,
});
const task = (id: string, more: object = {}) => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  priority: 'stat',
  for: LEA,
  ...more,
});

await put({ resourceType: 'Patient', id: 'lea', name: [{ family: 'Aldous' }] });
await put({ resourceType: 'Organization', id: 'labels-clinic', name: 'Clinic' });
const LABELS = ['SUD', 'HIV', 'PSYTHPN'] as const;
await put(condition('plain'));
for (const label of LABELS) await put(condition(`is-${label.toLowerCase()}`, label));
await put(task('open', { focus: ref('Condition/is-sud') }));
await put(task('hidden', { meta: { security: act('SUD') }, focus: ref('Condition/plain') }));
await put(condition('later'));
await put(condition('later', 'SUD'));

const people = {
  navigator: await asOf({ user: 'navigator' }),
  rn: await asOf({ user: 'nurse' }),
  lcsw: await asOf({ user: 'social-worker' }),
  physician: await asOf({ user: 'physician' }),
} as const;
type Role = keyof typeof people;
const CLINICAL: readonly Role[] = ['rn', 'lcsw', 'physician'];

const found = ({ body }: Answer): string[] =>
  ((body.entry ?? []) as { resource: Resource; search?: { mode: string } }[])
    .filter(({ search }) => search?.mode !== 'outcome')
    .map(({ resource }) => `${resource.resourceType}/${resource.id}`)
    .sort();
/** Which of the labels a caller sees, by a read; a search has to say the same. */
async function seen(t: Test, ask: Ask): Promise<string[]> {
  const labels: string[] = [];
  for (const label of LABELS) {
    const answer = await ask('GET', `/Condition/is-${label.toLowerCase()}`);
    t.ok([200, 404].includes(answer.status), `${label}: ${answer.status}`);
    if (answer.status === 200) labels.push(label);
    else
      t.match(answer.body.issue[0], { code: 'not-found', diagnostics: /or your access does not cover it/ });
  }
  const ids = found(await ask('GET', '/Condition?patient=lea&_count=50'));
  t.same(
    LABELS.filter((label) => ids.includes(`Condition/is-${label.toLowerCase()}`)),
    labels,
    'a search finds what a read shows',
  );
  t.ok(ids.includes('Condition/plain'), 'and what has no label');
  return labels;
}

type Provision = NonNullable<Consent['provision']>;
const consent = (id: string, provision: Provision, more: object = {}) =>
  put({
    resourceType: 'Consent',
    id,
    status: 'active',
    scope: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: LEA,
    policyRule: { text: 'Local policy' },
    provision,
    ...more,
  });
const permit = (...labels: string[]): Provision => ({ type: 'permit', securityLabel: act(...labels) });
const to = (reference: string): Pick<Provision, 'actor'> => ({
  actor: [{ role: { text: 'Receiver' }, reference: ref(reference) }],
});
const withdraw = () => lay('DELETE', '/Consent/lea-consent');
/** What each clinical role sees; a navigator sees no labelled content, whatever is consented. */
async function shown(t: Test, expected: readonly string[], name: string): Promise<void> {
  for (const role of CLINICAL) t.same(await seen(t, people[role]), expected, `${role}: ${name}`);
  t.same(await seen(t, people.navigator), [], `navigator: ${name}`);
}

t.test('Without a consent labelled content is not there, for any role', async (t) => {
  await shown(t, [], 'no consent');
});

t.test('A consent shows the labels that it names, to the roles that may have it', async (t) => {
  await consent('lea-consent', permit('SUD'));
  await shown(t, ['SUD'], 'one label');
  await consent('lea-consent', permit('SUD', 'HIV'));
  await shown(t, ['SUD', 'HIV'], 'two labels');
  await consent('lea-consent', { type: 'permit' });
  await shown(t, ['SUD', 'HIV'], 'all labels: but psychotherapy notes');
  t.equal((await people.rn('GET', '/Task/hidden')).status, 200);
});

t.test('A consent that has ended, begins later, is withdrawn or inactive shows nothing', async (t) => {
  await consent('lea-consent', { ...permit('SUD'), period: { end: '2020-01-01' } });
  await shown(t, [], 'ended');
  await consent('lea-consent', { ...permit('SUD'), period: { start: '2199-01-01' } });
  await shown(t, [], 'not begun');
  await consent('lea-consent', permit('SUD'), { status: 'inactive' });
  await shown(t, [], 'inactive');
  await consent('lea-consent', permit('SUD'));
  await shown(t, ['SUD'], 'active again');
  await withdraw();
  await shown(t, [], 'deleted');
});

t.test('A denial wins over another consent, and for its purpose and actor only', async (t) => {
  await consent('lea-consent', permit('SUD', 'HIV'));
  await consent('lea-denial', { type: 'deny', securityLabel: act('SUD') });
  await shown(t, ['HIV'], 'denied');
  await consent('lea-denial', { type: 'deny', securityLabel: act('SUD'), ...to('PractitionerRole/nurse') });
  t.same(await seen(t, people.rn), ['HIV'], 'to whom it is denied');
  t.same(await seen(t, people.physician), ['SUD', 'HIV'], 'to another');
  await lay('DELETE', '/Consent/lea-denial');
  await consent('lea-consent', {
    ...permit('SUD'),
    purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HPAYMT' }],
  });
  await shown(t, [], 'another purpose');
  await withdraw();
});

t.test('A consent for one actor opens nothing to another', async (t) => {
  await consent('lea-consent', { ...permit('SUD'), ...to('PractitionerRole/physician') });
  t.same(await seen(t, people.physician), ['SUD']);
  t.same(await seen(t, people.rn), []);
  await consent('lea-consent', { ...permit('SUD'), ...to('Organization/labels-clinic') });
  t.same(await seen(t, people.rn), [], 'an organization that is not the user’s');
  await withdraw();
});

t.test(
  'Psychotherapy notes are shown by a consent that names them, to the role that may have them',
  async (t) => {
    await consent('lea-consent', permit('PSYTHPN'));
    t.same(await seen(t, people.physician), ['PSYTHPN']);
    t.same(await seen(t, people.rn), [], 'a nurse never');
    t.same(await seen(t, people.navigator), []);
    await withdraw();
  },
);

t.test(
  'Labelled content is not there through include, chain, _has, $everything, counts or a batch',
  async (t) => {
    const ways = async (ask: Ask) => ({
      include: found(await ask('GET', '/Task?_id=open&_include=Task:focus')),
      revinclude: found(await ask('GET', '/Condition?_id=plain&_revinclude=Task:focus')),
      chain: found(await ask('GET', '/Task?focus:Condition._id=is-sud')),
      has: found(await ask('GET', '/Patient?_has:Task:patient:_id=hidden')),
      everything: found(await ask('GET', '/Patient/lea/$everything')).filter((name) =>
        /is-sud|hidden/.test(name),
      ),
      compartment: found(await ask('GET', '/Patient/lea/Task')),
      count: (await ask('GET', '/Task?patient=lea&_summary=count')).body.total,
      estimate: (await ask('GET', '/Task?patient=lea&_total=estimate&_count=1')).body.total,
      filter: found(await ask('GET', '/Task?_filter=_id eq hidden'.replaceAll(' ', '%20'))),
      history: (await ask('GET', '/Task/hidden/_history')).status,
      version: (await ask('GET', '/Task/hidden/_history/1')).status,
      label: found(await ask('GET', `/Task?_security=${ACT}|SUD`)),
      batch: (
        await ask('POST', '', {
          resourceType: 'Bundle',
          type: 'batch',
          entry: [
            { request: { method: 'GET', url: 'Task/hidden' } },
            { request: { method: 'GET', url: 'Task?_id=hidden' } },
          ],
        })
      ).body.entry.map(
        ({ response, resource }: { response: { status: string }; resource?: { entry?: unknown[] } }) =>
          [response.status.slice(0, 3), resource?.entry?.length ?? 0].join(' '),
      )[0],
    });
    const nothing = {
      include: ['Task/open'],
      revinclude: ['Condition/plain'],
      chain: [],
      has: [],
      everything: [],
      compartment: ['Task/open'],
      count: 1,
      estimate: 1,
      filter: [],
      history: 404,
      version: 404,
      label: [],
      batch: '404 0',
    };
    for (const role of ['navigator', ...CLINICAL] as const) t.same(await ways(people[role]), nothing, role);
    await consent('lea-consent', permit('SUD'));
    t.same(await ways(people.navigator), nothing, 'a navigator, with a consent');
    for (const role of CLINICAL)
      t.same(
        await ways(people[role]),
        {
          include: ['Condition/is-sud', 'Task/open'],
          revinclude: ['Condition/plain', 'Task/hidden'],
          chain: ['Task/open'],
          has: ['Patient/lea'],
          everything: ['Condition/is-sud', 'Task/hidden'],
          compartment: ['Task/hidden', 'Task/open'],
          count: 2,
          estimate: 2,
          filter: ['Task/hidden'],
          history: 200,
          version: 200,
          label: ['Task/hidden'],
          batch: '200 0',
        },
        `${role}, with a consent`,
      );
    await withdraw();
  },
);

t.test(
  'A resource that was labelled later is hidden as a whole; with a consent its history has both',
  async (t) => {
    for (const path of ['', '/_history', '/_history/1', '/_history/2'])
      t.equal((await people.rn('GET', `/Condition/later${path}`)).status, 404, path);
    await consent('lea-consent', permit('SUD'));
    const history = await people.rn('GET', '/Condition/later/_history');
    t.same(
      history.body.entry.map(({ resource }: { resource: Resource }) => resource.meta!.versionId),
      ['2', '1'],
    );
    t.equal(history.headers['x-redisclosure-notice'], PART_2);
    await withdraw();
  },
);

t.test('A label that was taken off leaves the labelled version hidden', async (t) => {
  await put(condition('was', 'HIV'));
  await put(condition('was'));
  t.equal((await people.rn('GET', '/Condition/was')).status, 200);
  t.equal((await people.rn('GET', '/Condition/was/_history/1')).status, 404);
  const { body } = await people.rn('GET', '/Condition/was/_history');
  t.same(
    body.entry.map(({ resource }: { resource: Resource }) => resource.meta!.versionId),
    ['2'],
  );
});

t.test(
  'Labelled content goes with its notice: by read, search, XML, batch, and never without the label',
  async (t) => {
    await consent('lea-consent', permit('SUD', 'HIV'));
    const notice = async (path: string, headers?: Record<string, string>) =>
      (await people.rn('GET', path, undefined, headers)).headers['x-redisclosure-notice'];
    t.equal(await notice('/Condition/is-sud'), PART_2);
    t.equal(await notice('/Condition/is-hiv'), SENSITIVE);
    t.equal(await notice('/Condition/plain'), undefined);
    const search = await people.rn('GET', '/Condition?patient=lea');
    t.match(search.headers['x-redisclosure-notice'], PART_2);
    t.match(search.headers['x-redisclosure-notice'], SENSITIVE);
    t.same(
      search.body.entry
        .filter((entry: { search: { mode: string } }) => entry.search.mode === 'outcome')
        .flatMap((entry: { resource: { issue: { diagnostics: string }[] } }) =>
          entry.resource.issue.map((issue) => issue.diagnostics),
        )
        .sort(),
      [PART_2, SENSITIVE].sort(),
    );
    t.equal(await notice('/Task?_id=open&_include=Task:focus'), PART_2, 'what is included too');
    await withdraw();
    t.equal(await notice('/Condition?patient=lea'), undefined, 'nothing is said of what is hidden');
    t.equal(await notice('/Condition/is-sud'), undefined);
  },
);

t.test(
  'A chart that is opened in an emergency shows labels, but psychotherapy notes, to who opened it',
  async (t) => {
    const parameter = [{ name: 'reason', valueString: 'Unconscious at the front desk' }];
    const body = { resourceType: 'Parameters', parameter };
    const refused = await people.navigator('POST', '/Patient/lea/$break-glass', body);
    t.equal(refused.status, 403);
    t.match(refused.body.issue[0], { code: 'forbidden', details: { coding: [{ code: 'break-glass' }] } });
    t.equal((await people.physician('POST', '/Patient/lea/$break-glass', body)).status, 200);
    t.same(await seen(t, people.physician), ['SUD', 'HIV']);
    t.same(await seen(t, people.rn), [], 'a colleague has not');
    t.equal((await people.physician('GET', '/Condition/is-sud')).headers['x-redisclosure-notice'], PART_2);
  },
);
