// Sorting many matches: the index of the sort key is read in its order until a page is full, instead of sorting them all.
import { Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import { type CompileContext, type Compiled, conditionOf, partsOf } from './compile.ts';
import type { Criterion } from './criterion/type.ts';
import type { Cursor } from './cursor.ts';
import { afterSql, type OrderColumn, orderColumns, orderSql, sortColumnOf } from './order.ts';
import { paramTypes } from './param/index.ts';
import type { SearchParam } from './param/type.ts';
import type { SearchQuery, SortKey } from './query.ts';

/** Parameter types whose index begins with the column that a sort compares. */
const IN_ORDER: ReadonlySet<string> = new Set(['token', 'string', 'date', 'uri', 'number']);

/** A sort whose first key has an index in its order. */
type Walked = SortKey & { params: readonly [SearchParam] };

/** The first key of a search that can be read in its order. Within a compartment few rows match, and they are sorted. */
export function walkedKey({ sort }: SearchQuery, visibility: Visibility): Walked | undefined {
  const [key] = sort;
  const fits = key?.params?.length === 1 && IN_ORDER.has(key.params[0]!.type) && !visibility.chart;
  return fits ? (key as Walked) : undefined;
}

/** Everything that the two halves of a page are made with. */
interface Walk {
  query: SearchQuery;
  key: Walked;
  visibility: Visibility;
  context: CompileContext;
  cursor: Cursor | undefined;
  statement: Statement;
}

/** Adds the conditions that a later page has. */
function addCursor(
  where: string[],
  columns: readonly OrderColumn[],
  order: string,
  cursor: Cursor | undefined,
  statement: Statement,
): void {
  if (!cursor) return;
  if (cursor.keys.length) where.push(afterSql(columns, cursor, order, statement));
  where.push(`pg_visible_in_snapshot(r.xid, ${statement.add(cursor.horizon, 'pg_snapshot')})`);
}

const endOf = (columns: readonly OrderColumn[], order: string, count: number): string =>
  `order by ${[...columns.map(orderSql), `${order}.rid ${columns.at(-1)!.descending ? 'desc' : 'asc'}`].join(', ')} limit ${count + 1}`;

/** The matches that have a value, in the order of the index: of several values of one resource the first counts. */
function withValue({ query, key, visibility, context, cursor, statement }: Walk): string {
  const [{ id, type }] = key.params;
  const { table } = paramTypes[type]!;
  const column = sortColumnOf(type);
  const { where } = partsOf({ ...query, sort: [] }, visibility, context, { statement, walked: true });
  const rest = orderColumns(query.sort.slice(1), 'k');
  const first: OrderColumn = {
    sql: `k.${column.name}`,
    type: column.type === 'text' ? 'text collate "C"' : column.type,
    descending: key.descending,
    nullable: false,
  };
  const columns = [first, ...rest.columns];
  where.push(`k.param = ${id}`);
  where.push(`not exists (select from ${table} i where i.rid = k.rid and i.param = ${id}
      and (i.${column.name}, i.ctid) ${key.descending ? '>' : '<'} (k.${column.name}, k.ctid))`);
  // Where the index begins to be read.
  if (cursor)
    where.push(`${first.sql} ${key.descending ? '<=' : '>='} ${statement.add(cursor.keys[0]!, first.type)}`);
  addCursor(where, columns, 'k', cursor, statement);
  const keys = columns.slice(0, -1).map(({ sql }, n) => `${sql}::text as k${n}`);
  return `select r.rid, r.last_updated, r.content, ${keys.join(', ')} from ${table} k join resource r on r.rid = k.rid${rest.joins}
    where ${conditionOf(where)} ${endOf(columns, 'k', query.count)}`;
}

/** The matches that have none: they come last. */
function withoutValue({ query, key, visibility, context, cursor, statement }: Walk): string {
  const missing: Criterion = { kind: 'index', params: key.params, modifier: 'missing', values: ['true'] };
  const inner = { ...query, criteria: [...query.criteria, missing], sort: query.sort.slice(1) };
  const { from, order, once, where } = partsOf(inner, visibility, context, { statement });
  const { columns, joins } = orderColumns(inner.sort, order);
  addCursor(where, columns, order, cursor, statement);
  const distinct = once
    ? ''
    : `distinct on (${[...columns.map(({ sql }) => sql), `${order}.rid`].join(', ')}) `;
  const keys = columns.slice(0, -1).map(({ sql }, n) => `, ${sql}::text as k${n + 1}`);
  return `select ${distinct}r.rid, r.last_updated, r.content, null::text as k0${keys.join('')} from ${from}${joins}
    where ${conditionOf(where)} ${endOf(columns, order, query.count)}`;
}

/**
 * The statement of one page; its rows are those of `compilePage`. PostgreSQL reads the second half only when the first
 * does not fill the page.
 * @param key the sort's first key
 */
export function compileWalk(
  query: SearchQuery,
  key: Walked,
  visibility: Visibility,
  context: CompileContext,
  cursor: Cursor | undefined,
): Compiled {
  const statement = new Statement();
  const walk = { query, key, visibility, context, statement };
  const snapshot = cursor ? '' : ', pg_current_snapshot()::text as snapshot';
  const halves =
    cursor?.keys[0] === null
      ? [withoutValue({ ...walk, cursor: { ...cursor, keys: cursor.keys.slice(1) } })]
      : [
          withValue({ ...walk, cursor }),
          withoutValue({ ...walk, cursor: cursor && { ...cursor, keys: [] } }),
        ];
  const text = `select x.*${snapshot} from (${halves.map((half) => `(${half})`).join(' union all ')}) x limit ${query.count + 1}`;
  return { text, values: statement.values };
}
