// oidc-provider, configured: the OAuth and OpenID Connect machinery under SMART, every choice in one object.
// https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md
import Provider, {
  type Adapter,
  type Client,
  type Context,
  errors,
  type RouteContext,
  type Token,
} from 'oidc-provider';
import type { Config } from '../config.ts';
import type { Sql } from '../db/pool.ts';
import { createAdapter } from './adapter.ts';
import { createClientAdapter, extraMetadata } from './client/adapter.ts';
import {
  assertionAlgorithms,
  assertionChecker,
  clientAuthMethods,
  extendClients,
} from './client/authentication.ts';
import { BACKEND_TOKEN_SECONDS } from './client/credentials.ts';
import type { ClientDirectory } from './client/directory.ts';
import type { ClientKeys } from './client/keys.ts';
import { registrationAnswer, registrationPolicies } from './client/registration.ts';
import type { AuthLog } from './deps.ts';
import type { UserDirectory } from './directory.ts';
import { registerTokenExchange, TOKEN_EXCHANGE } from './ehr/exchange.ts';
import type { Trust } from './ehr/exchange-subject.ts';
import { type OnEvent, reportEvents } from './events.ts';
import { explainRefusals } from './explain.ts';
import {
  grantMaker,
  grantSeconds,
  interactionRules,
  launchParameters,
  refreshSeconds,
  wantsRefresh,
} from './launch/authorize.ts';
import { FIRST_PARTY_CLIENT } from './launch/launch.ts';
import { ADMIN_SCOPE, type CheckCriteria, contextScopes } from './launch/scopes.ts';
import { languageOf } from './page/language.ts';
import { errorPage, pageHeaders } from './page/page.ts';
import type { PresentedTokens } from './token/access-token.ts';
import { mayIntrospect } from './token/introspection.ts';
import type { Keys } from './token/keys.ts';
import { fhirResource } from './token/resource-server.ts';
import type { Revocations } from './token/revocation.ts';
import { ACCESS_TOKEN_SECONDS, accessTokenClaims, accountFinder, tokenAnswer } from './token/token.ts';

export interface ProviderDeps {
  config: Pick<Config, 'publicUrl'>;
  sql: Sql;
  now: () => Date;
  users: UserDirectory;
  clients: ClientDirectory;
  clientKeys: ClientKeys;
  keys: Keys;
  revocations: Revocations;
  presented: PresentedTokens;
  log: AuthLog;
  onEvent: OnEvent;
  checkCriteria?: CheckCriteria;
  trust?: Trust;
}

const ROUTES = {
  authorization: '/authorize',
  token: '/token',
  jwks: '/jwks',
  revocation: '/revoke',
  introspection: '/introspect',
  registration: '/register',
};

/** Seconds that a registered client can be read and deleted by its own token: ten years, as good as always. */
const REGISTRATION_SECONDS = 10 * 365 * 24 * 3600;

/** The client of the app that this server serves at `/app/`. */
const firstPartyApp = (publicUrl: string, grants: readonly string[]) => ({
  client_id: FIRST_PARTY_CLIENT,
  client_name: 'Throughline',
  redirect_uris: [`${publicUrl}/app/`],
  grant_types: ['authorization_code', 'refresh_token', ...grants],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  allowed_scope: `${contextScopes.join(' ')} patient/*.cruds user/*.cruds ${ADMIN_SCOPE}`,
});

/** Cookies carry only the sign-in page's state; over https they also work inside a frame of another site. */
function cookieOptions(publicUrl: string, keys: string[]) {
  const shared = publicUrl.startsWith('https:')
    ? { httpOnly: true, sameSite: 'none', secure: true, partitioned: true, signed: true }
    : { httpOnly: true, sameSite: 'lax', signed: true };
  return { keys, long: { ...shared, path: '/auth' }, short: shared };
}

function lifetimes() {
  return {
    AccessToken: ACCESS_TOKEN_SECONDS,
    AuthorizationCode: 60,
    ClientCredentials: BACKEND_TOKEN_SECONDS,
    Grant: (ctx: RouteContext) => grantSeconds(ctx.oidc.requestParamScopes),
    IdToken: ACCESS_TOKEN_SECONDS,
    Interaction: 600,
    RegistrationAccessToken: REGISTRATION_SECONDS,
    RefreshToken: refreshSeconds,
    Session: 600,
  };
}

