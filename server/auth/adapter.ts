// Where oidc-provider keeps its records: one PostgreSQL table for all kinds, and the registered clients read from theirs.
// https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js (the contract)
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Sql } from '../db/pool.ts';
import type { ClientDirectory } from './directory.ts';

const payloadOf = ([row]: readonly { payload?: AdapterPayload }[]): AdapterPayload | undefined =>
  row?.payload;

/** Makes the adapter of one kind of record (`Session`, `Grant`, `RefreshToken` …). */
export function createAdapter(sql: Sql, now: () => Date, kind: string): Adapter {
  const expiry = (seconds?: number) => (seconds ? new Date(now().getTime() + seconds * 1000) : null);
  const live = () => sql`kind = ${kind} and (expires_at is null or expires_at > ${now()})`;
  return {
    async upsert(id, payload, expiresIn) {
      const { grantId = null, userCode = null, uid = null } = payload;
      await sql`
        insert into auth_record (kind, id, payload, grant_id, user_code, uid, expires_at)
        values (${kind}, ${id}, ${sql.json(payload as never)}, ${grantId}, ${userCode}, ${uid}, ${expiry(expiresIn)})
        on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
          user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`;
    },
    find: async (id) => payloadOf(await sql`select payload from auth_record where id = ${id} and ${live()}`),
    findByUid: async (uid) =>
      payloadOf(await sql`select payload from auth_record where uid = ${uid} and ${live()}`),
    findByUserCode: async (code) =>
      payloadOf(await sql`select payload from auth_record where user_code = ${code} and ${live()}`),
    // Of two requests that redeem the same code or refresh token at once, one wins here.
    async consume(id) {
      const seconds = Math.floor(now().getTime() / 1000);
      const { count } = await sql`
        update auth_record set payload = payload || ${sql.json({ consumed: seconds })}
        where kind = ${kind} and id = ${id} and not payload ? 'consumed'`;
      if (!count) throw new errors.InvalidGrant('It was used before.');
    },
    async destroy(id) {
      await sql`delete from auth_record where kind = ${kind} and id = ${id}`;
    },
    async revokeByGrantId(grantId) {
      await sql`delete from auth_record where kind = ${kind} and grant_id = ${grantId}`;
    },
  };
}

/** The adapter of clients: they are registered through `saveClients`, never by oidc-provider. */
export function createClientAdapter(clients: ClientDirectory): Adapter {
  const readOnly = async (): Promise<void> => {
    throw new Error('clients are registered with saveClients');
  };
  return {
    async find(id) {
      const client = await clients.find(id);
      return (
        client && { client_id: id, client_name: client.name, allowed_scope: client.scope, ...client.metadata }
      );
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}

/** Deletes what has expired: records, and launches that nobody can use any more. */
export async function removeExpired(sql: Sql, now: Date): Promise<void> {
  await sql`delete from auth_record where expires_at < ${now}`;
  await sql`delete from auth_launch where expires_at < ${now}`;
}
