// Dynamic registration: an administrator invites, an app registers itself once, within what the invitation allows.
// https://www.rfc-editor.org/rfc/rfc7591, management (read and delete): https://www.rfc-editor.org/rfc/rfc7592
import { randomBytes } from 'node:crypto';
import { type Context, errors, type RouteContext } from 'oidc-provider';
import type { Sql } from '../../db/pool.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { createAdapter } from '../adapter.ts';
import { contextScopes, grantable, readScope, scopeWords } from '../launch/scopes.ts';
import { isSafeAddress } from './metadata.ts';

/** What an administrator allows the app that registers with an invitation. */
export interface Invitation {
  /** The widest scope that the app may be registered for. */
  scope: string;
  /** Code of cn-role whose policy holds for the client when it asks without a user. */
  role?: string;
}

/** Scope of an invitation that does not say one: all that users may give. */
export const INVITED_SCOPE = `${contextScopes.join(' ')} patient/*.cruds user/*.cruds`;

/** Seconds that an invitation is good for. */
export const INVITATION_SECONDS = 24 * 3600;
const GRANT_TYPES = new Set(['authorization_code', 'refresh_token', 'client_credentials']);
const ADDRESSES = ['jwks_uri', 'client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'initiate_login_uri'];
/** Metadata that only we write. */
const OURS = ['allowed_scope', 'resource_server', 'registered_jwks_uri', 'role'];

type Metadata = Record<string, unknown>;

/** The name of the rules below among oidc-provider's registration policies. */
const POLICY = 'invited';

/** What is wrong with the scope that a client may be given, in a sentence; never that of administration. */
export function allowedScopeProblem(scope: string): string | undefined {
  const unknown = scopeWords(scope).find((word) => !['clinical', 'context'].includes(readScope(word).kind));
  return unknown && `The scope ${unknown} is not one that this server gives.`;
}

/**
 * Makes an initial access token: good for one registration within 24 hours.
 * @throws Error with a sentence for a scope that is none
 */
export async function invite(sql: Sql, now: Date, { scope, role }: Invitation): Promise<string> {
  const problem = allowedScopeProblem(scope);
  if (problem) throw new Error(problem);
  const token = randomBytes(32).toString('base64url');
  const iat = Math.floor(now.getTime() / 1000);
  const record = { kind: 'InitialAccessToken', iat, exp: iat + INVITATION_SECONDS, policies: [POLICY] };
  const payload = { ...record, jti: token, invitation: { scope, role } };
  await createAdapter(sql, () => now, 'InitialAccessToken').upsert(token, payload, INVITATION_SECONDS);
  return token;
}

const invalid = (sentence: string): Error => new errors.InvalidClientMetadata(sentence);

function checkAddresses(metadata: Metadata): void {
  const { redirect_uris: redirects } = metadata;
  if (Array.isArray(redirects) && !redirects.every(isSafeAddress))
    throw invalid('redirect_uris have to begin with https, or lead to this machine (http://127.0.0.1).');
  const wrong = ADDRESSES.find((name) => metadata[name] !== undefined && !isSafeAddress(metadata[name]));
  if (wrong) throw invalid(`${wrong} has to begin with https, or lead to this machine (http://127.0.0.1).`);
}

function checkGrantTypes({ grant_types: types = ['authorization_code'], ...metadata }: Metadata): void {
  if (!Array.isArray(types)) throw invalid('grant_types has to be a list.');
  const wrong = types.find((type) => !GRANT_TYPES.has(type));
  if (wrong !== undefined) throw invalid(`grant_types may contain ${[...GRANT_TYPES].join(', ')}.`);
  if (types.includes('client_credentials') && metadata.token_endpoint_auth_method !== 'private_key_jwt')
    throw invalid(
      'A client with the grant type client_credentials has to authenticate with private_key_jwt.',
    );
}

/** The scope of a registration: what it asks for, or all of the invitation, without what its grant types cannot use. */
function scopeOf({ scope, grant_types: types }: Metadata, invitation: Invitation): string {
  if (scope !== undefined && typeof scope !== 'string')
    throw invalid('scope has to be a text of scopes with spaces between them.');
  const backend = Array.isArray(types) && types.includes('client_credentials');
  const granted = grantable(scope ?? invitation.scope, invitation.scope, resourceTypes).filter(
    (word) => backend || !word.startsWith('system/'),
  );
  if (!granted.length)
    throw invalid(`Nothing of this scope is within the invitation, which allows ${invitation.scope}.`);
  return granted.join(' ');
}

/** Forms what an app says of itself: within the invitation, and with nothing that only we may say. */
function accept(metadata: Metadata, invitation: Invitation): void {
  checkAddresses(metadata);
  checkGrantTypes(metadata);
  const scope = scopeOf(metadata, invitation);
  for (const name of [...OURS, 'scope']) delete metadata[name];
  if (metadata.response_types === undefined && Array.isArray(metadata.grant_types))
    metadata.response_types = metadata.grant_types.includes('authorization_code') ? ['code'] : [];
  Object.assign(metadata, { allowed_scope: scope }, invitation.role && { role: invitation.role });
}

/** oidc-provider's registration policies: the one that every invitation names. */
export function registrationPolicies(sql: Sql, now: () => Date) {
  return {
    [POLICY]: async ({ oidc }: RouteContext, metadata: Metadata) => {
      const { jti } = oidc.entities.InitialAccessToken!;
      const invitations = createAdapter(sql, now, 'InitialAccessToken');
      const record = await invitations.find(jti);
      accept(metadata, record?.invitation as Invitation);
      // What cannot be registered is refused before the invitation is used up.
      await oidc.provider.Client.validate(structuredClone(metadata));
      await invitations.consume(jti).catch(() => {
        throw new errors.InvalidToken('used before');
      });
      await invitations.destroy(jti);
    },
  };
}

const HIDDEN = new Set(['client_secret', 'client_secret_expires_at']);
const ROUTES = new Set(['registration', 'client']);

/** Middleware: answers with `scope` as RFC 7591 names it, without what is ours, and never with the hash of a secret. */
export function registrationAnswer() {
  return async (ctx: Context, next: () => Promise<void>) => {
    await next();
    const route = ctx.oidc?.route ?? '';
    if (!ROUTES.has(route) || ctx.status >= 300 || typeof ctx.body !== 'object' || !ctx.body) return;
    const { allowed_scope: scope, ...metadata } = ctx.body as Metadata;
    const shown = Object.entries(metadata).filter(
      ([name]) => !OURS.includes(name) && !(route === 'client' && HIDDEN.has(name)),
    );
    ctx.body = { ...Object.fromEntries(shown), scope };
  };
}
