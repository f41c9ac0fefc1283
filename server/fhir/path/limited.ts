// A time limit for expressions that callers send: patterns and criteria in each other can take longer than anybody waits.
import { createContext, Script } from 'node:vm';
import { type FhirError, issue, unprocessable } from '../errors.ts';

/** Milliseconds for one evaluation; what is meant well takes microseconds. */
const LIMIT = 250;

const room: { work?: () => unknown } = createContext({});
const run = new Script('work()');

const isTimeout = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** 422: an evaluation that was ended. */
export const tooCostly = (): FhirError =>
  unprocessable([
    issue(
      'too-costly',
      `The FHIRPath expression takes longer than ${LIMIT} ms here. Write it without criteria in each other and with simpler patterns.`,
    ),
  ]);

/**
 * Runs `work`, which must only read and not wait, and ends it when it takes too long. Costs about 0.1 ms.
 * @throws what `work` throws; a 422 failure when it was ended
 */
export function limited<T>(work: () => T): T {
  room.work = work;
  try {
    return run.runInContext(room, { timeout: LIMIT }) as T;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw tooCostly();
  } finally {
    delete room.work;
  }
}
