// Logical ids that the server makes: UUID version 7, ordered by time. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
import { randomBytes } from 'node:crypto';

const POOL = 16 * 256;
let pool = randomBytes(POOL);
let used = 0;

/** A new UUIDv7 for the instant `now`. */
export function newId(now: Date): string {
  if (used === POOL) {
    pool = randomBytes(POOL);
    used = 0;
  }
  const bytes = pool.subarray(used, used + 16);
  used += 16;
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
