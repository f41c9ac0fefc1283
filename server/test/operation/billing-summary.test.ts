// $billing-summary: what could be billed for a month of an enrolment, looked up in the record of the person.
// https://hl7.org/fhir/R4/operations.html
import type { Parameters, ParametersParameter, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import type { Answer } from '../helpers/server.ts';
import { CB, entry, extension, startMinutes } from '../journey/minutes-world.ts';

const world = await startMinutes(t, '2026-04-06T15:00:00Z');
const { lay } = world;
const navigator = world.as('navigator');
const nurse = world.as('nurse');
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const ours = (system: string, code: string) => concept(`${CB}/CodeSystem/${system}`, code);
const put = (resource: object) => {
  const { resourceType, id } = resource as Resource;
  return lay('PUT', `/${resourceType}/${id}`, resource);
};
const JO = { reference: 'Patient/jo' };

await put({ resourceType: 'Patient', id: 'jo', name: [{ text: 'Jo' }] });
const episode = (id: string, programme: string, more: object = {}) => ({
  resourceType: 'EpisodeOfCare',
  id,
  status: 'active',
  identifier: [{ system: `${CB}/identifier/episode`, value: id }],
  type: [ours('cn-programme', programme)],
  patient: JO,
  managingOrganization: { reference: 'Organization/larkfield-care' },
  period: { start: '2026-02-01' },
  extension: [
    extension('billing-practitioner', { valueReference: { reference: 'PractitionerRole/physician' } }),
    extension('initiating-visit', { valueReference: { reference: 'Encounter/jo-first' } }),
  ],
  ...more,
});
const encounter = (id: string, kind: string, start: string, end: string, more: object = {}) => ({
  resourceType: 'Encounter',
  id,
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: kind },
  subject: JO,
  period: { start, end },
  ...more,
});
const consent = (more: object = {}) => ({
  resourceType: 'Consent',
  id: 'jo-consent',
  status: 'active',
  scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
  category: [ours('cn-category', 'billing-consent')],
  patient: JO,
  dateTime: '2026-02-01T15:00:00Z',
  organization: [{ reference: 'Organization/larkfield-care' }],
  sourceReference: { reference: 'DocumentReference/ana-consent-form' },
  policyRule: { text: 'Programme' },
  ...more,
});
const condition = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Condition',
  id,
  clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
  category: [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
  code: concept('http://hl7.org/fhir/sid/icd-10-cm', code),
  subject: JO,
  ...more,
});
await put(encounter('jo-first', 'AMB', '2026-02-01T15:00:00Z', '2026-02-01T15:30:00Z'));
await put(episode('jo-pin', 'pin'));
await put(consent());
await put(condition('jo-diabetes', 'E11.9'));

const ask = (id: string, query = '?month=2026-03', who = navigator) =>
  who('GET', `/EpisodeOfCare/${id}/$billing-summary${query}`);
const anyValue = (part: ParametersParameter | undefined): unknown =>
  Object.entries(part ?? {}).find(([name]) => name.startsWith('value'))?.[1];
const value = ({ body }: Answer, name: string): unknown =>
  anyValue((body as Parameters).parameter?.find((one) => one.name === name));
const all = ({ body }: Answer, name: string): ParametersParameter[] =>
  (body as Parameters).parameter?.filter((one) => one.name === name) ?? [];
const part = (of: ParametersParameter, name: string): ParametersParameter | undefined =>
  of.part?.find((one) => one.name === name);
const codesOf = (answer: Answer, name: string): (string | undefined)[] =>
  all(answer, name).map((one) => one.valueCodeableConcept?.coding?.[0]?.code);
const linesOf = (answer: Answer): string =>
  all(answer, 'line')
    .map((one) => `${part(one, 'code')?.valueCoding?.code} ${anyValue(part(one, 'units'))}`)
    .join(', ');
const log = async (start: string, end: string, more: object = {}, who = navigator) => {
  const answer = await who('POST', '/Observation', entry(start, end, { patient: 'Patient/jo', ...more }));
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};

t.test('the minutes of a month grow into a line, which names who worked and who bills', async (t) => {
  const empty = await ask('jo-pin');
  t.equal(empty.status, 200, JSON.stringify(empty.body));
  t.equal(value(empty, 'minutes'), 0);
  t.strictSame(codesOf(empty, 'missing'), ['minutes-short']);
  await log('2026-03-02T15:00:00Z', '2026-03-02T15:59:00Z');
  const short = await ask('jo-pin');
  t.equal(value(short, 'minutes'), 59);
  t.equal(linesOf(short), '');
  await log('2026-03-09T15:00:00Z', '2026-03-09T15:01:00Z');
  await log('2026-04-01T18:00:00Z', '2026-04-01T18:40:00Z');
  const answer = await ask('jo-pin');
  t.equal(linesOf(answer), 'G0023 1');
  t.strictSame(all(answer, 'missing'), []);
  const [line] = all(answer, 'line');
  t.equal(anyValue(part(line!, 'date')), '2026-03-09');
  t.strictSame(anyValue(part(line!, 'rendering')), { reference: 'PractitionerRole/navigator' });
  t.strictSame(anyValue(part(line!, 'billing')), { reference: 'PractitionerRole/physician' });
  t.equal(anyValue(part(line!, 'review')), true);
  t.equal(value(answer, 'ended'), true);
  t.equal(value(await ask('jo-pin', '?month=2026-04'), 'ended'), false);
  const posted = await navigator('POST', '/EpisodeOfCare/jo-pin/$billing-summary', {
    resourceType: 'Parameters',
    parameter: [{ name: 'month', valueDate: '2026-03' }],
  });
  t.strictSame(posted.body, answer.body, 'by POST too');
});

