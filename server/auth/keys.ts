// The keys of the authorization server: made once, kept in PostgreSQL, the same in every process.
// Access tokens are signed with ES256, id tokens with RS256 (https://openid.net/specs/openid-connect-core-1_0.html#ServerMTI).
import { randomBytes } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { Sql } from '../db/pool.ts';

export interface Keys {
  /** Private keys for signing, with `kid`, `alg` and `use`; oidc-provider publishes their public parts. */
  jwks: { keys: JWK[] };
  /** Key and public key of access tokens (ES256). */
  accessToken: { kid: string; privateKey: CryptoKey; publicKey: CryptoKey };
  /** Secrets that sign cookies. */
  cookies: string[];
}

async function makeKey(alg: 'ES256' | 'RS256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' };
}

const MAKERS = {
  'access-token': () => makeKey('ES256'),
  'id-token': () => makeKey('RS256'),
  cookie: async () => [randomBytes(32).toString('base64url')],
};

/** The stored value for a purpose; of several processes that start at once, the first to write decides. */
async function keep<P extends keyof typeof MAKERS>(
  sql: Sql,
  purpose: P,
): Promise<Awaited<ReturnType<(typeof MAKERS)[P]>>> {
  const read = () => sql`select value from auth_key where purpose = ${purpose}`;
  const [stored] = await read();
  if (stored) return stored.value;
  const made = await MAKERS[purpose]();
  await sql`insert into auth_key (purpose, value) values (${purpose}, ${sql.json(made as never)}) on conflict do nothing`;
  const [winner] = await read();
  return winner?.value;
}

/** Reads the keys, making those that do not exist yet. */
export async function loadKeys(sql: Sql): Promise<Keys> {
  const [signing, idToken, cookies] = await Promise.all([
    keep(sql, 'access-token'),
    keep(sql, 'id-token'),
    keep(sql, 'cookie'),
  ]);
  const { kty, crv, x, y } = signing;
  const publicJwk = { kty, crv, x, y } as JWK;
  return {
    jwks: { keys: [signing, idToken] },
    accessToken: {
      kid: String(signing.kid),
      privateKey: (await importJWK(signing, 'ES256')) as CryptoKey,
      publicKey: (await importJWK(publicJwk, 'ES256')) as CryptoKey,
    },
    cookies,
  };
}
