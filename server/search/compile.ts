// SearchQuery -> SQL. One criterion gives the order, newest first, through its index; the others are semi-joins; it stops early.
import { Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import { compartmentRows } from './criterion/compartment.ts';
import { criterionSql } from './criterion/index.ts';
import { isPositive, rowTest, tableOf } from './criterion/index-parameter.ts';
import { partsOf as leavesOf } from './criterion/presence.ts';
import {
  type CompartmentCriterion,
  type Criterion,
  type IndexCriterion,
  type SqlContext,
  typeTest,
} from './criterion/type.ts';
import type { Cursor } from './cursor.ts';
import { afterSql, isDescending, orderColumns, orderSql } from './order.ts';
import { paramTypes } from './param/index.ts';
import type { SearchQuery } from './query.ts';

export type CompileContext = Omit<SqlContext, 'statement'>;

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

/** A criterion whose rows can give the order. */
type Ordering = IndexCriterion | CompartmentCriterion;

/** The index rows that match a criterion. */
function rowsOf(criterion: Ordering, context: SqlContext): string {
  return criterion.kind === 'index'
    ? `select i.rid, i.last_updated from ${tableOf(criterion)} i where ${rowTest(criterion, context)}`
    : `select i.rid, i.last_updated from index_reference i where ${compartmentRows(criterion, context)}`;
}

/** Most values that are read one by one, each a stretch of the index in order of time, and merged. */
const MAX_STRETCHES = 16;

/** The rows of the criterion that orders: of several values, the stretch of each, newest (or oldest) first. */
function orderedRowsOf(criterion: Ordering, context: SqlContext, descending: boolean): string {
  if (criterion.kind !== 'index' || criterion.values.length === 1) return rowsOf(criterion, context);
  const direction = descending ? 'desc' : 'asc';
  const stretches = criterion.values.map((value) => {
    const rows = rowsOf({ ...criterion, values: [value] }, context);
    return `(${rows} order by i.last_updated ${direction}, i.rid ${direction})`;
  });
  return stretches.join('\n      union all ');
}

/** Types whose values are each one stretch of the index in order of time; the first is usually the shortest. */
const ORDERED = ['reference', 'uri', 'token'];
const placeOf = (criterion: Ordering): number =>
  criterion.kind === 'compartment'
    ? 1
    : ORDERED.indexOf(criterion.params[0]!.type) * MAX_STRETCHES + criterion.values.length;

function canOrder(criterion: Criterion): criterion is Ordering {
  if (criterion.kind === 'compartment') return criterion.params.length === 1 && !criterion.itself;
  if (criterion.kind !== 'index' || criterion.params.length > 1 || criterion.differs) return false;
  const { type } = criterion.params[0]!;
  return (
    ORDERED.includes(type) &&
    criterion.modifier !== 'missing' &&
    isPositive(criterion) &&
    tableOf(criterion) === paramTypes[type]!.table &&
    (paramTypes[type]!.inOrder?.(criterion.values) ?? true) &&
    criterion.values.length <= MAX_STRETCHES
  );
}

/** The criterion that is read newest first, if one can be. The planner still reads another first where that is less work. */
const orderedBy = (criteria: SearchQuery['criteria']): Ordering | undefined =>
  criteria.filter(canOrder).sort((a, b) => placeOf(a) - placeOf(b))[0];

const isOnce = (criterion: Ordering): boolean =>
  criterion.kind === 'compartment' ||
  paramTypes[criterion.params[0]!.type]!.single(criterion.values, criterion.modifier, criterion.params[0]!);

/** The types that are searched, as a condition. */
const typeCondition = ({ types }: SearchQuery, column: string, { typeId }: CompileContext): string =>
  typeTest(column, types.map(typeId));

/** How the statement around the parts reads resources. */
export interface Shape {
  /** The statement that this is a part of; absent: one of its own. */
  statement?: Statement;
  /** The rows come from an index of the type's resources in an order of its own: no criterion is joined. */
  walked?: boolean;
  /** The rows come from history `h`: no criterion is joined, and `_lastUpdated` is the horizon's. */
  swept?: boolean;
  /** SQL of the one type that is read at a time; absent: all that are searched. */
  type?: string;
}

/** One criterion at most is joined, and its rows give the order; the others are semi-joins, which multiply nothing. */
export function partsOf(
  query: SearchQuery,
  visibility: Visibility,
  base: CompileContext,
  { statement = new Statement(), walked = false, swept = false, type }: Shape = {},
): Parts {
  const context: SqlContext = { ...base, statement };
  const first = swept || walked ? undefined : orderedBy(query.criteria);
  const where: string[] = [];
  // A parameter belongs to one type.
  if (first?.kind !== 'index' && !walked) where.push(type ?? typeCondition(query, 'r.type', base));
  if (!first && !walked) where.push('not r.deleted');
  const row = {
    rid: 'r.rid',
    lastUpdated: swept ? 'h.last_updated' : 'r.last_updated',
    type: 'r.type',
    depth: 0,
  };
  let from = 'resource r';
  for (const criterion of query.criteria) {
    if (criterion !== first) {
      where.push(criterionSql(criterion, row, context));
      continue;
    }
    // Within a compartment few rows match, and merging stretches of the whole index would read the rest for nothing.
    const rows = visibility.chart
      ? rowsOf(first, context)
      : orderedRowsOf(first, context, isDescending(query.sort));
    from = `(${rows}) f join resource r on r.rid = f.rid`;
  }
  const visible = visibility.sql('r', statement);
  if (visible) where.push(visible);
  return { statement, from, order: first ? 'f' : 'r', once: !first || isOnce(first), where };
}

/** Conditions as one. */
export const conditionOf = (where: readonly string[]): string => where.join(' and ') || 'true';

/** Kinds of criteria that say little: an index read newest first finds a page of them soon. */
const isUnselective = (criterion: Criterion): boolean =>
  leavesOf(criterion).every(
    (leaf) => leaf.kind === 'lastUpdated' || (leaf.kind === 'index' && !isPositive(leaf)),
  );

/** True when the newest of each type are read apart: no index is in order of time over several types. */
const isByType = ({ types, criteria, sort }: SearchQuery): boolean =>
  types.length > 1 &&
  criteria.every(isUnselective) &&
  sort.every(({ code }, n) => n > 0 || code === '_lastUpdated');

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
  const byType = isByType(query);
  const shape = byType ? { type: 'r.type = t.type' } : {};
  const { statement, from, order, once, where } = partsOf(query, visibility, context, shape);
  const { columns, joins } = orderColumns(query.sort, order);
  if (cursor) {
    where.push(afterSql(columns, cursor, order, statement));
    where.push(`pg_visible_in_snapshot(r.xid, ${statement.add(cursor.horizon, 'pg_snapshot')})`);
  }
  const recency = `${order}.rid ${columns.at(-1)!.descending ? 'desc' : 'asc'}`;
  const end = `order by ${[...columns.map(orderSql), recency].join(', ')} limit ${query.count + 1}`;
  const keys = columns.slice(0, -1).map(({ sql }, n) => `, ${sql}::text as k${n}`);
  const snapshot = cursor ? '' : ', pg_current_snapshot()::text as snapshot';
  const distinct = once
    ? ''
    : `distinct on (${[...columns.map(({ sql }) => sql), `${order}.rid`].join(', ')}) `;
  const page = `select ${distinct}r.rid, r.last_updated, r.content${keys.join('')}${snapshot} from ${from}${joins} where ${conditionOf(where)} ${end}`;
  const types = query.types.map(context.typeId).join(',');
  const text = byType
    ? `select r.* from unnest('{${types}}'::smallint[]) t(type) cross join lateral (${page}) r ${end}`
    : page;
  return { text, values: statement.values };
}

