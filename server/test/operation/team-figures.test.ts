// $team-figures: what is counted for a team, held against records that were counted by hand.
// https://hl7.org/fhir/R4/operations.html
import type { OperationOutcome, Parameters } from '@medplum/fhirtypes';
import t from 'tap';
import { type Named, readFigures, type TeamFigures } from '../../../smart-app/fhir/figures.ts';
import { systemAccess } from '../../fhir/access.ts';
import type { Ask } from '../helpers/server.ts';
import { ruleOf, startMinutes } from '../journey/minutes-world.ts';
import { CLINIC, NOW, RECORDS } from './figures-world.ts';

const { server, as } = await startMinutes(t, NOW);

/** Stores as a part of a history: no service clock strikes for what is due already, and adds to what was counted by hand. */
async function lay(method: 'PUT' | 'DELETE', path: string, resource?: object): Promise<void> {
  const entry = [{ request: { method, url: path.slice(1) }, ...(resource && { resource }) }];
  const body = { resourceType: 'Bundle', type: 'transaction', entry };
  const query = new URLSearchParams();
  await server.dispatch({ method: 'POST', path: [], query, headers: {}, body, access: systemAccess });
}

for (const record of RECORDS) await lay('PUT', `/${record.resourceType}/${record.id}`, record);
const navigator = as('navigator');
const peer = as('peer');
const OURS = `/$team-figures?organization=${CLINIC.reference}`;

async function figures(ask: Ask, path = OURS): Promise<TeamFigures> {
  const { status, body } = await ask('GET', path);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return readFigures(body as Parameters);
}
const nameOf = (of: Named | undefined): string => of?.code ?? '-';
/** Open work in short: `code count / ages / late today later undated`. */
const openOf = ({ open = [] }: TeamFigures, by: string): string[] =>
  open
    .filter((one) => one.by === by)
    .map(({ of, count, ages, late, today, later, undated }) =>
      [nameOf(of), count, '/', ...Object.values(ages), '/', late, today, later, undated].join(' '),
    );
const countsOf = (found: TeamFigures, by: string): string =>
  (found.open ?? [])
    .filter((one) => one.by === by)
    .map(({ of, count }) => `${nameOf(of)} ${count}`)
    .join(', ');
const clocksOf = ({ clocks = [] }: TeamFigures): string[] =>
  clocks.map(({ promise, of, urgent, kept, missed, late }) =>
    [promise, nameOf(of), ...(urgent ? ['urgent'] : []), kept, missed, late].join(' '),
  );
const barriersOf = ({ barriers = [] }: TeamFigures): string =>
  barriers.map(({ of, open, resolved }) => `${nameOf(of)} ${open} ${resolved}`).join(', ');
const decisionsOf = ({ decisions = [] }: TeamFigures): string =>
  decisions.map(({ service, tier, count }) => `${nameOf(service)} ${nameOf(tier)} ${count}`).join(', ');
const savingsOf = (lines: TeamFigures['estimated']): string | undefined =>
  lines
    ?.map(({ service, count, amount }) => `${nameOf(service)} ${count} ${amount.value} ${amount.currency}`)
    .join(', ');
const minutesOf = ({ minutes = [] }: TeamFigures): string =>
  minutes.map((one) => `${one.month} ${nameOf(one.programme)} ${one.entries} ${one.minutes}`).join(', ');
const absentOf = ({ absent }: TeamFigures): string => absent.map(({ figure }) => figure).join(' ');

t.test('open work is counted by lane, status and stage, with its age and what is late', async (t) => {
  const found = await figures(navigator);
  t.equal(found.at, '2026-04-06T15:00:00.000Z');
  t.equal(found.timeZone, 'America/New_York');
  t.strictSame(openOf(found, 'all'), ['- 10 / 3 2 1 1 3 / 3 2 1 4']);
  t.strictSame(openOf(found, 'lane'), [
    'coordination 5 / 0 1 0 1 3 / 0 1 1 3',
    'handoff 1 / 0 0 1 0 0 / 1 0 0 0',
    'navigation 4 / 3 1 0 0 0 / 2 1 0 1',
  ]);
  t.equal(countsOf(found, 'status'), 'draft 1, in-progress 3, on-hold 1, ready 2, requested 3');
  t.equal(countsOf(found, 'stage'), 'no-show 1, scheduled 1, sent 1, - 7');
  t.equal(
    countsOf(found, 'code'),
    'coord-referral 4, handoff 1, loop-closure 1, nav-inbound-query 2, nav-reminder 1, nav-schedule 1',
  );
  const words = found.open?.map(({ by, of }) => of && `${by} ${of.display}`);
  for (const word of ['lane Hand-off', 'code Follow a referral', 'status On Hold', 'stage No-show'])
    t.ok(words?.includes(word), word);
});

