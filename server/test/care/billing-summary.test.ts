// The billing summary: months that were counted by hand for each programme, at their thresholds and at the ends of months.
// https://hl7.org/fhir/R4/episodeofcare.html
import { readFileSync } from 'node:fs';
import type { CodeSystem } from '@medplum/fhirtypes';
import t from 'tap';
import type { BillingFacts } from '../../care/minutes/facts.ts';
import { GAPS } from '../../care/minutes/gap.ts';
import {
  MONTH_ROWS,
  OPENING_ASSESSMENT,
  PROGRAMMES,
  SOCIAL_SCREEN,
  TIME_ROWS,
  TRANSITION,
} from '../../care/minutes/programmes.ts';
import { billingSummary } from '../../care/minutes/summary.ts';
import { factsOf, PERFORMERS, worked } from './billing-facts.ts';

const NINE = '2026-03-10T13:00:00Z';
/** Lines as text: `G0023 1`, those that stand instead in brackets. */
const linesOf = (facts: BillingFacts): string =>
  billingSummary(facts)
    .lines.map(({ code, units, instead }) => (instead ? `[${code} ${units}]` : `${code} ${units}`))
    .join(', ');
const unbilledOf = (facts: BillingFacts) =>
  Object.fromEntries(billingSummary(facts).unbilled.map(({ reason, minutes }) => [reason, minutes]));
const ofMinutes = (programme: string, performer: string, minutes: number) =>
  factsOf(programme, { entries: minutes ? [worked(NINE, minutes, performer, { programme })] : [] });

t.test('the time of a month fills the units of its programme, at each threshold', async (t) => {
  const cases: [programme: string, performer: string, minutes: number, lines: string][] = [
    ['pin', 'navigator', 0, ''],
    ['pin', 'navigator', 59, ''],
    ['pin', 'navigator', 60, 'G0023 1'],
    ['pin', 'navigator', 89, 'G0023 1'],
    ['pin', 'navigator', 90, 'G0023 1, G0024 1'],
    ['pin', 'navigator', 119, 'G0023 1, G0024 1'],
    ['pin', 'navigator', 120, 'G0023 1, G0024 2'],
    ['pin-ps', 'peer', 59, ''],
    ['pin-ps', 'peer', 90, 'G0140 1, G0146 1'],
    ['chi', 'navigator', 60, 'G0019 1'],
    ['chi', 'navigator', 150, 'G0019 1, G0022 3'],
    ['ccm', 'rn', 19, ''],
    ['ccm', 'rn', 20, '99490 1'],
    ['ccm', 'rn', 39, '99490 1'],
    ['ccm', 'rn', 40, '99490 1, 99439 1'],
    ['ccm', 'rn', 59, '99490 1, 99439 1'],
    ['ccm', 'rn', 60, '99490 1, 99439 2, [99487 1]'],
    ['ccm', 'rn', 90, '99490 1, 99439 2, [99487 1], [99489 1]'],
    ['ccm', 'physician', 29, '99490 1'],
    ['ccm', 'physician', 30, '99491 1, [99490 1]'],
    ['ccm', 'physician', 60, '99491 1, 99437 1, [99490 1], [99439 2], [99487 1]'],
    ['pcm', 'rn', 29, ''],
    ['pcm', 'rn', 200, '99426 1, 99427 2'],
    ['pcm', 'physician', 30, '99424 1, [99426 1]'],
    ['bhi', 'rn', 20, '99484 1'],
  ];
  for (const [programme, performer, minutes, lines] of cases) {
    const facts = ofMinutes(programme, performer, minutes);
    t.equal(linesOf(facts), lines, `${programme}: ${minutes} minutes of the ${performer}`);
    const { missing } = billingSummary(facts);
    t.strictSame(missing, lines ? [] : ['minutes-short'], `${programme} ${minutes}`);
  }
});

t.test('what is on no line is told', async (t) => {
  t.strictSame(unbilledOf(ofMinutes('pin', 'navigator', 59)), { 'no-full-unit': 59 });
  t.strictSame(unbilledOf(ofMinutes('pin', 'navigator', 100)), { 'no-full-unit': 10 });
  t.strictSame(unbilledOf(ofMinutes('pin', 'navigator', 90)), {});
  const { progress } = billingSummary(ofMinutes('pin', 'navigator', 59));
  t.match(progress, [{ code: 'G0023', minutes: 59, needed: 60 }]);
});

