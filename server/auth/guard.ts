// Who asks: verifies the bearer token of a request on the spot and makes the caller's Access from its claims and policies.
// https://www.rfc-editor.org/rfc/rfc9068#section-4 (validating JWT access tokens)
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type Access, emptyPolicy, type PatientSet, type Policy } from '../fhir/access.ts';
import { unauthorized } from '../fhir/errors.ts';
import { parseScope } from './launch/scopes.ts';
import type { Keys } from './token/keys.ts';
import type { Revocations } from './token/revocation.ts';

/** What holds for a client that asks without a user. */
export interface ClientStanding {
  role?: string | null;
  members?: readonly PatientSet[] | null;
}

/** What holds for callers now: replaced as a whole when policies or clients change. */
export interface Standings {
  /** Another number whenever anything of it has changed. */
  generation(): number;
  /** The policy of a role; an empty one when nobody has written one. */
  policy(role: string): Policy;
  client(id: string): Promise<ClientStanding | undefined>;
}

export interface GuardDeps {
  publicUrl: string;
  keys: Pick<Keys, 'verify'>;
  now: () => Date;
  revocations: Pick<Revocations, 'has'>;
  standings: Standings;
  /** Finds out what the SQL of an access needs, once for each. */
  prepare: (access: Access) => Promise<void>;
}

/** What our access tokens carry beside the registered claims. */
export interface AccessClaims {
  scope?: string;
  client_id?: string;
  /** Relative reference, `PractitionerRole/nurse`. */
  fhirUser?: string;
  role?: string;
  patient?: string;
}

/** Verified tokens that are remembered; ES256 costs about 100 µs, a look-up none. */
const REMEMBERED = 10_000;
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

/** The access of verified claims. A user has the policy of their role; a client alone that of its own, and its members. */
export async function accessOf(claims: JWTPayload & AccessClaims, standings: Standings): Promise<Access> {
  const client = text(claims.client_id);
  const [role, fhirUser, patient] = [text(claims.role), text(claims.fhirUser), text(claims.patient)];
  const standing = role || !client ? undefined : await standings.client(client);
  const policyRole = role ?? text(standing?.role);
  return Object.freeze({
    subject: String(claims.sub),
    ...(client && { client }),
    ...(fhirUser && { fhirUser }),
    ...(role && { role }),
    ...(patient && { patient }),
    scopes: Object.freeze(parseScope(text(claims.scope) ?? '')),
    policy: policyRole ? standings.policy(policyRole) : emptyPolicy(''),
    ...(standing?.members && { members: standing.members }),
  });
}

interface Verified {
  payload: JWTPayload;
  access: Access;
  expires: number;
  generation: number;
}

/**
 * Makes the guard: headers → Access. A token is verified once and then remembered until it expires; what it allows is
 * made anew when policies change, and ends when it is revoked.
 * The guard throws FhirError 401 with a sentence; http adds `WWW-Authenticate`.
 */
export function createGuard({ publicUrl, keys, now, revocations, standings, prepare }: GuardDeps) {
  const verified = new Map<string, Verified>();
  const options = {
    issuer: `${publicUrl}/auth`,
    audience: `${publicUrl}/fhir`,
    algorithms: ['ES256'],
    typ: 'at+jwt',
    requiredClaims: ['sub', 'exp'],
  };
  const keyOf = async ({ kid }: { kid?: string }) => {
    const key = await keys.verify(kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  };

  async function verify(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, keyOf, { ...options, currentDate: now() }).catch((error) => {
      throw unauthorized(refusal(error));
    });
    return payload;
  }

  return async function guard(headers: { authorization?: string | undefined }): Promise<Access> {
    if (!headers.authorization) throw unauthorized(`This request needs an access token. ${HOW_TO}`);
    const token = BEARER.exec(headers.authorization)?.[1];
    if (!token) throw unauthorized(`The Authorization header is not a bearer token. ${HOW_TO}`);
    const known = verified.get(token);
    const generation = standings.generation();
    const isFresh = known !== undefined && known.expires > now().getTime();
    const payload = isFresh ? known.payload : await verify(token);
    if (revocations.has(payload))
      throw unauthorized('The access token was revoked. Sign in again to get a new one.');
    if (isFresh && known.generation === generation) return known.access;
    const access = await accessOf(payload, standings);
    await prepare(access);
    if (verified.size >= REMEMBERED) verified.delete(verified.keys().next().value!);
    verified.set(token, { payload, access, expires: Number(payload.exp) * 1000, generation });
    return access;
  };
}
