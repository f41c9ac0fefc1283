// Date search: half-open ranges compared by prefix. https://hl7.org/fhir/R4/search.html#date
import type { Period, Timing } from '@medplum/fhirtypes';
import { badRequest } from '../../fhir/errors.ts';
import { type DateRange, dateRange } from '../../fhir/datetime.ts';
import type { IndexRow, ParamType } from './type.ts';

const row = (range: DateRange | undefined): IndexRow[] => (range ? [[range.low, range.high]] : []);
const instant = (value: string): IndexRow[] => row(dateRange(value));
const period = ({ start, end }: Period): IndexRow[] =>
  start || end ? [[(start && dateRange(start)?.low) || '-infinity', (end && dateRange(end)?.high) || 'infinity']] : [];

/** Rows (low, high) of a value by its FHIR type. */
const rowsOf: Record<string, (value: never) => IndexRow[]> = {
  date: instant,
  dateTime: instant,
  instant,
  Period: period,
  Timing: (value: Timing) => [
    ...(value.event ?? []).flatMap(instant),
    ...(value.repeat?.boundsPeriod ? period(value.repeat.boundsPeriod) : []),
  ],
};

type Compare = (low: string, high: string, range: DateRange) => string;
const equal: Compare = (low, high) => `(i.low >= ${low} and i.high <= ${high} and i.low < ${high})`;

/** What each prefix asks of a row's range [i.low, i.high) against the value's [low, high). */
const compare: Record<string, Compare> = {
  eq: equal,
  ne: (low, high, range) => `not ${equal(low, high, range)}`,
  gt: (_low, high) => `i.high > ${high}`,
  lt: (low) => `i.low < ${low}`,
  ge: (low, high, range) => `(i.high > ${low} and (i.high > ${high} or ${equal(low, high, range)}))`,
  le: (low, high, range) => `(i.low < ${high} and (i.low < ${low} or ${equal(low, high, range)}))`,
  sa: (_low, high) => `i.low >= ${high}`,
  eb: (low) => `i.high <= ${low}`,
  ap: (low, high) => `(i.low < ${high} and i.high > ${low})`,
};

/** A search value: its prefix and the range that its date stands for. */
export function parseDateValue(text: string, code: string, now: Date): { prefix: string; range: DateRange } {
  const prefix = /^[a-z]{2}/.test(text) ? text.slice(0, 2) : 'eq';
  const date = /^[a-z]{2}/.test(text) ? text.slice(2) : text;
  const range = dateRange(date.replaceAll(' ', '+'));
  if (!range || !compare[prefix]) {
    throw badRequest(
      `"${text}" is not a date that "${code}" can be searched by. Write a prefix (${Object.keys(compare).join(', ')}; or none) and a date such as 2026-03, 2026-03-14 or 2026-03-14T09:30:00Z.`,
    );
  }
  return { prefix, range: prefix === 'ap' ? widened(range, now) : range };
}

/** `ap` takes in a tenth of the distance from now on both sides. */
function widened({ low, high }: DateRange, now: Date): DateRange {
  const margin = Math.abs(now.getTime() - Date.parse(low)) / 10;
  return { low: new Date(Date.parse(low) - margin).toISOString(), high: new Date(Date.parse(high) + margin).toISOString() };
}

export const date: ParamType = {
  table: 'index_date',
  columns: [
    ['low', 'timestamptz'],
    ['high', 'timestamptz'],
  ],
  sortColumn: 'low',
  modifiers: [],
  rows: (values) => values.flatMap(({ type, value }) => rowsOf[type]?.(value as never) ?? []),
  match(values, _modifier, param, { statement, now }) {
    const tests = values.map((text) => {
      const { prefix, range } = parseDateValue(text, param.code, now);
      return compare[prefix]!(statement.add(range.low, 'timestamptz'), statement.add(range.high, 'timestamptz'), range);
    });
    return tests.length === 1 ? tests[0]! : `(${tests.join(' or ')})`;
  },
  single: () => false,
};

/** What each prefix asks of an instant column against [low, high): `_lastUpdated`. */
export const compareInstant: Record<string, (column: string, low: string, high: string) => string> = {
  eq: (column, low, high) => `(${column} >= ${low} and ${column} < ${high})`,
  ne: (column, low, high) => `(${column} < ${low} or ${column} >= ${high})`,
  gt: (column, _low, high) => `${column} >= ${high}`,
  lt: (column, low) => `${column} < ${low}`,
  ge: (column, low) => `${column} >= ${low}`,
  le: (column, _low, high) => `${column} < ${high}`,
  sa: (column, _low, high) => `${column} >= ${high}`,
  eb: (column, low) => `${column} < ${low}`,
  ap: (column, low, high) => `(${column} >= ${low} and ${column} < ${high})`,
};
