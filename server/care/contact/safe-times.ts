// The times at which a person may be contacted, as a flag names them. https://hl7.org/fhir/R4/datatypes.html#timing
import type { Timing } from '@medplum/fhirtypes';
import { addDays, type Calendar, dayOf, instantOf } from '../calendar.ts';

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MINUTES: Readonly<Record<string, number>> = { min: 1, h: 60 };
/** `14:30:00` as hours. */
const hoursOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours + minutes / 60;
};
const weekdayOf = (day: string): string => WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]!;

/**
 * Whether an instant lies in one of the times: each begins at a `timeOfDay` of the days named (of every day without any) and
 * lasts as long as `duration` says. Without times of day the whole days are safe.
 */
export function isSafeTime(at: Date, { repeat }: Timing, calendar: Pick<Calendar, 'timeZone'>): boolean {
  const { dayOfWeek = [], timeOfDay = [], duration = 0, durationUnit = 'min' } = repeat ?? {};
  const isNamed = (day: string) =>
    !dayOfWeek.length || (dayOfWeek as readonly string[]).includes(weekdayOf(day));
  const today = dayOf(at, calendar);
  if (!timeOfDay.length) return isNamed(today);
  const length = duration * (MINUTES[durationUnit] ?? 0) * 60_000;
  // A time that begins late in the evening lasts into the next day.
  return [today, addDays(today, -1)].filter(isNamed).some((day) =>
    timeOfDay.some((time) => {
      const start = instantOf(day, hoursOf(time), calendar).getTime();
      return at.getTime() >= start && at.getTime() < start + length;
    }),
  );
}
