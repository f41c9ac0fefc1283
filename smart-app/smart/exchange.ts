// What a trusted EHR's sign-in is exchanged for: a session with our own server, or something that somebody has to do first.
// https://www.rfc-editor.org/rfc/rfc8693
import * as oauth from 'oauth4webapi';
import { CLIENT, discover, insecure, type TrustedEhr } from './discovery.ts';
import { LaunchFailure } from './failure.ts';
import { createSession, type LaunchWords, type Session } from './session.ts';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/** A patient among whom the user chooses. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly birthDate?: string;
}

/** What stands between a sign-in at an EHR and a session here. */
export type Link =
  /** The user is nobody here yet; an administrator links the account by the code. */
  | { readonly type: 'link_user'; readonly code: string }
  /** The patient is nobody here. */
  | { readonly type: 'unknown_patient' }
  /** Which patient it is the user has to say. */
  | {
      readonly type: 'confirm_patient';
      readonly patients: readonly Candidate[];
      /** Opens the session for the chosen one. @throws LaunchFailure */
      readonly choose: (id: string) => Promise<Session>;
    };

/** A launch that is through, or waits for somebody. */
export type Opening = { readonly session: Session } | { readonly link: Link };

type Interaction =
  | Exclude<Link, { type: 'confirm_patient' }>
  | {
      type: 'confirm_patient';
      patients: readonly Candidate[];
      subject_token: string;
      subject_token_type: string;
    };

/**
 * Exchanges the checked token answer of an EHR.
 * @param iss the EHR's FHIR base
 * @param scope what is asked for here
 * @throws LaunchFailure
 */
export function exchange(
  { base, readsCharts }: TrustedEhr,
  iss: string,
  scope: string,
  nonce: string,
  answer: oauth.TokenEndpointResponse,
): Promise<Opening> {
  if (!answer.id_token) throw new LaunchFailure('token');
  const patient = typeof answer.patient === 'string' ? answer.patient : undefined;
  const chart = readsCharts && {
    ehr_access_token: answer.access_token,
    ...(patient && { ehr_patient: patient }),
  };
  const subject = { subject_token: answer.id_token, subject_token_type: ID_TOKEN, ehr: iss, nonce, ...chart };
  return openWith(base, scope, subject, answer);
}

async function openWith(
  base: string,
  scope: string,
  subject: Record<string, string>,
  words: LaunchWords,
): Promise<Opening> {
  const { server } = await discover(base);
  try {
    const response = await oauth.genericTokenEndpointRequest(
      server,
      CLIENT,
      oauth.None(),
      TOKEN_EXCHANGE,
      { ...subject, scope },
      insecure(),
    );
    const answer = await oauth.processGenericTokenEndpointResponse(server, CLIENT, response);
    if (subject.patient !== undefined && answer.patient !== subject.patient) throw new LaunchFailure('token');
    return { session: createSession(server, base, answer, { words }) };
  } catch (error) {
    if (error instanceof LaunchFailure) throw error;
    if (!(error instanceof oauth.ResponseBodyError)) throw new LaunchFailure('token');
    const interaction = error.cause.interaction as Interaction | undefined;
    if (error.error !== 'interaction_required' || !interaction)
      throw new LaunchFailure('refused', error.error_description);
    return { link: linkOf(interaction, base, scope, words) };
  }
}

function linkOf(interaction: Interaction, base: string, scope: string, words: LaunchWords): Link {
  if (interaction.type !== 'confirm_patient') return interaction;
  const { patients, subject_token, subject_token_type } = interaction;
  return {
    type: 'confirm_patient',
    patients,
    async choose(patient) {
      const opening = await openWith(base, scope, { subject_token, subject_token_type, patient }, words);
      if ('link' in opening) throw new LaunchFailure('refused');
      return opening.session;
    },
  };
}
