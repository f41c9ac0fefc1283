// The authorization server in one piece: what app.ts mounts (register), what http asks on every request (guard), what an EHR calls (launch).
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import type { FastifyInstance } from 'fastify';
import type { Access } from '../fhir/access.ts';
import { clientDirectory } from './client/directory.ts';
import { createClientKeys } from './client/keys.ts';
import { createCurrentProvider } from './current-provider.ts';
import type { AuthDeps } from './deps.ts';
import type { AuthEvent } from './events.ts';
import { createGuard } from './guard.ts';
import { createLaunch, type LaunchContext } from './launch/launch.ts';
import { registerAuthorizationServer } from './mount.ts';
import { createProvider } from './provider.ts';
import { presentedTokens } from './token/access-token.ts';
import { loadKeys } from './token/keys.ts';
import { createRevocations } from './token/revocation.ts';

export { upstreamOf } from './account/upstream.ts';
export type { Client, ClientDirectory } from './client/directory.ts';
export { clientDirectory, saveClients } from './client/directory.ts';
export type { AuthDeps, AuthLog } from './deps.ts';
export type { PatientChoice, PatientDirectory, User, UserDirectory } from './directory.ts';
export { demoUserDirectory, saveUsers, userDirectory } from './directory.ts';
export { encounterDirectory, patientDirectory } from './directory-charts.ts';
export type { Trust } from './ehr/exchange-subject.ts';
export { createTrust } from './ehr/issuer-trust.ts';
export type { FindResources } from './ehr/link-charts.ts';
export type { AuthEvent } from './events.ts';
export type { LaunchContext } from './launch/launch.ts';
export {
  createPolicies,
  isPolicy,
  POLICY_CODE,
  type Policies,
  policyProblems,
  readPolicies,
} from './policy/policies.ts';

export interface Auth {
  /** Mounts `/auth/*` and `/fhir/.well-known/smart-configuration`. */
  register(app: FastifyInstance): Promise<void>;
  /**
   * The caller of a request, from its bearer token; verified here, without a network call.
   * @throws FhirError 401 when the token is missing, expired, altered or made for somebody else
   */
  guard(headers: { authorization?: string | undefined }): Promise<Access>;
  /** Makes a launch and returns its handle, for the `launch` parameter: good once, for five minutes. */
  launch(context: LaunchContext): Promise<string>;
}

/** Builds the authorization server on one database; its keys are made on the first start and shared by all processes. */
export async function createAuth(deps: AuthDeps): Promise<Auth> {
  const { sql, now, policies, prepare, log, config } = deps;
  const keys = await loadKeys(sql, now);
  const clients = clientDirectory(sql);
  const revocations = await createRevocations(sql, now);
  const standings = { generation: policies.generation, policy: policies.of, client: clients.find };
  const { publicUrl } = config;
  const presented = presentedTokens({ publicUrl, sql, now, clients, keys, revocations });
  const clientKeys = createClientKeys(() => now().getTime());
  const onEvent = (event: AuthEvent) => {
    try {
      deps.onEvent?.(event);
    } catch (error) {
      log.error({ kind: event.kind, error: (error as Error).message }, 'an event was not recorded');
    }
  };
  const parts = { ...deps, clients, clientKeys, keys, revocations, presented, onEvent };
  const guard = createGuard({ publicUrl, keys, now, revocations, standings, prepare });
  const current = createCurrentProvider(() => createProvider(parts));
  keys.onChange(current.replace);
  return {
    register: (app) => registerAuthorizationServer(app, { ...parts, current, guard }),
    guard,
    launch: (context) => createLaunch(sql, now(), context),
  };
}
