// The store: versions of resources in PostgreSQL. Every way in takes the caller's access.
import type { Resource } from '@medplum/fhirtypes';
import type { Systems } from '../db/intern.ts';
import { retry, type Sql, type Transaction } from '../db/pool.ts';
import type { Rid, RidOf } from '../db/rid.ts';
import { Statement } from '../db/statement.ts';
import { UNLIMITED, type Visibility } from '../db/visibility.ts';
import { conflict } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import { mayBeLabelled } from '../fhir/sensitivity.ts';
import { addContainedTypes, type ContainedTypes, indexWhole, isContainer } from '../indexing/contained.ts';
import { indexResource, indexTablesOf } from '../indexing/index.ts';
import type { IndexTable, RowContext, SearchParam } from '../search/param/type.ts';
import { methodOf } from './method.ts';
import { rememberedWriter } from './undo.ts';
import { type Change, type ChangeSet, type Method, writeChanges } from './write.ts';
import { WriteQueue } from './write-queue.ts';

export { UNLIMITED };

/** One version as it is stored. */
export interface StoredVersion {
  version: number;
  lastUpdated: Date;
  deleted: boolean;
  method: Method;
  /** The exact bytes that are served; empty when deleted. */
  content: string;
}

/** A new version before it is written. */
export interface NewVersion {
  type: string;
  id: string;
  version: number;
  method: Method;
  /** Absent for a deletion. */
  resource?: Resource;
  content: string;
}

export interface StoreDependencies {
  sql: Sql;
  systems: Systems;
  ridOf: RidOf;
  typeId: (type: string) => number;
  /** Parameters that make index rows, by resource type. */
  indexed: (type: string) => readonly SearchParam[];
  /** Parameter id of the compartment's index rows. */
  compartment: number;
  base: string;
  /** The generation of `indexed`, which every write states, how to get the present one, and the types that are contained. */
  parameters: { generation: () => number; refresh: () => Promise<unknown> } & ContainedTypes;
  /** Statements of single writes that may be under way at once. */
  writers: number;
}

/** What became of the versions of one write, by place. */
interface Outcomes {
  written: boolean[];
  absent: Rid[];
  current: boolean;
}

const COLUMNS = 'version, last_updated, deleted, method, content';

function storedVersion(row: Record<string, unknown>): StoredVersion {
  return {
    version: row.version as number,
    lastUpdated: row.last_updated as Date,
    deleted: row.deleted as boolean,
    method: methodOf(row.method as string),
    content: row.content as string,
  };
}

const NO_ROWS: ReturnType<typeof indexWhole> = { rows: new Map(), contained: [] };

/** Serialization failure, deadlock, lock timeout: what `retry` repeats. https://www.postgresql.org/docs/18/errcodes-appendix.html */
const CONTENTION: ReadonlySet<unknown> = new Set(['40001', '40P01', '55P03']);

/** Another writer made the first version of a resource meanwhile: the transaction has to begin again. */
export class VersionRace extends Error {
  override readonly name = 'VersionRace';
  readonly code = '40001';
}

/** Repeats `work` while writers get in each other's way. @throws FhirError 409 when that does not end */
async function settled<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await retry(work);
  } catch (error) {
    if (!CONTENTION.has((error as { code?: unknown }).code)) throw error;
    throw conflict(
      'Many writers are changing these resources at once. Nothing was written; send the request again.',
    );
  }
}

export class Store {
  readonly #deps: StoreDependencies;
  readonly #indexContext: RowContext;
  readonly #queue: WriteQueue;
  readonly #tables = new WeakMap<readonly SearchParam[], ReadonlySet<IndexTable>>();

