// Who exists: the local users, in PostgreSQL, and what the authorization server asks about patients and their visits.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import type { Sql } from '../db/pool.ts';

/** A local user. `fhirUser` is a relative reference such as `PractitionerRole/nurse`, `role` a code of cn-role. */
export interface User {
  username: string;
  name: string;
  role: string;
  fhirUser: string;
}

/** Code of cn-role of those who administer this server. */
export const ADMIN_ROLE = 'programme-admin';

/** Look-up of local users; who is not active any more is not found. */
export interface UserDirectory {
  find(username: string): Promise<User | undefined>;
  /** All active users, by name of the account. */
  list(): Promise<User[]>;
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
  /** @param account whose choice it is: patients beyond what that user may see are not there */
  find(id: string, account?: string): Promise<PatientChoice | undefined>;
  /**
   * The patients to choose from, a first page of them, by name.
   * @param words of a name, or a record number; without them every patient counts
   * @param account whose choice it is; absent: the demo's, before anybody has signed in
   */
  list(words?: string, account?: string): Promise<PatientChoice[]>;
}

/** The active users of table `auth_user`. */
export function userDirectory(sql: Sql): UserDirectory {
  return {
    async find(username) {
      const [row] = await sql<User[]>`
        select username, name, role, fhir_user as "fhirUser" from auth_user where username = ${username} and active`;
      return row;
    },
    async list() {
      return [
        ...(await sql<User[]>`
        select username, name, role, fhir_user as "fhirUser" from auth_user where active order by username`),
      ];
    },
  };
}

/** The users that may be chosen without a password while DEMO is on: those of the demo that were never given one. */
export function demoUserDirectory(sql: Sql): UserDirectory {
  const eligible = () => sql`active and demo and password_hash is null`;
  return {
    async find(username) {
      const [row] = await sql<User[]>`
        select username, name, role, fhir_user as "fhirUser" from auth_user
        where username = ${username} and ${eligible()}`;
      return row;
    },
    async list() {
      return [
        ...(await sql<User[]>`
        select username, name, role, fhir_user as "fhirUser" from auth_user where ${eligible()} order by username`),
      ];
    },
  };
}

/** Adds demo users or brings them up to date, all in one statement; passwords and identities stay as they are. */
export async function saveUsers(sql: Sql, users: readonly User[]): Promise<void> {
  if (!users.length) return;
  const rows = users.map(({ username, name, role, fhirUser }) => ({
    username,
    name,
    role,
    fhir_user: fhirUser,
    demo: true,
  }));
  await sql`
    insert into auth_user ${sql(rows, 'username', 'name', 'role', 'fhir_user', 'demo')}
    on conflict (username) do update set name = excluded.name, role = excluded.role, fhir_user = excluded.fhir_user`;
}
