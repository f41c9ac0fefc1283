// Business minutes: those between opening and closing on business days. https://hl7.org/fhir/R4/datatypes.html#dateTime
import { addDays, type Calendar, CLOSING_HOUR, dayOf, instantOf, isBusinessDay } from '../calendar.ts';
import { OPENING_HOUR } from '../schedule/day-before.ts';

const MINUTE = 60_000;
/** Most days that an open one is looked for: years of holidays are a mistake. */
const FARTHEST = 3_660;

/**
 * The instant so many minutes of working hours after another.
 * @throws RangeError when the calendar has no business day within ten years
 */
export function businessMinutesAfter(from: Date, minutes: number, calendar: Calendar): Date {
  let left = minutes * MINUTE;
  let day = dayOf(from, calendar);
  for (let n = 0; n < FARTHEST; n++, day = addDays(day, 1)) {
    if (!isBusinessDay(day, calendar)) continue;
    const opening = Math.max(instantOf(day, OPENING_HOUR, calendar).getTime(), from.getTime());
    const open = instantOf(day, CLOSING_HOUR, calendar).getTime() - opening;
    if (open <= 0) continue;
    if (left <= open) return new Date(opening + left);
    left -= open;
  }
  throw new RangeError('The calendar has no business day within ten years.');
}
