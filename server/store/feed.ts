// The change feed: every version that was ever written, in an order in which nothing that commits late is passed over.
// https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { methodOf } from './method.ts';
import type { Method } from './write.ts';

/** Where a reader stands: every change up to and with this one is behind it. 64-bit numbers as text. */
export interface FeedPosition {
  xid: string;
  seq: string;
}

/** One version that was written. */
export interface FedChange extends FeedPosition {
  rid: Rid;
  /** Small number of the resource type. */
  type: number;
  version: number;
  method: Method;
  lastUpdated: Date;
}

/** Before the first change. */
export const FEED_START: FeedPosition = { xid: '0', seq: '0' };

/**
 * Reads on in the feed: only changes of transactions below the oldest one that still runs, so that a reader who goes on
 * from `next` sees each change exactly once, whenever it commits. Transactions come in the order of their numbers, not of
 * their commits: of two versions of one resource the later may come first.
 * @param after where the last reading ended
 * @param limit most changes that are read
 * @returns the changes, and where to go on; `next` is `after` when there is nothing new
 */
export async function readChanges(
  { sql }: { sql: Sql | Transaction },
  after: FeedPosition,
  limit: number,
): Promise<{ changes: FedChange[]; next: FeedPosition }> {
  const rows = await sql.unsafe(
    `select c.xid::text, c.seq::text, c.rid::text, c.type, c.version, c.method, c.last_updated from change c
    where (c.xid, c.seq) > ($1::text::xid8, $2::bigint) and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by c.xid, c.seq limit $3::integer`,
    [after.xid, after.seq, String(limit)],
    { prepare: true },
  );
  const changes = rows.map(
    (row): FedChange => ({
      xid: row.xid as string,
      seq: row.seq as string,
      rid: row.rid as string,
      type: row.type as number,
      version: row.version as number,
      method: methodOf(row.method as string),
      lastUpdated: row.last_updated as Date,
    }),
  );
  const last = changes.at(-1);
  return { changes, next: last ? { xid: last.xid, seq: last.seq } : after };
}

/**
 * Puts down that a transaction loads a history: what it writes is in the feed like everything else, but what was due by then
 * is long past.
 */
export async function markLoaded(transaction: Transaction): Promise<void> {
  await transaction`insert into loaded_transaction (xid) values (pg_current_xact_id()) on conflict do nothing`;
}
