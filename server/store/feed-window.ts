// A stretch of the change feed for those who listen now: which resources it is about, what they are now, and what they were.
// https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
import type { Sql } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import type { Condition } from '../db/visibility.ts';
import { methodOf } from './method.ts';
import type { Method } from './write.ts';

/** Number of a transaction (xid8) as text: whatever transactions with lower numbers wrote is decided. */
export type Horizon = string;

/** A version that was written. */
export interface Written {
  rid: Rid;
  type: number;
  version: number;
}

/** What was written between two horizons. */
export interface FeedWindow {
  /** Where the next window begins. */
  horizon: Horizon;
  written: readonly Written[];
  /** There was more than is read, so that `written` is not all. */
  overflow: boolean;
}

/** A resource as it is now. */
export interface Present {
  rid: Rid;
  type: number;
  id: string;
  version: number;
  method: Method;
  lastUpdated: Date;
}

/** A change with the contents before and after it. */
export interface Former {
  rid: Rid;
  type: number;
  id: string;
  /** Absent before the first version, and where a deletion was. */
  before: string | undefined;
  /** Of the present version; absent when it is deleted. */
  after: string | undefined;
}

/** Most changes of any type that are looked through. */
const MOST_READ = 20_000;
/** Most changes of the types that are asked for. */
const MOST_WRITTEN = 1_000;
/** Most bytes of contents that are read at once to tell what has gone. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The horizon now: what is written from here on belongs to windows that begin with it. */
export async function horizonNow(sql: Sql): Promise<Horizon> {
  const [row] = await sql`select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`;
  return row!.horizon as Horizon;
}

/**
 * Reads what was written from one horizon to another. The changes are read in the order of their index: without an order the
 * planner reckons with a third of the table.
 * @param types small numbers of the resource types that are meant
 * @param to absent: the horizon now
 */
export async function readWindow(
  sql: Sql,
  from: Horizon,
  types: readonly number[],
  to?: Horizon,
): Promise<FeedWindow> {
  const [row] = await sql.unsafe(
    `select h.horizon::text as horizon, p.read, p.written
    from (select coalesce($2::text::xid8, pg_snapshot_xmin(pg_current_snapshot())) as horizon) h
    cross join lateral (select count(*)::integer as read,
        coalesce(json_agg(json_build_array(c.rid::text, c.type, c.version))
          filter (where c.type = any($3::smallint[])), '[]') as written
      from (select c.rid, c.type, c.version from change c
        where c.xid >= $1::text::xid8 and c.xid < h.horizon
        order by c.xid, c.seq limit ${MOST_READ}) c) p`,
    [from, to ?? null, plainArray(types)],
    { prepare: true },
  );
  const { horizon, read, written } = row as unknown as {
    horizon: Horizon;
    read: number;
    written: [Rid, number, number][];
  };
  return {
    horizon,
    written: written.slice(0, MOST_WRITTEN).map(([rid, type, version]) => ({ rid, type, version })),
    overflow: read === MOST_READ || written.length > MOST_WRITTEN,
  };
}

/** Those of some resources that are there and that a caller may see, as they are now: one statement. */
export async function readPresent(sql: Sql, rids: readonly Rid[], visible: Condition): Promise<Present[]> {
  const statement = new Statement();
  const wanted = statement.add(plainArray(rids), 'bigint[]');
  const condition = visible('r', statement);
  const rows = await sql.unsafe(
    `select r.rid::text, r.type, r.id, r.version, r.method, r.last_updated from resource r
    where r.rid = any(${wanted}) and not r.deleted${condition ? ` and ${condition}` : ''}`,
    statement.values,
    { prepare: true },
  );
  return rows.map((row) => ({
    rid: row.rid as Rid,
    type: row.type as number,
    id: row.id as string,
    version: row.version as number,
    method: methodOf(row.method as string),
    lastUpdated: row.last_updated as Date,
  }));
}

/** What changes have replaced, and by what it is replaced now; undefined when that is more than is read at once. */
export async function readFormer(sql: Sql, written: readonly Written[]): Promise<Former[] | undefined> {
  const rows = await sql.unsafe(
    `select f.rid::text, f.type, f.id, f.bytes > ${MOST_BYTES} as much,
      case when f.bytes <= ${MOST_BYTES} then nullif(f.before, '') end as before,
      case when f.bytes <= ${MOST_BYTES} then nullif(f.after, '') end as after
    from (select r.rid, r.type, r.id, h.content as before, r.content as after,
        sum(octet_length(r.content) + coalesce(octet_length(h.content), 0)) over () as bytes
      from unnest($1::bigint[], $2::integer[]) as c(rid, version)
      join resource r on r.rid = c.rid
      left join history h on h.rid = c.rid and h.version = c.version - 1) f`,
    [plainArray(written.map(({ rid }) => rid)), plainArray(written.map(({ version }) => version))],
    { prepare: true },
  );
  if (rows[0]?.much) return undefined;
  return rows.map((row) => ({
    rid: row.rid as Rid,
    type: row.type as number,
    id: row.id as string,
    before: (row.before as string | null) ?? undefined,
    after: (row.after as string | null) ?? undefined,
  }));
}
