// FHIR dates as half-open ranges: a date stands for all instants that share its precision.
// https://hl7.org/fhir/R4/search.html#date · https://hl7.org/fhir/R4/datatypes.html#dateTime

/** Half-open range of instants [low, high) in ISO 8601 UTC, or PostgreSQL's `-infinity` and `infinity`. */
export interface DateRange {
  low: string;
  high: string;
}

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Instant in milliseconds of UTC fields; years below 100 are taken literally. */
function utc(year: number, month: number, day = 1, hour = 0, minute = 0, second = 0, ms = 0): number {
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  if (year > 99) return Date.UTC(year, month, day, hour, minute, second, ms);
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  date.setUTCHours(hour, minute, second, ms);
  return date.getTime();
}

/** Minutes east of UTC; undefined beyond 14 hours, where no place is. */
const zoneMinutes = (zone: string | undefined): number | undefined => {
  if (!zone || zone === 'Z') return 0;
  if (Number(zone.slice(4, 6)) > 59) return undefined;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  if (minutes > 14 * 60) return undefined;
  return zone[0] === '-' ? -minutes : minutes;
};

/** What most instants look like: in UTC, to the millisecond. */
const UTC_MILLISECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The number that two digits of a text are. */
const twoDigits = (text: string, at: number): number =>
  (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;

/** Milliseconds of an instant that is written as `instantText` writes those since the year 100; undefined for all others. */
export function plainInstant(text: string): number | undefined {
  if (!UTC_MILLISECOND.test(text)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  if (year < 100 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
    return undefined;
  // The 0th of the next month is the last of this one.
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, Number(text.slice(20, 23)));
}

/**
 * The range that a FHIR date, dateTime or instant stands for. Times without a zone are read as UTC.
 * @returns undefined when `text` is no FHIR date (the year 0000, an impossible day, hour or zone included)
 */
export function dateRange(text: string): DateRange | undefined {
  const instant = plainInstant(text);
  if (instant !== undefined) return { low: text, high: instantText(instant + 1) };
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, y, mo, d, h, mi, s, fraction, zone] = match;
  const [year, month, day] = [Number(y), mo ? Number(mo) - 1 : 0, d ? Number(d) : 1];
  const [hour, minute, second] = [Number(h ?? 0), Number(mi ?? 0), Number(s ?? 0)];
  const ms = fraction ? Number(fraction.padEnd(3, '0').slice(0, 3)) : 0;
  const offset = zoneMinutes(zone);
  if (offset === undefined || year < 1 || month > 11 || hour > 23 || minute > 59 || second > 60)
    return undefined;
  const check = new Date(utc(year, month, day));
  if (check.getUTCMonth() !== month || check.getUTCDate() !== day) return undefined;
  const shift = offset * 60_000;
  const low = utc(year, month, day, hour, minute, second, ms) - shift;
  const high = highOf();
  return { low: instantText(low), high: instantText(high) };

  function highOf(): number {
    if (fraction) return low + 1;
    if (s) return low + 1000;
    if (h) return low + 60_000;
    if (d) return utc(year, month, day + 1) - shift;
    if (mo) return utc(year, month + 1);
    return utc(year + 1, 0);
  }
}

/** ISO text of an instant in milliseconds; years before 1 and beyond 9999 in the form that PostgreSQL reads. */
export function instantText(time: number): string {
  const date = new Date(time);
  const text = date.toISOString();
  // Years of four digits, not before 1.
  if (text.length === 24 && !text.startsWith('0000')) return text;
  const year = date.getUTCFullYear();
  if (year > 0) return text.replace(/^\+0*/, '');
  return `${String(1 - year).padStart(4, '0')}${date.toISOString().slice(-20)} BC`;
}

const INSTANT = /^(\d{4,6})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?(?:Z|\+00)( BC)?$/;
const INFINITE: Readonly<Record<string, number>> = {
  infinity: Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

/** Milliseconds of an instant as `instantText` or PostgreSQL (in UTC) writes it, infinities included. */
export function instantTime(text: string): number {
  const match = INSTANT.exec(text);
  if (!match) return INFINITE[text]!;
  const [, y, month, day, hour, minute, second, fraction, before] = match;
  const year = before ? 1 - Number(y) : Number(y);
  return utc(
    year,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number((fraction ?? '').padEnd(3, '0')),
  );
}
