// Audit: every request below the FHIR base leaves an AuditEvent, every change a Provenance. A line in a journal before the
// answer leaves, resources soon after it: docs/audit.md. https://hl7.org/fhir/R4/security.html#audit
import { setTimeout } from 'node:timers/promises';
import { unavailable } from '../fhir/errors.ts';
import { backlog, type DrainDependencies, drain } from './drain.ts';
import { journalFiles } from './files.ts';
import { Journal } from './journal.ts';
import { type AuthorizationEvent, textOfEvent } from './line.ts';
import { type Asked, RequestRecord } from './record.ts';

export type { AuthorizationEvent } from './line.ts';
export type { Answered, Asked, RequestRecord } from './record.ts';

export interface AuditDependencies extends DrainDependencies {
  /** Stands for the database in names of journals. */
  store: string;
  /** Milliseconds that a search for audit events waits at most. */
  patience?: number;
}

export interface Audit {
  /** Begins the record of a request. */
  request(asked: Asked): RequestRecord;
  /** Keeps what happened at the authorization server. */
  recordEvent(event: AuthorizationEvent): void;
  /**
   * Stores what was written down before the call.
   * @param time milliseconds after which it goes on without the caller, who is not told
   * @throws FhirError 503 when that takes too long; it goes on meanwhile, so that a later search succeeds
   */
  catchUp(time?: number): Promise<void>;
  /** Stores some of what is left, for the background. @returns whether there is more to do at once */
  look(): Promise<boolean>;
  /** Ends the journal and stores what is left, as far as that takes no longer than a few seconds. */
  close(): Promise<void>;
}

/** Requests a second above which lines are stored slowly: whoever waits for an answer comes first. */
const BUSY = 50;
/** Lines stored by one look: by and by while requests are many, faster when many lines wait. */
const LINES = { busy: 100, late: 500, quiet: 5_000 };
/** Bytes of waiting lines, about 40,000 of them, that are many. */
const LATE = 16 << 20;
/** Milliseconds. */
const PATIENCE = 10_000;
const CLOSING = 5_000;
/** Between two looks whether another process has stored its lines. */
const PAUSE = 20;

/** What of the waiting lines was stored. */
type Stored = 'all' | 'some' | 'elsewhere';

/** Makes the audit of a process. @throws the operating system's failure when the journal's folder cannot be used */
export function createAudit({ patience = PATIENCE, store: id, ...deps }: AuditDependencies): Audit {
  const { newId, now, folder, sql, log } = deps;
  const ended = new Set<string>();
  const journal = new Journal({ folder, store: id, newId, log });
  const filesNow = () => journalFiles({ folder, store: id, ended });

  /**
   * Stores up to `most` lines of what was written before the call.
   * @param time milliseconds in which another process that does the same is waited for
   * @returns `elsewhere`: another process is at it
   */
  const store = async (most: number, time = 0): Promise<Stored> => {
    const deadline = performance.now() + time;
    const files = await filesNow();
    for (let left = most; left > 0; ) {
      const stored = await drain(deps, files, left);
      if (stored === 0) return 'all';
      if (stored === undefined && performance.now() >= deadline) return 'elsewhere';
      if (time && performance.now() >= deadline) return 'some';
      // Waits without a connection: whoever stores may need one more.
      if (stored === undefined) await setTimeout(PAUSE);
      else left -= stored;
    }
    return 'some';
  };

  let before = { written: 0, at: performance.now() };
  const isBusy = (): boolean => {
    const at = performance.now();
    const rate = ((journal.written - before.written) * 1_000) / (at - before.at);
    before = { written: journal.written, at };
    return rate > BUSY;
  };

  let running: Promise<Stored> = Promise.resolve('all');
  let next: Promise<Stored> | undefined;
  /** Callers share a course that began after their call. */
  const course = (): Promise<Stored> => {
    next ??= running
      .catch(() => 'all' as const)
      .then(() => {
        next = undefined;
        running = store(Number.POSITIVE_INFINITY, patience);
        return running;
      });
    return next;
  };
  const catchUp = async (time?: number): Promise<void> => {
    if (time !== undefined) {
      await Promise.race([course().catch(() => undefined), setTimeout(time, undefined, { ref: false })]);
      return;
    }
    if ((await course()) === 'all') return;
    throw unavailable(
      'Many requests were answered just now, and their audit events are still being stored. Repeat the search in a few seconds.',
    );
  };

  return {
    request: (asked) => new RequestRecord(asked, { journal, newId, now, log, catchUp }),
    recordEvent(event) {
      try {
        journal.appendNow(textOfEvent(event, { id: newId(), at: now().getTime() }));
      } catch (error) {
        log.error({ reason: (error as Error).message }, 'audit journal not written');
      }
    },
    catchUp,
    async look() {
      if (!isBusy()) return (await store(LINES.quiet)) === 'some';
      const waiting = await backlog(sql, await filesNow());
      await store(waiting < LATE ? LINES.busy : LINES.late);
      return false;
    },
    async close() {
      journal.close();
      ended.add(journal.writer.id);
      await store(Number.POSITIVE_INFINITY, CLOSING).catch((error: Error) =>
        log.error({ reason: error.message }, 'audit events are left for the next start'),
      );
    },
  };
}
