// The registered clients, in PostgreSQL: who they are, what they may be given, and what holds for them when no user is there.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import type { Sql } from '../../db/pool.ts';
import type { PatientSet } from '../../fhir/access.ts';
import type { Revocations } from '../token/revocation.ts';

/** A registered client: its id, its name for people, the scopes it may be given and its OAuth metadata (RFC 7591). */
export interface Client {
  id: string;
  name: string;
  /** Space-separated SMART scopes; what is asked beyond them is not granted. */
  scope: string;
  /** Code of cn-role whose policy holds for the client itself, when it asks without a user. */
  role?: string | null;
  /** The patients of the client: members of a payer, of a quality system's groups. */
  members?: readonly PatientSet[] | null;
  /** The organisation consents for its users, so they are not asked; absent: as it was, at first false. */
  preapproved?: boolean;
  metadata: ClientMetadata;
}

/** OAuth metadata as stored; a secret only as its hash (client-metadata.ts). */
export interface ClientMetadata {
  redirect_uris: string[];
  grant_types: string[];
  response_types: string[];
  token_endpoint_auth_method: string;
  token_endpoint_auth_signing_alg?: string;
  client_secret?: string;
  jwks?: { keys: object[] };
  jwks_uri?: string;
  /** May ask about every access token, as a server that holds resources does; others only about their own. */
  resource_server?: boolean;
  [more: string]: unknown;
}

/** Look-up of registered clients. */
export interface ClientDirectory {
  find(id: string): Promise<Client | undefined>;
  /** All clients, by id. */
  list(): Promise<Client[]>;
}

/** The clients of table `auth_client`. */
export function clientDirectory(sql: Sql): ClientDirectory {
  return {
    async find(id) {
      const [row] = await sql<Client[]>`
        select id, name, scope, role, members, metadata from auth_client where id = ${id}`;
      return row;
    },
    async list() {
      return [
        ...(await sql<
          Client[]
        >`select id, name, scope, role, members, preapproved, metadata from auth_client order by id`),
      ];
    },
  };
}

/** Adds clients or brings them up to date. */
export async function saveClients(sql: Sql, clients: readonly Client[]): Promise<void> {
  for (const { id, name, scope, role = null, members = null, preapproved = null, metadata } of clients) {
    await sql`
      insert into auth_client (id, name, scope, role, members, preapproved, metadata)
      values (${id}, ${name}, ${scope}, ${role}, ${members && sql.json(members as never)},
              coalesce(${preapproved}::boolean, false), ${sql.json(metadata as never)})
      on conflict (id) do update set name = excluded.name, scope = excluded.scope, role = excluded.role,
        members = excluded.members, metadata = excluded.metadata,
        preapproved = coalesce(${preapproved}::boolean, auth_client.preapproved)`;
  }
}

/** Lets the organisation consent for all users of a client. @returns false when there is no such client */
export const approveClient = (sql: Sql, id: string): Promise<boolean> =>
  changeClient(sql, id, { preapproved: true });

/** What an administrator may change of a client; its metadata are its own. */
export type ClientChange = Partial<Pick<Client, 'name' | 'scope' | 'role' | 'preapproved'>>;

/** Changes a client; what is absent stays. @returns false when there is no such client */
export async function changeClient(sql: Sql, id: string, change: ClientChange): Promise<boolean> {
  const { name, scope, role, preapproved } = change;
  const { count } = await sql`
    update auth_client set name = coalesce(${name ?? null}, name), scope = coalesce(${scope ?? null}, scope),
      role = ${role === undefined ? sql`role` : role},
      preapproved = coalesce(${preapproved ?? null}::boolean, preapproved)
    where id = ${id}`;
  return count > 0;
}

/** Ends what a client was given by users: grants, codes, refresh tokens, and the access tokens of its grants. */
export async function endGrantsOf(
  sql: Sql,
  revocations: Pick<Revocations, 'grant'>,
  id: string,
): Promise<void> {
  const grants = await sql<{ id: string }[]>`
    select id from auth_record where kind = 'Grant' and payload ->> 'clientId' = ${id}`;
  const ids = grants.map((grant) => grant.id);
  for (const grant of ids) await revocations.grant(grant);
  await sql`delete from auth_record where grant_id = any(${ids}) or (kind = 'Grant' and id = any(${ids}))`;
}

/** Removes a client with all it was given. */
export async function removeClient(
  sql: Sql,
  revocations: Pick<Revocations, 'grant'>,
  id: string,
): Promise<boolean> {
  const { count } = await sql`delete from auth_client where id = ${id}`;
  await endGrantsOf(sql, revocations, id);
  await sql`delete from auth_record where payload ->> 'clientId' = ${id}`;
  return count > 0;
}
