// Resource -> index rows, pure. What indexes a value and what queries it stand together in search/param/.
import { rowTypes } from '../search/param/index.ts';
import type { IndexRow, IndexTable, RowContext, SearchParam } from '../search/param/type.ts';

/** Rows of one index table: the parameter's id and the column values. */
export interface TableRow {
  param: number;
  values: IndexRow;
}
/** The index rows of one resource by table; tables without rows are absent. */
export type IndexRows = ReadonlyMap<IndexTable, readonly TableRow[]>;

/**
 * All index rows of a resource, each once.
 * @param params the parameters of its type (`Registry.indexed`)
 */
export function indexResource(
  resource: object,
  params: readonly SearchParam[],
  context: RowContext,
): IndexRows {
  const tables = new Map<IndexTable, TableRow[]>();
  for (const param of params) {
    const values = param.extract(resource);
    if (!values.length) continue;
    const { table, rows, modifierRows } = rowTypes[param.type]!;
    const made = rows(values, context, param, resource);
    if (made.length) addRows(tables, table, param.id, made);
    for (const [other, row] of modifierRows?.(values) ?? []) addRows(tables, other, param.id, [row]);
  }
  return tables;
}

function addRows(
  tables: Map<IndexTable, TableRow[]>,
  table: IndexTable,
  param: number,
  made: readonly IndexRow[],
): void {
  let list = tables.get(table);
  if (!list) {
    list = [];
    tables.set(table, list);
  }
  if (made.length === 1) list.push({ param, values: made[0]! });
  else for (const row of unique(made)) list.push({ param, values: row });
}

function unique(rows: readonly IndexRow[]): Iterable<IndexRow> {
  return new Map(rows.map((row) => [row.join('\u0000'), row])).values();
}

/** Tables of the common parameter types, and of the modifiers of theirs: nearly every type has rows there. */
const COMMON_TABLES: readonly IndexTable[] = [
  'index_token',
  'index_string',
  'index_date',
  'index_reference',
  'index_uri',
];

/** Tables in which the resources of a type may have rows. @param params the parameters of the type */
export const indexTablesOf = (params: readonly SearchParam[]): ReadonlySet<IndexTable> =>
  new Set([...COMMON_TABLES, ...params.map(({ type }) => rowTypes[type]!.table)]);
