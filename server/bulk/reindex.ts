// The job that makes the index rows of new search parameters for resources that are there already, and the one that removes
// those of retired ones. https://hl7.org/fhir/R4/searchparameter.html
//
// Nothing is locked and nothing is lost: from the moment that a parameter is `building`, every writer makes its rows
// (a write of an older generation is refused and repeated). When the writers before have ended, at transaction number
// `start`, the job reads every resource that was last written before it, and makes the rows that are missing. What a writer
// has changed meanwhile has the writer's own rows, whose xmin is the resource's xid; others of it are removed at the end.
// What contains resources of the parameters' types is read too, since it has the rows of those.
import type { Systems } from '../db/intern.ts';
import type { Sql, Transaction } from '../db/pool.ts';
import { quiesce } from '../db/quiesce.ts';
import type { RidOf } from '../db/rid.ts';
import { plainArray } from '../db/statement.ts';
import { parseJson } from '../fhir/json.ts';
import { addContainedTypes, isContainer } from '../indexing/contained.ts';
import { replaceDisplays, TEXT_LOCK } from '../indexing/text.ts';
import type { JobKind, Jobs, Run } from '../job/index.ts';
import { indexTables } from '../search/param/index.ts';
import type { RowContext, SearchParam } from '../search/param/type.ts';
import type { Registry } from '../search/registry.ts';
import { insertParameterRows, internSystems, rowsOf } from './parameter-rows.ts';

/** Resources that are read and indexed at a time. */
const BATCH = 500;

/** Milliseconds that processes are given to learn that a parameter is retired, before its rows go. */
export const RETIRING_TIME = 5_000;

export const REINDEX = 'reindex';
export const DROP_INDEX = 'drop-index';

/** What both jobs work on: ids of rows of search_parameter. */
export interface ReindexInput {
  parameters: number[];
}

interface Checkpoint {
  /** First transaction number of the writers that make the rows themselves. */
  start: string;
  /** The resource that was read last. */
  after: string | null;
  done: boolean;
}

type ReindexCounts = Record<'total' | 'scanned' | 'indexed' | 'rows' | 'failed', number>;

export interface ReindexDependencies extends RowContext {
  sql: Sql;
  systems: Systems;
  registry: Registry;
  typeId: (type: string) => number;
  jobs: () => Jobs;
}

const inputOf = ({ input }: Pick<Run, 'input'>): number[] => (input as ReindexInput).parameters;
const idArray = (ids: readonly number[]): string => plainArray(ids);

/** Of the ids those that are being built; they stay so until the transaction ends. */
async function stillBuilding(transaction: Transaction, ids: readonly number[]): Promise<Set<number>> {
  const rows = await transaction`select id from search_parameter
    where id = any(${idArray(ids)}::smallint[]) and state = 'building' for share`;
  return new Set(rows.map((row) => row.id as number));
}

/** What a job makes rows of. */
interface Scope {
  byType: ReadonlyMap<string, readonly SearchParam[]>;
  /** Small numbers of the parameters' types, as PostgreSQL reads an array. */
  types: string;
  /** Ids of `_contained` of those of the types that are contained anywhere. */
  links: string;
}

/** The resources that the job has to read, last written before `start`: those of the types, and those that contain such. */
const mine = (sql: Sql | Transaction, { types, links }: Scope, start: string) =>
  sql`(r.type = any(${types}::smallint[]) ${
    links === '{}'
      ? sql``
      : sql`or r.rid in (select k.rid from index_reference k where k.param = any(${links}::smallint[]))`
  }) and not r.deleted and r.xid < ${start}::text::xid8`;

async function countMine(sql: Sql, scope: Scope, start: string): Promise<number> {
  return sql.begin(async (transaction) => {
    await transaction`set local statement_timeout = 0`;
    const [row] =
      await transaction`select count(*)::int as n from resource r where ${mine(transaction as never, scope, start)}`;
    return row!.n as number;
  }) as Promise<number>;
}

/** Makes the job's kinds. */
export function reindexKinds(deps: ReindexDependencies): Record<string, JobKind> {
  return { [REINDEX]: (run) => reindex(deps, run), [DROP_INDEX]: (run) => dropIndex(deps, run) };
}

