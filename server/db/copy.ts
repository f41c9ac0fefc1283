// COPY … FROM STDIN: rows as text, many a second. https://www.postgresql.org/docs/18/sql-copy.html#id-1.9.3.55.9.2
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Transaction } from './pool.ts';

/** Characters of text that are turned into bytes at a time. */
const CHUNK = 1 << 18;
const SPECIAL = /[\\\n\r\t]/;
const ALL_SPECIAL = /[\\\n\r\t]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A column value in COPY's text format. */
export function copyText(value: string | null): string {
  if (value === null) return '\\N';
  return SPECIAL.test(value) ? value.replace(ALL_SPECIAL, (found) => ESCAPED[found]!) : value;
}

/** Rows of one table on their way to COPY, as bytes. */
export class CopyBuffer {
  readonly #chunks: Buffer[] = [];
  #text = '';
  rows = 0;

  /** Adds a row: its columns as `copyText` gives them, between tabs, without a line end. */
  add(row: string): void {
    this.#text += `${row}\n`;
    this.rows++;
    if (this.#text.length > CHUNK) this.#flush();
  }

  #flush(): void {
    if (this.#text) this.#chunks.push(Buffer.from(this.#text));
    this.#text = '';
  }

  /** All rows so far. */
  chunks(): readonly Buffer[] {
    this.#flush();
    return this.#chunks;
  }
}

/**
 * Copies rows into a table, in the caller's transaction.
 * @param columns the table's columns in the order of the rows
 * @throws PostgreSQL's own failure; the transaction is then lost
 */
export async function copyIn(
  transaction: Transaction,
  table: string,
  columns: readonly string[],
  chunks: readonly Buffer[],
): Promise<void> {
  const query = transaction.unsafe(`copy ${table} (${columns.join(', ')}) from stdin`);
  const stream: Writable = await query.writable();
  // The driver has answered the query with the stream and forgets the stream with its last byte: a refusal that comes
  // after that (a duplicate key in the last rows) would reach neither.
  Object.assign(query, { reject: (error: Error) => stream.destroy(error) });
  await pipeline(Readable.from(chunks), stream);
}
