// The authorization server in one piece: what app.ts mounts (register), what http asks on every request (guard), what an EHR calls (launch).
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import type { FastifyInstance } from 'fastify';
import type { Access } from '../fhir/access.ts';
import type { AuthDeps } from './deps.ts';
import { clientDirectory } from './directory.ts';
import { createGuard } from './guard.ts';
import { loadKeys } from './keys.ts';
import { createLaunch, type LaunchContext } from './launch.ts';
import { registerAuthorizationServer } from './mount.ts';
import { createProvider } from './provider.ts';

export type { AuthDeps, AuthLog } from './deps.ts';
export type { Client, PatientChoice, PatientDirectory, User, UserDirectory } from './directory.ts';
export { saveClients, saveUsers, userDirectory } from './directory.ts';
export type { LaunchContext } from './launch.ts';

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
  const keys = await loadKeys(deps.sql);
  const clients = clientDirectory(deps.sql);
  const provider = createProvider({ ...deps, clients, keys });
  return {
    register: (app) => registerAuthorizationServer(app, { ...deps, clients, keys, provider }),
    guard: createGuard({ publicUrl: deps.config.publicUrl, keys, now: deps.now }),
    launch: (context) => createLaunch(deps.sql, deps.now(), context),
  };
}
