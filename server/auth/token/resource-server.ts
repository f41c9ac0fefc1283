// The FHIR server as OAuth sees it: the one audience of access tokens, and what scopes a request may get for it.
// https://www.rfc-editor.org/rfc/rfc8707
import { errors, type RouteContext } from 'oidc-provider';
import { BACKEND_TOKEN_SECONDS, backendScopes } from '../client/credentials.ts';
import { narrowScopes } from '../launch/authorize.ts';
import type { CheckCriteria } from '../launch/scopes.ts';
import { ACCESS_TOKEN_SECONDS } from './token.ts';

/** oidc-provider's `getResourceServerInfo`. */
export function fhirResource(fhirBase: string, checkCriteria?: CheckCriteria) {
  return async (ctx: RouteContext, resource: string) => {
    if (resource !== fhirBase) {
      throw new errors.CustomOIDCProviderError(
        'invalid_target',
        `Access tokens are made only for ${fhirBase}.`,
      );
    }
    const backend = ctx.oidc.route === 'token' && ctx.oidc.params.grant_type === 'client_credentials';
    const narrow = backend ? backendScopes : narrowScopes;
    return {
      scope: ctx.oidc.grant?.getResourceScope(fhirBase) ?? narrow(ctx, checkCriteria),
      audience: fhirBase,
      accessTokenTTL: backend ? BACKEND_TOKEN_SECONDS : ACCESS_TOKEN_SECONDS,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256' } },
    };
  };
}
