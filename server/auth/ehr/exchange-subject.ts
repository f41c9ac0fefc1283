// Who stands behind a subject token of a token exchange, and with which patient: read from the EHR itself, matched here, asked when not sure.
// https://www.rfc-editor.org/rfc/rfc8693#section-2.1
import type { Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import { decodeJwt } from 'jose';
import type { Sql } from '../../db/pool.ts';
import type { UserDirectory } from '../directory.ts';
import type { Issuer, Issuers } from './issuer.ts';
import { readResource } from './issuer-http.ts';
import { createIdTokenVerifier, type IdTokenClaims, TokenRefused, useOnce } from './issuer-token.ts';
import { type LocalPatient, matchPatient } from './link.ts';
import { type Charts, NPI } from './link-charts.ts';
import {
  confirmedPatient,
  confirmPatient,
  keepConfirmation,
  linkedUser,
  requestLink,
  takeConfirmation,
} from './link-store.ts';

/** The EHRs that are trusted, and what is looked up here for their users and patients. */
export interface Trust {
  issuers: Issuers;
  charts: Charts;
}

export interface SubjectDeps {
  sql: Sql;
  now: () => Date;
  users: UserDirectory;
  trust: Trust;
}

/** Parameters of an exchange that say who and which patient. */
export interface SubjectParameters {
  subject_token: string;
  /** FHIR base of the EHR; absent: found by the issuer of the subject token. */
  ehr?: string | undefined;
  /** The EHR's access token, for reading the patient and the practitioner there. */
  ehr_access_token?: string | undefined;
  /** Logical id at the EHR of the patient whose chart is open there. */
  ehr_patient?: string | undefined;
  nonce?: string | undefined;
  /** Logical id here of the patient whom the user confirmed. */
  patient?: string | undefined;
}

/** For whom tokens are made. */
export interface Bound {
  username: string;
  patient?: string;
}

/** What the user, or an administrator, has to do first; told in the member `interaction` of the error. */
export type Interaction =
  | { type: 'link_user'; code: string }
  | { type: 'unknown_patient' }
  | {
      type: 'confirm_patient';
      patients: readonly LocalPatient[];
      /** Sent as `subject_token` with `patient`, of this type, once the user has said who it is. */
      subject_token: string;
      subject_token_type: string;
    };

/** No token yet: somebody has to do something first. */
export class InteractionRequired extends Error {
  override readonly name = 'InteractionRequired';
  readonly interaction: Interaction;

  constructor(interaction: Interaction, message: string) {
    super(message);
    this.interaction = interaction;
  }
}

export const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
/** A code of ours that takes an exchange up again after its user has said which patient is meant. */
export const CONFIRMATION = 'https://throughline.example/fhir/token-type/patient-confirmation';

const FHIR_ID = /^[A-Za-z0-9.-]{1,64}$/;
const PERSON = /^(Practitioner|PractitionerRole)\/([A-Za-z0-9.-]{1,64})$/;

/** The trusted EHR that a request comes from. @throws TokenRefused */
function issuerOf({ issuers }: Trust, { ehr, subject_token: token }: SubjectParameters): Issuer {
  const issuer = ehr === undefined ? issuers.signing(claimedIssuer(token)) : issuers.find(ehr);
  if (issuer) return issuer;
  throw new TokenRefused(
    ehr === undefined
      ? 'The issuer of the subject_token is not one trusted EHR. Name it in the parameter ehr, or ask an administrator to register it.'
      : 'The EHR named in the parameter ehr is not trusted here. Ask an administrator to register it.',
  );
}

function claimedIssuer(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new TokenRefused('The subject_token is not a signed JWT.');
  }
}

/** NPI of the EHR's user, read from the Practitioner there; undefined when there is none to read. */
async function npiOf(
  issuer: Issuer,
  { fhirUser }: IdTokenClaims,
  token: string,
): Promise<string | undefined> {
  if (typeof fhirUser !== 'string') return undefined;
  const below = (reference = '') => PERSON.exec(reference.replace(`${issuer.fhirBase}/`, ''));
  let [, type, id] = below(fhirUser) ?? [];
  if (type === 'PractitionerRole') {
    const role = await readResource<PractitionerRole>(issuer, 'PractitionerRole', id!, token);
    [, type, id] = below(role.practitioner?.reference) ?? [];
  }
  if (type !== 'Practitioner') return undefined;
  const { identifier } = await readResource<Practitioner>(issuer, 'Practitioner', id!, token);
  const numbers = new Set(
    identifier?.flatMap(({ system, value }) => (system === NPI && value ? [value] : [])),
  );
  return numbers.size === 1 ? [...numbers][0] : undefined;
}

/** The one active local user with an NPI. */
async function userWithNpi({ sql, users, trust }: SubjectDeps, npi: string): Promise<string | undefined> {
  const references = await trust.charts.withNpi(npi);
  const rows = await sql<{ username: string }[]>`
    select username from auth_user where fhir_user = any(${references}) or npi = ${npi}`;
  const active = (await Promise.all(rows.map(({ username }) => users.find(username)))).filter(Boolean);
  return active.length === 1 ? active[0]!.username : undefined;
}

