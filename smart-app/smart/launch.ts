// The SMART launches: from the EHR's link, or from the app's own address, to the sign-in server, and from its answer to a
// session in memory. A trusted EHR of another house signs its user in itself; what it says is then exchanged for a session
// with our own server.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { createAgain } from './again.ts';
import { authorizationRequest, checkAnswer, redeem } from './authorize.ts';
import { ADMIN_SCOPE, discover } from './discovery.ts';
import { exchange, type Opening } from './exchange.ts';
import { LaunchFailure } from './failure.ts';
import { keepPending, takePending } from './pending.ts';
import { createSession } from './session.ts';

const TYPES: Readonly<Record<string, string>> = {
  Appointment: 'crus',
  Basic: 'cruds',
  CarePlan: 'rus',
  CareTeam: 'rs',
  Communication: 'crus',
  Composition: 'crs',
  Condition: 'crus',
  Consent: 'rs',
  Coverage: 'rs',
  DeviceRequest: 'crus',
  DiagnosticReport: 'rs',
  DocumentReference: 'crs',
  Encounter: 'rs',
  EpisodeOfCare: 'rs',
  Flag: 'rs',
  Goal: 'rs',
  Group: 'rs',
  HealthcareService: 'crus',
  InsurancePlan: 'crus',
  Location: 'rs',
  Observation: 'crus',
  Organization: 'rs',
  OrganizationAffiliation: 'crus',
  Patient: 'rs',
  PlanDefinition: 'rs',
  Practitioner: 'rs',
  PractitionerRole: 'rs',
  Provenance: 'rs',
  Questionnaire: 'rs',
  QuestionnaireResponse: 'crus',
  RelatedPerson: 'rs',
  Schedule: 'rs',
  ServiceRequest: 'crus',
  Slot: 'rs',
  Task: 'crus',
};

/** What the app asks for: who the user is, and per type what the screens read and write. */
const SCOPE = [
  `openid fhirUser online_access ${ADMIN_SCOPE}`,
  ...Object.entries(TYPES).map(([type, letters]) => `user/${type}.${letters}`),
].join(' ');
/** In a chart, what it launched for as well, and to ask it to open its own screens. */
const LAUNCH_SCOPE = `launch messaging/ui.launchActivity ${SCOPE}`;

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
  return authorize(iss, { launch, lang: params.get('lang') });
}

/**
 * Begins a launch without a chart: the user signs in at our own server, and chooses patients in the app.
 * @param params the query of `/app/`: `lang` if the link carries one
 * @throws LaunchFailure
 */
export async function beginStandalone(params: URLSearchParams): Promise<string> {
  if (!isSecureContext) throw new LaunchFailure('insecure');
  return authorize(`${location.origin}/fhir`, { lang: params.get('lang') });
}

/** The address of the sign-in server for a FHIR base; what is needed on the way back is kept. */
async function authorize(
  iss: string,
  { launch, lang }: { launch?: string; lang: string | null },
): Promise<string> {
  const signIn = await discover(iss);
  const scope = signIn.ehr?.scope ?? (launch ? LAUNCH_SCOPE : SCOPE);
  const { url, state, ...secrets } = await authorizationRequest(signIn, {
    iss,
    scope,
    ...(launch && { launch }),
  });
  keepPending(state, { iss, ...secrets, ...(lang && { lang }) });
  return url;
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
  const { iss } = pending;
  const token = await redeem(signIn, checkAnswer(signIn, params, state), iss, pending);
  const opening = signIn.ehr
    ? await exchange(signIn.ehr, iss, LAUNCH_SCOPE, pending.nonce, token)
    : {
        session: createSession(signIn.server, iss, token, { again: createAgain(signIn, iss, SCOPE, token) }),
      };
  return { ...opening, ...(pending.lang && { lang: pending.lang }) };
}
