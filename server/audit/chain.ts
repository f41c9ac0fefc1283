// The chain of audit events: each hash covers the one before it and an event's stored bytes.
// https://csrc.nist.gov/pubs/fips/180-4/upd1/final
import { hash } from 'node:crypto';
import type { Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, textArray } from '../db/statement.ts';

/** Advisory lock of whoever adds to the chain. */
export const AUDIT_LOCK = 7_205_765;

/** Where the chain ends. */
export interface Head {
  /** Number of the last event; 0 when there is none. */
  seq: bigint;
  hash: Buffer;
}

const NONE: Head = { seq: 0n, hash: Buffer.alloc(0) };

/** The hash that follows `before`. @param content bytes of the event as they are stored */
export const nextHash = (before: Buffer, content: string): Buffer =>
  hash('sha256', Buffer.concat([before, Buffer.from(content)]), 'buffer');

/** The head; the caller holds AUDIT_LOCK, or only wants to know. */
export async function readHead(sql: Pick<Transaction, 'unsafe'>): Promise<Head> {
  const [row] = await sql.unsafe('select c.seq::text, c.hash from audit_chain c order by c.seq desc limit 1');
  return row ? { seq: BigInt(row.seq as string), hash: row.hash as Buffer } : NONE;
}

/** Adds events behind the head. The caller holds AUDIT_LOCK. */
export async function extendChain(
  transaction: Transaction,
  events: readonly { rid: Rid; id: string; content: string }[],
): Promise<void> {
  const head = await readHead(transaction);
  let last = head.hash;
  const hashes = events.map(({ content }) => {
    last = nextHash(last, content);
    return last.toString('hex');
  });
  await transaction`insert into audit_chain (seq, rid, id, hash)
    select ${String(head.seq)}::text::bigint + t.n, t.rid, t.id, decode(t.hash, 'hex')
    from unnest(${plainArray(events.map(({ rid }) => rid))}::bigint[],
      ${textArray(events.map(({ id }) => id))}::text[], ${textArray(hashes)}::text[])
      with ordinality as t(rid, id, hash, n)`;
}
