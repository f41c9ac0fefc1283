// Comparisons that only _filter has: text without regard to case, and periods that overlap.
// https://hl7.org/fhir/R4/search_filter.html
import { normalizeString } from '../param/string.ts';
import { idsOf, type OverlapCriterion, paramTest, type Sql, type WordsCriterion } from './type.ts';

const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
const compare =
  (operator: string) =>
  (text: string, add: (value: string) => string): string =>
    `i.value ${operator} ${add(text)}`;
const like =
  (before: string, after: string) =>
  (text: string, add: (value: string) => string): string =>
    `i.value like ${add(`${before}${escaped(text)}${after}`)}`;

const operators: Record<WordsCriterion['operator'], ReturnType<typeof compare>> = {
  eq: compare('='),
  ne: compare('<>'),
  gt: compare('>'),
  lt: compare('<'),
  ge: compare('>='),
  le: compare('<='),
  co: like('%', '%'),
  sw: like('', '%'),
  ew: like('%', ''),
};

export const wordsSql: Sql<WordsCriterion> = ({ params, operator, text }, row, { statement }) => {
  const test = operators[operator](normalizeString(text), (value) => statement.add(value, 'text'));
  return `exists (select from index_string i where i.rid = ${row.rid} and ${paramTest('i', idsOf(params, row))} and ${test})`;
};

export const overlapSql: Sql<OverlapCriterion> = ({ params, low, high }, row, { statement }) => {
  return `exists (select from index_date i where i.rid = ${row.rid} and ${paramTest('i', idsOf(params, row))} and i.low < ${statement.add(high, 'timestamptz')} and i.high > ${statement.add(low, 'timestamptz')})`;
};
