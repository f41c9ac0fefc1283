// Text search's tables, filled behind the change feed so that writes pay nothing: `_text` and `_content` (index_text), and
// the modifier `:text` (index_display). https://hl7.org/fhir/R4/search.html#text
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid, RidOf } from '../db/rid.ts';
import { plainArray, textArray } from '../db/statement.ts';
import { unavailable } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import { normalizeString } from '../search/param/string.ts';
import { displaysOf } from '../search/param/token.ts';
import type { SearchParam } from '../search/param/type.ts';
import { WORDLESS } from '../search/param/wordless.ts';
import { containedIn } from './contained.ts';
import { contentOf, narrativeOf } from './words.ts';

/** Advisory lock of everything that writes these tables. */
export const TEXT_LOCK = 7_205_761;

/** Name of this reader of the change feed. */
const READER = 'text';
/** Most changes that are read at a time. */
const BATCH = 500;
/** Milliseconds that a search waits for what was written before it. */
const PATIENCE = 10_000;

/** A resource as it was read from the store. */
export interface ReadResource {
  rid: Rid;
  version: number;
  resource: object;
}

export interface TextIndexDependencies {
  sql: Sql;
  /** Parameters that make index rows, by resource type, and their generation. */
  parameters: {
    indexed: (type: string) => readonly SearchParam[];
    generation: () => number;
    refresh: () => Promise<unknown>;
  };
  ridOf: RidOf;
  /** Milliseconds that a search waits at most. */
  patience?: number;
}

export interface TextIndex {
  /**
   * Brings the tables up to everything that was committed before the call.
   * @throws FhirError 503 when that takes too long; it goes on meanwhile, so that a later search succeeds
   */
  catchUp(): Promise<void>;
  /**
   * Indexes some of what is left, for the background.
   * @param changes most changes that are read
   * @returns whether there is more
   */
  tick(changes: number): Promise<boolean>;
  /** Milliseconds since the oldest change that is left; 0 when none is. */
  lag(): Promise<number>;
}

const typeOf = (resource: object): string => (resource as { resourceType: string }).resourceType;

const isToken = ({ type }: SearchParam): boolean => type === 'token';

/** The token parameters of a resource type: those whose codes have words beside them. */
const tokenParams =
  (indexed: (type: string) => readonly SearchParam[]) =>
  (type: string): readonly SearchParam[] =>
    indexed(type).filter(isToken);

/** The words beside the codes of a parameter; an expression that fails on the resource gives none. */
function displays({ extract }: SearchParam, resource: object): string[] {
  try {
    return displaysOf(extract(resource)).map(normalizeString).filter(Boolean);
  } catch {
    return [];
  }
}

/** One row of index_display. `rid`: whose words; `owner`: the resource that was read, in that version. */
interface DisplayRow {
  rid: Rid;
  owner: Rid;
  version: number;
  param: number;
  value: string;
}

/** The words beside the codes of a resource, and of what it contains under the negated ids of parameters. */
function displayRows(
  { rid: owner, version, resource }: ReadResource,
  params: (type: string) => readonly SearchParam[],
  ridOf: RidOf,
): DisplayRow[] {
  const rows: DisplayRow[] = [];
  for (const param of params(typeOf(resource)))
    for (const value of displays(param, resource))
      rows.push({ rid: owner, owner, version, param: param.id, value });
  for (const { rid, resource: inner } of containedIn(resource, ridOf))
    for (const param of params(typeOf(inner)))
      for (const value of displays(param, inner)) rows.push({ rid, owner, version, param: -param.id, value });
  return rows;
}

/**
 * Makes the rows of index_display anew, for resources that still are at the version that was read. The caller holds
 * TEXT_LOCK.
 * @param params the parameters whose rows are made, by resource type
 * @param ids theirs, where those are not all that there are
 */
