// Finds the authorization server of a FHIR base through its SMART configuration.
// https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
import type { AuthorizationServer, Client } from 'oauth4webapi';
import { LaunchFailure } from './failure.ts';

/** This app as the authorization server knows it: public, so without a secret. */
export const CLIENT: Client = { client_id: 'throughline-app', token_endpoint_auth_method: 'none' };

/** Signature algorithms of id_tokens; the SMART configuration does not carry the server's own list. */
const ID_TOKEN_ALGORITHMS = ['RS256', 'RS384', 'ES256', 'ES384'];

/** The address this app is sent back to after sign-in; registered with the authorization server. */
export const redirectUri = (): string => `${location.origin}${import.meta.env.BASE_URL}`;

/**
 * Reads `{iss}/.well-known/smart-configuration`.
 * Only a FHIR base on the app's own origin is trusted: the app never signs in for a server that a link names.
 * @throws LaunchFailure `untrusted`, `unreachable`
 */
export async function discover(iss: string): Promise<AuthorizationServer> {
  if (originOf(iss) !== location.origin) throw new LaunchFailure('untrusted', iss);
  const response = await fetch(`${iss.replace(/\/$/, '')}/.well-known/smart-configuration`, {
    headers: { accept: 'application/json' },
  }).catch(() => undefined);
  if (!response?.ok) throw new LaunchFailure('unreachable');
  const found: unknown = await response.json().catch(() => undefined);
  if (!isConfiguration(found)) throw new LaunchFailure('unreachable');
  return { id_token_signing_alg_values_supported: ID_TOKEN_ALGORITHMS, ...found };
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
