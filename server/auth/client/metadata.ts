// What clients say about themselves, as it is stored: secrets only as hashes, addresses only where they are safe.
// https://www.rfc-editor.org/rfc/rfc7591#section-2
import { hash, timingSafeEqual } from 'node:crypto';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** True for an address on this machine, which needs no TLS. */
export const isLoopback = ({ protocol, hostname }: URL): boolean =>
  (protocol === 'http:' || protocol === 'https:') && LOOPBACK.has(hostname);

/** True for an https address, or one on this machine. */
export function isSafeAddress(text: unknown): boolean {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  return url !== null && (url.protocol === 'https:' || isLoopback(url));
}

const HASHED = 'sha256:';

/**
 * A client secret as it is stored. Secrets are made here, of 512 random bits, so a plain hash is enough: there is nothing
 * to guess, and a slow one would only slow the token endpoint.
 */
export const hashSecret = (secret: string): string => HASHED + hash('sha256', secret, 'base64url');

/** Whether a secret is the one whose hash is stored. */
export function secretMatches(stored: unknown, actual: unknown): boolean {
  if (typeof stored !== 'string' || typeof actual !== 'string') return false;
  const [expected, given] = [Buffer.from(stored), Buffer.from(hashSecret(actual))];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
