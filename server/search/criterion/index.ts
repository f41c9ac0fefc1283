// Every kind of criterion with its SQL: what a statement is compiled by.
import { chainSql, hasSql } from './chain.ts';
import { idSql, lastUpdatedTest, typeSql } from './columns.ts';
import { compartmentSql } from './compartment.ts';
import { hierarchySql } from './hierarchy.ts';
import { indexSql } from './index-parameter.ts';
import { listSql } from './list.ts';
import { textSql } from './text.ts';
import type { AllCriterion, Criterion, NotCriterion, Row, Sql, SqlContext } from './type.ts';
import { overlapSql, wordsSql } from './words.ts';

const OPERATORS = { all: ' and ', any: ' or ' } as const;
const groupSql: Sql<AllCriterion> = ({ kind, criteria }, row, _context, test) =>
  `(${criteria.map((each) => test(each, row)).join(OPERATORS[kind])})`;
const notSql: Sql<NotCriterion> = ({ criterion }, row, _context, test) => `not ${test(criterion, row)}`;

const kinds: { [K in Criterion['kind']]: Sql<Extract<Criterion, { kind: K }>> } = {
  index: indexSql,
  id: idSql,
  lastUpdated: lastUpdatedTest,
  type: typeSql,
  chain: chainSql,
  has: hasSql,
  hierarchy: hierarchySql,
  list: listSql,
  text: textSql,
  compartment: compartmentSql,
  words: wordsSql,
  overlap: overlapSql,
  all: groupSql as Sql<never>,
  any: groupSql as Sql<never>,
  not: notSql,
};

/** SQL condition that holds for the resources `row` that meet a criterion. */
export const criterionSql = (criterion: Criterion, row: Row, context: SqlContext): string =>
  (kinds[criterion.kind] as Sql<Criterion>)(criterion, row, context, (inner, innerRow) =>
    criterionSql(inner, innerRow, context),
  );
