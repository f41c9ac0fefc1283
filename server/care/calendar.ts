// Business days: Monday to Friday without the holidays of an organisation, in its own time zone.
// https://hl7.org/fhir/R4/healthcareservice-definitions.html#HealthcareService.notAvailable

/** When an organisation works. */
export interface Calendar {
  /** IANA name, `America/New_York`. */
  readonly timeZone: string;
  /** Days off, `YYYY-MM-DD`, beside Saturdays and Sundays. */
  readonly holidays: ReadonlySet<string>;
}

/** Without days off of its own. */
export const plainCalendar = (timeZone: string): Calendar => ({ timeZone, holidays: new Set() });

/** A business day ends at this hour of the organisation's clock. */
export const CLOSING_HOUR = 17;
const DAY = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

const partsOf = (at: Date, timeZone: string): Record<string, string> =>
  Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );

/** The day on the wall of an organisation at an instant, `YYYY-MM-DD`. */
export function dayOf(at: Date, { timeZone }: Pick<Calendar, 'timeZone'>): string {
  const { year, month, day } = partsOf(at, timeZone);
  return `${year}-${month}-${day}`;
}

/** The instant at which a clock of the time zone shows an hour of a day; of an hour that a change of clocks leaves out, the one after. */
export function instantOf(day: string, hour: number, { timeZone }: Pick<Calendar, 'timeZone'>): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000;
  let at = wanted;
  // What the clock shows differs from UTC by the offset there; the second turn settles it next to a change of clocks.
  for (let turn = 0; turn < 2; turn++) {
    const shown = partsOf(new Date(at), timeZone);
    const shows = Date.parse(
      `${shown.year}-${shown.month}-${shown.day}T${shown.hour}:${shown.minute}:${shown.second}Z`,
    );
    at += wanted - shows;
  }
  return new Date(at);
}

/** The day a number of days after another, `YYYY-MM-DD`. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

export function isBusinessDay(day: string, { holidays }: Calendar): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(day);
}

/** Most days that a due date is looked for: years of holidays are a mistake. */
const FARTHEST = 3_660;

/**
 * The end of the n-th business day after an instant; with 0 the end of the same day, or of the next business day where it is none.
 * @throws RangeError when the calendar has no business day within ten years
 */
export function businessDaysAfter(from: Date, days: number, calendar: Calendar): Date {
  let day = dayOf(from, calendar);
  let left = days;
  for (let n = 0; n < FARTHEST; n++) {
    if (n > 0) day = addDays(day, 1);
    if (!isBusinessDay(day, calendar)) continue;
    if (n > 0 && left > 0) left--;
    if (left === 0) return instantOf(day, CLOSING_HOUR, calendar);
  }
  throw new RangeError('The calendar has no business day within ten years.');
}
