// What is promised for each kind of work, in working hours, across week-ends, holidays and changes of clocks.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import {
  type Calendar,
  CLOSING_HOUR,
  dayOf,
  instantOf,
  isBusinessDay,
  plainCalendar,
} from '../../care/calendar.ts';
import { businessMinutesAfter } from '../../care/clock/business-time.ts';
import { clockStartOf, dueOf, promiseOf } from '../../care/clock/due-date.ts';
import { promiseFor, SLAS, withDueDate } from '../../care/clock/sla.ts';
import { TASK_CODE } from '../../care/code.ts';
import { OPENING_HOUR } from '../../care/schedule/day-before.ts';
import { type Access, systemAccess } from '../../fhir/access.ts';

const UTC = plainCalendar('UTC');
const NEW_YORK: Calendar = { timeZone: 'America/New_York', holidays: new Set(['2026-07-03']) };
const NEVER: Calendar = { ...UTC, holidays: { has: () => true } as unknown as ReadonlySet<string> };
const someone: Access = { ...systemAccess, subject: 'someone' };
const task = (code: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  code: { coding: [{ system: TASK_CODE, code }] },
  ...more,
});
const promised = (after: Task, at: string, calendar: Calendar = UTC, before?: Task): Task =>
  withDueDate(
    { access: someone, now: new Date(at), ...(before && { before }) },
    after,
    () => calendar,
  ) as Task;
const endOf = ({ restriction }: Task) => restriction?.period?.end;

/** Code and priority, when it was asked for, whose calendar, and by when it is promised. */
const TABLE: readonly (readonly [string, Task['priority'], string, Calendar, string])[] = [
  ['nav-inbound-query', undefined, '2026-03-03T15:00:00Z', UTC, '2026-03-03T17:00:00.000Z'],
  ['nav-inbound-query', undefined, '2026-03-07T15:00:00Z', UTC, '2026-03-09T17:00:00.000Z'],
  ['nav-benefits-question', undefined, '2026-03-06T15:00:00Z', UTC, '2026-03-09T17:00:00.000Z'],
  ['nav-no-show-recovery', undefined, '2026-07-02T15:00:00Z', NEW_YORK, '2026-07-06T21:00:00.000Z'],
  ['nav-barrier-screen', undefined, '2026-03-03T15:00:00Z', UTC, '2026-03-10T17:00:00.000Z'],
  ['nav-escalate-clinical', 'urgent', '2026-03-07T03:00:00Z', UTC, '2026-03-07T03:15:00.000Z'],
  ['coord-risk-triage', 'urgent', '2026-03-07T03:00:00Z', UTC, '2026-03-07T04:00:00.000Z'],
  ['coord-risk-triage', 'stat', '2026-03-07T03:00:00Z', UTC, '2026-03-07T03:15:00.000Z'],
  ['coord-transition-contact', undefined, '2026-03-05T20:00:00Z', NEW_YORK, '2026-03-09T21:00:00.000Z'],
  ['coord-transition-visit', undefined, '2026-03-02T15:00:00Z', NEW_YORK, '2026-03-16T21:00:00.000Z'],
  ['coord-transition-visit', 'urgent', '2026-03-02T15:00:00Z', NEW_YORK, '2026-03-09T21:00:00.000Z'],
  ['loop-closure', undefined, '2026-03-03T15:00:00Z', UTC, '2026-03-05T17:00:00.000Z'],
];

t.test('each kind of work is due by its promise, in the calendar of whoever does it', async (t) => {
  for (const [code, priority, at, calendar, due] of TABLE) {
    const made = promised(task(code, { ...(priority && { priority }) }), at, calendar);
    t.equal(endOf(made), due, `${code} ${priority ?? 'routine'} ${at}`);
    t.match(promiseOf(made), { valueCode: promiseFor(made)!.sla });
    t.strictSame(clockStartOf(made), new Date(at));
  }
});