t.test('a correction changes the summary, and work recorded in error leaves it', async (t) => {
  const supervisor = world.as('supervisor');
  const made = await log('2026-03-10T18:00:00Z', '2026-03-10T18:30:00Z');
  t.equal(linesOf(await ask('jo-pin')), 'G0023 1, G0024 1');
  const change = (one: typeof made, more: object) =>
    supervisor('PUT', `/Observation/${one.id}`, { ...one, ...more });
  const shorter = await change(made, {
    status: 'corrected',
    effectivePeriod: { start: '2026-03-10T18:00:00Z', end: '2026-03-10T18:29:00Z' },
    valueQuantity: { ...made.valueQuantity, value: 29 },
    note: [{ text: 'A slip.' }],
  });
  t.equal(shorter.status, 200);
  const less = await ask('jo-pin');
  t.equal(value(less, 'minutes'), 89);
  t.equal(linesOf(less), 'G0023 1');
  const note = [...shorter.body.note, { text: 'Another person.' }];
  t.equal((await change(shorter.body, { status: 'entered-in-error', note })).status, 200);
  t.equal(value(await ask('jo-pin'), 'minutes'), 60);
});

t.test('consent, visit, condition and enrolments are read from the record', async (t) => {
  const cases: [object, object, string][] = [
    [consent({ status: 'rejected' }), consent(), 'no-consent'],
    [consent({ provision: { type: 'deny' } }), consent(), 'no-consent'],
    [consent({ provision: { period: { end: '2026-02-20' } } }), consent(), 'no-consent'],
    [consent({ patient: { reference: 'Patient/ana-reyes' } }), consent(), 'no-consent'],
    [
      encounter('jo-first', 'EMER', '2026-02-01T15:00:00Z', '2026-02-01T15:30:00Z'),
      encounter('jo-first', 'AMB', '2026-02-01T15:00:00Z', '2026-02-01T15:30:00Z'),
      'visit-not-eligible',
    ],
    [
      encounter('jo-first', 'AMB', '2026-02-01T15:00:00Z', '2026-02-01T15:30:00Z', {
        subject: { reference: 'Patient/ana-reyes' },
      }),
      encounter('jo-first', 'AMB', '2026-02-01T15:00:00Z', '2026-02-01T15:30:00Z'),
      'no-initiating-visit',
    ],
    [condition('jo-diabetes', 'Z59.0'), condition('jo-diabetes', 'E11.9'), 'no-condition'],
    [
      condition('jo-diabetes', 'E11.9', { onsetDateTime: '2026-04' }),
      condition('jo-diabetes', 'E11.9'),
      'no-condition',
    ],
    [
      episode('jo-other', 'pin'),
      episode('jo-other', 'pin', { period: { start: '2026-01-01', end: '2026-02-28' } }),
      'other-practitioner',
    ],
    [
      episode('jo-other', 'pin-ps'),
      episode('jo-other', 'pin-ps', { status: 'cancelled' }),
      'excluded-programme',
    ],
    [episode('jo-pin', 'pin', { status: 'planned' }), episode('jo-pin', 'pin'), 'not-enrolled'],
    [episode('jo-pin', 'dsnp'), episode('jo-pin', 'pin'), 'no-programme'],
  ];
  for (const [wrong, right, gap] of cases) {
    await put(wrong);
    const answer = await ask('jo-pin');
    t.ok(codesOf(answer, 'missing').includes(gap), `${gap}: ${codesOf(answer, 'missing')}`);
    t.equal(linesOf(answer), '', gap);
    await put(right);
    t.equal(linesOf(await ask('jo-pin')), 'G0023 1', `without ${gap}`);
  }
});

t.test('a credential that runs out ends what counts', async (t) => {
  const { body: role } = await navigator('GET', '/PractitionerRole/navigator');
  const { body: person } = await navigator('GET', `/${role.practitioner.reference}`);
  const ended = person.qualification.map((one: object) => ({ ...one, period: { end: '2026-03-05' } }));
  await put({ ...person, qualification: ended });
  const answer = await ask('jo-pin');
  t.equal(value(answer, 'minutes'), 59);
  const [unbilled] = all(answer, 'unbilled');
  t.equal(part(unbilled!, 'reason')?.valueCodeableConcept?.coding?.[0]?.code, 'credential-expired');
  t.match(part(unbilled!, 'reason')?.valueCodeableConcept?.text, /^Minutes of somebody .+\.$/);
  await put(person);
});

