// The minutes of a month: each minute of a person counts once, for one programme, if whoever worked may do that work.
// https://hl7.org/fhir/R4/observation-definitions.html#Observation.effective_x_
import { addDays, type Calendar, dayOf, instantOf } from '../calendar.ts';
import { MINUTE, type WorkEntry } from './entry.ts';
import { type BillingFacts, type Days, within } from './facts.ts';
import type { GapCode } from './gap.ts';
import type { ProgrammeRow } from './programmes.ts';

/** An entry with the minutes of it that count. */
export interface CountedEntry {
  readonly entry: WorkEntry;
  readonly minutes: number;
  /** The day of its end on the clock of the practice. */
  readonly day: string;
}

/** Minutes that do not count, and why. */
export interface Unbilled {
  readonly reason: GapCode;
  readonly minutes: number;
}

/** The days of a month. */
export function daysOfMonth(month: string): Required<Days> {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return {
    from: `${month}-01`,
    until: addDays(new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10), -1),
  };
}

/** A month on the clock of a practice, in milliseconds. */
export function spanOfMonth(month: string, calendar: Calendar): { start: number; end: number } {
  const { from, until } = daysOfMonth(month);
  return {
    start: instantOf(from, 0, calendar).getTime(),
    end: instantOf(addDays(until, 1), 0, calendar).getTime(),
  };
}

/** The day so many months before another; one that the month has not is later than all that it has. */
export function monthsBefore(day: string, months: number): string {
  const [year, month] = day.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 7) + day.slice(7);
}

const byStart = (a: WorkEntry, b: WorkEntry): number => a.start - b.start || (a.key < b.key ? -1 : 1);

/**
 * The minutes of a person in a month, each given to the entry of a programme that began first: two who work at the same time
 * for the same person count once.
 */
export function allotted(facts: Pick<BillingFacts, 'entries' | 'month' | 'calendar'>): CountedEntry[] {
  const { start, end } = spanOfMonth(facts.month, facts.calendar);
  const taken = new Set<number>();
  const entries = facts.entries.filter(({ programme }) => programme !== undefined).sort(byStart);
  return entries.map((entry) => {
    const first = Math.floor(entry.start / MINUTE);
    let minutes = 0;
    for (let minute = first; minute < first + entry.minutes; minute++) {
      const outside = minute * MINUTE < start || minute * MINUTE >= end;
      if (outside || taken.has(minute)) continue;
      taken.add(minute);
      minutes++;
    }
    return { entry, minutes, day: dayOf(new Date(Math.max(entry.start, entry.end - 1)), facts.calendar) };
  });
}

/** Why somebody's work does not count on a day; undefined when it does. */
function performerGap(
  facts: BillingFacts,
  row: ProgrammeRow,
  { performer, end }: WorkEntry,
): GapCode | undefined {
  const { roles = [], held = [] } = facts.performers.get(performer) ?? {};
  const staff = row.staff.filter((one) => one.roles.some((role) => roles.includes(role)));
  if (!staff.length) return 'performer-role';
  if (staff.some(({ qualifications }) => !qualifications.length)) return undefined;
  const wanted = held.filter(({ code }) => staff.some(({ qualifications }) => qualifications.includes(code)));
  if (wanted.some(({ from, until }) => from <= end && end < until)) return undefined;
  return wanted.length ? 'credential-expired' : 'no-credential';
}

/** Whether the person agreed to the work of a day. */
export const isAgreed = (
  { consents }: Pick<BillingFacts, 'consents'>,
  row: ProgrammeRow,
  day: string,
): boolean =>
  !row.consent ||
  consents.some((days) => within(days, day) && (row.consent === 'once' || days.from > monthsBefore(day, 12)));

/** Whether the visit that the programme rests on came before the work of a day, and not too long before. */
export function isOpened({ visit, enrolled }: BillingFacts, row: ProgrammeRow, day: string): boolean {
  if (!row.visit) return true;
  const from = row.visit.before === 'work' ? day : (enrolled?.from ?? day);
  return visit !== undefined && visit.day <= day && visit.day >= monthsBefore(from, row.visit.months);
}

/** Why the minutes of an entry do not count; undefined when they do. */
function gapOf(facts: BillingFacts, row: ProgrammeRow, { entry, day }: CountedEntry): GapCode | undefined {
  if (!facts.enrolled || !within(facts.enrolled, day)) return 'outside-enrolment';
  if (row.notActivities?.includes(entry.activity ?? '')) return 'activity-not-covered';
  const gap = performerGap(facts, row, entry);
  if (gap) return gap;
  if (!isAgreed(facts, row, day)) return 'before-consent';
  return isOpened(facts, row, day) ? undefined : 'before-visit';
}

/** The minutes of a programme that count, in the order of the work, and those that do not. */
export function countedMinutes(
  facts: BillingFacts,
  row: ProgrammeRow,
): { counted: CountedEntry[]; unbilled: Unbilled[]; recorded: number } {
  const own = allotted(facts).filter(({ entry }) => entry.programme === row.programme);
  const counted: CountedEntry[] = [];
  const unbilled: Unbilled[] = [];
  for (const one of own) {
    const lost = one.entry.minutes - one.minutes;
    if (lost) unbilled.push({ reason: 'counted-elsewhere', minutes: lost });
    if (!one.minutes) continue;
    const reason = gapOf(facts, row, one);
    if (reason) unbilled.push({ reason, minutes: one.minutes });
    else counted.push(one);
  }
  return { counted, unbilled, recorded: own.reduce((sum, { entry }) => sum + entry.minutes, 0) };
}