export async function replaceDisplays(
  transaction: Transaction,
  resources: readonly ReadResource[],
  params: (type: string) => readonly SearchParam[],
  ridOf: RidOf,
  ids?: readonly number[],
): Promise<void> {
  const rows = resources.flatMap((resource) => displayRows(resource, params, ridOf));
  const list = [...new Map(rows.map((row) => [`${row.rid} ${row.param} ${row.value}`, row])).values()];
  const owners = plainArray(resources.map(({ rid }) => rid));
  const theirs = ids ? transaction`and abs(param) = any(${plainArray(ids)}::smallint[])` : transaction``;
  await transaction`delete from index_display where rid = any(${owners}::bigint[]) ${theirs}`;
  await transaction`delete from index_display where container = any(${owners}::bigint[]) ${theirs}`;
  await transaction`insert into index_display (param, value, rid, container)
    select t.param, t.value, t.rid, nullif(t.owner, t.rid) from unnest(${plainArray(list.map(({ param }) => param))}::smallint[],
      ${textArray(list.map(({ value }) => value))}::text[], ${plainArray(list.map(({ rid }) => rid))}::bigint[],
      ${plainArray(list.map(({ owner }) => owner))}::bigint[],
      ${plainArray(list.map(({ version }) => version))}::integer[]) as t(param, value, rid, owner, version)
    join resource r on r.rid = t.owner and r.version = t.version`;
}

async function replaceTexts(transaction: Transaction, resources: readonly ReadResource[]): Promise<void> {
  await transaction`insert into index_text (rid, narrative, content)
    select t.rid, to_tsvector('simple', fold(t.narrative)), to_tsvector('simple', fold(t.content))
    from unnest(${plainArray(resources.map(({ rid }) => rid))}::bigint[],
      ${textArray(resources.map(({ resource }) => narrativeOf(resource)))}::text[],
      ${textArray(resources.map(({ resource }) => contentOf(resource)))}::text[]) as t(rid, narrative, content)
    on conflict (rid) do update set narrative = excluded.narrative, content = excluded.content`;
}

/** One way through the feed, from the reader's position to what was committed when it began. Numbers as text. */
interface Course {
  /** Where it stands: behind this change. */
  xid: string;
  seq: string;
  /** Oldest transaction that ran when it began: what that one commits later is left to the next course. */
  oldest: string;
  /** First transaction number that was free when it began. */
  end: string;
}

/** The next changes on a course, committed ones of transactions that ended after others included. */
async function readChanges(transaction: Transaction, { xid, seq, end }: Course, most: number) {
  const rows = await transaction`select c.xid::text, c.seq::text, c.rid::text from change c
    where c.xid >= coalesce((select xid from feed_position where reader = ${READER}), '0'::xid8)
      and c.xid < ${end}::text::xid8 and (c.xid, c.seq) > (${xid}::text::xid8, ${seq}::text::bigint)
    order by c.xid, c.seq limit ${most}`;
  return rows as unknown as { xid: string; seq: string; rid: Rid }[];
}

/**
 * Moves the reader's position: up to where the course stands, but never past a transaction that still ran when it began,
 * whose changes it may have passed by unseen.
 */
async function movePosition(transaction: Transaction, { xid, oldest }: Course): Promise<void> {
  await transaction`insert into feed_position (reader, xid)
    values (${READER}, least(${oldest}::text::xid8, ${xid}::text::xid8))
    on conflict (reader) do update set xid = excluded.xid where excluded.xid > feed_position.xid`;
}

/** Bytes of resources that are held at a time; one that is larger is held alone. */
const MAX_BYTES = 16_000_000;

/** Resources in groups that fit into memory. */
function groupsBySize(rows: readonly { rid: Rid; size: number }[]): Rid[][] {
  const groups: Rid[][] = [];
  let room = 0;
  for (const { rid, size } of rows) {
    if (size > room || !groups.length) {
      groups.push([]);
      room = MAX_BYTES;
    }
    groups.at(-1)!.push(rid);
    room -= size;
  }
  return groups;
}