t.test(
  'nothing is promised where it says when, for drafts, changes, others, or what the server loads',
  async (t) => {
    const at = '2026-03-03T15:00:00Z';
    const code = 'nav-no-show-recovery';
    const said = task(code, { restriction: { period: { end: '2026-04-01' } } });
    for (const after of [said, task(code, { status: 'draft' }), task('nav-schedule'), task('unknown')])
      t.equal(promised(after, at), after);
    t.equal(
      endOf(promised(task(code), at, UTC, task(code))),
      undefined,
      'a due date that is taken away stays away',
    );
    const loaded = task(code);
    t.equal(
      withDueDate({ access: systemAccess, now: new Date(at) }, loaded, () => UTC),
      loaded,
    );
    t.equal(
      endOf(promised(task(code), at, NEVER)),
      undefined,
      'an organisation that never works promises nothing',
    );
  },
);

t.test('what a client sends is kept, and the clock starts when the task was written', async (t) => {
  const policy = { url: 'https://throughline.example/fhir/StructureDefinition/due-policy' };
  const sent = task('nav-no-show-recovery', {
    authoredOn: '2026-03-02T12:00:00Z',
    extension: [policy],
    restriction: { repetitions: 1, period: { start: '2026-03-02' } },
  });
  const made = promised(sent, '2026-03-05T15:00:00Z');
  t.strictSame(made.extension, [policy]);
  t.strictSame(made.restriction, {
    repetitions: 1,
    period: { start: '2026-03-02', end: '2026-03-03T17:00:00.000Z' },
  });
  for (const authoredOn of ['2026-03-01', '2027-01-01T00:00:00Z', 'nonsense-of-a-date'])
    t.equal(
      endOf(promised(task('nav-no-show-recovery', { authoredOn }), '2026-03-05T15:00:00Z')),
      '2026-03-06T17:00:00.000Z',
      `${authoredOn}: no moment that has been`,
    );
});

t.test('every promise is made for a code of one kind, and is named once', async (t) => {
  const names = Object.values(SLAS).flatMap((sla) => Object.values(sla).map(({ sla }) => sla));
  t.equal(new Set(names).size, names.length);
  for (const name of names) t.match(name, /^[a-z-]+$/);
});

t.test(
  'a due date of a day, a month or a year is due when the organisation closes on its last day',
  async (t) => {
    const at = (end: string) =>
      dueOf(task('nav-schedule', { restriction: { period: { end } } }), NEW_YORK)?.toISOString();
    t.equal(at('2026-03-03'), '2026-03-03T22:00:00.000Z');
    t.equal(at('2026-02'), '2026-02-28T22:00:00.000Z');
    t.equal(at('2026-12'), '2026-12-31T22:00:00.000Z');
    t.equal(at('2026'), '2026-12-31T22:00:00.000Z');
    t.equal(at('2026-03-03T10:00:00-05:00'), '2026-03-03T15:00:00.000Z');
    t.equal(at('2026-99-99T99:99:99Z'), undefined);
    t.equal(dueOf(task('nav-schedule'), UTC), undefined);
  },
);

t.test('business minutes pass in working hours only, and add up', async (t) => {
  const after = (from: string, minutes: number) =>
    businessMinutesAfter(new Date(from), minutes, UTC).toISOString();
  t.equal(after('2026-03-03T10:00:00Z', 5), '2026-03-03T10:05:00.000Z');
  t.equal(after('2026-03-03T03:00:00Z', 5), '2026-03-03T09:05:00.000Z', 'before opening');
  t.equal(after('2026-03-06T16:58:00Z', 5), '2026-03-09T09:03:00.000Z', 'across a week-end');
  t.equal(after('2026-03-06T23:00:00Z', 5), '2026-03-09T09:05:00.000Z', 'after closing');
  t.throws(
    () => businessMinutesAfter(new Date('2026-03-06T16:58:00Z'), 5, NEVER),
    RangeError('The calendar has no business day within ten years.'),
  );
  const instants = fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
  const calendars = fc.constantFrom(UTC, NEW_YORK);
  fc.assert(
    fc.property(
      instants,
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 1, max: 3_000 }),
      calendars,
      (from, a, b, calendar) => {
        const first = businessMinutesAfter(from, a, calendar);
        const day = dayOf(first, calendar);
        const isOpen =
          isBusinessDay(day, calendar) &&
          first >= instantOf(day, OPENING_HOUR, calendar) &&
          first <= instantOf(day, CLOSING_HOUR, calendar);
        const whole = businessMinutesAfter(from, a + b, calendar);
        return (
          isOpen && first > from && businessMinutesAfter(first, b, calendar).getTime() === whole.getTime()
        );
      },
    ),
  );
});