t.test('a line has the day on which its minutes were reached, and those who worked until then', async (t) => {
  const entries = [
    worked('2026-03-05T14:00:00Z', 40, 'navigator', { supervising: 'Practitioner/a' }),
    worked('2026-03-12T02:00:00Z', 20, 'navigator'),
    worked('2026-03-20T14:00:00Z', 30, 'rn', { supervising: 'Practitioner/b' }),
    worked('2026-03-30T14:00:00Z', 10),
  ];
  const { lines } = billingSummary(factsOf('pin', { entries }));
  t.match(lines, [
    { code: 'G0023', date: '2026-03-11', rendering: ['navigator'], supervising: ['Practitioner/a'] },
    {
      code: 'G0024',
      date: '2026-03-20',
      rendering: ['navigator', 'rn'],
      supervising: ['Practitioner/a', 'Practitioner/b'],
    },
  ]);
});

t.test('a month ends at midnight of the practice', async (t) => {
  const entries = [
    worked('2026-03-01T05:00:00Z', 30),
    worked('2026-04-01T03:30:00Z', 30),
    worked('2026-03-01T04:59:00Z', 1),
    worked('2026-04-01T04:00:00Z', 30),
  ];
  const march = billingSummary(factsOf('pin', { entries }));
  t.equal(march.minutes, 60);
  t.equal(march.lines[0]!.date, '2026-03-31');
  t.equal(billingSummary(factsOf('pin', { entries, month: '2026-02' })).minutes, 1);
  const last = new Date('2026-04-01T03:59:59Z');
  t.equal(billingSummary(factsOf('pin', { now: last })).ended, false);
  t.equal(billingSummary(factsOf('pin', { now: new Date(last.getTime() + 1000) })).ended, true);
});

t.test('a minute of a person counts once: for whoever began first, in one programme', async (t) => {
  const entries = [
    worked('2026-03-10T13:00:00Z', 60),
    worked('2026-03-10T13:30:00Z', 60, 'rn', { programme: 'ccm' }),
    worked('2026-03-11T13:00:00Z', 30, 'rn', { programme: 'ccm' }),
  ];
  const pin = factsOf('pin', { entries });
  const ccm = factsOf('ccm', { entries });
  t.equal(billingSummary(pin).minutes, 60);
  t.equal(billingSummary(ccm).minutes, 60);
  t.equal(billingSummary(ccm).recorded, 90);
  t.equal(unbilledOf(ccm)['counted-elsewhere'], 30);
});

t.test('minutes count if whoever worked may do that work, and is qualified on the day', async (t) => {
  const until = Date.parse('2026-03-15T00:00:00Z');
  const performers = new Map([
    ...PERFORMERS,
    ['lapsed', { roles: ['navigator'], held: [{ code: 'pin-training', from: 0, until }] }],
  ]);
  const entries = [
    worked('2026-03-02T14:00:00Z', 60),
    worked('2026-03-03T14:00:00Z', 5, 'scheduler'),
    worked('2026-03-04T14:00:00Z', 7, 'untrained'),
    worked('2026-03-14T14:00:00Z', 30, 'lapsed'),
    worked('2026-03-16T14:00:00Z', 11, 'lapsed'),
    worked('2026-03-17T14:00:00Z', 13, 'stranger'),
  ];
  const facts = factsOf('pin', { entries, performers });
  t.equal(linesOf(facts), 'G0023 1, G0024 1');
  t.strictSame(unbilledOf(facts), {
    'performer-role': 18,
    'no-credential': 7,
    'credential-expired': 11,
  });
  const peers = [worked(NINE, 60, 'peer', { programme: 'pin-ps', activity: 'care-coordination' })];
  t.strictSame(unbilledOf(factsOf('pin-ps', { entries: peers })), { 'activity-not-covered': 60 });
});

t.test('work before the consent, the visit or the enrolment counts nothing', async (t) => {
  const entries = [worked('2026-03-02T14:00:00Z', 60), worked('2026-03-12T14:00:00Z', 60)];
  const cases: [Partial<BillingFacts>, string][] = [
    [{ consents: [{ from: '2026-03-03' }] }, 'before-consent'],
    [{ consents: [{ from: '2025-03-11', until: '2026-03-01' }, { from: '2026-03-12' }] }, 'before-consent'],
    [{ visit: { day: '2026-03-10', eligible: true } }, 'before-visit'],
    [{ enrolled: { from: '2026-03-12' } }, 'outside-enrolment'],
  ];
  for (const [more, reason] of cases) {
    const facts = factsOf('pin', { entries, ...more });
    t.equal(linesOf(facts), 'G0023 1', reason);
    t.strictSame(unbilledOf(facts), { [reason]: 60 });
  }
});

