// The statements on the table of jobs: who works on what, and how far it is.
import type { Sql, Transaction } from '../db/pool.ts';

export type JobState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';
/** What a job has done so far, by name. */
export type Counts = Readonly<Record<string, number>>;

export interface Job {
  id: string;
  kind: string;
  state: JobState;
  input: unknown;
  /** Where it carries on; null: from the beginning. */
  checkpoint: unknown;
  counts: Counts;
  /** Why it failed, or why its last run did. */
  error: string | null;
  /** Runs in a row that made no progress. */
  attempts: number;
}

const COLUMNS = 'id, kind, state, input, checkpoint, counts, error, attempts';

/** Adds a job. @param delay milliseconds before it may run */
export async function insertJob(
  sql: Sql | Transaction,
  { id, kind, input, delay }: { id: string; kind: string; input: unknown; delay: number },
): Promise<void> {
  await sql`insert into job (id, kind, input, run_after)
    values (${id}, ${kind}, ${input as never}, now() + make_interval(secs => ${delay / 1000}))`;
}

export async function findJob(sql: Sql | Transaction, id: string): Promise<Job | undefined> {
  const [row] = await sql.unsafe(`select ${COLUMNS} from job where id = $1`, [id], { prepare: true });
  return row as unknown as Job | undefined;
}

/** Marks a job that has not ended. @returns false when there is none */
export async function cancelJob(sql: Sql, id: string): Promise<boolean> {
  const rows =
    await sql`update job set state = 'cancelled', lease_owner = null, lease_until = null, updated = now()
    where id = ${id} and state in ('queued', 'running') returning id`;
  return rows.length > 0;
}

/** Who takes jobs, and for how long at a time. Instants are the database's: the clocks of processes differ. */
export interface Lease {
  owner: string;
  /** Milliseconds. */
  time: number;
}

/** Takes the oldest job that waits, or whose worker has gone. */
export async function takeJob(
  sql: Sql,
  kinds: readonly string[],
  { owner, time }: Lease,
): Promise<Job | undefined> {
  const [row] = await sql.unsafe(
    `update job set state = 'running', lease_owner = $2, lease_until = now() + make_interval(secs => $3::float8),
       attempts = attempts + 1, updated = now()
     where id = (select id from job where kind = any($1::text[])
       and (state = 'queued' and run_after <= now() or state = 'running' and lease_until < now())
       order by created limit 1 for update skip locked)
     returning ${COLUMNS}`,
    [`{${kinds.join(',')}}`, owner, String(time / 1000)],
    { prepare: true },
  );
  return row as unknown as Job | undefined;
}

/** Prolongs a lease. @returns false when the job is no longer the owner's */
export async function renewLease(sql: Sql, id: string, { owner, time }: Lease): Promise<boolean> {
  const rows = await sql`update job set lease_until = now() + make_interval(secs => ${time / 1000})
    where id = ${id} and lease_owner = ${owner} and state = 'running' returning id`;
  return rows.length > 0;
}

/** Keeps progress; the job counts as one that gets on. @returns false when the job is no longer the owner's */
export async function saveProgress(
  sql: Sql | Transaction,
  id: string,
  { owner, time }: Lease,
  checkpoint: unknown,
  counts: Counts,
): Promise<boolean> {
  const rows =
    await sql`update job set checkpoint = ${checkpoint as never}, counts = ${counts as never}, attempts = 1,
      error = null, lease_until = now() + make_interval(secs => ${time / 1000}), updated = now()
    where id = ${id} and lease_owner = ${owner} and state = 'running' returning id`;
  return rows.length > 0;
}

/**
 * Ends a run: with the job's last state, or with `queued` for another run.
 * @param end.delay milliseconds before that · uncounted: this run is none that failed
 */
export async function endRun(
  sql: Sql,
  id: string,
  owner: string,
  end: { state: JobState; error?: string; delay?: number; uncounted?: boolean },
): Promise<void> {
  const { state, error = null, delay = 0, uncounted = false } = end;
  await sql`update job set state = ${state}, error = ${error}, attempts = attempts - ${uncounted ? 1 : 0}, lease_owner = null, lease_until = null, updated = now(),
      run_after = now() + make_interval(secs => ${delay / 1000})
    where id = ${id} and lease_owner = ${owner} and state = 'running'`;
}
