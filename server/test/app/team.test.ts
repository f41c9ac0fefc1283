// The cards of the dashboard: what their bars and tables say, the file behind them, and which days are asked for.
// https://www.w3.org/WAI/tutorials/images/complex/
import t from 'tap';
import type { ClockLine, OpenLine, TeamFigures } from '../../../smart-app/fhir/figures.ts';
import { i18n } from '../../../smart-app/locales/i18n.ts';
import { textIn } from '../../../smart-app/locales/text.ts';
import { barriersCard } from '../../../smart-app/screens/team/barriers.ts';
import { legendsOf } from '../../../smart-app/screens/team/card.ts';
import { clocksCard, keptShare } from '../../../smart-app/screens/team/clocks.ts';
import { csvOf, fileOf } from '../../../smart-app/screens/team/csv.ts';
import en from '../../../smart-app/screens/team/en.json' with { type: 'json' };
import es from '../../../smart-app/screens/team/es.json' with { type: 'json' };
import { type Framed, mayDownload } from '../../../smart-app/screens/team/framed.ts';
import { minutesCard } from '../../../smart-app/screens/team/minutes.ts';
import { networkCard } from '../../../smart-app/screens/team/network.ts';
import { openCard } from '../../../smart-app/screens/team/open-work.ts';
import { type Asked, daysOf, todayIn, wrongWith } from '../../../smart-app/screens/team/period.ts';
import { referralsCard } from '../../../smart-app/screens/team/referrals.ts';
import type { Said, Word } from '../../../smart-app/screens/team/said.ts';
import { savingsCard } from '../../../smart-app/screens/team/savings.ts';
import { savedOf } from '../../../smart-app/screens/work-list/filter.ts';

i18n.addResourceBundle('en', 'team', en);
i18n.addResourceBundle('es', 'team', es);
const saidIn = (locale: 'en' | 'es'): Said => ({
  w: textIn(locale, 'team') as Word,
  t: textIn(locale),
  locale,
});
const said = saidIn('en');

const figures = (some: Partial<TeamFigures>): TeamFigures => ({
  start: '2026-01-07',
  end: '2026-04-06',
  at: '2026-04-06T15:00:00Z',
  timeZone: 'America/New_York',
  absent: [],
  ...some,
});
const named = (code: string) => ({ code, display: `server: ${code}` });
const open = (by: OpenLine['by'], code: string | undefined, count: number, late = 0): OpenLine => ({
  by,
  ...(code && { of: named(code) }),
  count,
  ages: { '0-2': count - 1, '3-7': 0, '8-14': 0, '15-30': 0, 'over-30': 1 },
  late,
  today: 0,
  later: count - late,
  undated: 0,
});
const clock = (promise: ClockLine['promise'], code: string, counts: Partial<ClockLine>): ClockLine => ({
  promise,
  of: named(code),
  urgent: false,
  kept: 0,
  missed: 0,
  late: 0,
  ...counts,
});

t.test(
  'Open work stands in the order of the track, forks after it, and leads to the list that shows it',
  async (t) => {
    const lines = [
      open('all', undefined, 12, 1),
      open('stage', 'no-show', 1),
      open('stage', 'scheduled', 2),
      open('stage', 'acknowledged', 1),
      open('stage', 'sent', 3, 1),
      open('stage', undefined, 5),
    ];
    const card = openCard(figures({ open: lines }), 'stage', true, said);
    const [chart] = card.charts;
    t.same(
      chart?.bars.map(({ label, values, said: text, late }) => [label, values, text, late]),
      [
        ['Sent', [2, 0, 0, 0, 2], '4', '1 late'],
        ['Scheduled', [1, 0, 0, 0, 1], '2', undefined],
        ['Missed', [0, 0, 0, 0, 1], '1', undefined],
      ],
      'codes that are one stage of the track are one bar',
    );
    t.match(chart?.after, '5 more open tasks are not on the referral track.');
    t.same(chart?.bars[0]?.look?.filter, { stage: 'sent' });
    t.same(chart?.bars[2]?.look?.filter, { stage: 'no-show' });
    t.match(card.sheet.rows[0], ['', 'All open work', 12]);
    t.match(card.sheet.rows.at(-1), ['stage', 'Not on the referral track', 5]);
    const part = openCard(figures({ open: lines }), 'stage', false, said).charts[0];
    t.equal(part?.bars[0]?.look, undefined, 'the list is not cut to an organisation: no link promises so');
  },
);

t.test(
  'Lanes and statuses have the words of the app, kinds their own, unknown codes those of the server',
  async (t) => {
    const lines = [
      open('lane', 'coordination', 9),
      open('lane', 'handoff', 1),
      open('lane', 'navigation', 2),
      open('code', 'nav-schedule', 2),
      open('code', 'made-up', 3),
      open('status', 'on-hold', 1),
      open('status', 'requested', 1),
    ];
    const labels = (by: 'lane' | 'code' | 'status', locale: 'en' | 'es') =>
      openCard(figures({ open: lines }), by, true, saidIn(locale)).charts[0]?.bars.map(({ label }) => label);
    t.same(labels('lane', 'en'), ['Navigation', 'Hand-off', 'Coordination']);
    t.same(labels('lane', 'es'), ['Navegación', 'Traspaso', 'Coordinación']);
    t.same(labels('code', 'es'), ['server: made-up', 'Programar una cita']);
    t.same(labels('status', 'en'), ['Requested', 'On hold']);
  },
);

