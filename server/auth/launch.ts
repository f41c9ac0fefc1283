// The launch: an opaque handle that an EHR makes for one user, one app and one context; taken once, then the context of a grant.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#apps-that-launch-from-the-ehr
import { randomBytes } from 'node:crypto';
import type { Sql } from '../db/pool.ts';

/** The client that belongs to this product: public, registered by the server itself. */
export const FIRST_PARTY_CLIENT = 'throughline-app';

/** What an EHR says when it launches an app. */
export interface LaunchContext {
  /** Local user whom the EHR has authenticated. */
  username: string;
  /** The only client that may take the launch; the first-party app when absent. */
  clientId?: string;
  /** Logical ids. */
  patient?: string;
  encounter?: string;
  intent?: string;
  needPatientBanner?: boolean;
}

/** A launch as it is stored. */
export interface Launch {
  id: string;
  username: string;
  patient: string | null;
  encounter: string | null;
  intent: string | null;
  needPatientBanner: boolean | null;
}

const LAUNCH_SECONDS = 300;
const later = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

/** Stores a launch and returns its handle (256 random bits). */
export async function createLaunch(sql: Sql, now: Date, context: LaunchContext): Promise<string> {
  const id = randomBytes(32).toString('base64url');
  const { username, clientId = FIRST_PARTY_CLIENT, patient, encounter, intent, needPatientBanner } = context;
  await sql`
    insert into auth_launch (id, client_id, username, patient, encounter, intent, need_patient_banner, expires_at)
    values (${id}, ${clientId}, ${username}, ${patient ?? null}, ${encounter ?? null}, ${intent ?? null},
            ${needPatientBanner ?? null}, ${later(now, LAUNCH_SECONDS)})`;
  return id;
}

/** Takes a launch, so that nobody can take it again; undefined when it is unknown, taken, too old or another client's. */
export async function takeLaunch(
  sql: Sql,
  now: Date,
  id: string,
  clientId: string,
): Promise<Launch | undefined> {
  const [row] = await sql<Launch[]>`
    update auth_launch set used = true
    where id = ${id} and client_id = ${clientId} and not used and expires_at > ${now}
    returning id, username, patient, encounter, intent, need_patient_banner as "needPatientBanner"`;
  return row;
}

/** Makes a taken launch the context of a grant, for as long as the grant lives. */
export async function bindLaunch(
  sql: Sql,
  now: Date,
  id: string,
  grantId: string,
  seconds: number,
): Promise<void> {
  await sql`
    update auth_launch set grant_id = ${grantId}, expires_at = ${later(now, seconds)} where id = ${id}`;
}

/** The context of a grant, for its tokens. */
export async function launchOf(sql: Sql, grantId: string): Promise<Launch | undefined> {
  const [row] = await sql<Launch[]>`
    select id, username, patient, encounter, intent, need_patient_banner as "needPatientBanner"
    from auth_launch where grant_id = ${grantId}`;
  return row;
}
