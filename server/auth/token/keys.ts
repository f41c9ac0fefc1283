// The keys of the authorization server: made once, kept in PostgreSQL, the same in every process, replaced by rotation.
// Access tokens are signed with ES256, id tokens with RS256 (https://openid.net/specs/openid-connect-core-1_0.html#ServerMTI),
// or ES256 for clients that registered so. Rotation: https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys
import { randomBytes } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { Sql, Transaction } from '../../db/pool.ts';

/** The key that signs access tokens. */
export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

export interface Keys {
  /** Private keys, newest first, with `kid`, `alg` and `use`; `/auth/jwks` publishes the public parts of all. */
  readonly jwks: { keys: JWK[] };
  /** The newest ES256 key. */
  readonly accessToken: SigningKey;
  /** Secrets that sign cookies. */
  readonly cookies: string[];
  /**
   * The public key of an access token, by the `kid` of its header: any key that is published. One that is not known here
   * yet is looked for in the database, so that a rotation elsewhere disturbs nobody.
   */
  verify(kid: string | undefined): Promise<CryptoKey | undefined>;
  /** Reads the keys again; tells listeners when they are others. */
  refresh(): Promise<void>;
  /** Calls back whenever keys came or went. */
  onChange(listener: () => void): void;
}

const ALGORITHMS = ['ES256', 'RS256'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** Seconds that a replaced key still verifies: the longest life of a token, and some for clocks that differ. */
const RETIREMENT_SECONDS = 3600 + 300;
/** Milliseconds between two look-ups of unknown keys, so that made-up `kid`s cost the database nothing. */
const LOOK_UP_EVERY_MS = 200;
/** Any number that nobody else locks. */
const LOCK = 4_710_012;

async function makeKey(alg: Algorithm): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' };
}

async function addKey(sql: Sql | Transaction, jwk: JWK): Promise<void> {
  await sql`
    insert into auth_signing_key (kid, alg, value, created_at)
    values (${jwk.kid!}, ${jwk.alg!}, ${sql.json(jwk as never)}, clock_timestamp())`;
}

/** Makes the keys that do not exist yet; of several processes that start at once, one makes them. */
async function ensureKeys(sql: Sql): Promise<void> {
  const algorithms = async (db: Sql | Transaction) =>
    (await db`select alg from auth_signing_key where retires_at is null`).map(({ alg }) => alg as string);
  const existing = await algorithms(sql);
  const missing = ALGORITHMS.filter((alg) => !existing.includes(alg));
  if (!missing.length) return;
  const made = await Promise.all(missing.map(makeKey));
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${LOCK})`;
    const there = await algorithms(transaction);
    for (const key of made) if (!there.includes(key.alg!)) await addKey(transaction, key);
  });
}

/**
 * Adds a new key of each algorithm, which signs from now on; those of before verify until the tokens they signed have
 * expired. @returns the ids of the new keys
 */
export async function rotateKeys(sql: Sql, now: Date): Promise<string[]> {
  const made = await Promise.all(ALGORITHMS.map(makeKey));
  const retires = new Date(now.getTime() + RETIREMENT_SECONDS * 1000);
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${LOCK})`;
    await transaction`update auth_signing_key set retires_at = ${retires} where retires_at is null`;
    for (const key of made) await addKey(transaction, key);
  });
  return made.map(({ kid }) => kid!);
}

/** Every published key, newest first, without its private part. */
export async function listKeys(sql: Sql, now: Date) {
  return sql<{ kid: string; alg: string; createdAt: Date; retiresAt: Date | null }[]>`
    select kid, alg, created_at as "createdAt", retires_at as "retiresAt" from auth_signing_key
    where retires_at is null or retires_at > ${now} order by created_at desc, alg`;
}

/** Deletes the keys that have retired. */
export async function removeRetiredKeys(sql: Sql, now: Date): Promise<void> {
  await sql`delete from auth_signing_key where retires_at < ${now}`;
}

async function cookieSecrets(sql: Sql): Promise<string[]> {
  const made = [randomBytes(32).toString('base64url')];
  await sql`insert into auth_key (purpose, value) values ('cookie', ${sql.json(made)}) on conflict do nothing`;
  const [row] = await sql`select value from auth_key where purpose = 'cookie'`;
  return row!.value;
}

/** What is held in memory of the keys of one moment. */
interface Held {
  kids: string;
  jwks: { keys: JWK[] };
  accessToken: SigningKey;
  verifying: Map<string, CryptoKey>;
}

const publicPart = ({ kty, crv, x, y }: JWK) => ({ kty, crv, x, y }) as JWK;

async function readKeys(sql: Sql, now: Date, before?: Held): Promise<Held> {
  const rows = await sql<{ value: JWK }[]>`
    select value from auth_signing_key where retires_at is null or retires_at > ${now}
    order by retires_at is null desc, created_at desc, kid`;
  const keys = rows.map(({ value }) => value);
  const kids = keys.map(({ kid }) => kid).join(' ');
  if (before?.kids === kids) return before;
  const signing = keys.filter(({ alg }) => alg === 'ES256');
  const verifying = await Promise.all(
    signing.map(async (jwk) => [jwk.kid!, (await importJWK(publicPart(jwk), 'ES256')) as CryptoKey] as const),
  );
  const [first] = signing as [JWK];
  const privateKey = (await importJWK(first, 'ES256')) as CryptoKey;
  const accessToken = { kid: first.kid!, privateKey, publicKey: verifying[0]![1] };
  return { kids, jwks: { keys }, accessToken, verifying: new Map(verifying) };
}

/** Reads the keys, making those that do not exist yet. */
export async function loadKeys(sql: Sql, now: () => Date): Promise<Keys> {
  await ensureKeys(sql);
  const cookies = await cookieSecrets(sql);
  const listeners: (() => void)[] = [];
  let held = await readKeys(sql, now());
  let reading: Promise<void> | undefined;
  let lookedUp = Number.NEGATIVE_INFINITY;

  const read = async () => {
    const next = await readKeys(sql, now(), held);
    if (next === held) return;
    held = next;
    for (const listener of listeners) listener();
  };
  const refresh = () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return {
    get jwks() {
      return held.jwks;
    },
    get accessToken() {
      return held.accessToken;
    },
    cookies,
    async verify(kid) {
      if (!kid) return undefined;
      const known = held.verifying.get(kid);
      if (known) return known;
      if (performance.now() - lookedUp > LOOK_UP_EVERY_MS) {
        lookedUp = performance.now();
        await refresh();
      } else await reading;
      return held.verifying.get(kid);
    },
    refresh,
    onChange: (listener) => void listeners.push(listener),
  };
}
