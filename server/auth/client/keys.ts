// The public keys of clients that publish them: fetched with a limit in time and size, kept as long as the client lets us.
// https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html#registering-a-client-communicating-public-keys
import { createPublicKey } from 'node:crypto';
import { isLoopback } from './metadata.ts';

/** A public key as a client publishes it. */
export type PublicJwk = Record<string, unknown> & { kid?: string };

/** Finds the keys of a client. */
export interface ClientKeys {
  /**
   * The usable keys at an address. They are fetched when none are kept, when those kept are too old, and when none of
   * them has the `kid`. @throws Error with a sentence when they cannot be fetched
   */
  find(jwksUri: string, kid?: string): Promise<PublicJwk[]>;
}

const TIMEOUT_MS = 2500;
const SIZE_LIMIT = 64 * 1024;
/** Seconds that keys are kept when the client's server does not say, and at most. */
const KEPT = { default: 60, most: 3600 };
/** Milliseconds between two fetches from one address, whatever asks for them. */
const FETCH_EVERY_MS = 1000;

interface Kept {
  keys: PublicJwk[];
  fetchedAt: number;
  freshUntil: number;
  failure?: string;
}

/** Seconds that an answer may be kept, by its Cache-Control. */
function keptSeconds({ headers }: Response): number {
  const control = headers.get('cache-control') ?? '';
  if (/\bno-(store|cache)\b/i.test(control)) return 0;
  const seconds = /\bmax-age=(\d+)/i.exec(control)?.[1];
  return Math.min(seconds === undefined ? KEPT.default : Number(seconds), KEPT.most);
}

async function readLimited({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > SIZE_LIMIT) throw new Error(`the answer is larger than ${SIZE_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const PRIVATE_PARTS = ['d', 'p', 'q', 'k'];

/** True for a public signing key that can be imported; all others are passed over. */
function isUsable(key: unknown): key is PublicJwk {
  if (typeof key !== 'object' || key === null || PRIVATE_PARTS.some((part) => part in key)) return false;
  try {
    createPublicKey({ key: key as PublicJwk, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

/** Keeps keys by address; the clock is in milliseconds. */
export function createClientKeys(now: () => number, fetchKeys: typeof fetch = fetch): ClientKeys {
  const kept = new Map<string, Kept>();
  const fetching = new Map<string, Promise<Kept>>();

  const load = async (address: string): Promise<Kept> => {
    const url = new URL(address);
    if (url.protocol !== 'https:' && !isLoopback(url)) throw new Error('the address has to begin with https');
    const response = await fetchKeys(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await readLimited(response);
    if (response.status !== 200) throw new Error(`it answers with ${response.status}`);
    const { keys } = JSON.parse(body) as { keys?: unknown };
    if (!Array.isArray(keys)) throw new Error('the answer is no JSON Web Key Set');
    const date = now();
    return {
      keys: keys.filter(isUsable),
      fetchedAt: date,
      freshUntil: date + keptSeconds(response) * 1000,
    };
  };
  const loadOnce = (address: string): Promise<Kept> => {
    const running = fetching.get(address);
    if (running) return running;
    const before = kept.get(address);
    const failed = (error: Error): Kept => ({
      keys: before?.keys ?? [],
      fetchedAt: now(),
      freshUntil: before?.freshUntil ?? 0,
      failure: `The keys at ${address} could not be fetched: ${error.message}.`,
    });
    const started = load(address)
      .catch(failed)
      .then((loaded) => {
        kept.set(address, loaded);
        return loaded;
      })
      .finally(() => fetching.delete(address));
    fetching.set(address, started);
    return started;
  };
  return {
    async find(address, kid) {
      const fits = ({ freshUntil, keys }: Kept) => freshUntil > now() && keys.some((key) => key.kid === kid);
      const before = kept.get(address);
      const keep = before && (fits(before) || now() - before.fetchedAt < FETCH_EVERY_MS);
      const current = keep ? before : await loadOnce(address);
      if (current.failure && !fits(current)) throw new Error(current.failure);
      return current.keys;
    },
  };
}
