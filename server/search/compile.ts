// SearchQuery -> SQL. One criterion gives the order, newest first, through its index; the others are semi-joins; it stops early.

import type { RidOf } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import { type Visibility, visibleSql } from '../db/visibility.ts';
import type { Cursor } from './cursor.ts';
import { lastUpdatedSql } from './param/date.ts';
import { paramTypes } from './param/index.ts';
import type { MatchContext } from './param/type.ts';
import type { Criterion, SearchQuery, SortKey } from './query.ts';

export interface CompileContext extends Omit<MatchContext, 'statement' | 'column'> {
  readonly typeId: (type: string) => number;
  /** Parameter id of the compartment's index rows. */
  readonly compartment: number;
  readonly ridOf: RidOf;
}

/** SQL text and its parameters. */
export interface Compiled {
  text: string;
  values: string[];
}

/** The parts that a page, a count and the horizon's sweep have in common. */
interface Parts {
  statement: Statement;
  /** FROM clause; the resource is `r`, the rows that give the order, if any, are `f`. */
  from: string;
  /** Alias whose last_updated and rid order the rows: the planner can read them in that order, and stop early. */
  order: string;
  /** No resource comes twice. */
  once: boolean;
  where: string[];
}

function matchSql(criterion: Criterion, statement: Statement, context: CompileContext): string {
  const { param, modifier, values } = criterion;
  const column = (name: string) => `i.${name}`;
  return paramTypes[param.type]!.match(values, modifier, param, { ...context, statement, column });
}

/** `exists` on a criterion's index rows of the resource `rid`. */
function probe(criterion: Criterion, rid: string, statement: Statement, context: CompileContext): string {
  const { param, modifier, values } = criterion;
  const { table } = paramTypes[param.type]!;
  if (modifier === 'missing') {
    const found = `exists (select from ${table} i where i.rid = ${rid} and i.param = ${param.id})`;
    return values[0] === 'true' ? `not ${found}` : found;
  }
  const found = `exists (select from ${table} i where i.rid = ${rid} and i.param = ${param.id} and ${matchSql(criterion, statement, context)})`;
  return modifier === 'not' ? `not ${found}` : found;
}

/** The index rows of one parameter that match a criterion. */
function rowsOf(criterion: Criterion, statement: Statement, context: CompileContext): string {
  const { param } = criterion;
  return `select i.rid, i.last_updated from ${paramTypes[param.type]!.table} i where i.param = ${param.id} and ${matchSql(criterion, statement, context)}`;
}

/** Most values that are read one by one, each a stretch of the index in order of time, and merged. */
const MAX_STRETCHES = 16;

/** The rows of the criterion that orders: of several values, the stretch of each, newest (or oldest) first. */
function orderedRowsOf(
  criterion: Criterion,
  statement: Statement,
  context: CompileContext,
  descending: boolean,
): string {
  if (criterion.values.length === 1) return rowsOf(criterion, statement, context);
  const direction = descending ? 'desc' : 'asc';
  const stretches = criterion.values.map((value) => {
    const rows = rowsOf({ ...criterion, values: [value] }, statement, context);
    return `(${rows} order by i.last_updated ${direction}, i.rid ${direction})`;
  });
  return stretches.join('\n      union all ');
}

/** Types whose values are each one stretch of the index in order of time; the first is usually the shortest. */
const ORDERED = ['reference', 'uri', 'token'];
const placeOf = ({ param, values }: Criterion): number =>
  ORDERED.indexOf(param.type) * MAX_STRETCHES + values.length;

/** The criterion that is read newest first, if one can be. The planner still reads another first where that is less work. */
const orderedBy = (criteria: SearchQuery['criteria']): Criterion | undefined =>
  criteria
    .filter((criterion) => criterion.kind === 'index')
    .filter(({ modifier }) => modifier !== 'missing' && modifier !== 'not')
    .filter(({ param, values }) => ORDERED.includes(param.type) && values.length <= MAX_STRETCHES)
    .sort((a, b) => placeOf(a) - placeOf(b))[0];

