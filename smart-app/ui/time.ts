// Dates as a person says them, and the exact ones for whoever asks.
// https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Intl/RelativeTimeFormat
import { useEffect, useState } from 'react';

const DAY = 86_400_000;

const clock = (date: Date, locale: string) =>
  new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(date);

/** `17:00`, as the language writes it. */
export const timeOf = (date: Date, locale: string): string => clock(date, locale);

/** The exact date and time. */
export const exactly = (date: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }).format(date);

/** The day: `3 May 1972`. A date without a time, such as one of birth, has no time zone and is read as it stands. */
export const dayOf = (date: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    ...(date.length <= 10 && { timeZone: 'UTC' }),
  }).format(new Date(date));

/** Calendar days from `now` to `date`, negative for the past. */
export function daysBetween(now: Date, date: Date): number {
  const midnight = (one: Date) => new Date(one.getFullYear(), one.getMonth(), one.getDate()).getTime();
  return Math.round((midnight(date) - midnight(now)) / DAY);
}

/** `yesterday`, `in 3 days`, `today 17:00`; beyond a week the date. */
export function saidOf(date: Date, now: Date, locale: string): string {
  const days = daysBetween(now, date);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (days === 0) return `${relative.format(0, 'day')} ${clock(date, locale)}`;
  if (Math.abs(days) < 7) return relative.format(days, 'day');
  const year = date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' as const };
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', ...year }).format(date);
}

/** Full years since a date of birth. */
export function ageOn(birthDate: string, now: Date): number {
  const [year, month = 1, day = 1] = birthDate.split('-').map(Number);
  const years = now.getFullYear() - year!;
  const had = now.getMonth() + 1 > month || (now.getMonth() + 1 === month && now.getDate() >= day);
  return had ? years : years - 1;
}

/** The present moment, twice a minute, so that what becomes late is shown as late. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
