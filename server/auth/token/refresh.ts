// The token endpoint's entrance: a public client that refreshes without its client_id is known by its refresh token.
// https://www.rfc-editor.org/rfc/rfc6749#section-6 (client_id is no parameter of a refresh)
import type { FastifyInstance } from 'fastify';
import type { Sql } from '../../db/pool.ts';
import { createAdapter } from '../adapter.ts';
import type { ClientDirectory } from '../client/directory.ts';
import type { OnEvent } from '../events.ts';
import { acceptForms, type HandOver, withBody } from '../form.ts';
import { FIRST_PARTY_CLIENT } from '../launch/launch.ts';

export interface TokenEndpointDeps {
  sql: Sql;
  now: () => Date;
  clients: ClientDirectory;
  onEvent: OnEvent;
}

/** Any of them says who the client is, or tries to; oidc-provider judges that. */
const CLIENT_PARAMETERS = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type'];
/** What refresh tokens are made of; no other text is looked up. */
const OPAQUE_TOKEN = /^[\w-]+$/;
/** The answer of oidc-provider to a wrong refresh token; readable from every origin, as it tells nothing. */
const INVALID_GRANT = { error: 'invalid_grant', error_description: 'grant request is invalid' };
const REFUSAL_HEADERS = { 'cache-control': 'no-store', 'access-control-allow-origin': '*' };

/** The refresh token of a refresh that does not say who the client is; undefined for every other request. */
function anonymousRefresh(form: URLSearchParams, authorization?: string): string | undefined {
  const [grantType, refreshToken] = [form.getAll('grant_type'), form.getAll('refresh_token')];
  const isRefresh = grantType.length === 1 && grantType[0] === 'refresh_token' && refreshToken.length === 1;
  const named = authorization !== undefined || CLIENT_PARAMETERS.some((name) => form.has(name));
  return isRefresh && !named ? refreshToken[0] || undefined : undefined;
}

/** The id of the client that a refresh token was given to; a token that was used or has a removed client counts too. */
async function holderOf({ sql, now }: TokenEndpointDeps, token: string): Promise<string | undefined> {
  const record = OPAQUE_TOKEN.test(token) && (await createAdapter(sql, now, 'RefreshToken').find(token));
  return record ? (record.clientId as string) : undefined;
}

async function isPublic({ clients }: TokenEndpointDeps, id: string): Promise<boolean> {
  if (id === FIRST_PARTY_CLIENT) return true;
  return (await clients.find(id))?.metadata.token_endpoint_auth_method === 'none';
}

/**
 * Mounts `POST /auth/token`. A refresh without any word about the client is completed with the client_id that the
 * refresh token was given to when that client is public; with an unknown token it is answered `invalid_grant`. All other
 * requests reach oidc-provider as they are.
 */
export function registerTokenEndpoint(
  scope: FastifyInstance,
  deps: TokenEndpointDeps,
  toProvider: HandOver,
): void {
  acceptForms(scope);
  scope.post<{ Body?: Buffer }>('/auth/token', async (request, reply) => {
    const { body, raw } = request;
    const pathAndQuery = raw.url!.slice('/auth'.length);
    if (!body) return toProvider(request, reply, pathAndQuery);
    const token = anonymousRefresh(new URLSearchParams(String(body)), raw.headers.authorization);
    const holder = token && (await holderOf(deps, token));
    if (token && !holder) {
      const refused = { kind: 'refused', error: INVALID_GRANT.error, grantType: 'refresh_token' } as const;
      deps.onEvent({ ...refused, address: request.ip, at: deps.now() });
      return reply.code(400).headers(REFUSAL_HEADERS).send(INVALID_GRANT);
    }
    const added = holder && (await isPublic(deps, holder)) ? `&client_id=${encodeURIComponent(holder)}` : '';
    const completed = Buffer.concat([body, Buffer.from(added)]);
    return toProvider(request, reply, pathAndQuery, withBody(raw, completed));
  });
}
