// Work that outlives a request and its process: jobs kept in PostgreSQL, each run by one process under a lease.
// Whoever takes a job over carries on from its last checkpoint.
import type { Sql, Transaction } from '../db/pool.ts';
import {
  type Counts,
  cancelJob,
  endRun,
  findJob,
  insertJob,
  type Job,
  renewLease,
  saveProgress,
  takeJob,
} from './table.ts';
import { repeat, type Ticker } from './timer.ts';

export type { Counts, Job, JobState } from './table.ts';

/** A job while it runs. */
export interface Run {
  readonly id: string;
  readonly input: unknown;
  /** What the last `save` kept, by this process or another; null at the beginning. */
  readonly checkpoint: unknown;
  readonly counts: Counts;
  /** Aborted when the job is cancelled, taken over, or the process ends. */
  readonly signal: AbortSignal;
  /**
   * Keeps progress. With the transaction that did the work, work and progress are kept together or not at all.
   * @throws the signal's reason when the job is no longer this process's
   */
  save(checkpoint: unknown, counts: Counts, executor?: Transaction): Promise<void>;
}

/** Does a job of its kind, from its checkpoint to its end. @throws to be run again later */
export type JobKind = (run: Run) => Promise<void>;

export interface JobDependencies {
  sql: Sql;
  kinds: Readonly<Record<string, JobKind>>;
  newId: () => string;
  log: { error(details: object, message: string): void };
  /** Milliseconds; the defaults suit a server. */
  times?: Partial<Times>;
}

interface Times {
  /** Between two looks for work. */
  poll: number;
  /** After which a job whose process says nothing may be taken over. */
  lease: number;
  /** Before the second run of a failed job; doubled each time. */
  backOff: number;
}

const TIMES: Times = { poll: 1_000, lease: 30_000, backOff: 2_000 };

/** Runs in a row without progress before a job is given up. */
const ATTEMPTS = 4;

export interface Jobs {
  /** Adds a job. @param options.delay milliseconds before it may run · executor: the transaction that it belongs to */
  add(kind: string, input: unknown, options?: { delay?: number; executor?: Transaction }): Promise<string>;
  find(id: string): Promise<Job | undefined>;
  /** Ends a job that has not ended. @returns false when there is none */
  cancel(id: string): Promise<boolean>;
  /** Begins to look for work. */
  start(): void;
  /** Looks for work at once, instead of at the next look. */
  wake(): void;
  /** Lets go of what runs, so that another process takes it up at once, and waits for it. */
  stop(): Promise<void>;
}

/** Why a run ends before its job. */
class RunEnded extends Error {}

const ENDING = new RunEnded('The process ends.');

/** Makes the jobs of this process. */
export function createJobs({ sql, kinds, newId, log, times }: JobDependencies): Jobs {
  const { poll, lease, backOff } = { ...TIMES, ...times };
  const mine = { owner: newId(), time: lease };
  let ticker: Ticker | undefined;
  let current: { id: string; abort: AbortController } | undefined;
  let stopping = false;

  async function beat(id: string, abort: AbortController): Promise<void> {
    try {
      if (!(await renewLease(sql, id, mine)))
        abort.abort(new RunEnded('The job was cancelled or taken over.'));
    } catch (error) {
      log.error({ job: id, reason: (error as Error).message }, 'lease not renewed');
    }
  }

  /** Runs a job with its lease held. */
  async function run(job: Job, abort: AbortController): Promise<void> {
    const heartbeat = setInterval(() => void beat(job.id, abort), lease / 3).unref();
    try {
      await kinds[job.kind]!({
        id: job.id,
        input: job.input,
        checkpoint: job.checkpoint,
        counts: job.counts,
        signal: abort.signal,
        async save(checkpoint, counts, executor) {
          abort.signal.throwIfAborted();
          if (await saveProgress(executor ?? sql, job.id, mine, checkpoint, counts)) return;
          abort.abort(new RunEnded('The job was cancelled or taken over.'));
          abort.signal.throwIfAborted();
        },
      });
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** What follows a failed run: another one later, or the end. */
  async function failed(job: Job, error: Error): Promise<void> {
    log.error({ job: job.id, kind: job.kind, reason: error.message }, 'job failed');
    const attempts = (await findJob(sql, job.id))?.attempts ?? ATTEMPTS;
    await endRun(
      sql,
      job.id,
      mine.owner,
      attempts < ATTEMPTS
        ? { state: 'queued', error: error.message, delay: backOff * 2 ** (attempts - 1) }
        : { state: 'failed', error: error.message },
    );
  }

  /** Takes a job, if there is one, and works on it. @returns whether there was one */
  async function work(): Promise<boolean> {
    const job = await takeJob(sql, Object.keys(kinds), mine);
    if (!job) return false;
    if (job.attempts > ATTEMPTS) {
      const error = `The process that ran the job ended ${ATTEMPTS} times in a row without progress.`;
      await endRun(sql, job.id, mine.owner, { state: 'failed', error });
      return true;
    }
    const abort = new AbortController();
    current = { id: job.id, abort };
    if (stopping) abort.abort(ENDING);
    try {
      abort.signal.throwIfAborted();
      await run(job, abort);
      await endRun(sql, job.id, mine.owner, { state: 'completed' });
    } catch (error) {
      // Cancelled and taken over: it is no longer ours, and this changes nothing. Stopped: anybody may take it.
      if (abort.signal.aborted) await endRun(sql, job.id, mine.owner, { state: 'queued', uncounted: true });
      else await failed(job, error as Error);
    } finally {
      current = undefined;
    }
    return true;
  }

  return {
    async add(kind, input, { delay = 0, executor } = {}) {
      const id = newId();
      await insertJob(executor ?? sql, { id, kind, input, delay });
      if (!executor) ticker?.wake();
      return id;
    },
    find: (id) => findJob(sql, id),
    async cancel(id) {
      const cancelled = await cancelJob(sql, id);
      if (current?.id === id) current.abort.abort(new RunEnded('The job was cancelled.'));
      return cancelled;
    },
    start() {
      ticker ??= repeat(work, poll, (error) => log.error({ reason: error.message }, 'jobs not looked for'));
    },
    wake: () => ticker?.wake(),
    async stop() {
      stopping = true;
      current?.abort.abort(ENDING);
      const ended = ticker?.stop();
      await ended;
    },
  };
}
