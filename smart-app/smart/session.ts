// A signed-in session: who uses the app, for which patient, and a fetch that carries the token, which never leaves this closure.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
import * as oauth from 'oauth4webapi';
import type { Again } from './again.ts';
import { ADMIN_SCOPE } from './discovery.ts';
import { createTokens, type Resume, type StandingStore } from './tokens.ts';

export { SessionEnded } from './tokens.ts';

/** The launch's context and an authorized fetch. One per launch; another launch makes another session. */
export interface Session {
  /** FHIR base, without a trailing slash. */
  readonly base: string;
  /** Logical id of the launched patient; absent when the EHR launched without one. */
  readonly patient?: string;
  /** The EHR shows no patient banner of its own, or does not say. */
  readonly needPatientBanner: boolean;
  readonly intent?: string;
  /** `PractitionerRole/nurse`: the user as a reference on this server. */
  readonly fhirUser?: string;
  /** Fetches `path` under the base (the base itself when empty) with the token; renews the token once when it has run out. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>;
  /** The same for what this server has beside FHIR: `auth/admin/users`, `events`. */
  readonly sendTo: (path: string, init?: RequestInit) => Promise<Response>;
  /** The token is also good for administration: the user is a programme administrator who signed in here. */
  readonly administers: boolean;
  /** Whether the session goes on, waits for a sign-in, or is over. */
  readonly standing: StandingStore;
  /** Signs the user in again; undefined where only the EHR can. */
  readonly resume?: Resume;
  /** Address of the EHR's style. */
  readonly styleUrl?: string;
  /** How the chart's page around the app takes messages. */
  readonly messaging?: Messaging;
}

/** https://hl7.org/fhir/smart-web-messaging/#smart-launch-context-parameters */
export interface Messaging {
  /** The only origin that messages go to and come from. */
  readonly origin: string;
  /** By it the EHR knows which launch a message belongs to. */
  readonly handle: string;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What an EHR said of a launch beside who and which patient: `need_patient_banner`, `intent`, its style, its messages. */
export type LaunchWords = Readonly<Record<string, unknown>>;

/**
 * Makes the session from a checked token answer.
 * @param words what the EHR said of the launch, where it is another server than that of the token
 * @param again signs the user in again, where they sign in at our own server
 */
export function createSession(
  server: oauth.AuthorizationServer,
  iss: string,
  answer: oauth.TokenEndpointResponse,
  { words = answer, again }: { words?: LaunchWords; again?: Again } = {},
): Session {
  const base = iss.replace(/\/$/, '');
  const patient = text(answer.patient);
  const intent = text(words.intent);
  const fhirUser = text(oauth.getValidatedIdTokenClaims(answer)?.fhirUser)?.replace(`${base}/`, '');
  const tokens = createTokens(server, answer, patient, again);
  const { standing, resume } = tokens;
  const styleUrl = text(words.smart_style_url);
  const messaging = messagingOf(words);

  const fetchWithToken = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const token = tokens.current();
    const response = await authorized(url, init, token);
    return response.status === 401 ? authorized(url, init, await tokens.renew(token)) : response;
  };

  return {
    base,
    needPatientBanner: words.need_patient_banner !== false,
    send: (path, init) => fetchWithToken(path ? `${base}/${path}` : base, init),
    sendTo: (path, init) => fetchWithToken(new URL(`../${path}`, `${base}/`).href, init),
    administers: text(answer.scope)?.split(' ').includes(ADMIN_SCOPE) === true,
    ...(patient && { patient }),
    ...(intent && { intent }),
    ...(fhirUser && { fhirUser }),
    standing,
    ...(resume && { resume }),
    ...(styleUrl && { styleUrl }),
    ...(messaging && { messaging }),
  };
}

function messagingOf(words: LaunchWords): Messaging | undefined {
  const origin = text(words.smart_web_messaging_origin);
  const handle = text(words.smart_web_messaging_handle);
  return origin && handle ? { origin, handle } : undefined;
}

async function authorized(url: string, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(url, { ...init, headers, cache: 'no-store' });
}