function showError(ctx: Context, out: { error: string; error_description: string }) {
  ctx.type = 'html';
  ctx.set(pageHeaders());
  const language = languageOf(ctx.oidc?.params?.ui_locales, ctx.req.headers['accept-language']);
  ctx.body = errorPage(out.error, out.error_description, language);
}

/** A client may revoke what it was given. A public one, which anybody can claim to be, is told nothing of other tokens. */
async function mayRevoke(_ctx: RouteContext, client: Client, token: Token): Promise<boolean> {
  if (token.clientId === client.clientId) return true;
  if (client.tokenEndpointAuthMethod === 'none') return false;
  throw new errors.InvalidRequest('This token was not given to this client, so it cannot revoke it.');
}

/** The record keeper of each kind. */
function adapters({ sql, now, revocations, presented, ...parts }: ProviderDeps) {
  const clients = createClientAdapter({ sql, revocations, ...parts });
  return (kind: string): Adapter => {
    if (kind === 'Client') return clients;
    if (kind === 'AccessToken' || kind === 'ClientCredentials') return presented.adapter(kind);
    return createAdapter(sql, now, kind, revocations);
  };
}

/** Builds the provider; `mount.ts` puts it under `/auth`. */
export function createProvider(parts: ProviderDeps): Provider {
  const { config, sql, now, users, keys, log, checkCriteria } = parts;
  const fhirBase = `${config.publicUrl}/fhir`;
  const off = { enabled: false };
  const deps = { fhirBase, sql, now, users };
  const provider = new Provider(`${config.publicUrl}/auth`, {
    adapter: adapters(parts),
    clients: [firstPartyApp(config.publicUrl, parts.trust ? [TOKEN_EXCHANGE] : [])],
    extraClientMetadata: { properties: extraMetadata },
    clientAuthMethods,
    enabledJWA: {
      clientAuthSigningAlgValues: assertionAlgorithms,
      idTokenSigningAlgValues: ['RS256', 'ES256'],
    },
    assertJwtClientAuthClaimsAndHeader: assertionChecker(now),
    clientBasedCORS: (_ctx: Context, origin: string, client: Client) =>
      client.redirectUris.some((uri) => new URL(uri).origin === origin),
    jwks: keys.jwks,
    cookies: cookieOptions(config.publicUrl, keys.cookies),
    routes: ROUTES,
    responseTypes: ['code'],
    scopes: contextScopes,
    discovery: {
      end_session_endpoint: `${config.publicUrl}/auth/session/end`,
      ui_locales_supported: ['en', 'es'],
    },
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name', 'profile'] },
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    extraParams: launchParameters(deps),
    features: {
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      rpInitiatedLogout: off,
      userinfo: off,
      revocation: { enabled: true, allowedPolicy: mayRevoke },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      clientCredentials: { enabled: true },
      registration: {
        enabled: true,
        initialAccessToken: true,
        policies: registrationPolicies(sql, now),
      },
      registrationManagement: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => fhirBase,
        useGrantedResource: () => true,
        getResourceServerInfo: fhirResource(fhirBase, checkCriteria),
      },
    },
    interactions: {
      policy: interactionRules(),
      url: (_ctx: Context, { uid }: { uid: string }) => `${config.publicUrl}/auth/sign-in/${uid}`,
    },
    loadExistingGrant: grantMaker(deps),
    findAccount: accountFinder(users, fhirBase),
    extraTokenClaims: accessTokenClaims(sql, users),
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx: Context, client: Client, source: Token) =>
      client.grantTypeAllowed('refresh_token') && wantsRefresh(source.scopes),
    rotateRefreshToken: true,
    ttl: lifetimes(),
    renderError: showError,
  });
  provider.proxy = true;
  extendClients(provider);
  reportEvents(provider, now, parts.onEvent);
  provider.use(registrationAnswer());
  provider.use(tokenAnswer(sql));
  provider.use(explainRefusals);
  const resourceInfo = fhirResource(fhirBase, checkCriteria);
  if (parts.trust) registerTokenExchange(provider, { ...deps, trust: parts.trust, resourceInfo });
  const report = (error: Error, route?: string) =>
    log.error({ route, error: error.message }, 'authorization server');
  provider.on('server_error', (ctx: Context, error: Error) => report(error, ctx.oidc?.route));
  provider.on('error', (error: Error) => report(error));
  return provider;
}
