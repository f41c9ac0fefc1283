// oidc-provider, configured: the OAuth and OpenID Connect machinery under SMART, every choice in one object.
// https://github.com/panva/node-oidc-provider/blob/v9.x/docs/README.md
import Provider, { type Client, type Context, errors, type RouteContext, type Token } from 'oidc-provider';
import type { Config } from '../config.ts';
import type { Sql } from '../db/pool.ts';
import { createAdapter, createClientAdapter } from './adapter.ts';
import {
  grantMaker,
  grantSeconds,
  interactionRules,
  launchParameters,
  narrowScopes,
  wantsRefresh,
} from './authorize.ts';
import type { AuthLog } from './deps.ts';
import type { ClientDirectory, UserDirectory } from './directory.ts';
import type { Keys } from './keys.ts';
import { FIRST_PARTY_CLIENT } from './launch.ts';
import { errorPage, pageHeaders } from './page.ts';
import { contextScopes } from './scopes.ts';
import { ACCESS_TOKEN_SECONDS, accessTokenClaims, accountFinder, tokenAnswer } from './token.ts';

export interface ProviderDeps {
  config: Pick<Config, 'publicUrl'>;
  sql: Sql;
  now: () => Date;
  users: UserDirectory;
  clients: ClientDirectory;
  keys: Keys;
  log: AuthLog;
}

/** The client of the app that this server serves at `/app/`. */
const firstPartyApp = (publicUrl: string) => ({
  client_id: FIRST_PARTY_CLIENT,
  client_name: 'Throughline',
  redirect_uris: [`${publicUrl}/app/`],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  allowed_scope: `${contextScopes.join(' ')} patient/*.cruds user/*.cruds`,
});

/** The FHIR server as OAuth sees it: the one audience of access tokens. */
function fhirResource(fhirBase: string) {
  return async (ctx: RouteContext, resource: string) => {
    if (resource !== fhirBase) {
      throw new errors.CustomOIDCProviderError(
        'invalid_target',
        `Access tokens are made only for ${fhirBase}.`,
      );
    }
    return {
      scope: ctx.oidc.grant?.getResourceScope(fhirBase) ?? narrowScopes(ctx),
      audience: fhirBase,
      accessTokenTTL: ACCESS_TOKEN_SECONDS,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256' } },
    };
  };
}

/** Cookies carry only the sign-in page's state; over https they also work inside a frame of another site. */
function cookieOptions(publicUrl: string, keys: string[]) {
  const shared = publicUrl.startsWith('https:')
    ? { httpOnly: true, sameSite: 'none', secure: true, partitioned: true, signed: true }
    : { httpOnly: true, sameSite: 'lax', signed: true };
  return { keys, long: { ...shared, path: '/auth' }, short: shared };
}

function lifetimes() {
  const refresh = (ctx: RouteContext, token: Token) =>
    ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? grantSeconds(token.scopes);
  return {
    AccessToken: ACCESS_TOKEN_SECONDS,
    AuthorizationCode: 60,
    Grant: (ctx: RouteContext) => grantSeconds(ctx.oidc.requestParamScopes),
    IdToken: ACCESS_TOKEN_SECONDS,
    Interaction: 600,
    RefreshToken: refresh,
    Session: 600,
  };
}

function showError(ctx: Context, out: { error: string; error_description: string }) {
  ctx.type = 'html';
  ctx.set(pageHeaders());
  ctx.body = errorPage(out.error, out.error_description);
}

/** Builds the provider; `mount.ts` puts it under `/auth`. */
export function createProvider({ config, sql, now, users, clients, keys, log }: ProviderDeps): Provider {
  const fhirBase = `${config.publicUrl}/fhir`;
  const off = { enabled: false };
  const deps = { fhirBase, sql, now, users };
  const provider = new Provider(`${config.publicUrl}/auth`, {
    adapter: (kind: string) =>
      kind === 'Client' ? createClientAdapter(clients) : createAdapter(sql, now, kind),
    clients: [firstPartyApp(config.publicUrl)],
    extraClientMetadata: { properties: ['allowed_scope'] },
    clientAuthMethods: ['none'],
    clientBasedCORS: (_ctx: Context, origin: string, client: Client) =>
      client.redirectUris.some((uri) => new URL(uri).origin === origin),
    jwks: keys.jwks,
    cookies: cookieOptions(config.publicUrl, keys.cookies),
    routes: { authorization: '/authorize', token: '/token', jwks: '/jwks', revocation: '/revoke' },
    responseTypes: ['code'],
    scopes: contextScopes,
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name'] },
    pkce: { required: () => true },
    extraParams: launchParameters(deps),
    features: {
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      rpInitiatedLogout: off,
      userinfo: off,
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => fhirBase,
        useGrantedResource: () => true,
        getResourceServerInfo: fhirResource(fhirBase),
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
  provider.use(tokenAnswer(sql));
  const report = (error: Error, route?: string) =>
    log.error({ route, error: error.message }, 'authorization server');
  provider.on('server_error', (ctx: Context, error: Error) => report(error, ctx.oidc?.route));
  provider.on('error', (error: Error) => report(error));
  return provider;
}
