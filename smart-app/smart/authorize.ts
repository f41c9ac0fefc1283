// The request to a sign-in server and its answer, for launches and for signing in again: code flow with state, nonce and PKCE.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code
import * as oauth from 'oauth4webapi';
import { insecure, redirectUri, type SignIn } from './discovery.ts';
import { LaunchFailure } from './failure.ts';

/** What is needed when the sign-in server answers, beside the state. */
export interface Secrets {
  readonly verifier: string;
  readonly nonce: string;
}

/** What a request asks for. */
export interface Asking {
  /** FHIR base. */
  readonly iss: string;
  readonly scope: string;
  readonly launch?: string;
  /** Begins the state, so that the answer is known for what it is. */
  readonly statePrefix?: string;
  /** Language of the sign-in pages. */
  readonly locale?: string;
}

/** Makes a request: the address to go to, and what to keep for the answer. */
export async function authorizationRequest(
  { server, client }: SignIn,
  { iss, scope, launch, statePrefix = '', locale }: Asking,
): Promise<{ url: string; state: string } & Secrets> {
  const state = statePrefix + oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const url = new URL(server.authorization_endpoint!);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri(),
    scope,
    aud: iss,
    ...(launch && { launch }),
    ...(locale && { ui_locales: locale }),
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  return { url: url.href, state, verifier, nonce };
}

/** The answer, checked to be the one to this state. @throws LaunchFailure */
export function checkAnswer(
  { server, client }: SignIn,
  params: URLSearchParams,
  state: string,
): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, client, params, state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw new LaunchFailure('state');
    const reason = error.error === 'access_denied' ? 'denied' : 'refused';
    throw new LaunchFailure(reason, error.error_description);
  }
}

/** Redeems a checked answer for tokens. @throws LaunchFailure */
export async function redeem(
  { server, client, ehr }: SignIn,
  answer: URLSearchParams,
  iss: string,
  { verifier, nonce }: Secrets,
): Promise<oauth.TokenEndpointResponse> {
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      answer,
      redirectUri(),
      verifier,
      { ...insecure(), ...(ehr && { additionalParameters: { iss } }) },
    );
    return await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce });
  } catch (error) {
    if (!(error instanceof oauth.ResponseBodyError)) throw new LaunchFailure('token');
    throw new LaunchFailure(error.error === 'invalid_grant' ? 'expired' : 'refused', error.error_description);
  }
}
