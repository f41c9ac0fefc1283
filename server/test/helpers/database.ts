// A database of its own for a test file, made from a migrated template on a real PostgreSQL.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { startEmbedded } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { openPool } from '../../db/pool.ts';
import { until } from './process.ts';

const TEMPLATE = 'throughline_test_template';
const LOCK = 4_711;

/** The server to test on: TEST_DATABASE_URL, which `npm test` sets, or an embedded one for this file alone. */
async function testServer(t: Test): Promise<string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return given;
  const folder = mkdtempSync(join(tmpdir(), 'throughline-test-'));
  const embedded = await startEmbedded(folder);
  t.teardown(async () => {
    await embedded.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return embedded.url;
}

const withDatabase = (url: string, name: string): string => {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
};

/** Creates a migrated, empty database; it is dropped when the test ends. */
export async function createDatabase(t: Test): Promise<{ url: string }> {
  const serverUrl = await testServer(t);
  const sql = openPool(serverUrl, { max: 1 });
  const name = `test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  await sql`select pg_advisory_lock(${LOCK})`;
  const [template] = await sql`select from pg_database where datname = ${TEMPLATE}`;
  if (!template) {
    await sql.unsafe(`create database ${TEMPLATE}`);
    const pool = openPool(withDatabase(serverUrl, TEMPLATE), { max: 1 });
    await migrate(pool);
    await pool.end();
  }
  await sql.unsafe(`create database ${name} template ${TEMPLATE}`);
  await sql.end();
  t.teardown(async () => {
    const admin = openPool(serverUrl, { max: 1 });
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  });
  return { url: withDatabase(serverUrl, name) };
}

/**
 * Waits until readers of the change feed come to all that was written so far. Test files share a PostgreSQL, and whoever
 * writes anywhere on it holds them back. https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
 */
export async function decided(url: string): Promise<void> {
  const sql = openPool(url, { max: 1 });
  try {
    await until(async () => {
      const [row] = await sql`select not exists (select from change
        where xid >= pg_snapshot_xmin(pg_current_snapshot())) as decided`;
      return row!.decided as boolean;
    });
  } finally {
    await sql.end();
  }
}
