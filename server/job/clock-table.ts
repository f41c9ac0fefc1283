// The statements on the table of service clocks: which moments are due, which have struck, and which are still to come.
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, textArray } from '../db/statement.ts';

/** One moment of a clock of a resource. */
export interface Moment {
  rid: Rid;
  clock: string;
  step: string;
  due: Date;
}

/** One that is due: of which resource, and how often it has failed. */
export interface DueMoment extends Moment {
  type: number;
  id: string;
  attempts: number;
}

/** The moments of a resource as it is now; what was due by `history` is long past, and does not strike. */
export interface Wanted {
  rid: Rid;
  moments: readonly Omit<Moment, 'rid'>[];
  history?: Date | undefined;
}

const OPEN = 'c.struck is null and c.failed is null';
const COLUMNS = 'c.rid::text as rid, c.clock, c.step, c.due, c.attempts, r.type, r.id';
const FROM = 'from service_clock c join resource r on r.rid = c.rid';

const columnsOf = (moments: readonly Moment[]): [string, string, string, string] => [
  plainArray(moments.map(({ rid }) => rid)),
  textArray(moments.map(({ clock }) => clock)),
  textArray(moments.map(({ step }) => step)),
  plainArray(moments.map(({ due }) => due.toISOString())),
];
const LISTED = 'unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) as t(rid, clock, step, due)';
const SAME = '(c.rid, c.clock, c.step, c.due) = (t.rid, t.clock, t.step, t.due)';

/** Takes moments that are due and have not failed, the oldest first, until the transaction ends; not those that others have. */
export async function takeDue(transaction: Transaction, now: Date, most: number): Promise<DueMoment[]> {
  const rows = await transaction.unsafe(
    `select ${COLUMNS} ${FROM} where ${OPEN} and c.attempts = 0 and c.at <= $1::text::timestamptz
    order by c.at limit ${most} for update of c skip locked`,
    [now.toISOString()],
    { prepare: true },
  );
  return rows as unknown as DueMoment[];
}

/** Takes one moment, unless it has struck or others have it. */
export async function takeOne(transaction: Transaction, moment: Moment): Promise<DueMoment[]> {
  const rows = await transaction.unsafe(
    `select ${COLUMNS} ${FROM} join ${LISTED} on ${SAME} where ${OPEN} for update of c skip locked`,
    columnsOf([moment]),
    { prepare: true },
  );
  return rows as unknown as DueMoment[];
}

/** Moments that have failed and may be tried again. */
export async function failedBefore(sql: Sql, now: Date, most: number): Promise<DueMoment[]> {
  const rows = await sql.unsafe(
    `select ${COLUMNS} ${FROM} where ${OPEN} and c.attempts > 0 and c.at <= $1::text::timestamptz
    order by c.at limit ${most}`,
    [now.toISOString()],
    { prepare: true },
  );
  return rows as unknown as DueMoment[];
}

/** Puts down that moments have struck. */
export async function markStruck(
  transaction: Transaction,
  moments: readonly Moment[],
  now: Date,
): Promise<void> {
  if (!moments.length) return;
  await transaction.unsafe(
    `update service_clock c set struck = $5::text::timestamptz from ${LISTED} where ${SAME}`,
    [...columnsOf(moments), now.toISOString()],
    { prepare: true },
  );
}

/**
 * Puts a moment off that has failed.
 * @param at when it is tried again; undefined: never
 */
export async function putOff(sql: Sql, moment: Moment, now: Date, at: Date | undefined): Promise<void> {
  const failed = at ? '' : ', failed = $6::text::timestamptz';
  await sql.unsafe(
    `update service_clock c set attempts = attempts + 1, at = $5::text::timestamptz${failed} from ${LISTED} where ${SAME} and ${OPEN}`,
    [...columnsOf([moment]), (at ?? now).toISOString(), ...(at ? [] : [now.toISOString()])],
    { prepare: true },
  );
}

/**
 * Brings the rows of resources into line with what is to come: what is no longer due goes, but for what has struck, so that
 * nothing strikes twice. What was given up is tried again: the change may have seen to what was wrong.
 */
export async function replaceMoments(
  transaction: Transaction,
  wanted: readonly Wanted[],
  now: Date,
): Promise<void> {
  const moments = wanted.flatMap(({ rid, moments }) => moments.map((one) => ({ rid, ...one })));
  const columns = columnsOf(moments);
  await transaction.unsafe(
    `delete from service_clock c where c.rid = any($5::bigint[]) and c.struck is null
      and not exists (select from ${LISTED} where ${SAME})`,
    [...columns, plainArray(wanted.map(({ rid }) => rid))],
    { prepare: true },
  );
  if (!moments.length) return;
  const passed = wanted.flatMap(({ moments, history }) =>
    moments.map(({ due }) => history !== undefined && due <= history),
  );
  await transaction.unsafe(
    `insert into service_clock (rid, clock, step, due, at, struck)
    select t.rid, t.clock, t.step, t.due, t.due, case when t.passed then $6::text::timestamptz end
    from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::boolean[]) as t(rid, clock, step, due, passed)
    on conflict (rid, clock, step, due) do update set failed = null, attempts = 0, at = excluded.at
      where service_clock.failed is not null`,
    [...columns, plainArray(passed), now.toISOString()],
    { prepare: true },
  );
}

/** Takes the rows of resources away, those that struck too. */
export async function dropMoments(transaction: Transaction, rids: readonly Rid[]): Promise<void> {
  if (rids.length)
    await transaction`delete from service_clock where rid = any(${plainArray(rids)}::bigint[])`;
}
