// Index rows of some parameters for resources that are there already: written beside those that the resources have.
import type { Systems } from '../db/intern.ts';
import type { Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import { containedIn, indexContained, linkTo } from '../indexing/contained.ts';
import { type IndexRows, indexResource, type TableRow } from '../indexing/index.ts';
import { indexTables } from '../search/param/index.ts';
import { keyOf } from '../search/param/reference.ts';
import type { IndexTable, RowContext, SearchParam } from '../search/param/type.ts';
import { columnArrays } from '../store/index-columns.ts';

/** One resource as the scan read it. */
export interface Scanned {
  rid: Rid;
  version: number;
  resource: object;
}

/** One index row that a resource is to get. `rid`: whose it is, the resource's own or that of one which it contains. */
interface ParameterRow extends TableRow {
  table: IndexTable;
  rid: Rid;
}

/** A resource and the rows that it is to get; `failed`: an expression could not be evaluated on it. */
export interface Indexed extends Scanned {
  rows: readonly ParameterRow[];
  failed: boolean;
}

const listOf = (rid: Rid, rows: IndexRows): ParameterRow[] =>
  [...rows].flatMap(([table, list]) => list.map((row) => ({ ...row, table, rid })));

/**
 * Makes the rows of a resource and of what it contains; a parameter that fails on one makes none there, the others do.
 * @param byType the parameters that rows are made of
 * @param contained the types that are contained anywhere, with those that the resource contains
 */
export function rowsOf(
  scanned: Scanned,
  byType: ReadonlyMap<string, readonly SearchParam[]>,
  contained: ReadonlyMap<string, number>,
  context: RowContext,
): Indexed {
  const { rid, resource } = scanned;
  const rows: ParameterRow[] = [];
  let failed = false;
  const attempt = (make: () => ParameterRow[]): void => {
    try {
      for (const row of make()) rows.push(row);
    } catch {
      failed = true;
    }
  };
  for (const param of byType.get((resource as { resourceType: string }).resourceType) ?? [])
    attempt(() => listOf(rid, indexResource(resource, [param], context)));
  for (const inner of containedIn(resource, context.ridOf)) {
    const params = byType.get(inner.type) ?? [];
    if (params.length) rows.push({ table: 'index_reference', rid, ...linkTo(inner, contained) });
    for (const param of params)
      attempt(() => listOf(inner.rid, indexContained(inner, [param], context, keyOf(resource)).rows));
  }
  return { ...scanned, rows, failed };
}

/** Gives ids to the code systems of the rows. */
export async function internSystems(indexed: readonly Indexed[], systems: Systems): Promise<void> {
  const urls = new Set<string>();
  for (const { table, values } of indexed.flatMap(({ rows }) => rows))
    for (const [place, [, type]] of indexTables.get(table)!.columns.entries())
      if (type === 'system' && values[place] !== null) urls.add(values[place]!);
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
    const placed = indexed.flatMap(({ rid: owner, version, rows }) =>
      rows.flatMap((row) => (row.table === table ? [{ owner, version, ...row }] : [])),
    );
    if (!placed.length) continue;
    const statement = new Statement();
    const arrays = columnArrays(table, placed, statement, systems);
    const names = columns.map(([name]) => name).join(', ');
    const result = await transaction.unsafe(
      `insert into ${table} (param, ${names}, last_updated, rid)
        select t.param, ${columns.map(([name]) => `t.${name}`).join(', ')}, r.last_updated, t.rid
        from unnest(${statement.add(plainArray(placed.map(({ param }) => param)), 'smallint[]')},
          ${statement.add(plainArray(placed.map(({ rid }) => rid)), 'bigint[]')},
          ${statement.add(plainArray(placed.map(({ owner }) => owner)), 'bigint[]')},
          ${statement.add(plainArray(placed.map(({ version }) => version)), 'integer[]')}, ${arrays.join(', ')})
          as t(param, rid, owner, version, ${names}) join resource r on r.rid = t.owner and r.version = t.version
        where not exists (select from ${table} i where i.rid = t.rid and i.param = t.param)`,
      statement.values,
    );
    count += result.count;
  }
  return count;
}
