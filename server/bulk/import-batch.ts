// One batch of an import: in one transaction, whole or not there. New resources go in by COPY, changed ones by the ordinary
// write, and those that are there already are left alone, so that an import may be run again.
// https://hl7.org/fhir/R4/http.html#update
import { setImmediate } from 'node:timers/promises';
import type { Resource } from '@medplum/fhirtypes';
import { isUnreachable, type Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { conflict, FhirError } from '../fhir/errors.ts';
import { parseJson, stringifyJson } from '../fhir/json.ts';
import { addContainedTypes, indexWhole, isContainer } from '../indexing/contained.ts';
import { markLoaded } from '../store/feed.ts';
import type { NewVersion, Store, StoreDependencies } from '../store/index.ts';
import { unknownSystems } from '../store/index-columns.ts';
import { methodCodes } from '../store/write.ts';
import { type Checked, type Failure, notStored } from './import-item.ts';
import { CopyRows } from './import-rows.ts';

export interface BatchDependencies extends Omit<StoreDependencies, 'compartment' | 'writers'> {
  store: Pick<Store, 'write'>;
  /** The resource as it is served: id, versionId and lastUpdated inside. */
  stamp: (resource: Resource, id: string, version: number, lastUpdated: Date) => Resource;
  /** Whether what is here may become what comes; absent: anything may. @throws FhirError that says why not */
  checkChange?: (before: Resource, after: Resource, at: Date) => void;
  now: () => Date;
}

/** What a batch came to. */
export interface Stored {
  created: number;
  updated: number;
  unchanged: number;
  failures: Failure[];
}

interface Present {
  type: number;
  id: string;
  version: number;
  lastUpdated: Date;
  deleted: boolean;
  content: string;
}

/** A batch in three heaps. */
interface Sorted {
  fresh: Checked[];
  changed: NewVersion[];
  unchanged: number;
  failures: Failure[];
}

/** Resources that are made into rows at a time, before sockets get their turn. */
const SLICE = 32;
const ATTEMPTS = 6;
/** Somebody else was faster: a resource is there meanwhile (23505), or locks and versions met. */
const CONTENTION: ReadonlySet<unknown> = new Set(['23505', '40001', '40P01', '55P03']);
const NONE: Stored = { created: 0, updated: 0, unchanged: 0, failures: [] };

/** The list of search parameters changed while rows were made. */
class StaleParameters extends Error {
  readonly code = '40001';
}

async function present(rids: readonly Rid[], { sql }: BatchDependencies): Promise<Map<Rid, Present>> {
  const rows = await sql.unsafe(
    'select rid, type, id, version, last_updated as "lastUpdated", deleted, content from resource where rid = any($1::bigint[])',
    [`{${rids.join(',')}}`],
    { prepare: true },
  );
  return new Map(rows.map((row) => [row.rid as string, row as unknown as Present]));
}

/** Why a resource may not become the one that comes. */
function refusalOf(
  { deleted, content }: Present,
  after: Resource,
  at: Date,
  { checkChange }: BatchDependencies,
): FhirError | undefined {
  if (!checkChange || deleted) return undefined;
  try {
    checkChange(parseJson(content) as Resource, after, at);
    return undefined;
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
}

/** New, changed, the same: by what is there now. */
async function sort(
  batch: readonly Checked[],
  rids: readonly Rid[],
  at: Date,
  deps: BatchDependencies,
): Promise<Sorted> {
  const { stamp, typeId } = deps;
  const there = await present(rids, deps);
  const sorted: Sorted = { fresh: [], changed: [], unchanged: 0, failures: [] };
  for (const [n, checked] of batch.entries()) {
    const { type, id, key, resource } = checked;
    const old = there.get(rids[n]!);
    if (!old) {
      sorted.fresh.push(checked);
      continue;
    }
    if (old.type !== typeId(type) || old.id !== id) {
      const error = conflict(`The id of ${key} cannot be used on this server. Give the resource another id.`);
      sorted.failures.push(notStored(checked, error));
      continue;
    }
    const same =
      !old.deleted && stringifyJson(stamp(resource, id, old.version, old.lastUpdated)) === old.content;
    if (same) {
      sorted.unchanged++;
      continue;
    }
    const version = old.version + 1;
    const stamped = stamp(resource, id, version, at);
    const refusal = refusalOf(old, stamped, at, deps);
    if (refusal) {
      sorted.failures.push(notStored(checked, refusal));
      continue;
    }
    const content = stringifyJson(stamped);
    sorted.changed.push({ type, id, version, method: 'PUT', resource: stamped, content });
  }
  return sorted;
}

/** The rows of resources that are not there yet. */
async function rowsOf(fresh: readonly Checked[], at: Date, deps: BatchDependencies): Promise<CopyRows> {
  const { systems, ridOf, typeId, indexed, base, stamp, parameters } = deps;
  const { contained } = parameters;
  const copied = new CopyRows(systems, at);
  for (let start = 0; start < fresh.length; start += SLICE) {
    const slice = fresh.slice(start, start + SLICE).map(({ type, id, key, named, resource }) => {
      const stamped = stamp(resource, id, 1, at);
      const made = indexWhole(stamped, { indexed, contained }, { ridOf, base });
      const content = stringifyJson(stamped);
      const method = methodCodes[named ? 'POST' : 'PUT'];
      return { rid: ridOf(key), typeId: typeId(type), id, method, content, ...made };
    });
    const unknown = unknownSystems(
      slice.flatMap(({ rows, contained }) => [rows, ...contained.map((inner) => inner.rows)]),
      systems,
    );
    await systems.intern([...unknown]);
    for (const version of slice) copied.add(version);
    await setImmediate();
  }
  return copied;
}

async function checkParameters(transaction: Transaction, generation: number): Promise<void> {
  const [row] = await transaction`select value from search_parameter_generation for share`;
  if (row!.value !== generation) throw new StaleParameters('the search parameters changed');
}

/** One try, in one transaction. */
async function attempt(batch: readonly Checked[], deps: BatchDependencies): Promise<Stored> {
  const { sql, ridOf, store, parameters, now } = deps;
  const at = now();
  const containers = batch.map(({ resource }) => resource).filter(isContainer);
  // Before the transaction: its lock on the generation would wait for what it needs itself.
  if (containers.length) await addContainedTypes(containers, parameters);
  const generation = parameters.generation();
  const rids = batch.map(({ key }) => ridOf(key));
  const { fresh, changed, unchanged, failures } = await sort(batch, rids, at, deps);
  if (fresh.length || changed.length) {
    const rows = await rowsOf(fresh, at, deps);
    await sql.begin(async (transaction) => {
      await transaction`set local statement_timeout = 0`;
      await checkParameters(transaction as Transaction, generation);
      await markLoaded(transaction as Transaction);
      if (changed.length) {
        const { written } = await store.write(changed, at, [], transaction as Transaction);
        if (written.size !== changed.length) throw new StaleParameters('another writer was faster');
      }
      if (fresh.length) await rows.copy(transaction as Transaction);
    });
  }
  return { created: fresh.length, updated: changed.length, unchanged, failures };
}

const sum = (a: Stored, b: Stored): Stored => ({
  created: a.created + b.created,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  failures: [...a.failures, ...b.failures],
});

/**
 * Stores a batch in which no `Type/id` comes twice. What PostgreSQL does not take is found by halves and becomes a failure;
 * the rest is stored.
 * @throws PostgreSQL's own failure when it cannot be reached
 */
export async function storeBatch(batch: readonly Checked[], deps: BatchDependencies): Promise<Stored> {
  for (let n = 1; ; n++) {
    try {
      return batch.length ? await attempt(batch, deps) : NONE;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      if (CONTENTION.has((error as { code?: unknown }).code) && n < ATTEMPTS) {
        await deps.parameters.refresh();
        continue;
      }
      const [first] = batch as [Checked];
      if (batch.length === 1) return { ...NONE, failures: [notStored(first, error)] };
      const half = Math.ceil(batch.length / 2);
      return sum(await storeBatch(batch.slice(0, half), deps), await storeBatch(batch.slice(half), deps));
    }
  }
}
