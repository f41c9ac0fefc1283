// The SMART EHR launch: from the EHR's link to the sign-in server, and from its answer to a session in memory.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import * as oauth from 'oauth4webapi';
import { CLIENT, discover, redirectUri } from './discovery.ts';
import { LaunchFailure } from './failure.ts';
import { keepPending, takePending } from './pending.ts';
import { createSession, insecure, type Session } from './session.ts';

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
  const server = await discover(iss);
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const nonce = oauth.generateRandomNonce();
  const lang = params.get('lang');
  keepPending(state, { iss, verifier, nonce, ...(lang && { lang }) });
  const url = new URL(server.authorization_endpoint!);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT.client_id,
    redirect_uri: redirectUri(),
    scope: SCOPE,
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
 * Ends a launch: redeems the sign-in server's answer for a session.
 * @param params the query with which the sign-in server came back
 * @throws LaunchFailure
 */
export async function finishLaunch(params: URLSearchParams): Promise<{ session: Session; lang?: string }> {
  const state = params.get('state');
  const pending = state ? takePending(state) : undefined;
  if (!state || !pending) throw new LaunchFailure('state');
  const server = await discover(pending.iss);
  const answer = checkAnswer(server, params, state);
  const token = await redeem(server, answer, pending);
  const session = createSession(server, pending.iss, token);
  return { session, ...(pending.lang && { lang: pending.lang }) };
}

function checkAnswer(
  server: oauth.AuthorizationServer,
  params: URLSearchParams,
  state: string,
): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, CLIENT, params, state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw new LaunchFailure('state');
    const reason = error.error === 'access_denied' ? 'denied' : 'refused';
    throw new LaunchFailure(reason, error.error_description);
  }
}

async function redeem(
  server: oauth.AuthorizationServer,
  answer: URLSearchParams,
  { verifier, nonce }: { verifier: string; nonce: string },
): Promise<oauth.TokenEndpointResponse> {
  try {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      CLIENT,
      oauth.None(),
      answer,
      redirectUri(),
      verifier,
      insecure(),
    );
    return await oauth.processAuthorizationCodeResponse(server, CLIENT, response, { expectedNonce: nonce });
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) throw new LaunchFailure('expired', error.error_description);
    throw new LaunchFailure('token');
  }
}
