// Index rows as the arrays that a statement unnests, and the code systems that they name. Every writer of index rows is
// made of these.
import type { Systems } from '../db/intern.ts';
import { plainArray, type Statement, textArray } from '../db/statement.ts';
import type { IndexRows, TableRow } from '../indexing/index.ts';
import { indexTables } from '../search/param/index.ts';
import type { IndexTable } from '../search/param/type.ts';

/** Tables with code systems, and the places of those columns. */
const SYSTEM_COLUMNS = [...indexTables].flatMap(([table, { columns }]) =>
  columns.flatMap(([, type], place) => (type === 'system' ? [[table, place] as const] : [])),
);

/** Code systems of index rows that this process has not met: they are interned before the rows are written. */
export function unknownSystems(resources: Iterable<IndexRows>, systems: Systems): Set<string> {
  const unknown = new Set<string>();
  for (const rows of resources)
    for (const [table, place] of SYSTEM_COLUMNS)
      for (const { values } of rows.get(table) ?? []) {
        const url = values[place];
        if (typeof url === 'string' && systems.known(url) === undefined) unknown.add(url);
      }
  return unknown;
}

/** Placeholders of the arrays of a table's columns; code systems go by their ids. */
export const columnArrays = (
  table: IndexTable,
  rows: readonly TableRow[],
  statement: Statement,
  systems: Systems,
): string[] =>
  indexTables.get(table)!.columns.map(([, type], n) => {
    const values = rows.map((row) => row.values[n]!);
    if (type === 'system') {
      const ids = values.map((url) => (url === null ? null : systems.known(url)!));
      return statement.add(plainArray(ids), 'integer[]');
    }
    return statement.add(type === 'text' ? textArray(values) : plainArray(values), `${type}[]`);
  });
