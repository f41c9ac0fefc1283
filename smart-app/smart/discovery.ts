// Where the app signs in: at the authorization server of our own FHIR base, or at that of an EHR which our server trusts.
// https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type TokenEndpointRequestOptions,
} from 'oauth4webapi';
import { LaunchFailure } from './failure.ts';

/** This app as our own authorization server knows it: public, so without a secret. */
export const CLIENT: Client = { client_id: 'throughline-app', token_endpoint_auth_method: 'none' };

/** The scope of administration: given to programme administrators who sign in at our own server, left out for all others. */
export const ADMIN_SCOPE = '__admin';

/** A trusted EHR as our server tells of it. */
export interface TrustedEhr {
  /** Scopes to ask for there. */
  readonly scope: string;
  /** Our server reads the patient from the EHR, with the user's access token there. */
  readonly readsCharts: boolean;
  /** Our own FHIR base, whose tokens the EHR's are exchanged for. */
  readonly base: string;
}

/** A server to sign in at, and this app as its client. `ehr` is there when it is another house's. */
export interface SignIn {
  readonly server: AuthorizationServer;
  readonly client: Client;
  readonly ehr?: TrustedEhr;
}

/** Signature algorithms of id_tokens; the SMART configuration does not carry the server's own list. */
const ID_TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];

/** Plain HTTP is accepted where the app itself is served over it (a server on loopback). */
export const insecure = (): TokenEndpointRequestOptions =>
  location.protocol === 'http:' ? { [allowInsecureRequests]: true } : {};

/** The address this app is sent back to after sign-in; registered with the authorization server. */
export const redirectUri = (): string => `${location.origin}${import.meta.env.BASE_URL}`;

/**
 * Finds where to sign in for the FHIR base that a launch names. An address on the app's own origin says so itself; of any
 * other our own server is asked: the app never signs in for a server that only a link names.
 * @throws LaunchFailure `untrusted`, `unreachable`
 */
export const discover = (iss: string): Promise<SignIn> =>
  originOf(iss) === location.origin ? ownSignIn(iss) : ehrSignIn(iss);

async function ownSignIn(iss: string): Promise<SignIn> {
  const { body } = await ask(`${iss.replace(/\/$/, '')}/.well-known/smart-configuration`);
  if (!isConfiguration(body)) throw new LaunchFailure('unreachable');
  return { server: { id_token_signing_alg_values_supported: ID_TOKEN_ALGORITHMS, ...body }, client: CLIENT };
}

async function ehrSignIn(iss: string): Promise<SignIn> {
  const { status, body } = await ask(`/auth/ehr?${new URLSearchParams({ iss })}`);
  if (status === 404) throw new LaunchFailure('untrusted', iss);
  if (!isConfiguration(body)) throw new LaunchFailure('unreachable');
  const { issuer, authorization_endpoint, token_endpoint, ...told } = body;
  const { client_id, scope, reads_charts, fhir_base } = told as Record<string, unknown>;
  return {
    server: {
      issuer,
      authorization_endpoint: authorization_endpoint!,
      token_endpoint: token_endpoint!,
      id_token_signing_alg_values_supported: ID_TOKEN_ALGORITHMS,
    },
    client: { client_id: String(client_id), token_endpoint_auth_method: 'none' },
    ehr: { scope: String(scope), readsCharts: reads_charts === true, base: String(fhir_base) },
  };
}

async function ask(address: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(address, { headers: { accept: 'application/json' } }).catch(() => undefined);
  if (!response) throw new LaunchFailure('unreachable');
  return { status: response.status, body: await response.json().catch(() => undefined) };
}

function originOf(address: string): string | undefined {
  try {
    return new URL(address).origin;
  } catch {
    return undefined;
  }
}

const isConfiguration = (value: unknown): value is AuthorizationServer =>
  typeof value === 'object' &&
  value !== null &&
  ['issuer', 'authorization_endpoint', 'token_endpoint'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  );
