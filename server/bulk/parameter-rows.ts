// Index rows of some parameters for resources that are there already: written beside those that the resources have.
import type { Systems } from '../db/intern.ts';
import type { Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import { type IndexRows, indexResource, type TableRow } from '../indexing/index.ts';
import { indexTables } from '../search/param/index.ts';
import type { IndexTable, RowContext, SearchParam } from '../search/param/type.ts';
import { columnArrays } from '../store/index-columns.ts';

/** One resource as the scan read it. */
export interface Scanned {
  rid: Rid;
  version: number;
  resource: object;
}

/** A resource and the rows that it is to get; `failed`: an expression could not be evaluated on it. */
export interface Indexed extends Scanned {
  rows: IndexRows;
  failed: boolean;
}

/** Makes the rows of a resource; a parameter that fails on it makes none, the others do. */
export function rowsOf(scanned: Scanned, params: readonly SearchParam[], context: RowContext): Indexed {
  const rows = new Map<IndexTable, TableRow[]>();
  let failed = false;
  for (const param of params) {
    try {
      for (const [table, made] of indexResource(scanned.resource, [param], context))
        rows.set(table, [...(rows.get(table) ?? []), ...made]);
    } catch {
      failed = true;
    }
  }
  return { ...scanned, rows, failed };
}

/** Gives ids to the code systems of the rows. */
export async function internSystems(indexed: readonly Indexed[], systems: Systems): Promise<void> {
  const urls = new Set<string>();
  for (const [table, { columns }] of indexTables)
    for (const [place, [, type]] of columns.entries()) {
      if (type !== 'system') continue;
      for (const { rows } of indexed)
        for (const { values } of rows.get(table) ?? []) if (values[place] !== null) urls.add(values[place]!);
    }
  await systems.intern([...urls]);
}

/**
 * Writes the rows of those resources that still are at the version that was read, and whose writer has not made them.
 * @returns how many rows
 */
export async function insertParameterRows(
  transaction: Transaction,
  indexed: readonly Indexed[],
  systems: Systems,
): Promise<number> {
  let count = 0;
  for (const [table, { columns }] of indexTables) {
    const placed = indexed.flatMap(({ rid, version, rows }) =>
      (rows.get(table) ?? []).map((row) => ({ rid, version, ...row })),
    );
    if (!placed.length) continue;
    const statement = new Statement();
    const arrays = columnArrays(table, placed, statement, systems);
    const names = columns.map(([name]) => name).join(', ');
    const result = await transaction.unsafe(
      `insert into ${table} (param, ${names}, last_updated, rid)
        select t.param, ${columns.map(([name]) => `t.${name}`).join(', ')}, r.last_updated, r.rid
        from unnest(${statement.add(plainArray(placed.map(({ param }) => param)), 'smallint[]')},
          ${statement.add(plainArray(placed.map(({ rid }) => rid)), 'bigint[]')},
          ${statement.add(plainArray(placed.map(({ version }) => version)), 'integer[]')}, ${arrays.join(', ')})
          as t(param, rid, version, ${names}) join resource r on r.rid = t.rid and r.version = t.version
        where not exists (select from ${table} i where i.rid = t.rid and i.param = t.param)`,
      statement.values,
    );
    count += result.count;
  }
  return count;
}
