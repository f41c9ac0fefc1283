// Two servers on one database, as two processes would be, and every row of that database counted.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type App, createApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import type { Sql } from '../../db/pool.ts';
import { createDatabase } from '../helpers/database.ts';
import { type Ask, asking } from '../helpers/server.ts';

/** Opens a server on a database; it is closed when the test ends. */
export async function openServer(t: Test, databaseUrl: string): Promise<App> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-peers-'));
  const settings = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    DEMO: 'off',
    LOG_LEVEL: 'silent',
    DB_CONNECTIONS: '2',
  };
  const app = await createApp({ config: readConfig(settings, ['--open']), databaseUrl });
  t.teardown(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return app;
}

/** Two open servers with pools, caches and background work of their own, on one empty database. */
export async function twoServers(t: Test): Promise<{ databaseUrl: string; asks: [Ask, Ask] }> {
  const { url: databaseUrl } = await createDatabase(t);
  const first = await openServer(t, databaseUrl);
  const second = await openServer(t, databaseUrl);
  return { databaseUrl, asks: [asking(first), asking(second)] };
}

/** What the background fills in its own time, behind the writes that were there before. */
const BEHIND = ['index_text', 'index_display', 'feed_position', 'service_clock', 'loaded_transaction'];

/** Rows of every table that a request could have changed. */
export async function rowsOfAll(sql: Sql): Promise<Record<string, number>> {
  const tables = await sql`select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
      where relname <> all(${BEHIND}) order by 1`;
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await sql.unsafe(`select count(*)::int as rows from ${name}`);
    counts[name as string] = row!.rows as number;
  }
  return counts;
}