/** What the parameters of the job are for, now that no writer is under way who does not make their rows. */
async function scopeOf({ registry, typeId }: ReindexDependencies, run: Run): Promise<Scope> {
  await registry.refresh();
  const params = inputOf(run).flatMap((id) => registry.byId(id) ?? []);
  const byType = Map.groupBy(params, ({ resourceType }) => resourceType);
  const types = [...byType.keys()];
  const contained = registry.contained();
  return {
    byType,
    types: plainArray(types.map(typeId)),
    links: plainArray(types.flatMap((type) => contained.get(type) ?? [])),
  };
}

async function reindex(deps: ReindexDependencies, run: Run): Promise<void> {
  const { sql } = deps;
  let at = run.checkpoint as Checkpoint | null;
  let counts = run.counts as ReindexCounts;
  if (at?.done) return;
  const start = at?.start ?? (await quiesce(sql, run.signal));
  const scope = await scopeOf(deps, run);
  if (!at) {
    at = { start, after: null, done: false };
    counts = { total: await countMine(sql, scope, start), scanned: 0, indexed: 0, rows: 0, failed: 0 };
    await run.save(at, counts);
  }
  for (;;) {
    const next = await indexBatch(deps, run, scope, at, counts);
    if (!next) break;
    ({ at, counts } = next);
  }
  await quiesce(sql, run.signal);
  const left = await countMine(sql, scope, start);
  if (left > counts.scanned)
    throw new Error(
      `${left} resources were to be read, and ${counts.scanned} were: the parameters stay unsearchable. Run the reindex again.`,
    );
  await activate(deps, run, at, counts);
}

/** Bytes of resources that are read at a time; one that is larger comes alone. */
const MAX_BYTES = 16_000_000;

/** The next resources in the order of their rids. */
async function nextResources(sql: Sql, scope: Scope, { start, after }: Checkpoint) {
  const rows = await sql.begin(async (transaction) => {
    await transaction`set local statement_timeout = 0`;
    const behind = after === null ? transaction`` : transaction`and r.rid > ${after}::text::bigint`;
    return transaction`select rid::text, version, content from (
        select b.*, sum(octet_length(content)) over (order by rid) - octet_length(content) as before from (
          select r.rid, r.version, r.content from resource r
          where ${mine(transaction as never, scope, start)} ${behind} order by r.rid limit ${BATCH}) b) s
      where before < ${MAX_BYTES} order by s.rid`;
  });
  return rows as unknown as { rid: string; version: number; content: string }[];
}

/** Reads and indexes the next resources. @returns undefined when there are none */
async function indexBatch(
  { sql, systems, registry, ridOf, base }: ReindexDependencies,
  run: Run,
  scope: Scope,
  at: Checkpoint,
  counts: ReindexCounts,
): Promise<{ at: Checkpoint; counts: ReindexCounts } | undefined> {
  run.signal.throwIfAborted();
  const read = await nextResources(sql, scope, at);
  if (!read.length) return undefined;
  const scanned = read.map(({ rid, version, content }) => ({
    rid,
    version,
    resource: parseJson(content) as { resourceType: string },
  }));
  const containers = scanned.map(({ resource }) => resource).filter(isContainer);
  if (containers.length) await addContainedTypes(containers, registry);
  const contained = registry.contained();
  const made = scanned.map((one) => rowsOf(one, scope.byType, contained, { ridOf, base }));
  await internSystems(made, systems);
  const ids = [...scope.byType.values()].flat().map(({ id }) => id);
  const links = new Set(contained.values());
  const next = { ...at, after: read.at(-1)!.rid };
  return (await sql.begin(async (transaction) => {
    const wanted = await stillBuilding(transaction as never, ids);
    const kept = made.map((one) => ({
      ...one,
      rows: one.rows.filter(({ param }) => wanted.has(Math.abs(param)) || links.has(param)),
    }));
    const rows = await insertParameterRows(transaction as never, kept, systems);
    await addDisplays(transaction as never, scanned, scope, wanted, ridOf);
    const total: ReindexCounts = {
      total: counts.total,
      scanned: counts.scanned + read.length,
      indexed: counts.indexed + kept.filter((one) => one.rows.some(({ param }) => !links.has(param))).length,
      rows: counts.rows + rows,
      failed: counts.failed + made.filter(({ failed }) => failed).length,
    };
    await run.save(next, total, transaction as never);
    return { at: next, counts: total };
  })) as { at: Checkpoint; counts: ReindexCounts };
}