/** The statement whose rows are the surrogates of all matches, each once: counted, or asked for the planner's estimate. */
export function compileMatches(
  query: SearchQuery,
  visibility: Visibility,
  context: CompileContext,
): Compiled {
  const { statement, from, once, where } = partsOf(query, visibility, context);
  const text = `select ${once ? '' : 'distinct '}r.rid from ${from} where ${conditionOf(where)}`;
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
  const { statement, where } = partsOf(query, visibility, context, { swept: true });
  const snapshot = statement.add(cursor.horizon, 'pg_snapshot');
  let ordered = '';
  if (cursor.keys.length === 1) {
    const columns = orderColumns(query.sort, 'h').columns;
    where.push(afterSql(columns, cursor, 'h', statement));
    ordered = `order by ${orderSql(columns[0]!)}, h.rid ${columns[0]!.descending ? 'desc' : 'asc'} limit ${query.count + 1}`;
  }
  const text = `select r.rid, r.last_updated, r.content, h.content as before, h.last_updated as before_updated
    from history h join resource r on r.rid = h.rid
    where ${typeCondition(query, 'h.type', context)} and not h.deleted
      and h.superseded_xid >= pg_snapshot_xmin(${snapshot})
      and not pg_visible_in_snapshot(h.superseded_xid, ${snapshot}) and pg_visible_in_snapshot(h.xid, ${snapshot})
      and ${conditionOf(where)} ${ordered}`;
  return { text, values: statement.values };
}