/** Indexes the present versions of the changed resources, but for types without words. */
async function indexChanged(
  transaction: Transaction,
  rids: readonly Rid[],
  { parameters: { indexed }, ridOf }: TextIndexDependencies,
): Promise<void> {
  const rows = await transaction`select rid::text, deleted, octet_length(content) as size from resource
    where rid = any(${plainArray(rids)}::bigint[])
      and type <> all(array(select id from resource_type where name = any(${textArray(WORDLESS)}::text[])))`;
  const sized = rows as unknown as { rid: Rid; deleted: boolean; size: number }[];
  const gone = plainArray(sized.flatMap(({ rid, deleted }) => (deleted ? [rid] : [])));
  await transaction`delete from index_text where rid = any(${gone}::bigint[])`;
  await transaction`delete from index_display where rid = any(${gone}::bigint[])`;
  await transaction`delete from index_display where container = any(${gone}::bigint[])`;
  for (const group of groupsBySize(sized.filter(({ deleted }) => !deleted))) {
    const found = await transaction`select rid::text, version, content from resource
      where rid = any(${plainArray(group)}::bigint[]) and not deleted`;
    const resources = found.map(
      ({ rid, version, content }): ReadResource => ({ rid, version, resource: parseJson(content) as object }),
    );
    await replaceTexts(transaction, resources);
    await replaceDisplays(transaction, resources, tokenParams(indexed), ridOf);
  }
}

/** Makes the text index of this installation; every process has one, and one at a time works. */
export function createTextIndex(deps: TextIndexDependencies): TextIndex {
  const { sql, parameters, patience = PATIENCE } = deps;
  /** When the oldest change was made that is left; undefined when none is. */
  const oldest = async (): Promise<Date | undefined> => {
    const [row] = await sql`select last_updated from change
      where xid >= coalesce((select xid from feed_position where reader = ${READER}), '0'::xid8) order by xid, seq limit 1`;
    return row?.last_updated as Date | undefined;
  };

  const begin = async (): Promise<Course> => {
    const [row] = await sql`select pg_snapshot_xmin(s)::text as oldest, pg_snapshot_xmax(s)::text as end
      from pg_current_snapshot() s`;
    return { xid: '0', seq: '0', oldest: row!.oldest as string, end: row!.end as string };
  };

  /** Indexes the next changes of a course. @returns where it stands then; undefined when it is through */
  const batch = (course: Course, most = BATCH): Promise<Course | undefined> =>
    sql.begin(async (transaction): Promise<Course | undefined> => {
      await transaction`select pg_advisory_xact_lock(${TEXT_LOCK})`;
      const [row] = await transaction`select value from search_parameter_generation`;
      // With parameters of another generation the rows of some would be left out.
      if (row!.value !== parameters.generation()) {
        await parameters.refresh();
        return course;
      }
      const changes = await readChanges(transaction as never, course, most);
      if (changes.length)
        await indexChanged(transaction as never, [...new Set(changes.map(({ rid }) => rid))], deps);
      if (changes.length < most) {
        await movePosition(transaction as never, { ...course, xid: course.end });
        return undefined;
      }
      const { xid, seq } = changes.at(-1)!;
      await movePosition(transaction as never, { ...course, xid });
      return { ...course, xid, seq };
    }) as Promise<Course | undefined>;

  /** The course of the background, between two ticks. */
  let background: Course | undefined;
  const catchUp = async (): Promise<boolean> => {
    if (!(await oldest())) return true;
    const deadline = performance.now() + patience;
    let course: Course | undefined = await begin();
    while (course && performance.now() < deadline) course = await batch(course);
    return course === undefined;
  };

  let running: Promise<boolean> = Promise.resolve(true);
  let next: Promise<boolean> | undefined;
  return {
    async tick(changes) {
      if (!background && !(await oldest())) return false;
      background ??= await begin();
      for (let left = changes; left > 0 && background; left -= BATCH)
        background = await batch(background, Math.min(left, BATCH));
      return background !== undefined;
    },
    async lag() {
      const since = await oldest();
      return since ? Math.max(Date.now() - since.getTime(), 0) : 0;
    },
    async catchUp() {
      // Callers share a course that began after their call.
      next ??= running
        .catch(() => true)
        .then(() => {
          next = undefined;
          running = catchUp();
          return running;
        });
      if (await next) return;
      throw unavailable(
        'Many resources were written just now, and their words are still being indexed. Repeat the search in a few seconds.',
      );
    },
  };
}
