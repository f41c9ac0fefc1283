// Slows down who tries passwords: a delay that doubles, by account and by address, kept in PostgreSQL for all processes.
// https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#protect-against-automated-attacks
import { createHash } from 'node:crypto';
import type { Sql } from '../../db/pool.ts';

/** After `free` tries the delay starts at a second and doubles with each; `most` (seconds) is the longest. */
interface Pace {
  free: number;
  most: number;
}

/** An address may be that of a whole clinic, so it is given more. */
const PACES: Readonly<Record<'account' | 'address', Pace>> = {
  account: { free: 5, most: 15 * 60 },
  address: { free: 30, most: 15 * 60 },
};
/** Seconds without a try after which all is forgotten. */
const FORGOTTEN = 24 * 3600;

export interface Throttle {
  /**
   * Counts a try before it is made. Tries that have to wait are not counted, so waiting always ends.
   * @returns seconds to wait; 0 when the try may be made
   */
  take(username: string, address: string): Promise<number>;
  /** The try was right: the account starts anew. The address does not, as one right password proves nothing of the rest. */
  succeeded(username: string): Promise<void>;
}

/** What is stored in place of names and addresses, as people type passwords where names belong. */
const keyOf = (text: string) => createHash('sha256').update(text.trim().toLowerCase()).digest('base64url');

/** The throttle of log-in in table `auth_throttle`. */
export function createThrottle(sql: Sql, now: () => Date): Throttle {
  /** One statement, so that of tries at the same time each sees those before it. */
  const count = async (kind: keyof typeof PACES, text: string): Promise<number> => {
    const date = now();
    const { free, most } = PACES[kind];
    const old = new Date(date.getTime() - FORGOTTEN * 1000);
    const [row] = await sql<{ openAt: Date }[]>`
      insert into auth_throttle as t (kind, key, tries, tried_at, open_at)
      values (${kind}, ${keyOf(text)}, 1, ${date}, ${date})
      on conflict (kind, key) do update set
        tries = case when t.tried_at < ${old} then 1 else t.tries + 1 end,
        tried_at = ${date},
        open_at = ${date}::timestamptz + make_interval(secs => case
          when t.tried_at < ${old} or t.tries + 1 < ${free} then 0
          else least(${most}, power(2, least(t.tries + 1 - ${free}, 20))) end)
      where t.open_at <= ${date}
      returning open_at as "openAt"`;
    if (row) return 0;
    const [waiting] = await sql<{ openAt: Date }[]>`
      select open_at as "openAt" from auth_throttle where kind = ${kind} and key = ${keyOf(text)}`;
    return waiting ? Math.max(1, Math.ceil((waiting.openAt.getTime() - date.getTime()) / 1000)) : 0;
  };
  return {
    async take(username, address) {
      await sql`delete from auth_throttle where tried_at < ${new Date(now().getTime() - FORGOTTEN * 1000)}`;
      return (await count('address', address)) || count('account', username);
    },
    async succeeded(username) {
      await sql`delete from auth_throttle where kind = 'account' and key = ${keyOf(username)}`;
    },
  };
}
