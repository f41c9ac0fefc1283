// Resource -> index rows, pure. What indexes a value and what queries it stand together in search/param/.
import { paramTypes } from '../search/param/index.ts';
import type { IndexRow, IndexTable, SearchParam } from '../search/param/type.ts';

/** Rows of one index table: the parameter's id and the column values. */
export interface TableRow {
  param: number;
  values: IndexRow;
}
/** The index rows of one resource by table; tables without rows are absent. */
export type IndexRows = ReadonlyMap<IndexTable, readonly TableRow[]>;

/** What the rows of references are made with. */
export interface IndexContext {
  ridOf: (reference: string) => string;
  base: string;
}

/**
 * All index rows of a resource, each once.
 * @param params the parameters of its type (`Registry.indexed`)
 */
export function indexResource(
  resource: object,
  params: readonly SearchParam[],
  context: IndexContext,
): IndexRows {
  const tables = new Map<IndexTable, TableRow[]>();
  for (const param of params) {
    const values = param.extract(resource);
    if (!values.length) continue;
    const { table, rows } = paramTypes[param.type]!;
    const made = rows(values, context);
    if (!made.length) continue;
    const list = tables.get(table) ?? [];
    tables.set(table, list);
    if (made.length === 1) list.push({ param: param.id, values: made[0]! });
    else for (const row of unique(made)) list.push({ param: param.id, values: row });
  }
  return tables;
}

function unique(rows: readonly IndexRow[]): Iterable<IndexRow> {
  return new Map(rows.map((row) => [row.join('\u0000'), row])).values();
}