t.test('What is late now was not kept; the worst stands first', async (t) => {
  const clocks = [
    clock('due', 'nav-schedule', { kept: 3, missed: 1 }),
    clock('due', 'coord-referral', { kept: 1, late: 3, urgent: true }),
    clock('first-response', 'nav-inbound-query', { kept: 1 }),
  ];
  t.equal(keptShare(clocks), 5 / 9);
  t.equal(keptShare([]), undefined);
  const { charts, sheet } = clocksCard(figures({ clocks }), said);
  t.same(
    charts.map(({ bars }) => bars.map(({ label, said: text }) => `${label}: ${text}`)),
    [
      ['Follow a referral, urgent: 1 of 4 kept (25%)', 'Schedule a visit: 3 of 4 kept (75%)'],
      ['Inbound question: 1 of 1 kept (100%)'],
    ],
  );
  t.same(
    legendsOf(charts).map((legend) => legend.map(({ key }) => key)),
    [['kept', 'missed', 'late'], []],
    'explained once',
  );
  t.same(sheet.rows[0]?.slice(2), ['no', 3, 1, 0, 0.75]);
});

t.test('The funnel adds up to the referrals that were opened; forks stand apart', async (t) => {
  const referrals = {
    opened: 4,
    stages: [
      { of: named('sent'), standing: 1, reached: 3 },
      { of: named('acknowledged'), standing: 1, reached: 2 },
      { of: named('patient-informed'), standing: 1, reached: 1 },
    ],
    forks: [{ of: named('declined'), standing: 1 }, { of: named('expired'), standing: 0 }, { standing: 0 }],
  };
  const { charts, sheet, lead } = referralsCard(figures({ referrals }), said);
  t.equal(lead, '4 referrals were opened in the period.');
  t.same(
    charts[0]?.bars.map(({ label, values, said: text }) => [label, values, text]),
    [
      ['Sent', [1, 2], '3 of 4 (75%)'],
      ['Told', [0, 1], '1 of 4 (25%)'],
    ],
  );
  t.same(
    charts[1]?.bars.map(({ label, values }) => [label, values]),
    [['Declined', [1]]],
  );
  t.equal(charts[1]?.most, 4, 'on the same scale');
  t.same(sheet.rows.at(-1), ['No stage yet', 'no', 0, '']);
});

t.test(
  'Estimated and adjudicated savings stand apart, and so do currencies and what cost more',
  async (t) => {
    const saving = (service: string | undefined, value: number, currency: 'USD' | 'EUR' = 'USD') => ({
      ...(service && { service: named(service) }),
      count: 1,
      amount: { value, currency },
    });
    const { charts, sheet } = savingsCard(
      figures({
        estimated: [saving('imaging', 100.5), saving('referral', -20), saving('imaging', 7, 'EUR')],
        adjudicated: [],
      }),
      said,
    );
    t.same(
      charts.map(({ title, empty }) => title ?? empty?.slice(0, 19)),
      [
        'Estimated when the provider was picked: $80.50',
        'Estimated when the provider was picked: €7',
        'Nothing adjudicated',
      ],
    );
    t.same(
      charts[0]?.bars.map(({ values, said: text }) => [values, text]),
      [
        [[100.5, 0], '$100.50 · from 1 choice'],
        [[0, 20], '-$20 · from 1 choice'],
      ],
    );
    t.same(sheet.rows[1], ['estimated', 'Referral', 1, -20, 'USD']);
  },
);

t.test('The share of the network leaves out what nobody knows', async (t) => {
  const decisions = [
    { service: named('imaging'), tier: named('direct-contract'), count: 3 },
    { service: named('imaging'), tier: named('out-of-network'), count: 1 },
    { service: named('imaging'), count: 2 },
    { service: named('equipment'), tier: named('unknown'), count: 1 },
  ];
  const { lead, charts } = networkCard(figures({ decisions, offNetwork: [{ count: 1 }] }), said);
  t.equal(lead, 'In network: 3 of 4 (75%), of those by direct contract: 3.');
  t.same(
    charts[0]?.bars.map(({ label, values, said: text }) => [label, values, text]),
    [
      ['Imaging', [3, 0, 0, 1, 2], '3 of 4 (75%)'],
      ['Equipment', [0, 0, 0, 0, 1], 'Not known'],
    ],
  );
  t.match(charts[1]?.bars, [{ label: 'Said in words', values: [1] }]);
});

