// Waits until what began before an instant has ended. https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
import type { Sql } from './pool.ts';

/** Milliseconds between two looks. */
const PAUSE = 20;

/** Repeats a look until it is true. @throws the signal's reason when it is aborted */
async function until(holds: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** A transaction number above all that have been given out; the end of a snapshot may lie below one that runs. */
const nextXid = async (sql: Sql): Promise<string> => {
  const [row] = await sql`select pg_current_xact_id()::text as xid`;
  return row!.xid as string;
};

/**
 * Waits until every statement that may not have seen what was committed before the call has ended, and its transaction
 * too. Two steps: a statement takes its snapshot before its transaction has a number, so first the snapshots have to be
 * gone, then the transactions that wrote with them.
 * @returns the first transaction number after them: what has a lower one is finished, what has it or a higher one saw
 * everything
 */
export async function quiesce(sql: Sql, signal: AbortSignal): Promise<string> {
  const before = await nextXid(sql);
  await until(async () => {
    const [row] =
      await sql`select pg_snapshot_xmin(pg_current_snapshot()) >= ${before}::text::xid8 and not exists (
      select from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'
        and datname = current_database() and age(backend_xmin) > age(${before}::text::xid8::xid)) as ended`;
    return row!.ended as boolean;
  }, signal);
  const after = await nextXid(sql);
  await until(async () => {
    const [row] = await sql`select pg_snapshot_xmin(pg_current_snapshot()) >= ${after}::text::xid8 as ended`;
    return row!.ended as boolean;
  }, signal);
  return after;
}