t.test('promises that were kept and missed are told by kind of work, and what is late now', async (t) => {
  t.strictSame(clocksOf(await figures(navigator)), [
    'due coord-referral 1 0 0',
    'due coord-transition-contact urgent 1 1 0',
    'due coord-transition-visit 1 1 0',
    'acceptance hand-back 0 1 0',
    'acceptance handoff 1 0 1',
    'due nav-inbound-query 1 0 0',
    'due nav-schedule 0 0 1',
    'first-response nav-inbound-query 2 1 1',
  ]);
});

t.test('referrals of the period are told by how far they have come, forks apart', async (t) => {
  const { referrals } = await figures(navigator);
  t.equal(referrals?.opened, 6);
  t.equal(
    referrals?.stages.map(({ of, standing, reached }) => `${nameOf(of)} ${standing} ${reached}`).join(', '),
    'need-identified 0 3, ordered 0 3, network-checked 0 3, authorised 0 3, sent 1 3, acknowledged 0 2, ' +
      'accepted 0 2, scheduled 1 2, attended 0 1, report-received 0 1, reviewed-by-requester 0 1, patient-informed 1 1',
  );
  t.equal(
    referrals?.forks.map(({ of, standing }) => `${nameOf(of)} ${standing}`).join(', '),
    'no-show 1, declined 1, - 1',
  );
});

t.test('barriers stand, or were put out of the way in the period', async (t) => {
  t.equal(barriersOf(await figures(navigator)), 'cost 0 1, paperwork 1 0, transport 2 0');
});

t.test(
  'decisions for a provider are told by tier, and estimates never with what claims came to',
  async (t) => {
    const found = await figures(as('supervisor'));
    t.equal(
      decisionsOf(found),
      'equipment in-network 1, imaging direct-contract 2, referral out-of-network 1',
    );
    t.strictSame(found.offNetwork, [{ of: { code: 'distance', display: 'Distance' }, count: 1 }]);
    t.equal(savingsOf(found.estimated), 'imaging 2 100.3 USD, referral 1 -20.05 USD');
    t.equal(savingsOf(found.adjudicated), 'imaging 1 80 USD');
    t.equal(absentOf(found), '');
  },
);

t.test('minutes are told by programme and by the month on the clock of the house', async (t) => {
  t.equal(minutesOf(await figures(navigator)), '2026-03 ccm 1 19, 2026-03 pin 2 50, 2026-04 - 1 7');
  const entry = RECORDS.find(({ id }) => id === 'figure-m1') as unknown as Record<string, object>;
  await lay('PUT', '/Observation/figure-m1', {
    ...entry,
    status: 'corrected',
    effectivePeriod: { start: '2026-03-02T15:00:00Z', end: '2026-03-02T15:12:00Z' },
    valueQuantity: { ...entry.valueQuantity, value: 12 },
    note: [{ text: 'Ended sooner.' }],
  });
  t.equal(minutesOf(await figures(navigator)), '2026-03 ccm 1 19, 2026-03 pin 2 42, 2026-04 - 1 7');
  await lay('PUT', '/Observation/figure-m1', entry);
});

t.test('a period has its own days, and what is open is open whatever they are', async (t) => {
  const all = await figures(navigator);
  t.same([all.start, all.end], ['2026-01-07', '2026-04-06'], '90 days when nothing is said');
  const found = await figures(navigator, `${OURS}&period-start=2025-11-01&period-end=2025-12-31`);
  t.strictSame(found.open, all.open);
  t.strictSame(clocksOf(found), [
    'due coord-transition-visit 0 1 0',
    'acceptance handoff 0 0 1',
    'due nav-schedule 0 0 1',
    'first-response nav-inbound-query 0 0 1',
  ]);
  t.equal(found.referrals?.opened, 1);
  t.equal(barriersOf(found), 'paperwork 1 0, transport 2 0');
  t.equal(minutesOf(found), '2025-12 pin 1 60');
  t.equal(decisionsOf(found), '');
  t.equal(
    minutesOf(await figures(navigator, `${OURS}&period-start=2026-03-31&period-end=2026-03-31`)),
    '2026-03 ccm 1 19',
    'the last evening of a month is in it',
  );
});

