// Transactions whose connection is lost: nothing is sent for them any more. The driver would still send their next statement
// or their ROLLBACK: to no socket, which ends the process, or on a connection made anew, where it belongs to nobody.
import { setImmediate } from 'node:timers/promises';
import type { Sql, Transaction } from './pool.ts';

type Work = (transaction: Transaction) => unknown;

const lost = (): Error =>
  Object.assign(new Error('The connection of this transaction was lost.'), { code: 'CONNECTION_CLOSED' });

/** A transaction that refuses to be used when it is over. */
const guarded = (transaction: Transaction, isOver: () => boolean): Transaction =>
  new Proxy(transaction, {
    apply: (target, self, args) => {
      if (isOver()) throw lost();
      return Reflect.apply(target, self, args);
    },
    get: (target, key) => {
      if (isOver()) throw lost();
      return Reflect.get(target, key);
    },
  });

/**
 * What the driver tells the first who uses a connection after the one before was lost: their transaction had not begun, so it
 * is begun again.
 */
const STALE: ReadonlySet<string> = new Set(['57P01', 'CONNECTION_CLOSED', 'ECONNRESET', 'EPIPE']);

/**
 * Replaces `sql.begin` by one that leaves a lost transaction alone: it fails with `CONNECTION_CLOSED`, and its work, which
 * may still go on, can send nothing.
 * @param closed how many connections of the pool have ended so far
 */
export function guardTransactions(sql: Sql, closed: () => number): Sql {
  const begin = sql.begin.bind(sql) as (...args: unknown[]) => Promise<unknown>;
  const guardedBegin = async (...args: unknown[]): Promise<unknown> => {
    const work = args.pop() as Work;
    const once = { started: false };
    try {
      return await attempt(args, work, once);
    } catch (error) {
      if (once.started || !STALE.has(String((error as { code?: unknown })?.code))) throw error;
      return attempt(args, work, once);
    }
  };
  const attempt = async (args: unknown[], work: Work, once: { started: boolean }): Promise<unknown> => {
    const closedBefore = closed();
    let over = false;
    const run = async (transaction: Transaction): Promise<unknown> => {
      once.started = true;
      let done = false;
      try {
        const result = await work(guarded(transaction, () => over));
        done = true;
        return result;
      } finally {
        // The driver rejects `begin` a moment after the statements of a connection that ended.
        if (!done || closed() !== closedBefore) await setImmediate();
        // Without an end the driver sends neither COMMIT nor ROLLBACK.
        if (over) await new Promise(() => {});
      }
    };
    try {
      return await begin(...args, run);
    } finally {
      over = true;
    }
  };
  return Object.assign(sql, { begin: guardedBegin as unknown as Sql['begin'] });
}
