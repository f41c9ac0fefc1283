// Due dates of plans: durations by the clock, by days, by business days of an organisation, in its time zone.
// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.timing_x_
import type { Duration } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import {
  addDays,
  businessDaysAfter,
  type Calendar,
  CLOSING_HOUR,
  dayOf,
  instantOf,
  isBusinessDay,
} from '../../../care/calendar.ts';
import { extensionUrl } from '../../../care/code.ts';
import { after, dueOf } from '../../../care/plan/due.ts';

const NEW_YORK: Calendar = {
  timeZone: 'America/New_York',
  holidays: new Set(['2026-07-03', '2026-11-26', '2026-12-25']),
};
const business = (value: number): Duration => ({
  value,
  code: 'd',
  extension: [{ url: extensionUrl('business-days'), valueBoolean: true }],
});

const TABLE: readonly [what: string, from: string, duration: Duration, due: string | undefined][] = [
  ['minutes are exact', '2026-03-08T06:30:00Z', { value: 45, code: 'min' }, '2026-03-08T07:15:00Z'],
  [
    'hours are exact across a change of clocks',
    '2026-03-08T06:30:00Z',
    { value: 2, code: 'h' },
    '2026-03-08T08:30:00Z',
  ],
  [
    'a day ends when the organisation closes',
    '2026-03-02T15:00:00Z',
    { value: 7, code: 'd' },
    '2026-03-09T21:00:00Z',
  ],
  [
    'the day is that on the wall there, not in UTC',
    '2026-03-03T02:00:00Z',
    { value: 1, code: 'd' },
    '2026-03-03T22:00:00Z',
  ],
  ['a week is seven days', '2026-06-01T12:00:00Z', { value: 2, code: 'wk' }, '2026-06-15T21:00:00Z'],
  ['a month keeps the day', '2026-06-10T12:00:00Z', { value: 1, code: 'mo' }, '2026-07-10T21:00:00Z'],
  ['a month ends on its last day', '2026-01-31T12:00:00Z', { value: 1, code: 'mo' }, '2026-02-28T22:00:00Z'],
  ['a year keeps the day', '2024-02-29T12:00:00Z', { value: 1, code: 'a' }, '2025-02-28T22:00:00Z'],
  ['two business days from Friday are Tuesday', '2026-03-06T15:00:00Z', business(2), '2026-03-10T21:00:00Z'],
  ['holidays do not count', '2026-11-25T15:00:00Z', business(2), '2026-11-30T22:00:00Z'],
  ['no business day is the same day', '2026-03-06T15:00:00Z', business(0), '2026-03-06T22:00:00Z'],
  ['no business day from a Sunday is Monday', '2026-03-08T15:00:00Z', business(0), '2026-03-09T21:00:00Z'],
  ['before: days back', '2026-03-10T15:00:00Z', { value: -1, code: 'd' }, '2026-03-09T21:00:00Z'],
  ['half a day is no moment', '2026-03-06T15:00:00Z', { value: 0.5, code: 'd' }, undefined],
  ['another unit is no moment', '2026-03-06T15:00:00Z', { value: 1, code: 'kg' }, undefined],
  ['without a value there is none', '2026-03-06T15:00:00Z', { code: 'd' }, undefined],
];

for (const [what, from, duration, due] of TABLE)
  t.test(what, async (t) => {
    t.equal(after(new Date(from), duration, NEW_YORK)?.toISOString().replace('.000', ''), due);
  });

t.test('a stated moment needs no clock', async (t) => {
  const from = new Date('2026-03-06T15:00:00Z');
  const iso = (timing: Parameters<typeof dueOf>[0]) => dueOf(timing, from, NEW_YORK)?.toISOString();
  t.equal(iso({ timingDateTime: '2026-04-01' }), '2026-04-01T21:00:00.000Z');
  t.equal(iso({ timingDateTime: '2026-04-01T10:00:00-04:00' }), '2026-04-01T14:00:00.000Z');
  t.equal(iso({ timingPeriod: { end: '2026-04-02' } }), '2026-04-02T21:00:00.000Z');
  t.equal(iso({ timingRange: { high: { value: 2, code: 'd' } } }), '2026-03-08T21:00:00.000Z');
  t.equal(iso({}), undefined);
});

const zones = fc.constantFrom(
  'UTC',
  'America/New_York',
  'America/Los_Angeles',
  'Pacific/Auckland',
  'Asia/Kathmandu',
);
const moments = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
const calendars = fc.record({
  timeZone: zones,
  holidays: fc
    .array(fc.integer({ min: 0, max: 2_500 }), { maxLength: 60 })
    .map((days) => new Set(days.map((n) => addDays('2024-01-01', n)))),
});

t.test('business days: the due day is one, it is the n-th after, and it closes at five there', async () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 40 }), calendars, (from, days, calendar) => {
      const due = businessDaysAfter(from, days, calendar);
      const day = dayOf(due, calendar);
      let counted = 0;
      for (let one = addDays(dayOf(from, calendar), 1); one <= day; one = addDays(one, 1))
        if (isBusinessDay(one, calendar)) counted++;
      return (
        counted === days &&
        isBusinessDay(day, calendar) &&
        due.getTime() === instantOf(day, CLOSING_HOUR, calendar).getTime()
      );
    }),
  );
});

t.test('business days: more days are never sooner, and later starts are never due sooner', async () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 20 }), calendars, (from, days, calendar) => {
      const due = businessDaysAfter(from, days, calendar);
      const later = new Date(from.getTime() + 86_400_000);
      return (
        businessDaysAfter(from, days + 1, calendar) > due && businessDaysAfter(later, days, calendar) >= due
      );
    }),
  );
});

t.test('the closing hour is shown by the clock there, whatever the change of clocks', async () => {
  fc.assert(
    fc.property(moments, zones, (at, timeZone) => {
      const day = dayOf(at, { timeZone });
      const shown = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
      return shown.format(instantOf(day, CLOSING_HOUR, { timeZone })) === '17:00';
    }),
  );
});