t.test('a peer specialist has the figures of the people assigned to them, and no others', async (t) => {
  const found = await figures(peer);
  t.strictSame(openOf(found, 'all'), ['- 4 / 2 1 0 1 0 / 2 1 1 0']);
  t.strictSame(clocksOf(found), [
    'due coord-referral 1 0 0',
    'due coord-transition-contact urgent 1 0 0',
    'due coord-transition-visit 1 0 0',
    'acceptance handoff 1 0 0',
    'due nav-inbound-query 1 0 0',
    'due nav-schedule 0 0 1',
    'first-response nav-inbound-query 1 0 0',
  ]);
  t.equal(found.referrals?.opened, 3);
  t.equal(barriersOf(found), 'cost 0 1, transport 1 0');
  t.equal(decisionsOf(found), '- direct-contract 2, - in-network 1', 'orders are not theirs to see');
  t.equal(savingsOf(found.estimated), '- 2 100.3 USD');
  t.equal(minutesOf(found), '2026-03 pin 2 50');
  t.equal(found.adjudicated, undefined, 'absent, and not zero');
  t.equal(absentOf(found), 'adjudicated-saving service');
});

t.test('without an organisation it is all that the caller finds by searching', async (t) => {
  for (const [who, ask] of [
    ['navigator', navigator],
    ['peer', peer],
    ['scheduler', as('scheduler')],
  ] as const) {
    const found = await figures(ask, '/$team-figures');
    for (const { by, of, count } of found.open ?? []) {
      if (by !== 'status') continue;
      const { body } = await ask('GET', `/Task?status=${of?.code}&_summary=count`);
      t.equal(count, body.total, `${who}: ${of?.code}`);
    }
    const open = found.open?.find(({ by }) => by === 'all')?.count;
    t.ok(open && open > 3, `${who} sees ${open} open tasks`);
  }
  t.equal(
    absentOf(await figures(as('scheduler'), '/$team-figures')),
    'first-response referral barrier network-decision adjudicated-saving minutes service',
    'a scheduler sees the tasks of scheduling',
  );
});

t.test('whoever is assigned, in whatever way, is counted, and nobody else', async (t) => {
  const before = (await figures(peer, '/$team-figures')).open?.[0]?.count;
  const self = { reference: 'PractitionerRole/peer' };
  const likeFirst = RECORDS.find(({ id }) => id === 'figure-1')!;
  const person = async (id: string, more: object = {}) => {
    await lay('PUT', `/Patient/${id}`, { resourceType: 'Patient', id, ...more });
    const task = { ...likeFirst, id: `${id}-task`, for: { reference: `Patient/${id}` } };
    await lay('PUT', `/Task/${task.id}`, task);
    return task;
  };
  await person('figure-general', { generalPractitioner: [self] });
  const own = await person('figure-owned');
  await lay('PUT', `/Task/${own.id}`, { ...own, owner: self });
  const ended = await person('figure-ended');
  await lay('PUT', '/Task/figure-over', {
    ...ended,
    id: 'figure-over',
    status: 'rejected',
    owner: self,
    statusReason: { text: 'No' },
  });
  await person('figure-former');
  await lay('PUT', '/CareTeam/figure-former', {
    resourceType: 'CareTeam',
    id: 'figure-former',
    status: 'inactive',
    subject: { reference: 'Patient/figure-former' },
    participant: [{ member: self }],
  });
  const { body } = await peer(
    'GET',
    '/Task?_id=figure-general-task,figure-owned-task,figure-ended-task,figure-former-task',
  );
  t.equal(body.entry.length, 2, 'as a search finds them');
  t.equal((await figures(peer, '/$team-figures')).open?.[0]?.count, before! + 2);
});

