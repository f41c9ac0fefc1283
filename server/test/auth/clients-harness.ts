// Confidential clients for the tests of auth/: registered with a secret or a key, and what they send.
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { hashSecret } from '../../auth/client/metadata.ts';
import { saveClients } from '../../auth/index.ts';
import type { Server } from './harness.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A key pair of a client: what signs, and what is published. */
export interface ClientKey {
  alg: string;
  kid: string;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

export async function clientKey(alg: string, kid = `key-${alg}`): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

const BASE = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };

/** Registers a back-end service with keys, inline or at an address. */
export const saveBackend = (
  { sql }: Server,
  id: string,
  keys: { jwks: { keys: JWK[] } } | { jwks_uri: string },
  more: object = {},
) =>
  saveClients(sql, [
    {
      id,
      name: id,
      scope: 'system/Patient.rs system/Task.cruds',
      role: 'quality-system',
      members: [{ by: 'group', group: 'Group/panel' }],
      metadata: { ...BASE, token_endpoint_auth_method: 'private_key_jwt', ...keys, ...more },
    },
  ]);

export const SECRET = 'a-secret-of-the-tests: with % signs';

/** Registers a client with a secret, for the code flow. */
export const saveWithSecret = ({ sql }: Server, id: string, method: string, more: object = {}) =>
  saveClients(sql, [
    {
      id,
      name: id,
      scope: 'openid fhirUser launch online_access patient/*.rs user/Task.rs',
      preapproved: true,
      metadata: {
        redirect_uris: ['https://other.example/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: method,
        client_secret: hashSecret(SECRET),
        ...more,
      },
    },
  ]);

export const basic = (id: string, secret = SECRET) => ({
  authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});

let made = 0;

/** A client assertion; `claims` and `header` replace what a good one says, undefined leaves it out. */
export function assertion(
  { publicUrl }: Server,
  id: string,
  key: ClientKey,
  claims: JWTPayload = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const payload = {
    iss: id,
    sub: id,
    aud: `${publicUrl}/auth/token`,
    exp: Math.floor(Date.now() / 1000) + 240,
    jti: `${id}-${made++}`,
    ...claims,
  };
  const protectedHeader = { alg: key.alg, kid: key.kid, typ: 'JWT', ...header };
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

/** Posts a form below `/auth`. */
export const post = (
  { address }: Server,
  path: string,
  form: Record<string, string | undefined>,
  headers: Record<string, string> = {},
) => {
  const given = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return fetch(`${address}/auth${path}`, { method: 'POST', body: new URLSearchParams(given), headers });
};

/** Asks for a token without a user. */
export const askToken = (
  server: Server,
  client_assertion: string,
  form: Record<string, string | undefined> = {},
) =>
  post(server, '/token', {
    grant_type: 'client_credentials',
    scope: 'system/Patient.rs',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion,
    ...form,
  });

/** The JSON of an answer. */
export const json = async (response: Response) => (await response.json()) as Record<string, unknown>;
