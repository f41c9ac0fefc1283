// What is remembered between trusted EHRs and us: confirmed patients, confirmations that are awaited, users who are not linked yet.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { Sql } from '../../db/pool.ts';

/** An exchange that waits for its user to say which local patient is meant. */
export interface Confirmation {
  username: string;
  fhirBase: string;
  ehrPatient: string;
  /** Ids of the local patients who may be chosen. */
  candidates: string[];
}

const CONFIRMATION_MS = 10 * 60_000;
const LINK_REQUEST_MS = 14 * 24 * 3600_000;
/** Letters and digits that nobody mixes up on the telephone. */
const LETTERS = '23456789BCDFGHJKMNPQRSTVWXZ';
const CODE_LENGTH = 8;

const later = (now: Date, milliseconds: number) => new Date(now.getTime() + milliseconds);
const hashed = (code: string) => createHash('sha256').update(code).digest('base64url');

/** Keeps a confirmation that is awaited, for ten minutes. @returns the code that takes it up again, good once */
export async function keepConfirmation(sql: Sql, now: Date, content: Confirmation): Promise<string> {
  const code = randomBytes(32).toString('base64url');
  await sql`
    insert into auth_confirmation (code, content, expires_at)
    values (${hashed(code)}, ${sql.json(content as never)}, ${later(now, CONFIRMATION_MS)})`;
  return code;
}

/** Takes a confirmation up; undefined when it is unknown, used or too old. */
export async function takeConfirmation(sql: Sql, now: Date, code: string): Promise<Confirmation | undefined> {
  const [row] = await sql<{ content: Confirmation; expires_at: Date }[]>`
    delete from auth_confirmation where code = ${hashed(code)} returning content, expires_at`;
  return row && row.expires_at > now ? row.content : undefined;
}

/** The local patient whom somebody confirmed to be this patient of an EHR. */
export async function confirmedPatient(
  sql: Sql,
  fhirBase: string,
  ehrPatient: string,
): Promise<string | undefined> {
  const [row] = await sql<{ patient: string }[]>`
    select patient from auth_patient_link where fhir_base = ${fhirBase} and ehr_patient = ${ehrPatient}`;
  return row?.patient;
}

/** Stores that a user confirmed a patient; a later confirmation replaces an earlier one. */
export async function confirmPatient(
  sql: Sql,
  now: Date,
  { fhirBase, ehrPatient, username }: Confirmation,
  patient: string,
): Promise<void> {
  await sql`
    insert into auth_patient_link (fhir_base, ehr_patient, patient, confirmed_by, confirmed_at)
    values (${fhirBase}, ${ehrPatient}, ${patient}, ${username}, ${now})
    on conflict (fhir_base, ehr_patient) do update set patient = excluded.patient,
      confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at`;
}

/** Forgets a confirmed patient. @returns whether there was one */
export async function forgetPatient(sql: Sql, fhirBase: string, ehrPatient: string): Promise<boolean> {
  const { count } = await sql`
    delete from auth_patient_link where fhir_base = ${fhirBase} and ehr_patient = ${ehrPatient}`;
  return count > 0;
}

/** The local account that an administrator linked to a subject of an issuer. */
export async function linkedUser(sql: Sql, issuer: string, subject: string): Promise<string | undefined> {
  const [row] = await sql<{ username: string }[]>`
    select username from auth_identity where issuer = ${issuer} and subject = ${subject}`;
  return row?.username;
}

/** The code by which an administrator links a user who is nobody here; the same one each time, for two weeks. */
export async function requestLink(sql: Sql, now: Date, issuer: string, subject: string): Promise<string> {
  const letters = Array.from({ length: CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const [row] = await sql<{ code: string }[]>`
    insert into auth_link_request (code, issuer, subject, expires_at)
    values (${letters}, ${issuer}, ${subject}, ${later(now, LINK_REQUEST_MS)})
    on conflict (issuer, subject) do update set expires_at = excluded.expires_at
    returning code`;
  return row!.code;
}

/**
 * Links the user who was shown this code to a local account.
 * @returns what stands in the way: no such code, or no such account
 */
export async function linkUser(
  sql: Sql,
  now: Date,
  code: string,
  username: string,
): Promise<'code' | 'username' | undefined> {
  const [user] = await sql`select from auth_user where username = ${username}`;
  if (!user) return 'username';
  const wanted = code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const { count } = await sql`
    with request as (
      delete from auth_link_request where code = ${wanted} and expires_at > ${now} returning issuer, subject)
    insert into auth_identity (issuer, subject, username)
    select issuer, subject, ${username} from request
    on conflict (issuer, subject) do update set username = excluded.username`;
  return count ? undefined : 'code';
}

/** Deletes what nobody can use any more. */
export async function removeExpiredLinks(sql: Sql, now: Date): Promise<void> {
  await sql`delete from auth_exchange where expires_at < ${now}`;
  await sql`delete from auth_confirmation where expires_at < ${now}`;
  await sql`delete from auth_link_request where expires_at < ${now}`;
}
