// The surrogate key: a keyed 64-bit hash of `Type/id`, so a reference resolves to its target without a look-up.
import { hash, randomBytes } from 'node:crypto';
import type { Sql } from './pool.ts';

/** Decimal text of a signed 64-bit surrogate, as PostgreSQL reads and writes it. */
export type Rid = string;
/** Surrogate of a local reference (`Patient/1`), or of a canonical or absolute URL. */
export type RidOf = (reference: string) => Rid;

/** References that are remembered at least, and at most twice as many: the same few are named again and again. */
const REMEMBERED = 10_000;

/** Makes the hash function of an installation from its secret key; without the key collisions cannot be crafted. */
export function createRidOf(key: string): RidOf {
  let recent = new Map<string, Rid>();
  let older: ReadonlyMap<string, Rid> = recent;
  return (reference) => {
    const known = recent.get(reference) ?? older.get(reference);
    if (known !== undefined) return known;
    const rid = (hash('sha256', key + reference, 'buffer') as Buffer).readBigInt64BE(0).toString();
    if (recent.size >= REMEMBERED) [older, recent] = [recent, new Map()];
    recent.set(reference, rid);
    return rid;
  };
}

/** Reads a secret of this installation, making it on first use. Several processes agree on one. */
export async function secretOf(sql: Sql, name: string): Promise<Buffer> {
  await sql`insert into secret (name, value) values (${name}, ${randomBytes(32)}) on conflict do nothing`;
  const [row] = await sql`select value from secret where name = ${name}`;
  return row!.value as Buffer;
}