t.test('what is missing is named, and keeps every line back', async (t) => {
  const entries = [worked(NINE, 60)];
  const cases: [Partial<BillingFacts>, string][] = [
    [{ consents: [] }, 'no-consent'],
    [{ consents: [{ from: '2026-04-01' }] }, 'no-consent'],
    [{ consents: [{ from: '2025-02-28' }] }, 'no-consent'],
    [{ visit: undefined }, 'no-initiating-visit'],
    [{ visit: { day: '2025-02-28', eligible: true } }, 'no-initiating-visit'],
    [{ visit: { day: '2026-01-15', eligible: false } }, 'visit-not-eligible'],
    [{ billing: undefined }, 'no-billing-practitioner'],
    [{ conditions: { any: 0, behavioural: 0, social: 3 } }, 'no-condition'],
    [{ others: [{ programme: 'pin', from: '2026-02-01' }] }, 'other-practitioner'],
    [{ others: [{ programme: 'pin-ps', from: '2026-02-01' }] }, 'excluded-programme'],
    [{ enrolled: undefined }, 'not-enrolled'],
    [{ enrolled: { from: '2026-04-01' } }, 'not-enrolled'],
    [{ enrolled: { from: '2026-01-01', until: '2026-02-28' } }, 'not-enrolled'],
  ];
  for (const [more, gap] of cases) {
    const { lines, missing } = billingSummary(factsOf('pin', { entries, ...more }));
    t.ok(missing.includes(gap as never), `${gap}: ${missing}`);
    t.strictSame(lines, [], gap);
  }
  const withheld = factsOf('pin', { entries, billing: undefined });
  t.strictSame(unbilledOf(withheld), { withheld: 60 });
  const beside = factsOf('pin', { entries, others: [{ programme: 'apcm', from: '2026-01-01' }] });
  t.equal(linesOf(beside), 'G0023 1', 'navigation stands beside primary care');
});

t.test('rules hold between their days', async (t) => {
  const at = (month: string, programme: string, start: string, minutes: number, who: string) =>
    factsOf(programme, {
      month,
      enrolled: { from: '2015-01-01' },
      consents: [{ from: `${month.slice(0, 4)}-01-01` }],
      visit: { day: `${month.slice(0, 4)}-01-01`, eligible: true },
      entries: [worked(start, minutes, who, { programme })],
    });
  const before = at('2023-12', 'pin', '2023-12-10T14:00:00Z', 60, 'navigator');
  t.strictSame(billingSummary(before).missing, ['not-in-force']);
  t.equal(linesOf(at('2024-01', 'pin', '2024-01-10T14:00:00Z', 60, 'navigator')), 'G0023 1');
  const ccm = (year: string) => {
    const facts = at(`${year}-06`, 'ccm', `${year}-06-10T14:00:00Z`, 60, 'rn');
    return linesOf({ ...facts, visit: { day: '2014-12-01', eligible: true } });
  };
  t.equal(ccm('2020'), '99490 1, [99487 1]');
  t.equal(ccm('2021'), '99490 1, 99439 2, [99487 1]');
  t.strictSame(billingSummary(factsOf('dsnp')).missing, ['no-programme']);
  const screened = (year: string, ...screens: string[]) => {
    const facts = at(`${year}-11`, 'chi', `${year}-11-10T14:00:00Z`, 60, 'navigator');
    return linesOf({ ...facts, screens });
  };
  t.equal(screened('2025', '2025-11-03'), 'G0019 1, G0136 1');
  t.equal(screened('2025', '2025-11-03', '2025-05-04'), 'G0019 1', 'once in half a year');
  t.equal(screened('2026', '2026-11-03'), 'G0019 1', 'until the end of 2025');
});

t.test('primary care is billed by the month, without minutes', async (t) => {
  const one = { any: 1, behavioural: 0, social: 0 };
  t.equal(linesOf(factsOf('apcm')), 'G0557 1, [G0558 1]');
  t.equal(linesOf(factsOf('apcm', { conditions: one })), 'G0556 1');
  const cases: [month: string, programme: string, from: string, added: string][] = [
    ['2026-03', 'bhi', '2026-01-01', 'G0556 1, G0570 1'],
    ['2026-03', 'cocm', '2026-03-05', 'G0556 1, G0568 1'],
    ['2026-03', 'cocm', '2026-02-05', 'G0556 1, G0569 1'],
    ['2025-12', 'bhi', '2025-12-01', 'G0556 1'],
  ];
  for (const [month, programme, from, lines] of cases) {
    const facts = factsOf('apcm', {
      month,
      conditions: one,
      enrolled: { from: '2025-06-01' },
      consents: [{ from: '2025-06-01' }],
      visit: { day: '2025-05-01', eligible: true },
      others: [{ programme, from }],
    });
    t.equal(linesOf(facts), lines, `${month} ${programme}`);
  }
  for (const programme of ['ccm', 'pcm', 'tcm']) {
    const { missing, lines } = billingSummary(
      factsOf('apcm', { others: [{ programme, from: '2026-01-01' }] }),
    );
    t.strictSame([missing, lines], [['excluded-programme'], []], programme);
  }
  t.equal(linesOf(factsOf('apcm', { now: new Date('2026-02-01T00:00:00Z') })), '', 'not before the month');
});

