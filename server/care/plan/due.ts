// When an action of a plan is due: so many hours, days, business days or months after the moment that its clock starts.
// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.timing_x_
import type { Duration, Period } from '@medplum/fhirtypes';
import { addDays, businessDaysAfter, type Calendar, CLOSING_HOUR, dayOf, instantOf } from '../calendar.ts';
import { extensionOf } from '../code.ts';

/** Milliseconds of the units that are exact. */
const EXACT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };
/** Months of the units that the calendar counts. */
const MONTHS: Readonly<Record<string, number>> = { mo: 1, a: 12 };
const DAYS: Readonly<Record<string, number>> = { d: 1, wk: 7 };

/** Whether a duration counts business days: extension `business-days`. */
export const isBusiness = (duration: Duration | undefined): boolean =>
  extensionOf(duration, 'business-days')?.valueBoolean === true;

/** The same day of the month so many months later, or the last of that month. */
function addMonths(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date, last));
  return first.toISOString().slice(0, 10);
}

/**
 * The instant a duration after another. Hours and minutes are exact; days, weeks, months and years end when the
 * organisation closes on the day; business days are those of its calendar.
 * @returns undefined for a duration without a whole number of a unit that is known
 */
export function after(from: Date, duration: Duration | undefined, calendar: Calendar): Date | undefined {
  const { value, code } = duration ?? {};
  if (value === undefined || code === undefined) return undefined;
  const exact = EXACT[code];
  if (exact !== undefined) return new Date(from.getTime() + value * exact);
  if (!Number.isInteger(value) || Math.abs(value) > 36_500) return undefined;
  if (isBusiness(duration) && code === 'd' && value >= 0) return businessDaysAfter(from, value, calendar);
  const day = dayOf(from, calendar);
  const [days, months] = [DAYS[code], MONTHS[code]];
  if (days !== undefined) return instantOf(addDays(day, value * days), CLOSING_HOUR, calendar);
  return months === undefined ? undefined : instantOf(addMonths(day, value * months), CLOSING_HOUR, calendar);
}

/** The elements of `timing[x]` that tell a due date. */
export interface Timing {
  timingDateTime?: string;
  timingPeriod?: Period;
  timingDuration?: Duration;
  timingRange?: { high?: Duration };
}

/** When what has a timing is due, if its clock starts `from`; undefined where the timing tells no single moment. */
export function dueOf(timing: Timing, from: Date, calendar: Calendar): Date | undefined {
  const stated = timing.timingDateTime ?? timing.timingPeriod?.end;
  if (stated !== undefined)
    return stated.length === 10 ? instantOf(stated, CLOSING_HOUR, calendar) : new Date(stated);
  return after(from, timing.timingDuration ?? timing.timingRange?.high, calendar);
}
