// What tokens say beyond OAuth: the user's role and patient inside the access token, the launch context beside it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
import type { Context, RouteContext, Token } from 'oidc-provider';
import type { Sql } from '../../db/pool.ts';
import type { User, UserDirectory } from '../directory.ts';
import { styleUrl } from '../discovery.ts';
import { frameParameters, launchOf, launchParameters } from '../launch/launch.ts';
import { MESSAGING_SCOPE } from '../launch/scopes.ts';

/** Seconds that an access token is good for. */
export const ACCESS_TOKEN_SECONDS = 3600;

/** The claims by which the guard knows a user and what they have open; `client_id`, `jti` and `scope` come with every token. */
export function userClaims(
  user: User,
  { patient, encounter }: { patient?: string | null | undefined; encounter?: string | null | undefined } = {},
) {
  const { fhirUser, role } = user;
  return { fhirUser, role, ...(patient && { patient }), ...(encounter && { encounter }) };
}

/** Adds our claims to access tokens of users; by `grant_id` all tokens of a grant can be revoked. */
export function accessTokenClaims(sql: Sql, users: UserDirectory) {
  return async (_ctx: unknown, token: Token) => {
    const user = token.accountId && (await users.find(token.accountId));
    if (!user) return undefined;
    return { ...userClaims(user, await launchOf(sql, token.grantId)), grant_id: token.grantId };
  };
}

/**
 * The account of a user, with the claims of the id token; undefined when there is no such user any more. `profile` is what
 * `fhirUser` is, for apps made before that claim.
 */
export function accountFinder(users: UserDirectory, fhirBase: string) {
  return async (_ctx: unknown, username: string) => {
    const user = await users.find(username);
    if (!user) return undefined;
    const fhirUser = `${fhirBase}/${user.fhirUser}`;
    const claims = { sub: username, fhirUser, profile: fhirUser, name: user.name };
    return { accountId: username, claims: async () => claims };
  };
}

/** All scopes of the grant that the access token and its companions carry, clinical ones and others. */
function grantedScope({ oidc }: RouteContext): string {
  const { AccessToken: token, AuthorizationCode: code, RefreshToken: refresh } = oidc.entities;
  const asked = oidc.params.scope ? oidc.requestParamScopes : (code ?? refresh)?.scopes;
  return [oidc.grant?.getOIDCScopeFiltered(asked ?? new Set()), token?.scope].filter(Boolean).join(' ');
}

/** Middleware: adds the launch context and the whole scope to a successful token answer. */
export function tokenAnswer(sql: Sql) {
  return async (ctx: Context, next: () => Promise<void>) => {
    await next();
    const token =
      ctx.oidc?.route === 'token' && ctx.status === 200 ? ctx.oidc.entities.AccessToken : undefined;
    if (!token) return;
    const { oidc } = ctx as RouteContext;
    const launch = await launchOf(sql, token.grantId);
    // Style and messages are those of the EHR which the app is launched from: with scope launch, which no other launch is granted.
    const has = (scope: string) => Boolean(oidc.grant?.getOIDCScopeFiltered(new Set([scope])));
    const style = styleUrl(oidc.provider.issuer);
    ctx.body = {
      ...(ctx.body as object),
      ...(launch && launchParameters(launch)),
      ...(has('launch') && frameParameters(launch?.frame ?? null, style, has(MESSAGING_SCOPE))),
      scope: grantedScope(ctx as RouteContext),
    };
  };
}
