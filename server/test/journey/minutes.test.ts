// Logged time: whole minutes of one person, in the past, within one month, each once; corrected with a reason, and kept.
// https://hl7.org/fhir/R4/observation.html
import type { Observation, Provenance } from '@medplum/fhirtypes';
import t from 'tap';
import type { Access } from '../../fhir/access.ts';
import type { FhirError } from '../../fhir/errors.ts';
import { CB, entry, ruleOf, startMinutes } from './minutes-world.ts';

// A Monday in April: the month before is over, on the clock of New York since four hours.
const world = await startMinutes(t, '2026-04-06T15:00:00Z');
const { clock, lay } = world;
const navigator = world.as('navigator');
const nurse = world.as('nurse');
const supervisor = world.as('supervisor');
const post = (ask: typeof navigator, body: object) => ask('POST', '/Observation', body);
const noted = (one: Observation, text: string, more: Partial<Observation>) => ({
  ...one,
  ...more,
  note: [...(one.note ?? []), { text }],
});

t.test('an entry counts the whole minutes of its period', async (t) => {
  const start = '2026-04-01T16:00:00Z';
  const wrong: [Observation, string][] = [
    [entry(start, '2026-04-01T16:20:00Z', { minutes: 21 }), 'minutes-of-period'],
    [entry(start, '2026-04-01T16:20:59Z', { minutes: 21 }), 'minutes-of-period'],
    [entry(start, '2026-04-01T16:00:59Z', { minutes: 1 }), 'minutes-of-period'],
    [
      entry(start, start, { minutes: 20, effectivePeriod: { start: '2026-04-01', end: '2026-04-01' } }),
      'minutes-of-period',
    ],
    [entry('2026-04-06T14:50:00Z', '2026-04-06T15:20:00Z'), 'minutes-in-future'],
  ];
  for (const [body, rule] of wrong) {
    const answer = await post(navigator, body);
    t.equal(answer.status, 409, JSON.stringify(answer.body));
    t.equal(ruleOf(answer), rule);
  }
  const two = entry(start, '2026-04-01T16:20:00Z');
  const nobody = await post(navigator, { ...two, performer: [{ display: 'Noor' }] });
  t.equal(nobody.status, 403, 'nobody whom the directory knows');
  const unknown = await post(supervisor, { ...two, performer: [{ display: 'Noor' }] });
  t.equal(ruleOf(unknown), 'minutes-one-performer', JSON.stringify(unknown.body));
  const elsewhere = entry(start, '2026-04-01T16:20:00Z', {
    performer: 'https://elsewhere.example/PractitionerRole/1&status=x,y',
  });
  t.equal(ruleOf(await post(supervisor, elsewhere)), 'minutes-one-performer', 'somebody of another server');
  const several = [...two.performer!, { reference: 'PractitionerRole/nurse' }];
  t.equal((await post(navigator, { ...two, performer: several })).status, 422);
  const { body } = await navigator(
    'GET',
    '/Observation?category=cn-activity&date=ge2026-04-01T16:00:00Z&date=lt2026-04-01T17:00:00Z',
  );
  t.equal(body.total ?? body.entry?.length ?? 0, 0, 'nothing was stored');
  const good = await post(navigator, entry(start, '2026-04-01T16:20:59Z'));
  t.equal(good.status, 201, JSON.stringify(good.body));
});

t.test(
  'an entry is of one month on the clock of the practice, and the refusal says where to split it',
  async (t) => {
    const crossing = await post(navigator, entry('2026-04-01T03:30:00Z', '2026-04-01T04:30:00Z'));
    t.equal(crossing.status, 409);
    t.equal(ruleOf(crossing), 'minutes-one-month');
    t.match(crossing.body.issue[0].diagnostics, /America\/New_York.*2026-04-01T04:00:00\.000Z/);
    for (const [start, end] of [
      ['2026-04-01T03:30:00Z', '2026-04-01T04:00:00Z'],
      ['2026-04-01T00:00:00-04:00', '2026-04-01T00:30:00-04:00'],
    ] as const)
      t.equal((await post(navigator, entry(start, end))).status, 201);
    const midnightOfUtc = entry('2026-03-31T23:30:00Z', '2026-04-01T00:30:00Z');
    t.equal((await post(navigator, midnightOfUtc)).status, 201, 'midnight elsewhere is no end of a month');
  },
);

