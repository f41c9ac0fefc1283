// Connections to PostgreSQL: few, pipelined, with named statements (postgres.js), lent to everyone as `Sql`.
import postgres from 'postgres';
import { guardTransactions } from './transaction-guard.ts';

/** A tagged-template connection pool of postgres.js. */
export type Sql = postgres.Sql<Record<string, never>>;
/** A connection inside a transaction. */
export type Transaction = postgres.TransactionSql<Record<string, never>>;

export interface PoolOptions {
  /** Most connections; each is pipelined, so a few serve many callers. */
  max: number;
  /**
   * Plan every execution with its own values (searches), instead of once for all (reads and writes, where planning would
   * cost as much as the work).
   */
  customPlans?: boolean;
  /** Milliseconds after which PostgreSQL ends a statement. */
  statementTimeout?: number;
}

/** Most seconds between two tries to connect, so that a database that is back is found soon. */
const MAX_WAIT = 1;

/**
 * Opens a pool. Connections are made on first use and again after a loss. Transactions have connections of their own, at most
 * as many again: a BEGIN behind other statements may find the pipeline or the socket full, and then the driver does not set
 * the connection apart for it, but leaves it inside a transaction that nobody ends.
 */
export function openPool(url: string, options: PoolOptions): Sql {
  const sql = openConnections(url, options, () => {});
  let closed = 0;
  const transactions = openConnections(url, options, () => {
    closed++;
  });
  const { begin } = guardTransactions(transactions, () => closed);
  const ends = [sql.end, transactions.end];
  const end: Sql['end'] = async (how) => void (await Promise.all(ends.map((one) => one(how))));
  return Object.assign(sql, { begin, end });
}

function openConnections(url: string, options: PoolOptions, onclose: () => void): Sql {
  return postgres(url, {
    max: options.max,
    connect_timeout: 5,
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, MAX_WAIT) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    onclose,
    connection: {
      application_name: 'throughline',
      timezone: 'UTC',
      statement_timeout: options.statementTimeout ?? 30_000,
      plan_cache_mode: options.customPlans ? 'force_custom_plan' : 'force_generic_plan',
      // As text: the driver leaves out what is false or 0.
      jit: 'off',
      // A merge is thought cheap where it may stop early; in the order of surrogates, which are hashes, that is luck.
      ...(options.customPlans && { enable_mergejoin: 'off' }),
      // Index pages are in memory as a rule, and cores are busy with other requests: neither is worth a sequential scan.
      random_page_cost: 1.1,
      max_parallel_workers_per_gather: '0',
      client_min_messages: 'warning',
    },
  }) as unknown as Sql;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);
const RETRIABLE = new Set(['40001', '40P01', '55P03']);
const codeOf = (error: unknown): string => String((error as { code?: unknown })?.code ?? '');

/** True when the database cannot be reached or is going down; the request may be tried again later. */
export const isUnreachable = (error: unknown): boolean => UNREACHABLE.has(codeOf(error));
/** True when a statement is beyond what PostgreSQL can do (class 54): too deep, too many columns or arguments. */
export const isTooComplex = (error: unknown): boolean => /^54...$/.test(codeOf(error));
/** True when PostgreSQL ended the statement at its time limit. */
export const isTimeout = (error: unknown): boolean => codeOf(error) === '57014';

/**
 * Runs `work` again, whole, when PostgreSQL refused it for serialization, deadlock or a lock timeout.
 * @param attempts how often at most; the wait grows with jitter (5, 10, 20 … ms)
 */
export async function retry<T>(work: () => Promise<T>, attempts = 6): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!RETRIABLE.has(codeOf(error)) || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 * 2 ** (attempt - 1) * (0.5 + Math.random())));
    }
  }
}
