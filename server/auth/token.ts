// What tokens say beyond OAuth: the user's role and patient inside the access token, the launch context beside it.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
import type { Context, RouteContext, Token } from 'oidc-provider';
import type { Sql } from '../db/pool.ts';
import type { User, UserDirectory } from './directory.ts';
import type { AccessClaims } from './guard.ts';
import { type Launch, launchOf } from './launch.ts';

/** Seconds that an access token is good for. */
export const ACCESS_TOKEN_SECONDS = 3600;

/** The claims by which the guard knows a user. */
export function userClaims(user: User, patient?: string | null): Omit<AccessClaims, 'scope'> {
  return { fhirUser: user.fhirUser, role: user.role, ...(patient && { patient }) };
}

/** Adds our claims to access tokens. */
export function accessTokenClaims(sql: Sql, users: UserDirectory) {
  return async (_ctx: unknown, token: Token) => {
    const user = token.accountId && (await users.find(token.accountId));
    if (!user) return undefined;
    return { ...userClaims(user, (await launchOf(sql, token.grantId))?.patient) };
  };
}

/** The account of a user, with the claims of the id token; undefined when there is no such user any more. */
export function accountFinder(users: UserDirectory, fhirBase: string) {
  return async (_ctx: unknown, username: string) => {
    const user = await users.find(username);
    return (
      user && {
        accountId: username,
        claims: async () => ({ sub: username, fhirUser: `${fhirBase}/${user.fhirUser}`, name: user.name }),
      }
    );
  };
}

/** Launch context as the token answer carries it; what is not known is left out. */
function launchContext({ patient, encounter, intent, needPatientBanner }: Launch) {
  return {
    ...(patient !== null && { patient }),
    ...(encounter !== null && { encounter }),
    ...(intent !== null && { intent }),
    ...(needPatientBanner !== null && { need_patient_banner: needPatientBanner }),
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
    const launch = await launchOf(sql, token.grantId);
    ctx.body = {
      ...(ctx.body as object),
      ...(launch && launchContext(launch)),
      scope: grantedScope(ctx as RouteContext),
    };
  };
}