t.test('what is labelled counts for nobody who may not see it', async (t) => {
  const before = (await figures(navigator)).open?.[0]?.count;
  const { meta: _label, ...plain } = RECORDS.find(({ id }) => id === 'figure-8')!;
  await lay('PUT', '/Task/figure-8', plain);
  t.equal((await figures(navigator)).open?.[0]?.count, before! + 1);
  await lay(
    'PUT',
    '/Task/figure-8',
    RECORDS.find(({ id }) => id === 'figure-8'),
  );
  t.equal((await figures(navigator)).open?.[0]?.count, before);
  await lay('DELETE', '/Task/figure-1');
  t.equal((await figures(navigator)).open?.[0]?.count, before! - 1, 'nor does what was deleted');
  await lay(
    'PUT',
    '/Task/figure-1',
    RECORDS.find(({ id }) => id === 'figure-1'),
  );
});

t.test('a figure over what the caller may not search is absent, and says why', async (t) => {
  const found = await figures(as('navigator', 'user/Task.rs'), '/$team-figures');
  t.equal(
    absentOf(found),
    'barrier network-decision adjudicated-saving minutes service',
    'with a scope for tasks alone',
  );
  t.match(found.absent[0], { type: 'Condition', reason: /user\/Condition\.s/ });
  t.equal(found.barriers, undefined);
  t.equal(found.minutes, undefined);
  const own = (await figures(navigator)).absent;
  t.strictSame(own, [
    {
      figure: 'adjudicated-saving',
      type: 'Observation',
      reason: 'The role navigator sees no Observation of this kind.',
    },
  ]);
});

t.test('whoever may not search tasks is refused', async (t) => {
  const none = await as('navigator', 'user/Patient.rs')('GET', '/$team-figures');
  t.equal(none.status, 403);
  t.equal(ruleOf(none), 'scope');
  const auditor = await as('auditor')('GET', '/$team-figures');
  t.equal(auditor.status, 403);
  t.equal(ruleOf(auditor), 'scope-of-practice');
  const enrolments = await as('navigator', 'user/Task.rs user/Organization.rs')('GET', OURS);
  t.equal(enrolments.status, 403, 'whose people are meant, enrolments tell');
  t.match((enrolments.body as OperationOutcome).issue[0]?.diagnostics, /EpisodeOfCare/);
});

t.test('by POST with Parameters it is the same, and HEAD stands for GET', async (t) => {
  const posted = await navigator('POST', '/$team-figures', {
    resourceType: 'Parameters',
    parameter: [
      { name: 'organization', valueReference: CLINIC },
      { name: 'period-start', valueDate: '2026-03-01' },
    ],
  });
  t.equal(posted.status, 200, JSON.stringify(posted.body));
  t.same(posted.body, (await navigator('GET', `${OURS}&period-start=2026-03-01`)).body);
  t.equal((await navigator('HEAD', OURS)).status, 200);
  const batch = await navigator('POST', '', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: OURS.slice(1) } }],
  });
  t.same(batch.body.entry[0].resource, (await navigator('GET', OURS)).body);
});

t.test('what cannot be read is refused with what is allowed', async (t) => {
  for (const [query, status, told] of [
    ['period-start=tomorrow', 400, /period-start is "tomorrow"/],
    ['period-end=2026-02-30', 400, /period-end is "2026-02-30"/],
    ['period-end=0001-01-01', 400, /Give a day/],
    ['period-start=2026-03-02&period-end=2026-03-01', 400, /after period-end/],
    ['period-start=2025-04-05&period-end=2026-04-06', 400, /at most 366 days/],
    ['period-start=2026-03-02&period-start=2026-03-03', 400, /too often/],
    ['organization=Patient/figure-first', 400, /must be a reference to Organization/],
    ['organization=Organization/nobody', 404, /There is no Organization\/nobody/],
    ['month=2026-03', 400, /It takes organization, period-start, period-end/],
  ] as const) {
    const answer = await navigator('GET', `/$team-figures?${query}`);
    t.equal(answer.status, status, query);
    t.match((answer.body as OperationOutcome).issue[0]?.diagnostics, told, query);
  }
  t.equal(
    (await navigator('GET', `/$team-figures?period-start=2025-04-06&period-end=2026-04-06`)).status,
    200,
  );
});
