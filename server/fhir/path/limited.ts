// A time limit for expressions that callers send: patterns and criteria in each other can take longer than anybody waits.
import { createContext, Script } from 'node:vm';
import { type FhirError, issue, unprocessable } from '../errors.ts';

/** Milliseconds for one evaluation; what is meant well takes microseconds. */
const LIMIT = 250;

const room: { work?: () => unknown } = createContext({});
const run = new Script('work()');
let isRunning = false;

const isTimeout = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** 422: an evaluation that was ended. */
export const tooCostly = (milliseconds = LIMIT): FhirError =>
  unprocessable([
    issue(
      'too-costly',
      `The FHIRPath expression takes longer than ${milliseconds} ms here. Write it without criteria in each other and with simpler patterns.`,
    ),
  ]);

/**
 * Runs `work`, which must only read and not wait, and ends it when it takes too long: in the middle of anything, without
 * its `finally`. Costs about 0.1 ms. Inside another limited work only that one's limit counts, for two that end together
 * would let the outer one go on.
 * @param milliseconds how long is too long
 * @throws what `work` throws; a 422 failure when it was ended
 */
export function limited<T>(work: () => T, milliseconds = LIMIT): T {
  if (isRunning) return work();
  isRunning = true;
  room.work = work;
  try {
    return run.runInContext(room, { timeout: milliseconds }) as T;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw tooCostly(milliseconds);
  } finally {
    isRunning = false;
    delete room.work;
  }
}
