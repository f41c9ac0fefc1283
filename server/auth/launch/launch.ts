// The launch: an opaque handle that an EHR makes for one user, one app and one context; taken once, then the context of a grant.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#apps-that-launch-from-the-ehr
import { randomBytes } from 'node:crypto';
import type { Sql } from '../../db/pool.ts';
import { badRequest } from '../../fhir/errors.ts';
import { contextType, type FhirContextItem, launchProblem } from './context.ts';

/** The client that belongs to this product: public, registered by the server itself. */
export const FIRST_PARTY_CLIENT = 'throughline-app';

/** What an EHR says of the frame that it shows an app in; told to the app beside the token, and to nobody else. */
export interface LaunchFrame {
  /** Address of the style that the app may take on: JSON that any origin may read. */
  styleUrl?: string;
  /** SMART Web Messaging: the origin of the chart's page, and the handle by which it knows this launch. */
  messaging?: { origin: string; handle: string };
}

/** What an EHR says when it launches an app. */
export interface LaunchContext {
  /** Local user whom the EHR has authenticated. */
  username: string;
  /** The only client that may take the launch; the first-party app when absent. */
  clientId?: string;
  /** Logical ids. */
  patient?: string;
  encounter?: string;
  /** Other resources that the app is to know of. */
  fhirContext?: readonly FhirContextItem[];
  intent?: string;
  needPatientBanner?: boolean;
  /** Opaque identifier of the organisation that launches. */
  tenant?: string;
  frame?: LaunchFrame;
}

/** A launch as it is stored. */
export interface Launch {
  id: string;
  username: string;
  patient: string | null;
  encounter: string | null;
  fhirContext: readonly FhirContextItem[] | null;
  intent: string | null;
  needPatientBanner: boolean | null;
  tenant: string | null;
  frame: LaunchFrame | null;
}

const LAUNCH_SECONDS = 300;
const later = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

/**
 * Stores a launch and returns its handle (256 random bits).
 * @throws FhirError 400 when the context is one that the specification does not allow
 */
export async function createLaunch(sql: Sql, now: Date, context: LaunchContext): Promise<string> {
  const problem = launchProblem(context);
  if (problem) throw badRequest(problem);
  const id = randomBytes(32).toString('base64url');
  const { username, clientId = FIRST_PARTY_CLIENT, patient = null, encounter = null, fhirContext } = context;
  const { intent = null, needPatientBanner = null, tenant = null, frame } = context;
  await sql`
    insert into auth_launch (id, client_id, username, patient, encounter, fhir_context, intent, need_patient_banner,
                             tenant, frame, expires_at)
    values (${id}, ${clientId}, ${username}, ${patient}, ${encounter},
            ${fhirContext?.length ? sql.json(fhirContext as never) : null}, ${intent}, ${needPatientBanner},
            ${tenant}, ${frame ? sql.json(frame as never) : null}, ${later(now, LAUNCH_SECONDS)})`;
  return id;
}

const columns = (sql: Sql) =>
  sql`id, username, patient, encounter, fhir_context as "fhirContext", intent,
      need_patient_banner as "needPatientBanner", tenant, frame`;

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
    returning ${columns(sql)}`;
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
  const [row] = await sql<Launch[]>`select ${columns(sql)} from auth_launch where grant_id = ${grantId}`;
  return row;
}

/**
 * Whether a launch has the context that a scope asks for.
 * @param type resource type in lower case, as scopes write it
 * @param inRole the scope names a role: then a patient or encounter in whatever role will do, too
 */
export function hasContext(launch: Launch, type: string, inRole: boolean): boolean {
  const topLevel = type === 'patient' || type === 'encounter' ? type : undefined;
  if (topLevel && launch[topLevel] !== null) return true;
  if (topLevel && !inRole) return false;
  return Boolean(launch.fhirContext?.some((item) => contextType(item)?.toLowerCase() === type));
}

/** Launch context as token answers and introspection carry it; what is not known is left out. */
export function launchParameters(launch: Launch): Record<string, unknown> {
  const { patient, encounter, fhirContext, intent, needPatientBanner, tenant } = launch;
  const told = { patient, encounter, fhirContext, intent, need_patient_banner: needPatientBanner, tenant };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
}

/**
 * What the app is told of the frame that it is shown in.
 * @param style the style of an EHR that names none of its own
 * @param mayMessage the app was given the scope to send messages
 */
export function frameParameters(
  frame: LaunchFrame | null,
  style: string,
  mayMessage: boolean,
): Record<string, string> {
  const messaging = mayMessage ? frame?.messaging : undefined;
  return {
    smart_style_url: frame?.styleUrl ?? style,
    ...(messaging && {
      smart_web_messaging_origin: messaging.origin,
      smart_web_messaging_handle: messaging.handle,
    }),
  };
}
