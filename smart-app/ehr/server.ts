// The demo EHR's back end as the chart uses it: who can be chosen, and a launch.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import type { OperationOutcome } from '@medplum/fhirtypes';

export interface User {
  username: string;
  name: string;
  role: string;
}

export interface ChartPatient {
  id: string;
  name: string;
  birthDate?: string;
  gender?: string;
  /** Medical record number. */
  mrn?: string;
}

export interface Context {
  /** The server's own address; the chart works only there. */
  publicUrl: string;
  users: readonly User[];
  patients: readonly ChartPatient[];
}

/** The body of an answer. @throws Error with the server's own sentence when it refuses */
export async function answer<T>(response: Response): Promise<T> {
  if (response.ok) return response.json();
  const outcome: Partial<OperationOutcome> = await response.json().catch(() => ({}));
  const said = outcome.issue?.[0]?.diagnostics;
  throw new Error(
    said ?? `The server answered with status ${response.status}. Is it running with demo data?`,
  );
}

/** Users and patients of the demo; undefined where no demo data is loaded. */
export async function readContext(): Promise<Context | undefined> {
  const response = await fetch('/ehr/context', { headers: { accept: 'application/json' } });
  return response.status === 404 ? undefined : answer<Context>(response);
}

/** What a launch is made of. */
export interface LaunchRequest {
  readonly user: string;
  readonly patient?: string;
  readonly intent?: string;
  /** The app shows who the patient is; absent: the launch does not say. */
  readonly needPatientBanner?: boolean;
  readonly style?: 'light' | 'dark';
}

export interface Launched {
  readonly launch: string;
  /** FHIR base. */
  readonly iss: string;
  /** The address to open in the frame. */
  readonly url: string;
  /** By the handle the chart knows whose message it is. */
  readonly messaging: { readonly handle: string };
}

/** Makes a launch. */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const response = await fetch('/ehr/launch', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  return answer<Launched>(response);
}
