// Who asks: verifies the bearer token of a request on the spot and makes the caller's Access from its claims.
// https://www.rfc-editor.org/rfc/rfc9068#section-4 (validating JWT access tokens)
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Access } from '../fhir/access.ts';
import { unauthorized } from '../fhir/errors.ts';
import type { Keys } from './keys.ts';
import { parseScope } from './scopes.ts';

export interface GuardDeps {
  publicUrl: string;
  keys: Pick<Keys, 'accessToken'>;
  now: () => Date;
}

/** What our access tokens carry beside the registered claims. */
export interface AccessClaims {
  scope?: string;
  /** Relative reference, `PractitionerRole/nurse`. */
  fhirUser?: string;
  role?: string;
  patient?: string;
}

/** Verified tokens that are remembered; ES256 costs about 100 µs, a look-up none. */
const REMEMBERED = 1000;
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;
const HOW_TO = 'Send "Authorization: Bearer …" with an access token from this server.';

const refusal = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'The access token has expired. Get a new one and try again.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The access token was not made for this server (${error.claim}). ${HOW_TO}`;
  }
  return `The access token is not valid. ${HOW_TO}`;
};

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);

function accessOf(payload: JWTPayload): Access {
  const { role, fhirUser, patient } = payload;
  return Object.freeze({
    subject: String(payload.sub),
    ...(text(fhirUser) && { fhirUser: text(fhirUser) }),
    ...(text(role) && { role: text(role) }),
    ...(text(patient) && { patient: text(patient) }),
    scopes: Object.freeze(parseScope(text(payload.scope) ?? '')),
  });
}

/**
 * Makes the guard: headers → Access. A token is verified once and then remembered until it expires.
 * The guard throws FhirError 401 with a sentence; http adds `WWW-Authenticate`.
 */
export function createGuard({ publicUrl, keys, now }: GuardDeps) {
  const verified = new Map<string, { access: Access; expires: number }>();
  const options = {
    issuer: `${publicUrl}/auth`,
    audience: `${publicUrl}/fhir`,
    algorithms: ['ES256'],
    typ: 'at+jwt',
    requiredClaims: ['sub', 'exp'],
  };

  return async function guard(headers: { authorization?: string | undefined }): Promise<Access> {
    if (!headers.authorization) throw unauthorized(`This request needs an access token. ${HOW_TO}`);
    const token = BEARER.exec(headers.authorization)?.[1];
    if (!token) throw unauthorized(`The Authorization header is not a bearer token. ${HOW_TO}`);
    const date = now();
    const known = verified.get(token);
    if (known && known.expires > date.getTime()) return known.access;
    verified.delete(token);
    const { payload } = await jwtVerify(token, keys.accessToken.publicKey, {
      ...options,
      currentDate: date,
    }).catch((error) => {
      throw unauthorized(refusal(error));
    });
    const access = accessOf(payload);
    if (verified.size >= REMEMBERED) verified.delete(verified.keys().next().value!);
    verified.set(token, { access, expires: Number(payload.exp) * 1000 });
    return access;
  };
}
