// Id tokens of trusted EHRs: verified with the keys of their issuer, and good once.
// https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Sql } from '../../db/pool.ts';
import type { Issuer } from './issuer.ts';
import { keySetOptions } from './issuer-http.ts';

/** Signatures that are accepted: asymmetric ones, so never `none` and never a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
/** Seconds by which the EHR's clock may differ, and how old an id token may be: it is exchanged right after it was made. */
const CLOCK_TOLERANCE = 30;
const MAX_AGE = 600;

/** An id token that is not accepted; the message says why. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** What a verified id token says. */
export interface IdTokenClaims extends JWTPayload {
  sub: string;
  exp: number;
  fhirUser?: unknown;
  nonce?: unknown;
  azp?: unknown;
  at_hash?: unknown;
}

/** What else the request said that the id token has to agree with. */
export interface Expected {
  nonce?: string;
  /** The access token that came with it. */
  accessToken?: string;
}

const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired)
    return 'The subject_token has expired. Open the app from the EHR again.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} of the subject_token is not what this server expects.`;
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `The subject_token has to be signed with one of ${ALGORITHMS.join(', ')}.`;
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey)
    return 'The subject_token is not signed with a key of its issuer.';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return 'The subject_token is not a signed JWT.';
  return 'The keys of the issuer of the subject_token could not be read.';
};

/** The first half of the access token's hash, by the algorithm of the signature (at_hash). */
function accessTokenHash(token: string, alg: string): string {
  const digest = createHash(`sha${alg.slice(2)}`)
    .update(token)
    .digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

function checkClaims(claims: IdTokenClaims, alg: string, { clientId }: Issuer, expected: Expected): void {
  const { aud, azp, nonce, at_hash: hash } = claims;
  const shared = Array.isArray(aud) && aud.length > 1;
  if ((shared || azp !== undefined) && azp !== clientId)
    throw new TokenRefused('The subject_token was made for another app (azp).');
  if (expected.nonce !== undefined && nonce !== expected.nonce)
    throw new TokenRefused('The subject_token belongs to another launch (nonce).');
  if (expected.accessToken && hash !== undefined && hash !== accessTokenHash(expected.accessToken, alg))
    throw new TokenRefused('The ehr_access_token does not belong to the subject_token (at_hash).');
}

/** Makes the verifier of id tokens; the key sets of the issuers are fetched when needed and remembered. */
export function createIdTokenVerifier(now: () => Date) {
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysAt = (uri: string) => {
    const known = keySets.get(uri) ?? createRemoteJWKSet(new URL(uri), keySetOptions);
    keySets.set(uri, known);
    return known;
  };

  /** @throws TokenRefused */
  return async function verify(
    issuer: Issuer,
    token: string,
    expected: Expected = {},
  ): Promise<IdTokenClaims> {
    const { payload, protectedHeader } = await jwtVerify(token, keysAt(issuer.jwksUri), {
      issuer: issuer.issuer,
      audience: issuer.clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE,
      maxTokenAge: MAX_AGE,
      currentDate: now(),
    }).catch((error: unknown) => {
      throw new TokenRefused(reasonOf(error));
    });
    const claims = payload as IdTokenClaims;
    if (typeof claims.sub !== 'string' || !claims.sub)
      throw new TokenRefused('The subject_token names nobody (sub).');
    checkClaims(claims, protectedHeader.alg, issuer, expected);
    return claims;
  };
}

/**
 * Uses an id token up, for all processes. What it says is remembered, not how it is signed: another valid signature of
 * the same token is the same token.
 * @throws TokenRefused when it was used before
 */
export async function useOnce(sql: Sql, token: string, { exp }: IdTokenClaims): Promise<void> {
  const signed = token.slice(0, token.lastIndexOf('.'));
  const hash = createHash('sha256').update(signed).digest('base64url');
  const until = new Date((exp + CLOCK_TOLERANCE) * 1000);
  const { count } = await sql`
    insert into auth_exchange (hash, expires_at) values (${hash}, ${until}) on conflict do nothing`;
  if (!count) throw new TokenRefused('The subject_token was used before. Open the app from the EHR again.');
}