t.test('a transition is read from stays, visits, contacts and tasks', async (t) => {
  await put(episode('jo-tcm', 'tcm', { period: { start: '2026-03-05' } }));
  t.strictSame(codesOf(await ask('jo-tcm'), 'missing'), ['no-discharge']);
  await put(encounter('jo-stay', 'IMP', '2026-03-01T12:00:00Z', '2026-03-05T17:00:00Z'));
  t.strictSame(codesOf(await ask('jo-tcm'), 'missing'), ['no-contact', 'no-visit', 'no-reconciliation']);
  await put({
    resourceType: 'Communication',
    id: 'jo-call',
    status: 'completed',
    category: [ours('cn-category', 'contact')],
    extension: [
      extension('direction', { valueCode: 'outbound' }),
      extension('interactive', { valueBoolean: true }),
      extension('channel', { valueCode: 'phone' }),
    ],
    subject: JO,
    sent: '2026-03-09T21:30:00Z',
    sender: { reference: 'PractitionerRole/nurse' },
  });
  await put(encounter('jo-visit', 'AMB', '2026-03-12T15:00:00Z', '2026-03-12T15:30:00Z'));
  t.strictSame(codesOf(await ask('jo-tcm'), 'missing'), ['no-reconciliation']);
  await put({
    resourceType: 'Task',
    id: 'jo-medicines',
    identifier: [{ system: `${CB}/identifier/task`, value: 'jo-medicines' }],
    groupIdentifier: { system: `${CB}/identifier/episode`, value: 'jo-tcm' },
    status: 'completed',
    intent: 'order',
    priority: 'routine',
    code: ours('cn-task-code', 'coord-med-reconciliation'),
    description: 'Compare the medicines.',
    for: JO,
    focus: { reference: 'Encounter/jo-stay' },
    authoredOn: '2026-03-05T18:00:00Z',
    lastModified: '2026-03-12T15:40:00Z',
    requester: { reference: 'PractitionerRole/nurse' },
    owner: { reference: 'PractitionerRole/nurse' },
    performerType: [ours('cn-role', 'rn')],
    executionPeriod: { start: '2026-03-12T15:00:00Z', end: '2026-03-12T15:40:00Z' },
    output: [{ type: ours('cn-task-parameter', 'outcome'), valueCodeableConcept: { text: 'Done' } }],
  });
  t.equal(linesOf(await ask('jo-tcm')), '99495 1, 99496 1');
  t.equal(linesOf(await ask('jo-pin')), 'G0023 1', 'beside navigation');
  await put(episode('jo-tcm', 'tcm', { status: 'cancelled' }));
});

t.test('primary care counts the conditions', async (t) => {
  await put(episode('jo-apcm', 'apcm'));
  t.equal(linesOf(await ask('jo-apcm')), 'G0556 1');
  await put(condition('jo-hypertension', 'I10'));
  t.equal(linesOf(await ask('jo-apcm')), 'G0557 1, G0558 1');
  await put(condition('jo-hypertension-again', 'I10'));
  await put(
    condition('jo-hypertension', 'I10', {
      verificationStatus: concept('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'refuted'),
    }),
  );
  t.equal(linesOf(await ask('jo-apcm')), 'G0557 1, G0558 1', 'one that is recorded again counts once');
  await put(
    condition('jo-hypertension-again', 'I10', {
      abatementDateTime: '2026-02-10',
      clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'resolved'),
    }),
  );
  t.equal(linesOf(await ask('jo-apcm')), 'G0556 1', 'those that had passed do not count');
});

t.test('what is asked wrongly is refused, and who may not read does not see it', async (t) => {
  for (const query of [
    '',
    '?month=2026',
    '?month=2026-13',
    '?month=0000-01',
    '?month=2026-03-01',
    '?month=2026-03&month=2026-04',
    '?month=x',
    '?months=2026-03',
  ])
    t.equal((await ask('jo-pin', query)).status, 400, query);
  t.equal((await ask('nobody')).status, 404);
  t.equal((await ask('jo-pin', '?month=2026-03', nurse)).status, 200, 'a nurse may');
  const refused = await ask('jo-pin', '?month=2026-03', world.as('scheduler'));
  t.equal(refused.status, 403, 'whoever reads no enrolments');
  const narrow = await ask('jo-pin', '?month=2026-03', world.as('navigator', 'user/EpisodeOfCare.r'));
  t.equal(narrow.status, 403, 'whoever reads no work entries');
  await lay('PUT', '/EpisodeOfCare/gone', episode('gone', 'pin'));
  await lay('DELETE', '/EpisodeOfCare/gone');
  t.equal((await ask('gone')).status, 410);
});

t.test('minutes that are on no programme are on no summary', async (t) => {
  const before = value(await ask('jo-pin'), 'recorded');
  await log('2026-03-11T15:00:00Z', '2026-03-11T15:30:00Z', { extension: undefined });
  t.equal(value(await ask('jo-pin'), 'recorded'), before);
});
