// The service clocks' reader of the change feed: which resources have changed since its position, which the database keeps.
// https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray } from '../db/statement.ts';

/** Name of this reader of the change feed. */
const READER = 'clock';
/** Advisory lock of whoever moves its position. */
const CLOCK_LOCK = 7_205_763;

/** A resource that has changed. */
export interface Changed {
  rid: Rid;
  /** When it was loaded as a part of a history, if it was. */
  loaded?: Date;
}

/** What is there to do, by two probes of an index. */
export interface Waiting {
  /** Something was written. */
  changed: boolean;
  /** A moment is due. */
  due: boolean;
}

// Each probe is ordered: without an order the planner reckons with a third of the table and reads all of it to find none.
export async function whatWaits(sql: Sql, now: Date): Promise<Waiting> {
  const [row] = await sql.unsafe(
    `select exists (select from feed_position p, lateral (select from change c
        where (c.xid, c.seq) > (p.xid, p.seq) and c.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by c.xid, c.seq limit 1) next
        where p.reader = '${READER}') as changed,
      exists (select from (select from service_clock where struck is null and failed is null
        and at <= $1::text::timestamptz order by at limit 1) first) as due`,
    [now.toISOString()],
    { prepare: true },
  );
  return row as unknown as Waiting;
}

/** A part of the feed. */
export interface FeedPart {
  /** Each once. */
  changed: readonly Changed[];
  /** When the oldest of them was written; absent when there is none. */
  since?: Date;
  /** Whether more may wait. */
  more: boolean;
}

interface Row {
  xid: string;
  seq: string;
  rid: Rid;
  at: Date;
  loaded: boolean;
}

/**
 * Reads on: what transactions wrote that have all ended. The position moves with the caller's transaction, so that what is
 * made of the changes is kept with it or not at all.
 * @param types small numbers of the resource types that are meant
 * @returns undefined when another process reads
 */
export async function readOn(
  transaction: Transaction,
  types: readonly number[],
  most: number,
): Promise<FeedPart | undefined> {
  const [lock] = await transaction`select pg_try_advisory_xact_lock(${CLOCK_LOCK}) as held`;
  if (!lock!.held) return undefined;
  const [stand] =
    await transaction`select xid::text, seq::text, pg_snapshot_xmin(pg_current_snapshot())::text as oldest
    from feed_position where reader = ${READER}`;
  const { xid, seq, oldest } = stand as unknown as { xid: string; seq: string; oldest: string };
  const rows = (await transaction.unsafe(
    `select c.xid::text, c.seq::text, c.rid::text, c.last_updated as at,
      exists (select from loaded_transaction l where l.xid = c.xid) as loaded
    from change c where (c.xid, c.seq) > ($1::text::xid8, $2::text::bigint) and c.xid < $3::text::xid8
      and c.type = any($4::smallint[])
    order by c.xid, c.seq limit ${most}`,
    [xid, seq, oldest, plainArray(types)],
    { prepare: true },
  )) as unknown as Row[];
  const more = rows.length === most;
  const next = more ? rows.at(-1)! : { xid: oldest, seq: '-1' };
  await transaction`update feed_position set xid = ${next.xid}::text::xid8, seq = ${next.seq}::text::bigint
    where reader = ${READER}`;
  await transaction`delete from loaded_transaction where xid < ${next.xid}::text::xid8`;
  return { changed: byResource(rows), ...(rows[0] && { since: rows[0].at }), more };
}

/** The changes of each resource as one; of several loads the last counts. */
function byResource(rows: readonly Row[]): Changed[] {
  const loads = new Map<Rid, Date | undefined>();
  for (const { rid, at, loaded } of rows) {
    const before = loads.get(rid);
    loads.set(rid, loaded && !(before && before > at) ? at : before);
  }
  return [...loads].map(([rid, loaded]) => ({ rid, ...(loaded && { loaded }) }));
}
