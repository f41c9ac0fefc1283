// Administration of what is no FHIR: trusted EHRs, registered apps, accounts and exports, over the addresses of docs/administration.md.
// Holidays, rate tables and policies are resources, for the client of client.ts.
import type { Send } from './client.ts';
import { FhirFailure, Unreachable } from './failure.ts';

/** A trusted EHR. */
export interface Ehr {
  readonly id: string;
  readonly fhirBase: string;
  readonly name: string;
  /** This app as a client there. */
  readonly clientId: string;
  readonly issuer: string;
  readonly jwksUri: string;
  readonly scope: string;
  readonly patientSystems: readonly string[];
  readonly frameOrigins: readonly string[];
  readonly readsCharts: boolean;
  readonly matchNpi: boolean;
  readonly active: boolean;
  /** What the EHR is given where this app proves itself by a key. */
  readonly publicKeys?: { readonly keys: readonly object[] };
}

/** What may be said of an EHR; what is absent stays, or is asked of the EHR. */
export type EhrChange = Partial<Omit<Ehr, 'id' | 'fhirBase' | 'publicKeys'>> & { readonly makeKey?: boolean };

/** A registered app or back-end service. */
export interface RegisteredClient {
  readonly id: string;
  readonly name: string;
  /** The most that it may be given. */
  readonly scope: string;
  /** Code of cn-role whose policy holds when it asks without a user. */
  readonly role: string | null;
  /** The organisation consents for its users. */
  readonly preapproved: boolean;
  readonly authentication: string;
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly jwksUri?: string;
  readonly members?: readonly object[];
}

export type ClientChange = Partial<Pick<RegisteredClient, 'name' | 'scope' | 'role' | 'preapproved'>>;

/** With which one app registers itself; shown once. */
export interface Invitation {
  readonly initialAccessToken: string;
  readonly registrationEndpoint: string;
  /** Instant. */
  readonly expiresAt: string;
  readonly scope: string;
  readonly role: string | null;
}

/** An account. */
export interface AdminUser {
  readonly username: string;
  readonly name: string;
  /** Code of cn-role. */
  readonly role: string;
  /** `PractitionerRole/nurse` */
  readonly fhirUser: string;
  readonly active: boolean;
  readonly hasPassword: boolean;
  readonly locale: string | null;
  readonly npi: string | null;
  readonly email: string | null;
}

export type UserChange = Partial<Omit<AdminUser, 'username' | 'hasPassword'>>;
export type NewUser = Pick<AdminUser, 'username' | 'name' | 'role' | 'fhirUser'> &
  Partial<Pick<AdminUser, 'locale' | 'npi' | 'email'>>;

/** A bulk export of anybody's. */
export interface ExportJob {
  readonly id: string;
  /** Kick-off address. */
  readonly url: string;
  readonly subject: string;
  readonly client?: string;
  readonly status: 'queued' | 'in-progress' | 'completed' | 'failed';
  /** Instant. */
  readonly requestedAt: string;
  /** Resource types asked for, and how many are written. */
  readonly types: number;
  readonly done: number;
  readonly output: readonly { readonly type: string; readonly count: number }[];
}

/** What the screens of administration ask and change. Every refusal is a FhirFailure with the server's sentence. */
export interface Administration {
  ehrs(): Promise<readonly Ehr[]>;
  addEhr(ehr: EhrChange & Pick<Ehr, 'fhirBase' | 'clientId'>): Promise<Ehr>;
  changeEhr(id: string, change: EhrChange): Promise<Ehr>;
  removeEhr(id: string): Promise<void>;
  /** Takes back whom somebody confirmed to be a patient of the EHR (its id there): the next launch asks again. */
  forgetPatient(ehr: string, patient: string): Promise<void>;
  /** Links the EHR's user who was shown the code. */
  linkUser(code: string, username: string): Promise<void>;
  clients(): Promise<readonly RegisteredClient[]>;
  invite(bounds: { readonly scope?: string; readonly role?: string }): Promise<Invitation>;
  changeClient(id: string, change: ClientChange): Promise<RegisteredClient>;
  removeClient(id: string): Promise<void>;
  users(): Promise<readonly AdminUser[]>;
  addUser(user: NewUser): Promise<AdminUser>;
  changeUser(username: string, change: UserChange): Promise<AdminUser>;
  exports(): Promise<readonly ExportJob[]>;
  /** Ends an export, and removes its files. */
  cancelExport(id: string): Promise<void>;
}

interface Refusal {
  error_description?: unknown;
}

/** The refusal of the authorization server as the failures that screens tell. */
function failureOf(status: number, body: unknown): FhirFailure {
  const sentence = (body as Refusal | undefined)?.error_description;
  if (typeof sentence !== 'string') return new FhirFailure(status);
  const issue = [{ severity: 'error' as const, code: 'processing' as const, diagnostics: sentence }];
  return new FhirFailure(status, { resourceType: 'OperationOutcome', issue });
}

/** @param sendTo the session's, for addresses beside FHIR */
export function createAdministration(sendTo: Send): Administration {
  const request = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await sendTo(`auth/admin/${path}`, {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw error instanceof TypeError ? new Unreachable() : error;
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw failureOf(response.status, answer);
    return answer as T;
  };
  const listOf = async <T>(name: string): Promise<readonly T[]> =>
    (await request<Record<string, readonly T[]>>('GET', name))[name] ?? [];
  const one = (list: string, id: string) => `${list}/${encodeURIComponent(id)}`;
  return {
    ehrs: () => listOf('ehrs'),
    addEhr: (ehr) => request('POST', 'ehrs', ehr),
    changeEhr: (id, change) => request('PUT', one('ehrs', id), change),
    removeEhr: (id) => request('DELETE', one('ehrs', id)),
    forgetPatient: (ehr, patient) => request('DELETE', one(`${one('ehrs', ehr)}/patients`, patient)),
    linkUser: async (code, username) => void (await request('POST', 'links', { code, username })),
    clients: () => listOf('clients'),
    invite: (bounds) => request('POST', 'clients', bounds),
    changeClient: (id, change) => request('PUT', one('clients', id), change),
    removeClient: (id) => request('DELETE', one('clients', id)),
    users: () => listOf('users'),
    addUser: (user) => request('POST', 'users', user),
    changeUser: (username, change) => request('PUT', one('users', username), change),
    exports: () => listOf('exports'),
    cancelExport: (id) => request('DELETE', one('exports', id)),
  };
}
