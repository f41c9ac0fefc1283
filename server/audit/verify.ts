// Verifies the chain of audit events: every hash is made anew from the bytes that are stored. `npm run audit -- verify`.
import type { Sql } from '../db/pool.ts';
import { type Head, nextHash, readHead } from './chain.ts';

/** What a walk along the chain came to. */
export interface Verified {
  /** Events whose hashes are right. */
  count: bigint;
  /** The last of them. */
  head: Head;
  /** One sentence about the first place where the chain breaks. */
  problem?: string;
}

export interface VerifyOptions {
  /** Where the walk begins; the hash before it is trusted. */
  from?: bigint;
  /** A head that was noted before: it has to be a part of the chain still. */
  noted?: { seq: bigint; hash: string };
}

interface Link {
  seq: string;
  id: string;
  hash: Buffer;
  /** Bytes of the first version; null when there is none. */
  content: string | null;
  /** The version that is served. */
  version: number | null;
  /** It is served under the id and type that it was recorded with. */
  served: boolean | null;
}

/** Events that are read at a time. */
const BATCH = 500;

const readLinks = async (sql: Sql, after: bigint): Promise<Link[]> =>
  (await sql`select c.seq::text, c.id, c.hash, coalesce(h.content, r.content) as content, r.version,
      not r.deleted and r.id = c.id and t.name = 'AuditEvent' as served
    from audit_chain c
    left join resource r on r.rid = c.rid
    left join resource_type t on t.id = r.type
    left join history h on h.rid = c.rid and h.version = 1
    where c.seq > ${String(after)}::text::bigint order by c.seq limit ${BATCH}`) as unknown as Link[];

/** What is wrong with a link. */
function problemOf({ seq, id, hash, content, version, served }: Link, before: Head): string | undefined {
  const expected = before.seq + 1n;
  if (BigInt(seq) !== expected)
    return `Event ${expected} is missing: the chain goes on with event ${seq}, AuditEvent/${id}.`;
  if (content === null)
    return `Event ${seq}, AuditEvent/${id}, is missing: its link is there, its bytes are not.`;
  if (!nextHash(before.hash, content).equals(hash))
    return `Event ${seq}, AuditEvent/${id}, was changed, or another one was put in before it: its hash is not that of its bytes.`;
  if (version !== 1) return `Event ${seq}, AuditEvent/${id}, was changed: it has version ${version}.`;
  if (!served)
    return `Event ${seq}, AuditEvent/${id}, was hidden: it is marked as deleted, or has another id or type.`;
  return undefined;
}

/** An audit event that is no part of the chain. */
async function strayEvent(sql: Sql): Promise<string | undefined> {
  const [row] =
    await sql`select r.id from resource r join resource_type t on t.id = r.type and t.name = 'AuditEvent'
    where not exists (select from audit_chain c where c.rid = r.rid) order by r.last_updated limit 1`;
  return (
    row && `AuditEvent/${row.id} was put in: it is no part of the chain, so this server did not record it.`
  );
}

async function checkNoted(
  sql: Sql,
  { seq, hash }: { seq: bigint; hash: string },
): Promise<string | undefined> {
  const [row] = await sql`select hash from audit_chain where seq = ${String(seq)}::text::bigint`;
  if (!row) return `Event ${seq}, which was noted, is missing: the end of the chain was cut off.`;
  return (row.hash as Buffer).toString('hex') === hash
    ? undefined
    : `Event ${seq} has another hash than was noted: events up to it were replaced.`;
}

async function start(sql: Sql, from: bigint): Promise<Head | undefined> {
  if (from <= 1n) return { seq: 0n, hash: Buffer.alloc(0) };
  const [row] = await sql`select hash from audit_chain where seq = ${String(from - 1n)}::text::bigint`;
  return row && { seq: from - 1n, hash: row.hash as Buffer };
}

/** Walks along the chain up to the head that it has when the walk begins. */
export async function verifyChain(sql: Sql, { from = 1n, noted }: VerifyOptions = {}): Promise<Verified> {
  const { seq: last } = await readHead(sql);
  let head = await start(sql, from);
  if (!head) {
    const problem = `There is no event ${from - 1n} to begin from: the chain ends with event ${last}.`;
    return { count: 0n, head: { seq: 0n, hash: Buffer.alloc(0) }, problem };
  }
  let count = 0n;
  for (let links = await readLinks(sql, head.seq); links.length; links = await readLinks(sql, head.seq)) {
    for (const link of links) {
      const problem = problemOf(link, head);
      if (problem) return { count, head, problem };
      head = { seq: BigInt(link.seq), hash: link.hash };
      count++;
    }
    if (head.seq >= last) break;
  }
  const problem = (noted && (await checkNoted(sql, noted))) ?? (await strayEvent(sql));
  return { count, head, ...(problem && { problem }) };
}
