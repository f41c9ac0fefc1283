// The demo stories: reads the transaction Bundles of fixtures/demo and moves their dates to the day of loading.
// https://hl7.org/fhir/R4/http.html#transaction · the placeholders are described in fixtures/demo/README.md
import { readdirSync, readFileSync } from 'node:fs';
import type { Bundle } from '@medplum/fhirtypes';

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { d: DAY, h: 3_600_000, m: 60_000 };

const PLACEHOLDER = /\{\{(\w+)(?:([+-]\d+)([a-z]))?\}\}/g;

const WRITTEN: Readonly<Record<string, (moment: Date) => string>> = {
  now: (moment) => `${moment.toISOString().slice(0, 19)}Z`,
  today: (moment) => moment.toISOString().slice(0, 10),
  weekday: (moment) => moment.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' }),
};

/** Moves by whole working days, Monday to Friday in UTC, keeping the time of day. */
function addBusinessDays(from: Date, days: number): Date {
  const step = Math.sign(days) * DAY;
  let moment = from;
  for (let left = Math.abs(days); left > 0; ) {
    moment = new Date(moment.getTime() + step);
    if (moment.getUTCDay() % 6 !== 0) left--;
  }
  return moment;
}

/**
 * Replaces the date placeholders of a fixture: `{{now}}` is a dateTime in UTC, `{{today}}` a date, `{{weekday}}` the
 * English name of the day; each may be moved by minutes `m`, hours `h`, days `d` or business days `b`, `{{now-2d}}`.
 * @throws Error for a placeholder that it does not know, naming it
 */
export function resolveDates(text: string, now: Date): string {
  return text.replace(PLACEHOLDER, (placeholder, name: string, count = '+0', unit = 'd') => {
    const write = WRITTEN[name];
    const size = UNITS[unit];
    if (!write || !(size || unit === 'b')) throw new Error(`${placeholder} is not a date placeholder.`);
    return write(size ? new Date(now.getTime() + Number(count) * size) : addBusinessDays(now, Number(count)));
  });
}

/**
 * The demo stories as transaction Bundles, in the order in which they are to be loaded.
 * @param folder file URL, with a slash at the end, of the numbered files (`00-organizations.json` …)
 * @param now the moment that every date is relative to
 */
export function demoBundles(folder: URL, now: Date): Bundle[] {
  const names = readdirSync(folder).filter((name) => /^\d\d-.*\.json$/.test(name));
  return names
    .sort()
    .map((name) => JSON.parse(resolveDates(readFileSync(new URL(name, folder), 'utf8'), now)));
}
