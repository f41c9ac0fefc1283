// Date search: half-open ranges compared by prefix. https://hl7.org/fhir/R4/search.html#date
import type { Period, Timing } from '@medplum/fhirtypes';
import type { Statement } from '../../db/statement.ts';
import { type DateRange, dateRange, instantText, instantTime } from '../../fhir/datetime.ts';
import { badRequest } from '../../fhir/errors.ts';
import type { TypedValue } from '../../fhir/path/index.ts';
import type { IndexRow, MatchContext, ParamType } from './type.ts';

/** One range from the earliest to the latest instant of several: of a Timing only the outer limits matter. */
function outerLimits(rows: readonly IndexRow[]): IndexRow[] {
  if (!rows.length) return [];
  const byTime = (a: string, b: string) => (instantTime(a) < instantTime(b) ? -1 : 1);
  return [
    [
      rows.map(([low]) => low!).sort(byTime)[0]!,
      rows
        .map(([, high]) => high!)
        .sort(byTime)
        .at(-1)!,
    ],
  ];
}

const row = (range: DateRange | undefined): IndexRow[] => (range ? [[range.low, range.high]] : []);
const instant = (value: string): IndexRow[] => row(dateRange(value));
const period = ({ start, end }: Period): IndexRow[] =>
  start || end
    ? [[(start && dateRange(start)?.low) || '-infinity', (end && dateRange(end)?.high) || 'infinity']]
    : [];

/** Rows (low, high) of a value by its FHIR type. */
const rowsOf: Record<string, (value: never) => IndexRow[]> = {
  date: instant,
  dateTime: instant,
  instant,
  Period: period,
  Timing: (value: Timing) =>
    outerLimits([
      ...(value.event ?? []).flatMap(instant),
      ...(value.repeat?.boundsPeriod ? period(value.repeat.boundsPeriod) : []),
    ]),
};

/** A bound as a parameter of the statement, made when a comparison asks for it: PostgreSQL refuses one that is not used. */
type Bound = () => string;
type Compare = (low: Bound, high: Bound, column: MatchContext['column']) => string;
const equal: Compare = (low, high, column) =>
  `(${column('low')} >= ${low()} and ${column('high')} <= ${high()} and ${column('low')} < ${high()})`;

/** What each prefix asks of a row's range [low, high) against the value's [low, high). */
const compare: Record<string, Compare> = {
  eq: equal,
  ne: (low, high, column) => `not ${equal(low, high, column)}`,
  gt: (_low, high, column) => `${column('high')} > ${high()}`,
  lt: (low, _high, column) => `${column('low')} < ${low()}`,
  ge: (low, high, column) =>
    `(${column('high')} > ${low()} and (${column('high')} > ${high()} or ${equal(low, high, column)}))`,
  le: (low, high, column) =>
    `(${column('low')} < ${high()} and (${column('low')} < ${low()} or ${equal(low, high, column)}))`,
  sa: (_low, high, column) => `${column('low')} >= ${high()}`,
  eb: (low, _high, column) => `${column('high')} <= ${low()}`,
  ap: (low, high, column) => `(${column('low')} < ${high()} and ${column('high')} > ${low()})`,
};

/** Both bounds of a range, each added to the statement at most once. */
function boundsOf({ low, high }: DateRange, statement: Statement): [low: Bound, high: Bound] {
  const bound = (value: string): Bound => {
    let placeholder: string | undefined;
    return () => (placeholder ??= statement.add(value, 'timestamptz'));
  };
  return [bound(low), bound(high)];
}

/** A search value: its prefix and the range that its date stands for. */
function parseDateValue(text: string, code: string, now: Date): { prefix: string; range: DateRange } {
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
  const margin = Math.abs(now.getTime() - instantTime(low)) / 10;
  return { low: instantText(instantTime(low) - margin), high: instantText(instantTime(high) + margin) };
}

const dateRows = ({ type, value }: TypedValue): IndexRow[] => rowsOf[type]?.(value as never) ?? [];

export const date: ParamType = {
  table: 'index_date',
  columns: [
    ['low', 'timestamptz'],
    ['high', 'timestamptz'],
  ],
  sortColumn: 'low',
  modifiers: [],
  rows: (values) => values.flatMap(dateRows),
  match(values, _modifier, param, { statement, now, column }) {
    const tests = values.map((text) => {
      const { prefix, range } = parseDateValue(text, param.code, now);
      return compare[prefix]!(...boundsOf(range, statement), column);
    });
    return tests.length === 1 ? tests[0]! : `(${tests.join(' or ')})`;
  },
  single: () => false,
};

/** What each prefix asks of an instant column against [low, high): `_lastUpdated`. */
const compareInstant: Record<string, (column: string, low: Bound, high: Bound) => string> = {
  eq: (column, low, high) => `(${column} >= ${low()} and ${column} < ${high()})`,
  ne: (column, low, high) => `(${column} < ${low()} or ${column} >= ${high()})`,
  gt: (column, _low, high) => `${column} >= ${high()}`,
  lt: (column, low) => `${column} < ${low()}`,
  ge: (column, low) => `${column} >= ${low()}`,
  le: (column, _low, high) => `${column} < ${high()}`,
  sa: (column, _low, high) => `${column} >= ${high()}`,
  eb: (column, low) => `${column} < ${low()}`,
  ap: (column, low, high) => `(${column} >= ${low()} and ${column} < ${high()})`,
};

/** Condition on a column of instants that holds for any of the values of `_lastUpdated`. @throws FhirError 400 */
export function lastUpdatedSql(
  values: readonly string[],
  column: string,
  { statement, now }: Pick<MatchContext, 'statement' | 'now'>,
): string {
  const tests = values.map((value) => {
    const { prefix, range } = parseDateValue(value, '_lastUpdated', now);
    return compareInstant[prefix]!(column, ...boundsOf(range, statement));
  });
  return `(${tests.join(' or ')})`;
}
