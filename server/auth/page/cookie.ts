// The cookies of the pages, for a site of its own and for a frame in another: small values that only the server reads.
// https://www.rfc-editor.org/rfc/rfc6265
import { timingSafeEqual } from 'node:crypto';

const VALUE = /^[\w-]{1,256}$/;

/** The value of a cookie that one of our pages has set; undefined for others. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value !== undefined && VALUE.test(value) ? value : undefined;
}

/**
 * The Set-Cookie header; `seconds` 0 takes the cookie away.
 * @param address of the pages that the cookie is for; over https it also works in a frame of another site
 */
export function cookie(name: string, value: string, address: string, seconds: number): string {
  const { protocol, pathname } = new URL(address);
  const site = protocol === 'https:' ? 'SameSite=None; Secure; Partitioned' : 'SameSite=Lax';
  return `${name}=${value}; Path=${pathname}; Max-Age=${seconds}; HttpOnly; ${site}`;
}

/** Compares two secrets in a time that tells nothing of them. */
export function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
