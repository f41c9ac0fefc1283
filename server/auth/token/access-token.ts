// Access tokens as oidc-provider's records: they are JWTs and kept nowhere, so a presented one is its own record.
// https://hl7.org/fhir/smart-app-launch/STU2.2/token-introspection.html
import { randomUUID } from 'node:crypto';
import { type JWTPayload, jwtVerify } from 'jose';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Sql } from '../../db/pool.ts';
import { createAdapter } from '../adapter.ts';
import type { ClientDirectory } from '../client/directory.ts';
import { FIRST_PARTY_CLIENT, launchOf, launchParameters } from '../launch/launch.ts';
import type { Keys } from './keys.ts';
import type { RevocableToken, Revocations } from './revocation.ts';

export interface AccessTokenDeps {
  publicUrl: string;
  sql: Sql;
  now: () => Date;
  clients: ClientDirectory;
  keys: Pick<Keys, 'verify'>;
  revocations: Revocations;
}

/** Claims of our access tokens, as far as introspection and revocation look at them. */
type Claims = JWTPayload & RevocableToken;

const JWT = /^[\w-]+\.[\w-]*\.[\w-]*$/;

/** True for a text that is built like a JWT, ours or not. */
export const isJwt = (token: string): boolean => JWT.test(token);

/** The tokens of requests under way, each under a handle that stands for it inside oidc-provider. */
export interface PresentedTokens {
  /** A handle for a JWT; one for nothing when the token is not ours, has expired or was revoked. */
  present(token: string): Promise<string>;
  /** Lets go of a handle. */
  drop(handle: string): void;
  adapter(kind: 'AccessToken' | 'ClientCredentials'): Adapter;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

async function knownClient({ clients }: AccessTokenDeps, id: string): Promise<boolean> {
  return id === FIRST_PARTY_CLIENT || Boolean(await clients.find(id));
}

/** What the grant of a token adds: the launch context, and the scopes that are not about resources. */
async function ofGrant({ sql, now }: AccessTokenDeps, grantId: string) {
  const [launch, grant] = await Promise.all([
    launchOf(sql, grantId),
    createAdapter(sql, now, 'Grant').find(grantId),
  ]);
  const { scope = '' } = (grant?.openid ?? {}) as { scope?: string };
  return { scope, context: launch ? launchParameters(launch) : {} };
}

/** The record of a token with a grant: `kind` AccessToken; without one it was given to a client for itself. */
async function recordOf(deps: AccessTokenDeps, claims: Claims): Promise<AdapterPayload | undefined> {
  const { jti, iat, exp, aud, sub } = claims;
  const [clientId, grantId] = [text(claims.client_id), text(claims.grant_id)];
  const fhirUser = text(claims.fhirUser);
  const granted = grantId ? await ofGrant(deps, grantId) : undefined;
  // oidc-provider compares the account of a token with its client and grant: a token without a grant is left out of that.
  if (grantId && !(clientId && (await knownClient(deps, clientId)))) return undefined;
  const scope = [granted?.scope, text(claims.scope)].filter(Boolean).join(' ');
  return {
    kind: grantId ? 'AccessToken' : 'ClientCredentials',
    ...{ jti, iat, exp, aud, clientId, scope },
    ...(grantId && { grantId, accountId: sub }),
    extra: {
      sub,
      ...(text(claims.patient) && { patient: claims.patient }),
      ...granted?.context,
      ...(fhirUser && { fhirUser: `${deps.publicUrl}/fhir/${fhirUser}` }),
    },
  };
}

/** Keeps the tokens that introspection and revocation are asked about while they are asked. */
export function presentedTokens(deps: AccessTokenDeps): PresentedTokens {
  const { publicUrl, keys, now, revocations } = deps;
  const presented = new Map<string, AdapterPayload>();

  const claimsOf = async (token: string): Promise<Claims | undefined> => {
    const options = {
      issuer: `${publicUrl}/auth`,
      audience: `${publicUrl}/fhir`,
      algorithms: ['ES256'],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'exp', 'jti'],
      currentDate: now(),
    };
    const key = async ({ kid }: { kid?: string }) => {
      const found = await keys.verify(kid);
      if (!found) throw new Error('unknown key');
      return found;
    };
    const verified = await jwtVerify<Claims>(token, key, options).catch(() => undefined);
    return verified && !revocations.has(verified.payload) ? verified.payload : undefined;
  };
  return {
    async present(token) {
      const handle = randomUUID();
      const claims = await claimsOf(token);
      const record = claims && (await recordOf(deps, claims));
      if (record) presented.set(handle, record);
      return handle;
    },
    drop: (handle) => void presented.delete(handle),
    adapter(kind) {
      const nothing = async () => undefined;
      return {
        find: async (handle) => {
          const record = presented.get(handle);
          return record?.kind === kind ? record : undefined;
        },
        findByUid: nothing,
        findByUserCode: nothing,
        upsert: nothing,
        consume: nothing,
        async destroy(jti) {
          const record = [...presented.values()].find((one) => one.jti === jti);
          if (record) await revocations.token(jti, new Date(Number(record.exp) * 1000));
        },
        revokeByGrantId: (grantId) => revocations.grant(grantId),
      };
    },
  };
}