t.test('the same person has no two entries at the same time, whatever programme or role', async (t) => {
  const [start, end] = ['2026-04-02T15:00:00Z', '2026-04-02T15:30:00Z'];
  const first = await post(navigator, entry(start, end));
  t.equal(first.status, 201);
  const other = { patient: 'Patient/walter-lindqvist', programme: 'chi' };
  const clash = await post(navigator, entry('2026-04-02T15:29:00Z', '2026-04-02T15:40:00Z', other));
  t.equal(clash.status, 409);
  t.equal(ruleOf(clash), 'minutes-overlap');
  t.equal((await post(navigator, entry(end, '2026-04-02T15:40:00Z', other))).status, 201, 'right after it');
  const nurses = entry(start, end, { performer: 'PractitionerRole/nurse', programme: 'ccm' });
  t.equal((await post(nurse, nurses)).status, 201, 'somebody else');
  await lay('PUT', '/PractitionerRole/second-role', {
    resourceType: 'PractitionerRole',
    id: 'second-role',
    active: true,
    practitioner: (await navigator('GET', '/PractitionerRole/navigator')).body.practitioner,
    telecom: [{ system: 'phone', value: '1' }],
  });
  const secondRole = await post(supervisor, entry(start, end, { performer: 'PractitionerRole/second-role' }));
  t.equal(ruleOf(secondRole), 'minutes-overlap', 'in another role');
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: ['15:00', '15:10'].map((time, n) => ({
      request: { method: 'POST', url: 'Observation' },
      resource: entry(`2026-04-03T${time}:00Z`, '2026-04-03T15:30:00Z', {
        performer: n ? `${world.server.base}/PractitionerRole/navigator` : 'PractitionerRole/navigator',
      }),
    })),
  };
  const both = await navigator('POST', '', bundle);
  t.equal(both.status, 409, 'in one transaction, however the person is named');
  t.equal(ruleOf(both), 'minutes-overlap');
  const draft = entry(start, end, { status: 'preliminary' });
  const drafted = await post(navigator, draft);
  t.equal(drafted.status, 201, 'a draft counts nothing');
  const final = await navigator('PUT', `/Observation/${drafted.body.id}`, {
    ...drafted.body,
    status: 'final',
  });
  t.equal(ruleOf(final), 'minutes-overlap', 'until it is final');
});

t.test('a correction is made by a supervisor, with a reason, and its history is kept', async (t) => {
  const [start, end] = ['2026-04-03T16:00:00Z', '2026-04-03T16:30:00Z'];
  const { body: made } = await post(navigator, entry(start, end));
  const path = `/Observation/${made.id}`;
  const corrected = noted(made, 'The visit ended earlier.', {
    status: 'amended',
    effectivePeriod: { start, end: '2026-04-03T16:20:00Z' },
    valueQuantity: { ...made.valueQuantity, value: 20 },
  });
  const own = await navigator('PUT', path, corrected);
  t.equal(own.status, 403);
  t.equal(ruleOf(own), 'correct-time', 'days after the work');
  const { note: _note, ...silent } = corrected;
  t.equal(ruleOf(await supervisor('PUT', path, silent)), 'minutes-correction', 'without a reason');
  const unsaid = await supervisor('PUT', path, { ...corrected, status: 'final' });
  t.equal(ruleOf(unsaid), 'minutes-correction', 'without saying so');
  const wrong = { ...corrected, valueQuantity: made.valueQuantity };
  t.equal(ruleOf(await supervisor('PUT', path, wrong)), 'minutes-of-period', 'to what is no entry');
  t.equal((await navigator('GET', path)).body.meta.versionId, '1', 'nothing was stored');
  const done = await supervisor('PUT', path, corrected);
  t.equal(done.status, 200, JSON.stringify(done.body));
  const history = (await supervisor('GET', `${path}/_history`)).body;
  t.equal(history.entry.length, 2);
  const found = (await supervisor('GET', `/Provenance?target=${path.slice(1)}`)).body;
  const provenances: Provenance[] = (found.entry ?? []).map((one: { resource: Provenance }) => one.resource);
  const why = provenances.find(({ reason }) => reason?.[0]?.text === 'The visit ended earlier.');
  t.equal(why?.agent[0]?.who.reference, 'PractitionerRole/supervisor');
  t.match(why?.target[0]?.reference, /\/_history\/2$/);
  const again = await supervisor('PUT', path, {
    ...done.body,
    note: [...done.body.note, { text: 'Thanks.' }],
  });
  t.equal(again.status, 200, 'a remark corrects nothing');
  const back = await supervisor('PUT', path, { ...done.body, status: 'final' });
  t.equal(ruleOf(back), 'minutes-correction', 'what was amended is not final again');
});