/** The words beside the codes of new token parameters. The text index waits meanwhile: each would undo the other's work. */
async function addDisplays(
  transaction: Transaction,
  scanned: readonly { rid: string; version: number; resource: { resourceType: string } }[],
  { byType }: Scope,
  wanted: ReadonlySet<number>,
  ridOf: RidOf,
): Promise<void> {
  const tokens = (type: string) =>
    (byType.get(type) ?? []).filter(({ id, type: kind }) => kind === 'token' && wanted.has(id));
  const ids = [...byType.keys()].flatMap(tokens).map(({ id }) => id);
  if (!ids.length) return;
  await transaction`select pg_advisory_xact_lock(${TEXT_LOCK})`;
  await replaceDisplays(transaction, scanned, tokens, ridOf, ids);
}

/** Lets searches use the parameters, when nothing outdated is left of what the job wrote. */
async function activate(
  { sql, jobs, registry }: ReindexDependencies,
  run: Run,
  at: Checkpoint,
  counts: ReindexCounts,
): Promise<void> {
  const ids = idArray(inputOf(run));
  await sql.begin(async (transaction) => {
    await transaction`set local statement_timeout = 0`;
    await removeOutdated(transaction as never, inputOf(run), at);
    await transaction`update search_parameter old set state = 'retired', job = null from search_parameter new
      where new.id = any(${ids}::smallint[]) and new.state = 'building'
        and old.type = new.type and old.code = new.code and old.state = 'active'`;
    await transaction`update search_parameter set state = 'active' where id = any(${ids}::smallint[]) and state = 'building'`;
    await transaction`update search_parameter_generation set value = value + 1`;
    await removeRetired(transaction as never, jobs());
    await run.save({ ...at, done: true }, counts, transaction as never);
  });
  await registry.refresh();
}

/** Ids of `_contained` of all types: as the statement sees them, with every row that was made under them. */
const LINKS = "array(select id from search_parameter where code = '_contained')";

/** Removes what the job wrote for versions that were replaced meanwhile, and for what those contained. */
async function removeOutdated(
  transaction: Transaction,
  ids: readonly number[],
  { start }: Checkpoint,
): Promise<void> {
  for (const table of indexTables.keys())
    await transaction.unsafe(
      `delete from ${table} i using resource r where i.param = any($1::smallint[] || ${LINKS}) and r.rid = i.rid
        and (r.deleted or r.xid >= $2::text::xid8 and i.xmin <> r.xid::xid)`,
      [idArray(ids), start],
    );
  for (const table of indexTables.keys())
    await transaction.unsafe(
      `delete from ${table} i where i.param = any($1::smallint[]) and not exists (
        select from index_reference k join resource r on r.rid = k.rid and not r.deleted
        where k.param = any(${LINKS}) and k.target = i.rid and (r.xid < $2::text::xid8 or i.xmin = r.xid::xid))`,
      [idArray(ids.map((id) => -id)), start],
    );
}

/** Adds the job that removes the rows of parameters that were retired and have none yet. */
export async function removeRetired(transaction: Transaction, jobs: Jobs): Promise<void> {
  const retired = await transaction`select id from search_parameter where state = 'retired' and job is null`;
  if (!retired.length) return;
  const parameters = retired.map((row) => row.id as number);
  const job = await jobs.add(DROP_INDEX, { parameters } satisfies ReindexInput, {
    delay: RETIRING_TIME,
    executor: transaction,
  });
  await transaction`update search_parameter set job = ${job} where id = any(${idArray(parameters)}::smallint[])`;
}

/** Rows that are removed with one statement. */
const DROPPED = 20_000;

/** Removes all index rows of retired parameters, then the parameters. */
async function dropIndex({ sql }: ReindexDependencies, run: Run): Promise<void> {
  const ids = idArray(inputOf(run));
  const both = idArray(inputOf(run).flatMap((id) => [id, -id]));
  let rows = (run.counts.rows as number | undefined) ?? 0;
  await quiesce(sql, run.signal);
  for (const table of [...indexTables.keys(), 'index_display']) {
    for (let removed = DROPPED; removed === DROPPED; ) {
      const result = await sql.unsafe(
        `delete from ${table} where ctid = any(array(select ctid from ${table} where param = any($1::smallint[]) limit ${DROPPED}))`,
        [both],
      );
      removed = result.count;
      rows += removed;
      if (removed) await run.save({}, { rows });
    }
  }
  await sql`delete from search_parameter where id = any(${ids}::smallint[]) and state = 'retired'`;
}
