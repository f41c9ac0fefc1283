// Who exists: the local users and the registered clients, in PostgreSQL, and what the authorization server asks about patients.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import type { Sql } from '../db/pool.ts';

/** A local user. `fhirUser` is a relative reference such as `PractitionerRole/nurse`, `role` a code of cn-role. */
export interface User {
  username: string;
  name: string;
  role: string;
  fhirUser: string;
}

/** Look-up of local users. */
export interface UserDirectory {
  find(username: string): Promise<User | undefined>;
  /** All users, by name of the account. */
  list(): Promise<User[]>;
}

/** A registered client: its id, its name for people, the scopes it may be given and its OAuth metadata (RFC 7591). */
export interface Client {
  id: string;
  name: string;
  /** Space-separated SMART scopes; what is asked beyond them is not granted. */
  scope: string;
  metadata: {
    redirect_uris: string[];
    grant_types: string[];
    response_types: string[];
    token_endpoint_auth_method: string;
  };
}

/** Look-up of registered clients. */
export interface ClientDirectory {
  find(id: string): Promise<Client | undefined>;
  /** All clients, by id. */
  list(): Promise<Client[]>;
}

/** What a patient list shows; `birthDate` as FHIR writes it. */
export interface PatientChoice {
  id: string;
  name: string;
  birthDate?: string;
  gender?: string;
  /** Medical record number. */
  mrn?: string;
}

/** Look-up of patients, given by the composition root (the authorization server knows no store). */
export interface PatientDirectory {
  find(id: string): Promise<PatientChoice | undefined>;
  /** The patients to choose from, a first page of them, by name. */
  list(): Promise<PatientChoice[]>;
}

/** The users of table `auth_user`. */
export function userDirectory(sql: Sql): UserDirectory {
  return {
    async find(username) {
      const [row] = await sql<User[]>`
        select username, name, role, fhir_user as "fhirUser" from auth_user where username = ${username}`;
      return row;
    },
    async list() {
      return [
        ...(await sql<User[]>`
        select username, name, role, fhir_user as "fhirUser" from auth_user order by username`),
      ];
    },
  };
}

/** The clients of table `auth_client`. */
export function clientDirectory(sql: Sql): ClientDirectory {
  return {
    async find(id) {
      const [row] = await sql<Client[]>`select id, name, scope, metadata from auth_client where id = ${id}`;
      return row;
    },
    async list() {
      return [...(await sql<Client[]>`select id, name, scope, metadata from auth_client order by id`)];
    },
  };
}

/** Adds users or brings them up to date, all in one statement. */
export async function saveUsers(sql: Sql, users: readonly User[]): Promise<void> {
  if (!users.length) return;
  const rows = users.map(({ username, name, role, fhirUser }) => ({
    username,
    name,
    role,
    fhir_user: fhirUser,
  }));
  await sql`
    insert into auth_user ${sql(rows, 'username', 'name', 'role', 'fhir_user')}
    on conflict (username) do update set name = excluded.name, role = excluded.role, fhir_user = excluded.fhir_user`;
}

/** Adds clients or brings them up to date. */
export async function saveClients(sql: Sql, clients: readonly Client[]): Promise<void> {
  for (const { id, name, scope, metadata } of clients) {
    await sql`
      insert into auth_client (id, name, scope, metadata) values (${id}, ${name}, ${scope}, ${sql.json(metadata)})
      on conflict (id) do update set name = excluded.name, scope = excluded.scope, metadata = excluded.metadata`;
  }
}