/** The local user of an EHR's user: linked by an administrator, or by NPI. @throws InteractionRequired */
async function localUser(
  deps: SubjectDeps,
  issuer: Issuer,
  claims: IdTokenClaims,
  token: string | undefined,
): Promise<string> {
  const { sql, now, users } = deps;
  const linked = await linkedUser(sql, issuer.issuer, claims.sub);
  if (linked && (await users.find(linked))) return linked;
  if (!linked && issuer.matchNpi && token) {
    const npi = await npiOf(issuer, claims, token);
    const username = npi && (await userWithNpi(deps, npi));
    if (username) return username;
  }
  const code = await requestLink(sql, now(), issuer.issuer, claims.sub);
  throw new InteractionRequired(
    { type: 'link_user', code },
    'The account of this user is not linked here yet. An administrator links it with the code.',
  );
}

/** The local patient of the EHR's open chart. @throws InteractionRequired */
async function localPatient(
  { sql, now, trust }: SubjectDeps,
  { fhirBase, patientSystems }: Issuer,
  username: string,
  chart: Patient,
): Promise<string> {
  const { identifier, name, birthDate } = chart;
  const ehrPatient = chart.id!;
  const trusted = (identifier ?? []).filter(
    ({ system, value, use }) => system && value && use !== 'old' && patientSystems.includes(system),
  );
  const family = name?.find(({ family, use }) => family && use !== 'old')?.family;
  const confirmed = await confirmedPatient(sql, fhirBase, ehrPatient);
  const match = matchPatient({
    birthDate,
    identified: await trust.charts.withIdentifier(trusted),
    confirmed: confirmed === undefined ? undefined : await trust.charts.patient(confirmed),
    alike: family && birthDate ? await trust.charts.alike(family, birthDate) : [],
  });
  if (match.sure) return match.patient.id;
  if (!match.candidates.length)
    throw new InteractionRequired(
      { type: 'unknown_patient' },
      'The patient of the open chart is not known here.',
    );
  const candidates = match.candidates.map(({ id }) => id);
  const code = await keepConfirmation(sql, now(), { username, fhirBase, ehrPatient, candidates });
  throw new InteractionRequired(
    {
      type: 'confirm_patient',
      patients: match.candidates,
      subject_token: code,
      subject_token_type: CONFIRMATION,
    },
    'Which patient here is the one of the open chart is not sure. The user has to say it.',
  );
}

/** What of the request this EHR's registration does not allow, or is not readable. @throws TokenRefused */
function checkChart(
  { readsCharts }: Issuer,
  { ehr_patient: patient, ehr_access_token: token }: SubjectParameters,
) {
  if (!readsCharts && (token || patient))
    throw new TokenRefused(
      'The access token of this EHR is not used here. Leave ehr_access_token and ehr_patient out.',
    );
  if (patient !== undefined && !FHIR_ID.test(patient))
    throw new TokenRefused('The parameter ehr_patient has to be the logical id of a Patient at the EHR.');
  if (patient !== undefined && !token)
    throw new TokenRefused(
      'The parameter ehr_patient needs ehr_access_token, with which the patient is read.',
    );
}

/**
 * The ways in which a subject token says for whom tokens are to be made, by its type.
 * Each throws TokenRefused, EhrFailure or InteractionRequired.
 */
export function subjectReaders(deps: SubjectDeps) {
  const { sql, now, users, trust } = deps;
  const verify = createIdTokenVerifier(now);

  const fromIdToken = async (parameters: SubjectParameters): Promise<Bound> => {
    const { subject_token: idToken, ehr_access_token: token, ehr_patient: patient, nonce } = parameters;
    const issuer = issuerOf(trust, parameters);
    checkChart(issuer, parameters);
    const claims = await verify(issuer, idToken, {
      ...(nonce !== undefined && { nonce }),
      ...(token && { accessToken: token }),
    });
    await useOnce(sql, idToken, claims);
    const username = await localUser(deps, issuer, claims, token);
    if (patient === undefined || !token) return { username };
    const chart = await readResource<Patient>(issuer, 'Patient', patient, token);
    return { username, patient: await localPatient(deps, issuer, username, chart) };
  };

  const fromConfirmation = async ({
    subject_token: code,
    patient = '',
  }: SubjectParameters): Promise<Bound> => {
    const awaited = await takeConfirmation(sql, now(), code);
    const valid =
      awaited && trust.issuers.find(awaited.fhirBase) && (await users.find(awaited.username)) !== undefined;
    if (!valid)
      throw new TokenRefused('The confirmation has expired or was used. Open the app from the EHR again.');
    if (!awaited.candidates.includes(patient))
      throw new TokenRefused('The parameter patient has to be one of the patients that were offered.');
    await confirmPatient(sql, now(), awaited, patient);
    return { username: awaited.username, patient };
  };

  return new Map([
    [ID_TOKEN, fromIdToken],
    [CONFIRMATION, fromConfirmation],
  ]);
}
