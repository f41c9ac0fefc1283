// Access tokens that were taken back before they expired: known to every process within a second, asked from memory.
// https://www.rfc-editor.org/rfc/rfc7009#section-3 (revoking self-contained access tokens)
import type { Sql } from '../../db/pool.ts';

/** The claims by which an access token is known: its own id, and the id of the grant that it was made from. */
export interface RevocableToken {
  jti?: unknown;
  grant_id?: unknown;
}

export interface Revocations {
  /** Whether a token of ours was revoked, alone or with its grant. */
  has(token: RevocableToken): boolean;
  /** Revokes one access token; known here at once. `expires`: when it would have ended by itself. */
  token(jti: string, expires: Date): Promise<void>;
  /** Revokes all access tokens of a grant, those that are made from now on too. */
  grant(grantId: string): Promise<void>;
  /** Learns what other processes have revoked since the last time. */
  refresh(): Promise<void>;
  /** Forgets what has expired by itself. */
  removeExpired(): Promise<void>;
}

/** How long the access tokens of a grant can still be good: their whole life, and some for clocks that differ. */
const LONGEST_TOKEN_MS = (3600 + 300) * 1000;
/** Rows become visible when their transaction ends: each look goes back so far behind the one before. */
const OVERLAP = '10 seconds';

/** The revocations of table `auth_revocation`. */
export async function createRevocations(sql: Sql, now: () => Date): Promise<Revocations> {
  const revoked = new Map<string, number>();
  let seen: Date | null = null;

  const revoke = async (id: string, expires: Date) => {
    if (revoked.has(id)) return;
    revoked.set(id, expires.getTime());
    const stored = sql`
      insert into auth_revocation (id, expires_at) values (${id}, ${expires})
      on conflict (id) do update set expires_at = greatest(auth_revocation.expires_at, excluded.expires_at)`;
    await stored.catch((error: unknown) => {
      revoked.delete(id);
      throw error;
    });
  };
  const holds = (id: unknown) => typeof id === 'string' && revoked.has(id);
  const revocations: Revocations = {
    has: ({ jti, grant_id }) => revoked.size > 0 && (holds(jti) || holds(grant_id)),
    token: revoke,
    grant: (grantId) => revoke(grantId, new Date(now().getTime() + LONGEST_TOKEN_MS)),
    async refresh() {
      const rows = await sql<{ id: string | null; expires: Date; at: Date }[]>`
        select r.id, r.expires_at as expires, clock.at
        from (select clock_timestamp() as at) clock
        left join auth_revocation r on r.revoked_at > coalesce(${seen}::timestamptz - ${OVERLAP}::interval, '-infinity')`;
      for (const { id, expires } of rows) if (id) revoked.set(id, expires.getTime());
      seen = rows[0]!.at;
    },
    async removeExpired() {
      const date = now();
      for (const [id, expires] of revoked) if (expires < date.getTime()) revoked.delete(id);
      await sql`delete from auth_revocation where expires_at < ${date}`;
    },
  };
  await revocations.refresh();
  return revocations;
}
