// The SMART EHR launch: from the EHR's link to the sign-in server, and from its answer to a session in memory. A trusted
// EHR of another house signs its user in itself; what it says is then exchanged for a session with our own server.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import * as oauth from 'oauth4webapi';
import { discover, redirectUri, type SignIn } from './discovery.ts';
import { exchange, type Opening } from './exchange.ts';
import { LaunchFailure } from './failure.ts';
import { keepPending, type Pending, takePending } from './pending.ts';
import { createSession, insecure } from './session.ts';

const TYPES: Readonly<Record<string, string>> = {
  Patient: 'rs',
  Task: 'crus',
  ServiceRequest: 'rs',
  Appointment: 'rs',
  CarePlan: 'rus',
  CareTeam: 'rs',
  Practitioner: 'rs',
  PractitionerRole: 'rs',
  Organization: 'rs',
  Flag: 'rs',
  RelatedPerson: 'rs',
  Condition: 'rs',
  Communication: 'rs',
  Goal: 'rs',
  DocumentReference: 'crs',
  DiagnosticReport: 'rs',
  Composition: 'rs',
  Coverage: 'rs',
  Encounter: 'rs',
};

/** What the app asks for: the launch, who the user is, and per type what the screens read and write. */
const SCOPE = [
  'launch openid fhirUser online_access',
  ...Object.entries(TYPES).map(([type, letters]) => `user/${type}.${letters}`),
].join(' ');

/**
 * Begins a launch: the address of the sign-in server to go to, in this same frame.
 * @param params the query of `/app/launch`: `iss`, `launch`, and `lang` if the link carries one
 * @throws LaunchFailure
 */
export async function beginLaunch(params: URLSearchParams): Promise<string> {
  const iss = params.get('iss');
  const launch = params.get('launch');
  if (!iss || !launch) throw new LaunchFailure('no-launch');
  if (!isSecureContext) throw new LaunchFailure('insecure');
  const { server, client, ehr } = await discover(iss);
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const lang = params.get('lang');
  keepPending(state, { iss, verifier, nonce, ...(lang && { lang }) });
  const url = new URL(server.authorization_endpoint!);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri(),
    scope: ehr?.scope ?? SCOPE,
    aud: iss,
    launch,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

/**
 * Ends a launch: redeems the sign-in server's answer for a session, or for what somebody has to do before there is one.
 * @param params the query with which the sign-in server came back
 * @throws LaunchFailure
 */
export async function finishLaunch(params: URLSearchParams): Promise<Opening & { lang?: string }> {
  const state = params.get('state');
  const pending = state ? takePending(state) : undefined;
  if (!state || !pending) throw new LaunchFailure('state');
  const signIn = await discover(pending.iss);
  const token = await redeem(signIn, checkAnswer(signIn, params, state), pending);
  const opening = signIn.ehr
    ? await exchange(signIn.ehr, pending.iss, SCOPE, pending.nonce, token)
    : { session: createSession(signIn.server, pending.iss, token) };
  return { ...opening, ...(pending.lang && { lang: pending.lang }) };
}

function checkAnswer({ server, client }: SignIn, params: URLSearchParams, state: string): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, client, params, state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw new LaunchFailure('state');
    const reason = error.error === 'access_denied' ? 'denied' : 'refused';
    throw new LaunchFailure(reason, error.error_description);
  }
}

async function redeem(
  { server, client, ehr }: SignIn,
  answer: URLSearchParams,
  { iss, verifier, nonce }: Pending,
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