/**
 * One criterion at most is joined, and its rows give the order; the others are semi-joins, which multiply nothing.
 * @param swept the rows come from history `h`: no criterion is joined, and `_lastUpdated` is the horizon's
 */
function partsOf(query: SearchQuery, visibility: Visibility, context: CompileContext, swept = false): Parts {
  const statement = new Statement();
  const first = swept ? undefined : orderedBy(query.criteria);
  const where = first ? [] : [`r.type = ${context.typeId(query.type)}`, 'not r.deleted'];
  let from = 'resource r';
  for (const criterion of query.criteria) {
    if (criterion === first) {
      // Within a compartment few rows match, and merging stretches of the whole index would read the rest for nothing.
      const rows = visibility.confined.length ? rowsOf : orderedRowsOf;
      from = `(${rows(first, statement, context, isDescending(query.sort))}) f join resource r on r.rid = f.rid`;
    } else if (criterion.kind === 'id') {
      const rids = criterion.ids.map((id) => context.ridOf(`${query.type}/${id}`));
      where.push(`r.rid = any(${statement.add(plainArray(rids), 'bigint[]')})`);
    } else if (criterion.kind === 'lastUpdated') {
      const column = swept ? 'h.last_updated' : 'r.last_updated';
      where.push(lastUpdatedSql(criterion.values, column, { ...context, statement }));
    } else {
      where.push(probe(criterion, 'r.rid', statement, context));
    }
  }
  const visible = visibleSql(visibility, 'r', context.compartment, statement);
  if (visible) where.push(visible);
  const once = !first || paramTypes[first.param.type]!.single(first.values, first.modifier, first.param);
  return { statement, from, order: first ? 'f' : 'r', once, where };
}

/** Direction of last_updated, with which every order ends. */
const isDescending = (sort: readonly SortKey[]): boolean =>
  sort.find((key) => key.code === '_lastUpdated')?.descending ?? true;

/** One column of ORDER BY: its SQL and type. Every order ends in last_updated and rid, so that it is total. */
interface OrderColumn {
  sql: string;
  type: string;
  descending: boolean;
  nullable: boolean;
}

/** `_lastUpdated` among the keys ends the order: nothing after it can matter but the rid. */
function orderColumns(sort: readonly SortKey[], order: string): { columns: OrderColumn[]; joins: string } {
  const columns: OrderColumn[] = [];
  let joins = '';
  for (const [n, { code, descending, param }] of sort.entries()) {
    if (code === '_lastUpdated') break;
    if (!param) {
      columns.push({ sql: 'r.id', type: 'text collate "C"', descending, nullable: false });
      continue;
    }
    const { table, sortColumn, columns: types } = paramTypes[param.type]!;
    const type = types.find(([name]) => name === sortColumn)![1];
    joins += ` left join lateral (select ${descending ? 'max' : 'min'}(i.${sortColumn}) as key from ${table} i
      where i.rid = r.rid and i.param = ${param.id}) s${n} on true`;
    columns.push({
      sql: `s${n}.key`,
      type: type === 'text' ? 'text collate "C"' : type,
      descending,
      nullable: true,
    });
  }
  columns.push({
    sql: `${order}.last_updated`,
    type: 'timestamptz',
    descending: isDescending(sort),
    nullable: false,
  });
  return { columns, joins };
}

/** Condition 'after the cursor', in lexicographic order, nulls last. */
function afterSql(
  columns: readonly OrderColumn[],
  cursor: Cursor,
  order: string,
  statement: Statement,
): string {
  const recency = columns.at(-1)!;
  const beyond = recency.descending ? '<' : '>';
  // A row comparison lets the index start at the cursor.
  const last = `(${recency.sql}, ${order}.rid) ${beyond} (${statement.add(cursor.keys.at(-1)!, 'timestamptz')}, ${statement.add(cursor.rid, 'bigint')})`;
  return columns.slice(0, -1).reduceRight((rest, { sql, type, descending, nullable }, n) => {
    const key = cursor.keys[n];
    if (key === null || key === undefined) return `(${sql} is null and ${rest})`;
    const value = statement.add(key, type);
    return `(${sql} ${descending ? '<' : '>'} ${value}${nullable ? ` or ${sql} is null` : ''} or (${sql} = ${value} and ${rest}))`;
  }, last);
}

