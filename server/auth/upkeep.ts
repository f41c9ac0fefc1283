// What a running authorization server does by the clock: learns of keys and revocations elsewhere, and deletes what is over.
import type { FastifyInstance } from 'fastify';
import type { Sql } from '../db/pool.ts';
import { removeExpired } from './adapter.ts';
import type { AuthLog } from './deps.ts';
import { type Keys, removeRetiredKeys } from './token/keys.ts';
import type { Revocations } from './token/revocation.ts';

export interface UpkeepDeps {
  sql: Sql;
  now: () => Date;
  keys: Pick<Keys, 'refresh'>;
  revocations: Revocations;
  log: AuthLog;
}

const LEARN_EVERY_MS = 1000;
const CLEAN_EVERY_MS = 10 * 60 * 1000;

/** Starts the clocks; they stop when the server closes. */
export function startUpkeep(app: FastifyInstance, deps: UpkeepDeps): void {
  const { sql, now, keys, revocations, log } = deps;
  const learn = () => Promise.all([keys.refresh(), revocations.refresh()]);
  const clean = () =>
    Promise.all([removeExpired(sql, now()), removeRetiredKeys(sql, now()), revocations.removeExpired()]);

  const every = (milliseconds: number, work: () => Promise<unknown>, complaint: string) => {
    let working = false;
    const timer = setInterval(async () => {
      if (working) return;
      working = true;
      await work().catch((error: Error) => log.warn({ error: error.message }, complaint));
      working = false;
    }, milliseconds).unref();
    app.addHook('onClose', async () => clearInterval(timer));
  };
  every(LEARN_EVERY_MS, learn, 'keys and revocations of other processes are not known here yet');
  every(CLEAN_EVERY_MS, clean, 'expired records remain');
}