t.test('Minutes are added up by programme and by month', async (t) => {
  const line = (code: string | undefined, month: string, minutes: number) => ({
    ...(code && { programme: named(code) }),
    month,
    entries: 1,
    minutes,
  });
  const minutes = [line('pin', '2026-03', 50), line(undefined, '2026-04', 7), line('pin', '2026-04', 10)];
  const { charts, sheet } = minutesCard(figures({ minutes }), saidIn('es'));
  t.same(
    charts.map(({ bars }) => bars.map(({ label, said: text }) => `${label}: ${text}`)),
    [
      ['PIN: 60 min · 2 registros', 'Sin programa: 7 min · 1 registro'],
      ['Marzo de 2026: 50 min · 1 registro', 'Abril de 2026: 17 min · 2 registros'],
    ],
  );
  t.same(sheet.rows[0], ['PIN', '2026-03', 1, 50]);
});

t.test('A figure that cannot be had is never zero: it is said to be withheld', async (t) => {
  const absent = [
    { figure: 'barrier', type: 'Condition', reason: 'Not for schedulers.' },
    { figure: 'adjudicated-saving', type: 'Observation', reason: 'Not for navigators.' },
  ] as const;
  const given = figures({ absent, estimated: [] });
  t.same(barriersCard(given, said).charts, []);
  t.same(barriersCard(given, said).absent, [absent[0]]);
  const savings = savingsCard(given, said);
  t.equal(savings.charts.length, 1, 'the estimates stand alone');
  t.same(savings.absent, [absent[1]]);
  t.same(barriersCard(figures({ barriers: [] }), said).charts[0]?.bars, [], 'and nothing is nothing');
});

t.test('The file quotes what needs it, keeps numbers plain, and holds no formulas', async (t) => {
  const columns = [
    { key: 'what', label: 'What', kind: 'text' },
    { key: 'count', label: 'Count, all', kind: 'number' },
  ] as const;
  const rows = [
    ['a "b"', 1234.5],
    ['=1+1', -2],
  ];
  t.equal(csvOf({ columns, rows }), 'What,"Count, all"\r\n"a ""b""",1234.5\r\n\'=1+1,-2\r\n');
  t.equal(fileOf('open', '2026-01-07', '2026-04-06'), 'throughline-open-2026-01-07-2026-04-06.csv');
});

t.test('Whether a frame lets files be saved is told by its sandbox, where it can be seen', async (t) => {
  const top = {};
  const framed = (sandbox: string | null | undefined) =>
    ({
      self: {},
      top,
      frameElement: sandbox === undefined ? null : { getAttribute: () => sandbox },
    }) as unknown as Framed;
  t.equal(mayDownload({ self: top, top, frameElement: null } as unknown as Framed), 'yes');
  t.equal(mayDownload(framed(null)), 'yes');
  t.equal(mayDownload(framed('allow-scripts allow-downloads')), 'yes');
  t.equal(mayDownload(framed('allow-scripts allow-downloads-without-user-activation')), 'no');
  t.equal(mayDownload(framed(undefined)), 'unknown');
});

t.test('A list that a bar has led to can be saved with its stage, and no stage is made up', async (t) => {
  const saved = (stage: string) => savedOf([{ name: 'Mine', view: 'open', filter: { stage } }])[0]?.filter;
  t.same(saved('scheduled'), { stage: 'scheduled' });
  t.same(saved('no-show'), { stage: 'no-show' });
  t.same(saved('elsewhere'), {});
});

t.test('Periods are days on the clock of the organisation', async (t) => {
  const now = new Date('2026-03-01T02:00:00Z');
  t.equal(todayIn(now, 'America/New_York'), '2026-02-28');
  t.equal(todayIn(now, 'Europe/Madrid'), '2026-03-01');
  const days = (period: Asked['period']) => daysOf({ period, own: {} }, '2026-03-01');
  t.same(days('90'), {}, "the server's own");
  t.same(days('30'), { start: '2026-01-31' });
  t.same(days('month'), { start: '2026-03-01' });
  t.same(days('last-month'), { start: '2026-02-01', end: '2026-02-28' });
  t.same(days('year'), { start: '2025-03-02' });
  const wrong = (start?: string, end?: string) => wrongWith({ period: 'own', own: { start, end } });
  t.equal(wrong('2026-01-01'), 'period.missing');
  t.equal(wrong('2026-02-01', '2026-01-01'), 'period.turned');
  t.equal(wrong('2025-01-01', '2026-01-02'), 'period.long');
  t.equal(wrong('2025-01-01', '2026-01-01'), undefined);
});

t.test('Every code that a figure can carry has a word in both languages', async (t) => {
  const systems = {
    code: 'cn-task-code',
    barrier: 'cn-barrier-type',
    tier: 'cn-network-tier',
    reason: 'cn-off-network-reason',
    programme: 'cn-programme',
  };
  for (const [group, id] of Object.entries(systems)) {
    const { concept } = (
      await import(`../../../profiles/definitions/CodeSystem/${id}.json`, { with: { type: 'json' } })
    ).default as { concept: { code: string }[] };
    for (const { code } of concept) {
      t.ok(Object.hasOwn(en, `${group}.${code}`), `${group}.${code} in English`);
      t.ok(Object.hasOwn(es, `${group}.${code}`), `${group}.${code} in Spanish`);
    }
  }
});
