// The business day before a visit: when whoever is coming is reminded, and by when help is arranged.
// https://hl7.org/fhir/R4/appointment.html
import { addDays, type Calendar, CLOSING_HOUR, dayOf, instantOf, isBusinessDay } from '../calendar.ts';

/** A working day begins at this hour of the organisation's clock. */
export const OPENING_HOUR = 9;
/** Most days that a business day is looked for: years of holidays are a mistake. */
const FARTHEST = 3_660;

/** The last business day before an instant, `YYYY-MM-DD`; the day before it when there is none within ten years. */
export function businessDayBefore(at: Date, calendar: Calendar): string {
  const today = dayOf(at, calendar);
  for (let back = 1; back < FARTHEST; back++) {
    const day = addDays(today, -back);
    if (isBusinessDay(day, calendar)) return day;
  }
  return addDays(today, -1);
}

/** The morning of the business day before a visit. */
export const morningBefore = (start: Date, calendar: Calendar): Date =>
  instantOf(businessDayBefore(start, calendar), OPENING_HOUR, calendar);

/** The end of the business day before a visit, or its start when that has gone by. */
export function dueBefore(start: Date, now: Date, calendar: Calendar): Date {
  const evening = instantOf(businessDayBefore(start, calendar), CLOSING_HOUR, calendar);
  return evening > now ? evening : start;
}
