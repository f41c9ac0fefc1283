// Resources as rows of every table that a write fills, ready for COPY: the versions, their index rows, the change feed.

import { CopyBuffer, copyIn, copyText } from '../db/copy.ts';
import type { Systems } from '../db/intern.ts';
import type { Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import type { ContainedRows } from '../indexing/contained.ts';
import type { IndexRows } from '../indexing/index.ts';
import { indexTables } from '../search/param/index.ts';
import type { IndexTable } from '../search/param/type.ts';

/** The first version of a resource. */
export interface FirstVersion {
  rid: Rid;
  typeId: number;
  id: string;
  /** As the column `method` keeps it. */
  method: string;
  /** The bytes that will be served. */
  content: string;
  rows: IndexRows;
  /** The rows of what it contains. */
  contained: readonly ContainedRows[];
}

const RESOURCE = ['rid', 'type', 'id', 'version', 'last_updated', 'method', 'deleted', 'content'];
const CHANGE = ['rid', 'type', 'version', 'method', 'last_updated'];
/** Columns of each index table as `CopyRows` writes them. */
const INDEX = new Map(
  [...indexTables].map(([table, { columns }]) => [
    table,
    {
      columns: ['param', ...columns.map(([name]) => name), 'last_updated', 'rid'],
      systems: columns.map(([, type]) => type === 'system'),
    },
  ]),
);

/** Rows of first versions, table by table. Their code systems must be interned before. */
export class CopyRows {
  readonly #systems: Systems;
  readonly #lastUpdated: string;
  readonly #resource = new CopyBuffer();
  readonly #change = new CopyBuffer();
  readonly #index = new Map<IndexTable, CopyBuffer>();

  /** @param lastUpdated the instant of all versions, as their contents have it */
  constructor(systems: Systems, lastUpdated: Date) {
    this.#systems = systems;
    this.#lastUpdated = lastUpdated.toISOString();
  }

  /** Rows so far, of all tables. */
  get rows(): number {
    return [this.#resource, this.#change, ...this.#index.values()].reduce((sum, { rows }) => sum + rows, 0);
  }

  add({ rid, typeId, id, method, content, rows, contained }: FirstVersion): void {
    const instant = this.#lastUpdated;
    this.#resource.add(`${rid}\t${typeId}\t${id}\t1\t${instant}\t${method}\tf\t${copyText(content)}`);
    this.#change.add(`${rid}\t${typeId}\t1\t${method}\t${instant}`);
    this.#addRows(rid, rows);
    for (const inner of contained) this.#addRows(inner.rid, inner.rows);
  }

  #addRows(rid: Rid, rows: IndexRows): void {
    const end = `\t${this.#lastUpdated}\t${rid}`;
    for (const [table, made] of rows) {
      const { systems } = INDEX.get(table)!;
      const buffer = this.#buffer(table);
      for (const { param, values } of made) {
        let row = String(param);
        for (let n = 0; n < values.length; n++) {
          const value = values[n] as string | null;
          row += `\t${systems[n] && value !== null ? this.#systems.known(value)! : copyText(value)}`;
        }
        buffer.add(row + end);
      }
    }
  }

  #buffer(table: IndexTable): CopyBuffer {
    const found = this.#index.get(table) ?? new CopyBuffer();
    this.#index.set(table, found);
    return found;
  }

  /**
   * Copies all rows, table after table.
   * @throws PostgreSQL's own failure: `23505` when a resource is there already
   */
  async copy(transaction: Transaction): Promise<void> {
    await copyIn(transaction, 'resource', RESOURCE, this.#resource.chunks());
    for (const [table, buffer] of this.#index)
      await copyIn(transaction, table, INDEX.get(table)!.columns, buffer.chunks());
    await copyIn(transaction, 'change', CHANGE, this.#change.chunks());
  }
}
