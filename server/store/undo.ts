// What a user can take back: who made a version of a task, in which transaction, and what else was written with it.
// https://hl7.org/fhir/R4/http.html#history
import { hash } from 'node:crypto';
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, type Statement, textArray } from '../db/statement.ts';
import type { Access } from '../fhir/access.ts';
import type { Change } from './write.ts';

/** Types whose versions are remembered with their writer: a write of these costs one row more. */
const REMEMBERED: ReadonlySet<string> = new Set(['Task']);

/** Milliseconds for which a writer is remembered at least. */
const KEPT = 60_000;

/** What the tokens of users reach, in a few characters: an access never changes, and writes often. */
const reaches = new WeakMap<Access, string>();

function reachOf(access: Access): string {
  const known = reaches.get(access);
  if (known !== undefined) return known;
  const { role, patient, scopes } = access;
  const words = scopes.map(({ letters, ...scope }) =>
    JSON.stringify({ ...scope, letters: [...letters].sort() }),
  );
  const reach = hash('sha256', JSON.stringify([role, patient, words.sort()]), 'base64url');
  reaches.set(access, reach);
  return reach;
}

/**
 * Who may take a version back: the user, in the app in which they made it, with a token that reaches as far; undefined for
 * programs. All that was written with it goes back, so a token for one chart must not reach another one by this.
 */
export const writerOf = (access: Access): string | undefined =>
  access.fhirUser === undefined ? undefined : `${access.fhirUser} ${access.client ?? ''} ${reachOf(access)}`;

/** The writer of a version as the write remembers it. */
export const rememberedWriter = (type: string, writer: string | undefined): string | undefined =>
  writer !== undefined && REMEMBERED.has(type) ? writer : undefined;

/** The part of a write that remembers who made what `put` has written; undefined when there is nothing to remember. */
export function rememberingPart(
  changes: readonly Change[],
  whole: boolean,
  statement: Statement,
): string | undefined {
  const own = changes.filter(({ writer }) => writer !== undefined);
  if (!own.length) return undefined;
  const rids = statement.add(plainArray(own.map(({ rid }) => rid)), 'bigint[]');
  const writers = statement.add(textArray(own.map(({ writer }) => writer!)), 'text[]');
  return `remembered as (insert into undoable (rid, version, writer, shared, at)
    select put.rid, put.version, t.writer, ${!whole}, put.last_updated
    from put join unnest(${rids}, ${writers}) as t(rid, writer) on t.rid = put.rid)`;
}

/** Who made a version, and in which transaction. */
export interface Remembered {
  writer: string;
  xid: string;
  shared: boolean;
}

/** Who made a version of a task; undefined when it was a program or the rules, or too long ago. */
export async function remembered(
  transaction: Transaction,
  rid: Rid,
  version: number,
): Promise<Remembered | undefined> {
  const [row] = await transaction.unsafe(
    'select writer, xid::text, shared from undoable where rid = $1::bigint and version = $2::integer',
    [rid, String(version)],
    { prepare: true },
  );
  return row as Remembered | undefined;
}

/** A resource that a transaction wrote. */
export interface Member {
  rid: Rid;
  type: string;
  id: string;
  /** The last version that it wrote. */
  version: number;
  /** The bytes before it; absent when there was no resource. */
  before: string | null;
}

/**
 * Everything that a transaction wrote, as far as it belongs to a version.
 * @param rid of the version
 */
export async function writtenWith(
  transaction: Transaction,
  { xid, shared }: Remembered,
  rid: Rid,
): Promise<Member[]> {
  const rows = await transaction.unsafe(
    `select m.rid::text, t.name as type, r.id, m.last as version, case when not h.deleted then h.content end as before
    from (select rid, min(version) as first, max(version) as last from change
      where xid = $1::text::xid8${shared ? ' and rid = $2::bigint' : ''} group by rid) m
    join resource r on r.rid = m.rid join resource_type t on t.id = r.type
    left join history h on h.rid = m.rid and h.version = m.first - 1 order by m.rid`,
    shared ? [xid, rid] : [xid],
    { prepare: true },
  );
  return rows as unknown as Member[];
}

/** Resources that a change has made, among all that it wrote. */
export interface Made {
  made: readonly Member[];
  /** Surrogates of everything that it wrote: how these name each other does not count. */
  all: readonly Rid[];
  /** When it was written. */
  at: Date;
}

/** Milliseconds by which the clock of another process may be behind. */
const BEHIND = 60_000;

/**
 * Whether somebody names what a change has made: by a reference that is indexed, from anywhere, parameter by parameter as the
 * index has them; or anywhere in a resource of the same charts that is no older.
 * @param except types whose references do not count
 */
export async function isNamed(
  transaction: Transaction,
  { made, all, at }: Made,
  except: readonly string[],
): Promise<boolean> {
  const patterns = made.flatMap(({ type, id }) => [`%${type}/${id}"%`, `%${type}/${id}/%`]);
  const [row] = await transaction.unsafe(
    `with other as (select id from resource_type where name <> all ($3::text[]))
    select exists (select from unnest($1::bigint[]) as t(target) cross join search_parameter p
      cross join lateral (select from index_reference i join resource r on r.rid = i.rid
        where i.param = p.id and i.target = t.target and i.rid <> all ($2::bigint[])
          and r.type in (select id from other) limit 1) i)
    or exists (select from search_parameter p
      join index_reference own on own.param = p.id and own.rid = any ($2::bigint[])
      join index_reference i on i.param = p.id and i.target = own.target and i.last_updated >= $4::text::timestamptz
      join resource r on r.rid = i.rid
      where p.type = 'Resource' and p.code = '_compartment' and r.rid <> all ($2::bigint[])
        and r.type in (select id from other) and r.content like any ($5::text[])) as named`,
    [
      plainArray(made.map(({ rid }) => rid)),
      plainArray(all),
      textArray(except),
      new Date(at.getTime() - BEHIND).toISOString(),
      textArray(patterns),
    ],
    { prepare: true },
  );
  return row!.named as boolean;
}

/** Whether a service clock of a resource has struck since. */
export async function hasStruck(
  transaction: Transaction,
  rids: readonly Rid[],
  since: Date,
): Promise<boolean> {
  const [row] = await transaction.unsafe(
    'select exists (select from service_clock where rid = any ($1::bigint[]) and struck >= $2::text::timestamptz) as struck',
    [plainArray(rids), since.toISOString()],
    { prepare: true },
  );
  return row!.struck as boolean;
}

/** Forgets, again and again, who made what cannot be taken back any more. */
export function createForgetting(sql: Sql, now: () => Date): () => Promise<boolean> {
  let next = 0;
  return async () => {
    const time = now().getTime();
    if (time < next) return false;
    next = time + KEPT / 2;
    await sql`delete from undoable where at < ${new Date(time - KEPT).toISOString()}::text::timestamptz`;
    return false;
  };
}
