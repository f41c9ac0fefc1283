// Where oidc-provider keeps its records: one PostgreSQL table for all kinds but clients and access tokens.
// https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js (the contract)
import { hash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Sql } from '../db/pool.ts';
import type { Revocations } from './token/revocation.ts';

type Found = readonly { payload?: AdapterPayload }[];
const payloadOf = ([row]: Found): AdapterPayload | undefined => row?.payload;

/** Kinds whose id is a secret of somebody else: only its hash is kept, so that the table opens no door. */
const SECRET = new Set([
  'AuthorizationCode',
  'RefreshToken',
  'InitialAccessToken',
  'RegistrationAccessToken',
]);

/** Makes the adapter of one kind of record (`Session`, `Grant`, `RefreshToken` …). */
export function createAdapter(sql: Sql, now: () => Date, kind: string, revocations?: Revocations): Adapter {
  const secret = SECRET.has(kind);
  const keyOf = (id: string) => (secret ? hash('sha256', id, 'base64url') : id);
  const expiry = (seconds?: number) => (seconds ? new Date(now().getTime() + seconds * 1000) : null);
  const live = () => sql`kind = ${kind} and (expires_at is null or expires_at > ${now()})`;
  /** An assertion's id that is remembered already is not remembered again: of two at once, one wins. */
  const replaceable = () =>
    kind === 'ReplayDetection' ? sql`where auth_record.expires_at <= ${now()}` : sql``;
  return {
    async upsert(id, { jti, ...rest }, expiresIn) {
      const { grantId = null, userCode = null, uid = null } = rest;
      const payload = secret ? rest : { ...rest, jti };
      const { count } = await sql`
        insert into auth_record (kind, id, payload, grant_id, user_code, uid, expires_at)
        values (${kind}, ${keyOf(id)}, ${sql.json(payload as never)}, ${grantId}, ${userCode}, ${uid}, ${expiry(expiresIn)})
        on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
          user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at ${replaceable()}`;
      if (!count) throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
    },
    async find(id) {
      const payload = payloadOf(
        await sql<Found>`select payload from auth_record where id = ${keyOf(id)} and ${live()}`,
      );
      return payload && secret ? { ...payload, jti: id } : payload;
    },
    findByUid: async (uid) =>
      payloadOf(await sql<Found>`select payload from auth_record where uid = ${uid} and ${live()}`),
    findByUserCode: async (code) =>
      payloadOf(await sql<Found>`select payload from auth_record where user_code = ${code} and ${live()}`),
    // Of two requests that redeem the same code or refresh token at once, one wins here.
    async consume(id) {
      const seconds = Math.floor(now().getTime() / 1000);
      const { count } = await sql`
        update auth_record set payload = payload || ${sql.json({ consumed: seconds })}
        where kind = ${kind} and id = ${keyOf(id)} and not payload ? 'consumed'`;
      if (!count) throw new errors.InvalidGrant('It was used before.');
    },
    async destroy(id) {
      await sql`delete from auth_record where kind = ${kind} and id = ${keyOf(id)}`;
      if (kind === 'Grant') await revocations?.grant(id);
    },
    async revokeByGrantId(grantId) {
      await sql`delete from auth_record where kind = ${kind} and grant_id = ${grantId}`;
    },
  };
}

/** Deletes what has expired: records, and launches that nobody can use any more. */
export async function removeExpired(sql: Sql, now: Date): Promise<void> {
  await sql`delete from auth_record where expires_at < ${now}`;
  await sql`delete from auth_launch where expires_at < ${now}`;
}