t.test(
  'a transition has contact in two business days, a visit in 7 or 14 days, and the medicines reviewed',
  async (t) => {
    const at = (text: string) => Date.parse(text);
    // Discharged on a Thursday at noon: until the end of Monday.
    const left = at('2026-03-05T17:00:00Z');
    const base = {
      at: left,
      contacts: [at('2026-03-09T22:00:00Z')],
      attempts: [],
      visits: [at('2026-03-12T15:00:00Z')],
      reconciliations: [at('2026-03-12T15:30:00Z')],
    };
    const of = (more: Partial<typeof base>) =>
      factsOf('tcm', { enrolled: { from: '2026-03-05' }, discharges: [{ ...base, ...more }] as never });
    t.equal(linesOf(of({})), '99495 1, [99496 1]');
    t.equal(billingSummary(of({})).lines[0]!.date, '2026-03-12');
    const eighth = of({ visits: [at('2026-03-13T15:00:00Z')] });
    t.equal(linesOf(eighth), '99495 1');
    t.equal(linesOf(of({ visits: [at('2026-03-19T15:00:00Z')] })), '99495 1');
    const gaps: [string, Partial<typeof base>][] = [
      ['no-visit', { visits: [at('2026-03-20T15:00:00Z')] }],
      ['no-visit', { visits: [] }],
      ['no-contact', { contacts: [at('2026-03-10T12:00:00Z')] }],
      ['no-contact', { contacts: [], attempts: [at('2026-03-06T15:00:00Z')] as never }],
      ['no-reconciliation', { reconciliations: [at('2026-03-13T15:00:00Z')] }],
    ];
    for (const [gap, more] of gaps) {
      const { lines, missing } = billingSummary(of(more));
      t.strictSame([lines, missing], [[], [gap]], gap);
    }
    const tried = [at('2026-03-06T15:00:00Z'), at('2026-03-09T15:00:00Z')];
    t.equal(linesOf(of({ contacts: [], attempts: tried as never })), '99495 1, [99496 1]', 'tried twice');
    t.strictSame(billingSummary(factsOf('tcm')).missing, ['no-discharge']);
    const april = { ...of({ visits: [at('2026-04-02T15:00:00Z')] }), month: '2026-04' };
    t.strictSame(billingSummary(april).missing, ['no-discharge'], 'not in a month that it does not reach');
  },
);

t.test('the assessment that opened chronic care stands beside it once', async (t) => {
  const facts = factsOf('ccm', {
    enrolled: { from: '2026-03-01' },
    visit: { day: '2026-03-02', eligible: true },
    consents: [{ from: '2026-03-01' }],
    entries: [worked(NINE, 20, 'rn', { programme: 'ccm' })],
  });
  t.equal(linesOf(facts), '99490 1, [G0506 1]');
  t.equal(linesOf({ ...facts, month: '2026-04', now: new Date('2026-05-02T00:00:00Z') }), '');
});

t.test('docs/billing.md names every programme and code, and each gap has a sentence', async (t) => {
  const page = readFileSync(new URL('../../../docs/billing.md', import.meta.url), 'utf8');
  const codes = [
    ...TIME_ROWS.flatMap(({ first, further }) => [first.code, ...(further ? [further.code] : [])]),
    ...MONTH_ROWS.map(({ code }) => code),
    ...[TRANSITION.candidate, TRANSITION.instead, SOCIAL_SCREEN, OPENING_ASSESSMENT].map(({ code }) => code),
    ...PROGRAMMES.map(({ programme }) => programme),
  ];
  for (const code of codes) t.ok(page.includes(code), code);
  const gaps = JSON.parse(
    readFileSync(
      new URL('../../../profiles/definitions/CodeSystem/cn-billing-gap.json', import.meta.url),
      'utf8',
    ),
  ) as CodeSystem;
  t.strictSame(gaps.concept?.map(({ code }) => code).sort(), Object.keys(GAPS).sort());
});