  constructor(deps: StoreDependencies) {
    this.#deps = deps;
    this.#indexContext = { ridOf: deps.ridOf, base: deps.base };
    this.#queue = new WriteQueue(
      (set) => settled(() => writeChanges(deps.sql, deps.systems, set)),
      deps.writers,
    );
  }

  /** Surrogate of a resource. */
  rid(type: string, id: string): Rid {
    return this.#deps.ridOf(`${type}/${id}`);
  }

  /**
   * The current version, or undefined when there is none that `visibility` covers. A deleted one is returned as such.
   * @param executor the pool, or the transaction that locks the row
   */
  async read(
    type: string,
    id: string,
    visibility: Visibility,
    executor: Sql | Transaction = this.#deps.sql,
  ): Promise<StoredVersion | undefined> {
    if (!visibility.byLabels) return this.#read(type, id, visibility, executor);
    const found = await this.#read(type, id, UNLIMITED, executor);
    return found && mayBeLabelled(found.content) ? this.#read(type, id, visibility, executor) : found;
  }

  async #read(
    type: string,
    id: string,
    visibility: Visibility,
    executor: Sql | Transaction,
  ): Promise<StoredVersion | undefined> {
    const statement = new Statement();
    const rid = statement.add(this.rid(type, id), 'bigint');
    const visible = visibility.sql('r', statement);
    const text = `select ${COLUMNS} from resource r where rid = ${rid} and id = ${statement.add(id, 'text')} and type = ${this.#deps.typeId(type)}${visible ? ` and ${visible}` : ''}`;
    const [row] = await executor.unsafe(text, statement.values, { prepare: true });
    return row && storedVersion(row);
  }

  /** The current version, a deleted one included, and whether `visibility` covers it. */
  async present(
    type: string,
    id: string,
    visibility: Visibility,
  ): Promise<(StoredVersion & { visible: boolean }) | undefined> {
    const statement = new Statement();
    const rid = statement.add(this.rid(type, id), 'bigint');
    const text = `select ${COLUMNS}, ${visibility.sql('r', statement) ?? 'true'} as visible from resource r
      where rid = ${rid} and id = ${statement.add(id, 'text')} and type = ${this.#deps.typeId(type)}`;
    const [row] = await this.#deps.sql.unsafe(text, statement.values, { prepare: true });
    return row && { ...storedVersion(row), visible: row.visible as boolean };
  }

  /** One version, current or past; visibility is that of the resource now. */
  async readVersion(
    type: string,
    id: string,
    version: number,
    visibility: Visibility,
    executor: Sql | Transaction = this.#deps.sql,
  ): Promise<StoredVersion | undefined> {
    const statement = new Statement();
    const rid = statement.add(this.rid(type, id), 'bigint');
    const at = statement.add(version, 'integer');
    const visible = visibility.sql('v', statement);
    const text = `select ${COLUMNS} from (
      select rid, type, ${COLUMNS} from resource where rid = ${rid} and id = ${statement.add(id, 'text')} and version = ${at}
      union all
      select rid, type, ${COLUMNS} from history where rid = ${rid} and version = ${at}
    ) v where type = ${this.#deps.typeId(type)}${visible ? ` and ${visible}` : ''} limit 1`;
    const [row] = await executor.unsafe(text, statement.values, { prepare: true });
    return row && storedVersion(row);
  }

  /** Current versions of several resources inside a transaction, locked in rid order until it ends; by `Type/id`. */
  async lock(
    keys: readonly { type: string; id: string }[],
    transaction: Transaction,
  ): Promise<Map<string, StoredVersion>> {
    const byRid = new Map(keys.map(({ type, id }) => [this.rid(type, id), `${type}/${id}`]));
    const rows = await transaction.unsafe(
      `select rid, ${COLUMNS} from resource where rid = any($1::bigint[]) order by rid for update`,
      [`{${[...byRid.keys()].join(',')}}`],
      { prepare: true },
    );
    return new Map(rows.map((row) => [byRid.get(row.rid as string)!, storedVersion(row)]));
  }

  /** Which of the resources lie in the caller's reach: those of `keys` that `visibility` covers and that exist, by `Type/id`. */
  async visible(
    keys: readonly { type: string; id: string }[],
    visibility: Visibility,
    executor: Sql | Transaction = this.#deps.sql,
  ): Promise<Set<string>> {
    const byRid = new Map(keys.map(({ type, id }) => [this.rid(type, id), `${type}/${id}`]));
    const statement = new Statement();
    const rids = statement.add(`{${[...byRid.keys()].join(',')}}`, 'bigint[]');
    const visible = visibility.sql('r', statement);
    const rows = await executor.unsafe(
      `select r.rid from resource r where r.rid = any(${rids})${visible ? ` and ${visible}` : ''}`,
      statement.values,
      { prepare: true },
    );
    return new Set(rows.map((row) => byRid.get(row.rid as string)!));
  }

  /** Patients (logical ids' surrogates) in whose compartments a resource would lie. */
  compartmentsOf(resource: Resource): Set<Rid> {
    const params = this.#deps
      .indexed(resource.resourceType)
      .filter((param) => param.id === this.#deps.compartment);
    const rows = indexResource(resource, params, this.#indexContext).get('index_reference') ?? [];
    return new Set(rows.map((row) => row.values[0]!));
  }

  /**
   * Writes new versions with one statement, in `executor`'s transaction or as one of its own. A single version without an
   * executor shares its statement with what other callers write at the moment, each on its own account.
   * @param references `Type/id` of resources that must exist
   * @param writer who may take it back
   * @returns which were written, by `Type/id`, and which references name nothing; nothing is written when any is missing
   */
  async write(
    versions: readonly NewVersion[],
    lastUpdated: Date,
    references: Iterable<string>,
    executor?: Transaction,
    writer?: string,
  ): Promise<{ written: Set<string>; absent: string[] }> {
    const referenced = new Map([...references].map((key) => [this.#deps.ridOf(key), key]));
    const { parameters } = this.#deps;
    const containers: Resource[] = [];
    for (const { resource } of versions) if (resource && isContainer(resource)) containers.push(resource);
    if (containers.length) await addContainedTypes(containers, parameters);
    for (;;) {
      const generation = parameters.generation();
      const changes = this.#changesOf(versions, lastUpdated, [...referenced.keys()], writer);
      const { written, absent, current } =
        executor || changes.length > 1
          ? await this.#writeWhole({ changes, generation, whole: true }, executor)
          : await this.#writeOne(changes[0]!, generation);
      if (!current) {
        await parameters.refresh();
        continue;
      }
      const keys = new Set<string>();
      for (const [place, { type, id }] of versions.entries()) if (written[place]) keys.add(`${type}/${id}`);
      return {
        written: keys,
        absent: [...new Set(absent)].map((rid) => referenced.get(rid)!),
      };
    }
  }

  #changesOf(
    versions: readonly NewVersion[],
    lastUpdated: Date,
    references: readonly Rid[],
    writer: string | undefined,
  ): Change[] {
    const { typeId, indexed, parameters } = this.#deps;
    const { contained } = parameters;
    const links = [...contained().values()];
    const instant = lastUpdated.toISOString();
    const others = new Set(references);
    for (const { type, id } of versions) others.delete(this.rid(type, id));
    const changes: Change[] = [];
    for (const { type, id, version, method, content, resource } of versions) {
      changes.push({
        rid: this.rid(type, id),
        typeId: typeId(type),
        id,
        version,
        method,
        lastUpdated: instant,
        content,
        ...(resource ? indexWhole(resource, { indexed, contained }, this.#indexContext) : NO_ROWS),
        tables: this.#tablesOf(type),
        links,
        references: changes.length ? [] : [...others],
        writer: resource && rememberedWriter(type, writer),
      });
    }
    return changes;
  }

  /** Tables in which resources of a type, and what they contain, have rows. */
  #tablesOf(type: string): ReadonlySet<IndexTable> {
    const { indexed, parameters } = this.#deps;
    const params = indexed(type);
    let tables = this.#tables.get(params);
    if (!tables) {
      const inside = [...parameters.contained().keys()].flatMap(indexed);
      tables = indexTablesOf([...params, ...inside]);
      this.#tables.set(params, tables);
    }
    return tables;
  }

  async #writeWhole(set: ChangeSet, executor?: Transaction): Promise<Outcomes> {
    const { sql, systems } = this.#deps;
    const { written, absent, current } = executor
      ? await writeChanges(executor, systems, set)
      : await settled(() => writeChanges(sql, systems, set));
    return { written, absent: absent.map(({ reference }) => reference), current };
  }

  async #writeOne(change: Change, generation: number): Promise<Outcomes> {
    const { written, absent, current } = await this.#queue.add(change, generation);
    return { written: [written], absent, current };
  }

  /** Runs `work` in one database transaction (READ COMMITTED); again, whole, after a deadlock or a `VersionRace`. @throws FhirError 409 when that does not end */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return settled(() => this.#deps.sql.begin(work as (t: Transaction) => Promise<T>) as Promise<T>);
  }

  /** Holds, until the transaction ends, the lock of one conditional criterion, so that two callers cannot both miss. */
  async lockCriteria(criteria: string, transaction: Transaction): Promise<void> {
    await transaction.unsafe(
      'select pg_advisory_xact_lock($1::bigint)',
      [this.#deps.ridOf(`criteria:${criteria}`)],
      { prepare: true },
    );
  }
}

/** The resource of a stored version. */
export const resourceOf = (version: StoredVersion): Resource => parseJson(version.content) as Resource;
