// `npm run import` beside COPYing the rows that it makes, computed beforehand, into the same tables with the same indexes.
import { execFile } from 'node:child_process';
import { chmodSync, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { openPool, type Sql } from '../../server/db/pool.ts';
import { benchTask } from './data.ts';
import { type Figure, figure, path, withDatabase } from './run.ts';

const TASKS = 40_000;
const ROUNDS = 3;

/** Columns that the database fills by itself. */
const OWN: ReadonlySet<string> = new Set(['xid', 'superseded_xid', 'seq']);

/** Writes tasks as NDJSON. @param from number of the first */
export async function writeTasks(file: string, from: number, count: number, patients: number): Promise<void> {
  const now = new Date();
  async function* lines() {
    for (let n = from; n < from + count; n += 100) {
      const chunk = Array.from({ length: Math.min(100, from + count - n) }, (_, k) => n + k);
      yield chunk
        .map((k) => `${JSON.stringify({ ...benchTask(k, patients, now), id: `bench-${k}` })}\n`)
        .join('');
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

const run = promisify(execFile);

/** Runs `npm run import` on files. @returns seconds */
export async function runImport(databaseUrl: string, files: readonly string[]): Promise<number> {
  const start = performance.now();
  await run(process.execPath, [path('../import.ts'), ...files], {
    env: { ...process.env, DATABASE_URL: databaseUrl, DEMO: 'off' },
  });
  return (performance.now() - start) / 1000;
}

/** Tables that the import has filled, with the columns that it fills. */
async function filledTables(sql: Sql): Promise<[table: string, columns: string][]> {
  const rows = await sql`select table_name, column_name from information_schema.columns
    where table_schema = 'public' and (table_name in ('resource', 'change') or table_name like 'index\_%')
    order by table_name, ordinal_position`;
  const tables = new Map<string, string[]>();
  for (const { table_name: table, column_name: column } of rows) {
    if (!OWN.has(column)) tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  const filled: [string, string][] = [];
  for (const [table, columns] of tables) {
    const [row] = await sql.unsafe(`select exists (select from ${table}) as filled`);
    if (row!.filled) filled.push([table, columns.join(', ')]);
  }
  return filled;
}

export async function importFigure(report: (figure: Figure) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-import-'));
  // PostgreSQL reads and writes the rows' files by itself.
  chmodSync(folder, 0o777);
  const source = join(folder, 'tasks.ndjson');
  try {
    await writeTasks(source, 0, TASKS, TASKS / 10);
    await withDatabase(async (databaseUrl) => {
      const [mine, theirs]: number[][] = [[], []];
      // The first one makes the tables, and the rows to be copied.
      await runImport(databaseUrl, [source]);
      const sql = openPool(databaseUrl, { max: 1, statementTimeout: 600_000 });
      const tables = await filledTables(sql);
      const fileOf = (table: string) => join(folder, table);
      for (const [table, columns] of tables) {
        await sql.unsafe(`copy ${table} (${columns}) to '${fileOf(table)}'`);
      }
      const empty = () => sql.unsafe(`truncate ${tables.map(([table]) => table).join(', ')}; checkpoint`);
      for (let round = 0; round < ROUNDS; round++) {
        await empty();
        mine!.push(TASKS / (await runImport(databaseUrl, [source])));
        await empty();
        const start = performance.now();
        for (const [table, columns] of tables) {
          await sql.unsafe(`copy ${table} (${columns}) from '${fileOf(table)}'`);
        }
        theirs!.push(TASKS / ((performance.now() - start) / 1000));
      }
      await sql.end();
      report(figure('import against COPY of the same rows, precomputed', '/s', mine!, theirs!, 0.4));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
