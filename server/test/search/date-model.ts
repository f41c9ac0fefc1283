// A straightforward model of R4's date search: milliseconds, intervals, and the table of prefixes, word by word.
// https://hl7.org/fhir/R4/search.html#prefix
import fc from 'fast-check';

/** [from, to) in milliseconds. */
export type Interval = readonly [from: number, to: number];

/** What a FHIR date without a mistake stands for: everything that begins with what is written. */
export function intervalOf(text: string): Interval {
  const [day = '', clock] = text.split('T') as [string, string?];
  const [y, m, d] = day.split('-').map(Number) as [number, number?, number?];
  const start = (year: number, month: number, date: number) => new Date(0).setUTCFullYear(year, month, date);
  if (m === undefined) return [start(y, 0, 1), start(y + 1, 0, 1)];
  if (d === undefined) return [start(y, m - 1, 1), start(y, m, 1)];
  if (clock === undefined) return [start(y, m - 1, d), start(y, m - 1, d + 1)];
  const [, time, sign, hours, minutes] = /^(.*?)(?:Z|([+-])(\d\d):(\d\d))?$/.exec(clock)!;
  const [h, min, sec] = time!.split(':') as [string, string, string?];
  const east = sign ? (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1) : 0;
  const from =
    start(y, m - 1, d) +
    (Number(h) * 60 + Number(min) - east) * 60_000 +
    Math.floor(Number(sec ?? 0) * 1000 + 1e-6);
  return [from, from + (sec === undefined ? 60_000 : sec.includes('.') ? 1 : 1000)];
}

export const periodOf = ({ start, end }: { start?: string; end?: string }): Interval => [
  start ? intervalOf(start)[0] : Number.NEGATIVE_INFINITY,
  end ? intervalOf(end)[1] : Number.POSITIVE_INFINITY,
];

const contains = (outer: Interval, inner: Interval) => outer[0] <= inner[0] && inner[1] <= outer[1];
const overlap = (a: Interval, b: Interval) => a[0] < b[1] && b[0] < a[1];
const above = (value: Interval): Interval => [value[1], Number.POSITIVE_INFINITY];
const below = (value: Interval): Interval => [Number.NEGATIVE_INFINITY, value[0]];

/** Whether a resource's value (target) meets a search value with that prefix. */
export const prefixes: Record<string, (target: Interval, value: Interval) => boolean> = {
  eq: (target, value) => contains(value, target),
  ne: (target, value) => !contains(value, target),
  gt: (target, value) => overlap(above(value), target),
  lt: (target, value) => overlap(below(value), target),
  ge: (target, value) => overlap(above(value), target) || contains(value, target),
  le: (target, value) => overlap(below(value), target) || contains(value, target),
  sa: (target, value) => !overlap(value, target) && contains(above(value), target),
  eb: (target, value) => !overlap(value, target) && contains(below(value), target),
};

/** Whether a target meets a search text such as `ge2020-02`. */
export function matchesDate(target: Interval, text: string): boolean {
  const prefixed = /^[a-z]{2}/.test(text);
  return prefixes[prefixed ? text.slice(0, 2) : 'eq']!(target, intervalOf(prefixed ? text.slice(2) : text));
}

const zone = fc.constantFrom('Z', '+00:00', '+14:00', '-12:00', '+05:30', '-05:00');
const day = fc.constantFrom(
  '2019-12-31',
  '2020-01-01',
  '2020-02-28',
  '2020-02-29',
  '2020-03-01',
  '2020-12-31',
  '2021-01-01',
);
const second = fc.constantFrom(
  '00:00:00',
  '00:00:00.000',
  '12:30:15',
  '12:30:15.5',
  '12:30:15.123456',
  '23:59:59',
  '23:59:59.999',
);

/** A full date, as `date` has it too. */
export const partialDate = fc.oneof(
  fc.constantFrom('2019', '2020', '2021', '2020-01', '2020-02', '2020-12', '2021-01'),
  day,
);
export const instant = fc.tuple(day, second, zone).map(([date, time, offset]) => `${date}T${time}${offset}`);
export const dateTime = fc.oneof(partialDate, instant);
/** Search values may leave out seconds and the zone. */
export const searchDate = fc.oneof(
  dateTime,
  fc
    .tuple(day, fc.constantFrom('00:00', '12:30', '23:59'), fc.oneof(zone, fc.constant('')))
    .map(([date, time, offset]) => `${date}T${time}${offset}`),
);
export const searchText = fc
  .tuple(fc.constantFrom('', ...Object.keys(prefixes)), searchDate)
  .map(([prefix, text]) => prefix + text);
/** Open at either end, or closed with the end not before the start. */
export const period = fc
  .oneof(
    fc.record({ start: dateTime }),
    fc.record({ end: dateTime }),
    fc.record({ start: dateTime, end: dateTime }),
  )
  .filter((value) => periodOf(value)[0] < periodOf(value)[1]);
