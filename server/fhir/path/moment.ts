// FHIR dates, dateTimes and instants as FHIRPath compares them: by the shared precision, unknown beyond it.
// https://hl7.org/fhirpath/N1/#datetime-equality · https://hl7.org/fhirpath/N1/#comparison
import { plainInstant } from '../datetime.ts';

const PATTERN =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T(?:([01]\d|2[0-3])(?::([0-5]\d)(?::([0-5]\d|60)(\.\d+)?)?)?(Z|[-+](?:0\d|1[0-4]):[0-5]\d)?)?)?)?)?T?$/;

/** A point in time with the precision it was written with. */
export interface Moment {
  /** 0 year, 1 month, 2 day, 3 hour, 4 minute, 5 second and its fraction. */
  readonly precision: number;
  /** Milliseconds since 1970; what has no zone is in the zone of this process, as the specification allows. */
  readonly time: number;
}

/** The moment that a date, dateTime or instant names; undefined when the text is none. */
export function momentOf(text: string): Moment | undefined {
  const instant = plainInstant(text);
  if (instant !== undefined) return { precision: 5, time: instant };
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const precision = [month, day, hour, minute, second].filter((part) => part !== undefined).length;
  const local = new Date(
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Math.min(Number(second ?? 0), 59),
  );
  if (day && local.getDate() !== Number(day)) return undefined;
  const atZone = zone
    ? local.getTime() - (local.getTimezoneOffset() + minutesOf(zone)) * 60_000
    : local.getTime();
  return { precision, time: atZone + Number(fraction ?? 0) * 1000 };
}

function minutesOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return zone[0] === '-' ? -minutes : minutes;
}

/**
 * Negative, 0 or positive as `a` is before, at or after `b`; undefined where only a precision that one of them lacks
 * could tell.
 */
export function compareMoments(a: Moment, b: Moment): number | undefined {
  if (a.precision === b.precision) return a.time - b.time;
  const shared = Math.min(a.precision, b.precision);
  const difference = truncated(a, shared) - truncated(b, shared);
  return difference === 0 ? undefined : difference;
}

/** Whether both name the same time; undefined where only a precision that one of them lacks could tell. */
export function equalMoments(a: Moment, b: Moment): boolean | undefined {
  if (a.precision === b.precision) return a.time === b.time;
  const parts = partsOf(b);
  const shared = Math.min(a.precision, b.precision);
  return partsOf(a).some((part, level) => level <= shared && part !== parts[level]) ? false : undefined;
}

/** The start of the year, month, day, hour or minute of the moment in this process's zone. */
function truncated(moment: Moment, precision: number): number {
  if (moment.precision <= precision) return moment.time;
  const date = new Date(moment.time);
  return new Date(
    date.getFullYear(),
    precision > 0 ? date.getMonth() : 0,
    precision > 1 ? date.getDate() : 1,
    precision > 2 ? date.getHours() : 0,
    precision > 3 ? date.getMinutes() : 0,
  ).getTime();
}

/** Year, month, day, hour and minute: in UTC where a time is known, as written where it is a date alone. */
function partsOf(moment: Moment): number[] {
  const date = new Date(moment.time);
  if (moment.precision < 3) return [date.getFullYear(), date.getMonth(), date.getDate()];
  return [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
}