/**
 * The statement of one page.
 * Rows: rid, last_updated, content, k0…kn (sort values as text, last_updated's the last), snapshot.
 */
export function compilePage(
  query: SearchQuery,
  visibility: Visibility,
  context: CompileContext,
  cursor: Cursor | undefined,
): Compiled {
  const { statement, from, order, once, where } = partsOf(query, visibility, context);
  const { columns, joins } = orderColumns(query.sort, order);
  if (cursor) {
    where.push(afterSql(columns, cursor, order, statement));
    where.push(`pg_visible_in_snapshot(r.xid, ${statement.add(cursor.horizon, 'pg_snapshot')})`);
  }
  const orderBy = [
    ...columns.map(orderSql),
    `${order}.rid ${columns.at(-1)!.descending ? 'desc' : 'asc'}`,
  ].join(', ');
  const keys = columns.slice(0, -1).map(({ sql }, n) => `, ${sql}::text as k${n}`);
  const text = `select ${once ? '' : `distinct on (${[...columns.map(({ sql }) => sql), `${order}.rid`].join(', ')})`} r.rid, r.last_updated, r.content${keys.join('')}${
    cursor ? '' : ', pg_current_snapshot()::text as snapshot'
  } from ${from}${joins} where ${where.join(' and ') || 'true'}
    order by ${orderBy} limit ${query.count + 1}`;
  return { text, values: statement.values };
}

/** Only what can be null says so, and the rest stays in the order of the indexes. */
const orderSql = ({ sql, descending, nullable }: OrderColumn): string =>
  `${sql} ${descending ? 'desc' : 'asc'}${nullable ? ' nulls last' : ''}`;

/** The statement whose rows are the surrogates of all matches, each once: counted, or asked for the planner's estimate. */
export function compileMatches(
  query: SearchQuery,
  visibility: Visibility,
  context: CompileContext,
): Compiled {
  const { statement, from, once, where } = partsOf(query, visibility, context);
  const text = `select ${once ? '' : 'distinct '}r.rid from ${from} where ${where.join(' and ') || 'true'}`;
  return { text, values: statement.values };
}

/**
 * The statement that finds resources which match now, existed at the horizon, and were written again since.
 * Rows: rid, last_updated and content of now; before and before_updated, the version that the horizon saw. In the order of
 * last_updated alone those before the cursor, and those after the page, are left out.
 */
export function compileMovers(
  query: SearchQuery,
  visibility: Visibility,
  context: CompileContext,
  cursor: Cursor,
): Compiled {
  const { statement, where } = partsOf(query, visibility, context, true);
  const snapshot = statement.add(cursor.horizon, 'pg_snapshot');
  let ordered = '';
  if (cursor.keys.length === 1) {
    const columns = orderColumns(query.sort, 'h').columns;
    where.push(afterSql(columns, cursor, 'h', statement));
    ordered = `order by ${orderSql(columns[0]!)}, h.rid ${columns[0]!.descending ? 'desc' : 'asc'} limit ${query.count + 1}`;
  }
  const text = `select r.rid, r.last_updated, r.content, h.content as before, h.last_updated as before_updated
    from history h join resource r on r.rid = h.rid
    where h.type = ${context.typeId(query.type)} and not h.deleted
      and h.superseded_xid >= pg_snapshot_xmin(${snapshot})
      and not pg_visible_in_snapshot(h.superseded_xid, ${snapshot}) and pg_visible_in_snapshot(h.xid, ${snapshot})
      and ${where.join(' and ')} ${ordered}`;
  return { text, values: statement.values };
}
