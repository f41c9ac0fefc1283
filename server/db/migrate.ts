// Brings a database to the newest schema: numbered SQL files, each run once, in order, under one advisory lock.
import { readdirSync, readFileSync } from 'node:fs';
import type { Sql } from './pool.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
const LOCK = 7_205_759;

/** Runs the migrations that the database has not seen. Several processes may call it at once. */
export async function migrate(sql: Sql): Promise<void> {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${LOCK})`;
    await transaction`create table if not exists migration (name text primary key, run_at timestamptz not null default now())`;
    const done = new Set((await transaction`select name from migration`).map((row) => row.name as string));
    const newer = [...done].filter((name) => !files.includes(name));
    if (newer.length)
      throw new Error(
        `The database is newer than this program: it has run ${newer.join(', ')}. Start a newer version.`,
      );
    for (const name of files.filter((file) => !done.has(file))) {
      await transaction.unsafe(readFileSync(new URL(name, FOLDER), 'utf8'));
      await transaction`insert into migration (name) values (${name})`;
    }
  });
}
