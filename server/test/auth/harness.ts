// A running authorization server on its own database, and a browser's part of the flow, for the tests of auth/.
import Fastify from 'fastify';
import * as oauth from 'oauth4webapi';
import {
  type AuthDeps,
  type AuthEvent,
  createAuth,
  type LaunchContext,
  saveClients,
  saveUsers,
  type Trust,
  userDirectory,
} from '../../auth/index.ts';
import type { CheckCriteria } from '../../auth/launch/scopes.ts';
import { freePort } from '../../db/embedded.ts';
import { migrate } from '../../db/migrate.ts';
import { openPool, type Sql } from '../../db/pool.ts';
import { emptyPolicy } from '../../fhir/access.ts';
import { FhirError, outcomeOf } from '../../fhir/errors.ts';
import { registerDemoEhr } from '../../integration/ehr/index.ts';
import { createDatabase } from '../helpers/database.ts';

type Test = Parameters<typeof createDatabase>[0];

export const OTHER_APP = { client_id: 'other-app', redirect: 'https://other.example/callback' };
const PATIENTS = [
  { id: 'ana', name: 'Ana Example', birthDate: '1980-02-03', gender: 'female' },
  { id: 'ben', name: 'Ben <Example>', birthDate: '1971-05-06', gender: 'male' },
];
const USERS = [
  {
    username: 'navigator',
    name: 'Nora Navigator',
    role: 'navigator',
    fhirUser: 'PractitionerRole/navigator',
  },
  { username: 'nurse', name: 'Nick Nurse', role: 'rn', fhirUser: 'PractitionerRole/nurse' },
];

export interface ServerOptions {
  DEMO?: 'on' | 'off';
  HOST?: string;
  /** Address that clients use, when it is another than the one listened on. */
  publicUrl?: string;
  /** Moves the clock; read on every use. */
  clock?: { offset: number };
  /** What says whether search parameters can narrow a scope. */
  checkCriteria?: CheckCriteria;
  /** Makes the trusted EHRs on the server's database. */
  trust?: (sql: Sql) => Promise<Trust>;
  /** The OpenID provider that signs people in, and what else of the sign-in pages differs. */
  people?: Partial<Pick<AuthDeps, 'patients' | 'encounters' | 'upstream' | 'localSignIn' | 'frameAncestors'>>;
  /** Database of another server, to be a second process on; its own when absent. */
  database?: string;
}

/** Starts a server with two users, two patients, one foreign app and one back-end client. */
export async function startAuthorizationServer(
  t: Test,
  { DEMO = 'on', HOST = '127.0.0.1', clock = { offset: 0 }, checkCriteria, ...options }: ServerOptions = {},
) {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const { publicUrl = address } = options;
  const { database = (await createDatabase(t)).url } = options;
  const sql = openPool(database, { max: 4 });
  await migrate(sql);
  const users = userDirectory(sql);
  const patients = {
    list: async () => PATIENTS,
    find: async (id: string) => PATIENTS.find((patient) => patient.id === id),
  };
  const problems: object[] = [];
  const events: AuthEvent[] = [];
  const log = {
    warn: (details: object) => problems.push(details),
    error: (details: object) => problems.push(details),
  };
  const config = { publicUrl, HOST, DEMO };
  const now = () => new Date(Date.now() + clock.offset);
  const trust = await options.trust?.(sql);
  const auth = await createAuth({
    config,
    sql,
    now,
    users,
    patients,
    log,
    onEvent: (event) => events.push(event),
    ...(checkCriteria && { checkCriteria }),
    ...(trust && { trust }),
    ...options.people,
    policies: { of: emptyPolicy, generation: () => 0 },
    prepare: async () => {},
  });
  await saveUsers(sql, USERS);
  await saveClients(sql, [
    {
      id: OTHER_APP.client_id,
      name: 'Other app',
      scope: 'openid launch launch/patient patient/Task.rs user/Task.rs system/Task.rs',
      metadata: {
        redirect_uris: [OTHER_APP.redirect],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    {
      id: 'quality',
      name: 'Quality team',
      scope: 'system/*.rs',
      metadata: {
        redirect_uris: [],
        grant_types: [],
        response_types: [],
        token_endpoint_auth_method: 'none',
      },
    },
  ]);
  await sql`update auth_client set preapproved = true where id = ${OTHER_APP.client_id}`;
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) =>
    error instanceof FhirError ? reply.code(error.status).send(outcomeOf(error.issues)) : reply.send(error),
  );
  await auth.register(app);
  registerDemoEhr(app, { config, users, patients, launch: auth.launch });
  await app.listen({ port, host: '127.0.0.1' });
  t.teardown(async () => {
    await app.close();
    await sql.end();
  });
  return {
    address,
    auth,
    database,
    events,
    sql,
    problems,
    publicUrl,
    fhirBase: `${publicUrl}/fhir`,
    launch: (context: LaunchContext) => auth.launch(context),
  };
}

export type Server = Awaited<ReturnType<typeof startAuthorizationServer>>;

const OVER_HTTP = { [oauth.allowInsecureRequests]: true };

/** A client as an app would have it: discovered, with a fresh verifier and state. */
export async function discover(server: Server, clientId = 'throughline-app') {
  const issuer = new URL(`${server.publicUrl}/auth`);
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, OVER_HTTP));
  const verifier = oauth.generateRandomCodeVerifier();
  const redirect = clientId === OTHER_APP.client_id ? OTHER_APP.redirect : `${server.publicUrl}/app/`;
  const parameters = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirect,
    scope: 'launch openid fhirUser online_access patient/*.rs user/Task.cruds',
    aud: server.fhirBase,
    state: oauth.generateRandomState(),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { as, client: { client_id: clientId } as oauth.Client, verifier, redirect, parameters };
}

export type Discovered = Awaited<ReturnType<typeof discover>>;

/** Sends the authorization request without any cookie, as a frame with blocked cookies would. */
export function authorize(
  { as, parameters }: Discovered,
  changes: Record<string, string | undefined> = {},
  method = 'GET',
) {
  const sent = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(changes))
    value === undefined ? sent.delete(name) : sent.set(name, value);
  const address = as.authorization_endpoint!;
  return method === 'GET'
    ? fetch(`${address}?${sent}`, { redirect: 'manual' })
    : fetch(address, { method, body: sent, redirect: 'manual' });
}

/** Where an answer redirects to. */
export const location = (response: Response) => new URL(response.headers.get('location')!);

/** Token answers as SMART widens them. */
export type SmartAnswer = oauth.TokenEndpointResponse & Record<string, unknown>;

/** Redeems the code of a redirect and validates the answer and its id token. */
export async function redeem(
  { as, client, verifier, redirect, parameters }: Discovered,
  callback: URL,
): Promise<SmartAnswer> {
  const checked = oauth.validateAuthResponse(as, client, callback, parameters.get('state')!);
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    checked,
    redirect,
    verifier,
    OVER_HTTP,
  );
  return (await oauth.processAuthorizationCodeResponse(as, client, response)) as SmartAnswer;
}

/** Uses a refresh token; the raw response. */
export const refresh = ({ as, client }: Discovered, token: string) =>
  oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, OVER_HTTP);

/** The whole EHR launch: launch, authorize, redeem. */
export async function ehrLaunch(server: Server, context: LaunchContext, scope?: string) {
  const app = await discover(server, context.clientId);
  const response = await authorize(app, { launch: await server.launch(context), ...(scope && { scope }) });
  return { app, answer: await redeem(app, location(response)) };
}
