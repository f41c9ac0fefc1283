// What apps may do for a user: the grants that live, the answers that are remembered, and how both are taken back.
// https://www.rfc-editor.org/rfc/rfc7009#section-2.1
import type { Sql } from '../../db/pool.ts';
import type { Revocations } from '../token/revocation.ts';

/** One app and what a user has allowed it. */
export interface AllowedApp {
  clientId: string;
  /** Words of the scope parameter: those that were allowed, and those of grants that live. */
  words: string[];
  /** When the user answered, or the oldest living grant was made. */
  since: Date;
}

export interface Grants {
  /** The apps that a user has allowed something, or that hold a grant of theirs. */
  list(username: string): Promise<AllowedApp[]>;
  /**
   * Takes back the grants of a user, of one app or of all: their codes, refresh tokens and access tokens end, and the
   * answers of the user are forgotten.
   */
  revoke(username: string, clientId?: string): Promise<void>;
  /** Ends what an app holds while its user is there; what it may do in their absence (offline_access) stays. */
  signOut(username: string, clientId: string): Promise<void>;
}

interface Row {
  clientId: string;
  allowed: string[] | null;
  openid: string | null;
  resources: Record<string, string> | null;
  since: Date;
}

const wordsOf = ({ allowed, openid, resources }: Row): string[] => [
  ...(allowed ?? []),
  ...[openid ?? '', ...Object.values(resources ?? {})].flatMap((scope) => scope.split(' ')),
];

/** The grants in the records of the authorization server. */
export function createGrants(sql: Sql, now: () => Date, revocations: Pick<Revocations, 'grant'>): Grants {
  /** Ends grants and all that was made from them. */
  const end = async (which: ReturnType<Sql>): Promise<void> => {
    const rows = await sql<{ id: string }[]>`select id from auth_record where kind = 'Grant' and ${which}`;
    const ids = rows.map(({ id }) => id);
    for (const id of ids) await revocations.grant(id);
    await sql`delete from auth_record where grant_id = any(${ids}) or (kind = 'Grant' and id = any(${ids}))`;
    await sql`delete from auth_launch where grant_id = any(${ids})`;
  };
  return {
    async list(username) {
      const rows = await sql<Row[]>`
        select client_id as "clientId", allowed, null as openid, null as resources, answered_at as since
        from auth_consent where username = ${username}
        union all
        select payload ->> 'clientId', null, payload -> 'openid' ->> 'scope', payload -> 'resources',
          to_timestamp((payload ->> 'iat')::bigint)
        from auth_record
        where kind = 'Grant' and payload ->> 'accountId' = ${username} and expires_at > ${now()}
        order by since`;
      const apps = new Map<string, AllowedApp>();
      for (const row of rows) {
        const { clientId, since } = row;
        const { words } =
          apps.get(clientId) ?? apps.set(clientId, { clientId, words: [], since }).get(clientId)!;
        words.push(...wordsOf(row).filter((word) => word && !words.includes(word)));
      }
      return [...apps.values()];
    },
    async revoke(username, clientId) {
      await end(sql`payload ->> 'accountId' = ${username}
        ${clientId === undefined ? sql`` : sql`and payload ->> 'clientId' = ${clientId}`}`);
      await sql`
        delete from auth_consent where username = ${username}
          ${clientId === undefined ? sql`` : sql`and client_id = ${clientId}`}`;
    },
    signOut: (username, clientId) =>
      end(sql`payload ->> 'accountId' = ${username} and payload ->> 'clientId' = ${clientId}
        and not 'offline_access' = any(string_to_array(coalesce(payload -> 'openid' ->> 'scope', ''), ' '))`),
  };
}
