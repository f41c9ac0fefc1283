// The short session of the account pages: a cookie of a quarter of an hour, known to the server by its hash only.
// https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html
import { hash, randomBytes } from 'node:crypto';
import type { Sql } from '../../db/pool.ts';
import { createAdapter } from '../adapter.ts';
import { cookie, readCookie } from '../page/cookie.ts';

/** Who uses the account pages. `token` has to come back with every form. */
export interface AccountSession {
  username: string;
  token: string;
}

export interface AccountSessions {
  /** Begins a session. @returns the Set-Cookie header */
  begin(username: string): Promise<string>;
  /** The session of a request, from its Cookie header. */
  of(header: string | undefined): Promise<AccountSession | undefined>;
  /** Ends the session of a request. @returns the Set-Cookie header that takes the cookie away */
  end(header: string | undefined): Promise<string>;
}

const NAME = 'throughline_account';
const SECONDS = 15 * 60;
const random = () => randomBytes(32).toString('base64url');
const keyOf = (secret: string) => hash('sha256', secret, 'base64url');

/** Sessions among the records of the authorization server; `address` is that of the pages. */
export function createSessions(sql: Sql, now: () => Date, address: string): AccountSessions {
  const records = createAdapter(sql, now, 'AccountSession');
  return {
    async begin(username) {
      const secret = random();
      await records.upsert(keyOf(secret), { accountId: username, token: random() }, SECONDS);
      return cookie(NAME, secret, address, SECONDS);
    },
    async of(header) {
      const secret = readCookie(header, NAME);
      const found = secret ? await records.find(keyOf(secret)) : undefined;
      return found && { username: String(found.accountId), token: String(found.token) };
    },
    async end(header) {
      const secret = readCookie(header, NAME);
      if (secret) await records.destroy(keyOf(secret));
      return cookie(NAME, '', address, 0);
    },
  };
}
