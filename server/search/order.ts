// _sort and the place after a page as SQL. Every order is total: it ends in last_updated and rid.
// https://hl7.org/fhir/R4/search.html#sort
import type { Statement } from '../db/statement.ts';
import { paramTest } from './criterion/type.ts';
import type { Cursor } from './cursor.ts';
import { paramTypes } from './param/index.ts';
import type { SortKey } from './query.ts';

/** One column of ORDER BY: its SQL and type. */
export interface OrderColumn {
  sql: string;
  type: string;
  descending: boolean;
  nullable: boolean;
}

/** Direction of last_updated, with which every order ends. */
export const isDescending = (sort: readonly SortKey[]): boolean =>
  sort.find((key) => key.code === '_lastUpdated')?.descending ?? true;

/** SQL type of the column that a sort by a parameter type compares. */
export function sortColumnOf(paramType: string): { name: string; type: string } {
  const { sortColumn, columns } = paramTypes[paramType]!;
  return { name: sortColumn!, type: columns.find(([name]) => name === sortColumn)![1] };
}

/**
 * The columns of an order, and the joins that make them. `_lastUpdated` among the keys ends the order: nothing after it
 * can matter but the rid.
 * @param order alias whose last_updated orders
 */
export function orderColumns(
  sort: readonly SortKey[],
  order: string,
): { columns: OrderColumn[]; joins: string } {
  const columns: OrderColumn[] = [];
  let joins = '';
  for (const [n, { code, descending, params }] of sort.entries()) {
    if (code === '_lastUpdated') break;
    if (!params) {
      columns.push({ sql: 'r.id', type: 'text collate "C"', descending, nullable: false });
      continue;
    }
    const paramType = params[0]!.type;
    const { table, sortedRows } = paramTypes[paramType]!;
    const { name, type } = sortColumnOf(paramType);
    const ids = params.map(({ id }) => id);
    joins += ` left join lateral (select ${descending ? 'max' : 'min'}(i.${name}) as key from ${table} i
      where i.rid = r.rid and ${paramTest('i', ids)}${sortedRows ? ` and ${sortedRows}` : ''}) s${n} on true`;
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
export function afterSql(
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

/** Only what can be null says so, and the rest stays in the order of the indexes. */
export const orderSql = ({ sql, descending, nullable }: OrderColumn): string =>
  `${sql} ${descending ? 'desc' : 'asc'}${nullable ? ' nulls last' : ''}`;