t.test('whoever worked corrects their own entry on the day of the work', async (t) => {
  const { body: made } = await post(navigator, entry('2026-04-06T13:00:00Z', '2026-04-06T13:30:00Z'));
  const path = `/Observation/${made.id}`;
  const shorter = noted(made, 'A slip.', {
    status: 'corrected',
    effectivePeriod: { start: '2026-04-06T13:00:00Z', end: '2026-04-06T13:25:00Z' },
    valueQuantity: { ...made.valueQuantity, value: 25 },
  });
  const done = await navigator('PUT', path, shorter);
  t.equal(done.status, 200, JSON.stringify(done.body));
  const foreign = await nurse('PUT', path, noted(done.body, 'Not mine.', { status: 'entered-in-error' }));
  t.equal(foreign.status, 403, 'nobody else does');
  clock.now = new Date('2026-04-07T03:59:00Z');
  const late = noted(done.body, 'Twice the same.', { status: 'entered-in-error' });
  const ended = await navigator('PUT', path, late);
  t.equal(ended.status, 200, 'until midnight of New York');
  const revived = await navigator('PUT', path, noted(ended.body, 'It was right.', { status: 'amended' }));
  t.equal(ruleOf(revived), 'minutes-correction', 'what was made in error stays so');
  const anew = await post(navigator, entry('2026-04-06T13:00:00Z', '2026-04-06T13:30:00Z'));
  t.equal(anew.status, 201, 'and its minutes are free again');
  clock.now = new Date('2026-04-07T04:00:00Z');
  const other = noted(anew.body, 'Once more.', { status: 'entered-in-error' });
  t.equal(ruleOf(await navigator('PUT', `/Observation/${anew.body.id}`, other)), 'correct-time');
});

t.test('an entry is not deleted, nor made into something else', async (t) => {
  const { body: made } = await post(navigator, entry('2026-04-03T18:00:00Z', '2026-04-03T18:30:00Z'));
  const refused = await navigator('DELETE', `/Observation/${made.id}`);
  t.equal(refused.status, 403, 'by policy');
  const { meta: _meta, ...plain } = made;
  const other = await supervisor('PUT', `/Observation/${made.id}`, {
    ...plain,
    category: [{ coding: [{ system: `${CB}/CodeSystem/cn-category`, code: 'contact' }] }],
  });
  t.ok([403, 409].includes(other.status));
  const letters = new Set(['c', 'r', 'u', 'd', 's'] as const);
  const anybody = {
    subject: 'anybody',
    policy: 'unlimited',
    scopes: [{ level: 'system', type: '*', letters }],
  };
  const deletion = world.server.dispatch({
    method: 'DELETE',
    path: ['Observation', made.id],
    query: new URLSearchParams(),
    headers: {},
    body: undefined,
    access: anybody as Access,
  });
  const error = await deletion.then(
    () => undefined,
    (reason: FhirError) => reason,
  );
  t.equal(error?.status, 409);
  t.equal(error?.issues[0]?.details?.coding?.[0]?.code, 'minutes-kept');
  t.equal((await navigator('GET', `/Observation/${made.id}`)).status, 200);
});
