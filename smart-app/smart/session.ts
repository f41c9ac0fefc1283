// A signed-in session: who uses the app, for which patient, and a fetch that carries the token, which never leaves this closure.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
import * as oauth from 'oauth4webapi';
import { CLIENT } from './discovery.ts';

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
}

/** The session is over, or its token turned out to be for another patient: the app must be opened again. */
export class SessionEnded extends Error {
  override readonly name = 'SessionEnded';
}

/** Plain HTTP is accepted where the app itself is served over it (a server on loopback). */
export const insecure = (): oauth.TokenEndpointRequestOptions =>
  location.protocol === 'http:' ? { [oauth.allowInsecureRequests]: true } : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What an EHR said of a launch beside who and which patient: `need_patient_banner`, `intent`. */
export type LaunchWords = Readonly<Record<string, unknown>>;

/**
 * Makes the session from a checked token answer.
 * @param words what the EHR said of the launch, where it is another server than that of the token
 */
export function createSession(
  server: oauth.AuthorizationServer,
  iss: string,
  answer: oauth.TokenEndpointResponse,
  words: LaunchWords = answer,
): Session {
  const base = iss.replace(/\/$/, '');
  const patient = text(answer.patient);
  const intent = text(words.intent);
  const fhirUser = text(oauth.getValidatedIdTokenClaims(answer)?.fhirUser)?.replace(`${base}/`, '');
  const tokens = createTokens(server, answer, patient);

  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = path ? `${base}/${path}` : base;
    const token = tokens.current();
    const response = await authorized(url, init, token);
    return response.status === 401 ? authorized(url, init, await tokens.renew(token)) : response;
  };

  return {
    base,
    needPatientBanner: words.need_patient_banner !== false,
    send,
    ...(patient && { patient }),
    ...(intent && { intent }),
    ...(fhirUser && { fhirUser }),
  };
}

async function authorized(url: string, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(url, { ...init, headers, cache: 'no-store' });
}

/** Holds the tokens of one launch; several requests that meet the same stale token renew it once. */
function createTokens(
  server: oauth.AuthorizationServer,
  answer: oauth.TokenEndpointResponse,
  patient: string | undefined,
) {
  let access = answer.access_token;
  let refresh = answer.refresh_token;
  let renewal: Promise<string> | undefined;

  const redeem = async (): Promise<string> => {
    if (!refresh) throw new SessionEnded();
    try {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        CLIENT,
        oauth.None(),
        refresh,
        insecure(),
      );
      const next = await oauth.processRefreshTokenResponse(server, CLIENT, response);
      if (next.patient !== undefined && next.patient !== patient) throw new SessionEnded();
      access = next.access_token;
      refresh = next.refresh_token ?? refresh;
      return access;
    } catch (error) {
      // Without a network the session is not over: the next try renews it.
      throw error instanceof TypeError ? error : new SessionEnded();
    }
  };

  return {
    current: () => access,
    renew: (stale: string): Promise<string> => {
      if (stale !== access) return Promise.resolve(access);
      renewal ??= redeem().finally(() => {
        renewal = undefined;
      });
      return renewal;
    },
  };
}
