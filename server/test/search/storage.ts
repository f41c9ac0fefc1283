// The storage and search of a server without HTTP, on a database of its own, with every statement counted.
import type { CodeSystem, Resource, ValueSet } from '@medplum/fhirtypes';
import postgres from 'postgres';
import type { Test } from 'tap';
import { internParameters, internTypes, Systems } from '../../db/intern.ts';
import type { Sql } from '../../db/pool.ts';
import { createRidOf, secretOf } from '../../db/rid.ts';
import { type Access, type Letter, type Scope, systemAccess } from '../../fhir/access.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { createTextIndex } from '../../indexing/text.ts';
import { Cursors } from '../../search/cursor.ts';
import { Search, type SearchDependencies, type SearchPage } from '../../search/index.ts';
import { createRegistry } from '../../search/registry.ts';
import { Visibilities } from '../../search/visibility/index.ts';
import { Store } from '../../store/index.ts';
import { createTerminology, readPublished, type Stored, type StoredQuery } from '../../terminology/index.ts';
import { loadedFrom } from '../../terminology/loaded.ts';
import { createDatabase } from '../helpers/database.ts';

export const BASE = 'http://127.0.0.1:3000/fhir';
export const NOW = new Date('2026-03-14T09:30:00.000Z');

export type Draft = { resourceType: string; id: string } & Record<string, unknown>;

/** Texts of the statements that a pool has sent since it was last emptied. */
export type Sent = string[];

/** A pool like the server's that writes down what it sends. */
function recordedPool(t: Test, url: string, sent: Sent, planning: string): Sql {
  const sql = postgres(url, {
    max: 3,
    onnotice: () => {},
    debug: (_connection, text) => sent.push(text),
    connection: {
      timezone: 'UTC',
      plan_cache_mode: planning,
      jit: 'off',
      statement_timeout: 30_000,
      random_page_cost: 1.1,
      max_parallel_workers_per_gather: '0',
    },
  });
  t.teardown(() => sql.end({ timeout: 5 }));
  return sql as unknown as Sql;
}

/** Opens storage on an empty database; all of it is gone when the test ends. */
export async function openStorage(t: Test, { now = () => NOW } = {}) {
  const { url } = await createDatabase(t);
  const written: Sent = [];
  const searched: Sent = [];
  const sql = recordedPool(t, url, written, 'force_generic_plan');
  const searchSql = recordedPool(t, url, searched, 'force_custom_plan');
  const types = await internTypes(sql, [...resourceTypes]);
  const typeId = (type: string) => types.get(type)!;
  const ridOf = createRidOf((await secretOf(sql, 'rid')).toString('base64'));
  const systems = new Systems(sql);
  const registry = await createRegistry([], (keys) => internParameters(sql, keys));
  const cursors = new Cursors(await secretOf(sql, 'cursor'));
  const terminology = createTerminology({
    published: readPublished(() => []),
    base: BASE,
    stored: stored as Stored,
    storedMaps: async () => [],
    loaded: loadedFrom(sql),
    now: () => new Date(),
    newId: () => 'id',
  });
  const textIndex = createTextIndex({ sql, parameters: registry, ridOf });
  const dependencies: SearchDependencies = {
    sql: searchSql,
    registry,
    systems,
    cursors,
    ridOf,
    typeId,
    terminology,
    textIndex,
    visibilities: new Visibilities({
      sql: searchSql,
      registry,
      systems,
      ridOf,
      typeId,
      base: BASE,
      now,
      compartmentsOf: (resource) => store.compartmentsOf(resource),
    }),
    base: BASE,
    now,
  };
  const search = new Search(dependencies);
  /** Stored ValueSets and CodeSystems, as modifiers ask for them. */
  async function stored(
    type: 'ValueSet' | 'CodeSystem',
    query: StoredQuery,
    access: Access,
  ): Promise<ValueSet | CodeSystem | undefined> {
    const parameters = Object.entries(query).map(([name, value]): [string, string] => [
      name === 'id' ? '_id' : name,
      value,
    ]);
    const { matches } = await search.type(type, parameters, access);
    return matches.length ? JSON.parse(matches[0]!) : undefined;
  }
  const { indexed, compartment } = registry;
  const store = new Store({
    sql,
    systems,
    ridOf,
    typeId,
    indexed,
    compartment,
    base: BASE,
    parameters: registry,
    writers: 2,
  });
  const versions = new Map<string, number>();
  let instant = NOW.getTime() - 10_000_000;

  const nextVersion = ({ resourceType: type, id, ...rest }: Draft, lastUpdated: Date, deleted = false) => {
    const version = (versions.get(`${type}/${id}`) ?? 0) + 1;
    versions.set(`${type}/${id}`, version);
    const meta = {
      ...(rest.meta as object),
      versionId: String(version),
      lastUpdated: lastUpdated.toISOString(),
    };
    const resource = {
      resourceType: type,
      id,
      meta,
      ...rest,
      ...(rest.meta !== undefined && { meta }),
    } as unknown as Resource;
    const method = deleted ? ('DELETE' as const) : version === 1 ? ('POST' as const) : ('PUT' as const);
    return {
      type,
      id,
      version,
      method,
      ...(!deleted && { resource }),
      content: deleted ? '' : JSON.stringify(resource),
    };
  };

  /** Writes new versions in one statement; each call a millisecond later than the one before, unless told. */
  const save = async (drafts: readonly Draft[], at = new Date(instant++)): Promise<void> => {
    const { written: done } = await store.write(
      drafts.map((draft) => nextVersion(draft, at)),
      at,
      [],
    );
    if (done.size !== drafts.length)
      throw new Error(`${drafts.length - done.size} of ${drafts.length} were not written`);
  };
  /** Writes in a transaction that stays open; what is returned commits it. */
  const hold = async (drafts: readonly Draft[], at = new Date(instant++)): Promise<() => Promise<void>> => {
    const [wrote, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const done = store.transaction(async (transaction) => {
      await store.write(
        drafts.map((draft) => nextVersion(draft, at)),
        at,
        [],
        transaction,
      );
      wrote.resolve();
      await commit.promise;
    });
    await wrote.promise;
    return () => {
      commit.resolve();
      return done;
    };
  };
  const remove = async (type: string, id: string): Promise<void> => {
    const at = new Date(instant++);
    await store.write([nextVersion({ resourceType: type, id }, at, true)], at, []);
  };
  const page = (type: string, query: string, access: Access = systemAccess): Promise<SearchPage> =>
    search.type(type, new URLSearchParams(query), access);
  /** Ids of all matches, over all pages, in order. */
  const find = async (type: string, query: string, access: Access = systemAccess): Promise<string[]> => {
    const ids: string[] = [];
    for (let next: string | undefined = query; next !== undefined; ) {
      const { matches, next: after } = await page(type, next, access);
      ids.push(...idsOf(matches));
      next = after;
    }
    return ids;
  };
  return {
    url,
    typeId,
    ridOf,
    systems,
    registry,
    dependencies,
    search,
    store,
    sql,
    searchSql,
    written,
    searched,
    save,
    hold,
    remove,
    page,
    find,
    nextVersion,
  };
}

export type Storage = Awaited<ReturnType<typeof openStorage>>;

/** One scope of a caller, `scope('patient', 'Task', 'rs')`. */
export const scope = (level: Scope['level'], type: string, letters: string): Scope => ({
  level,
  type,
  letters: new Set(letters as Iterable<Letter>),
});
/** A caller, confined to `patient` where a scope is. */
export const accessOf = (patient: string | undefined, ...scopes: Scope[]): Access => ({
  subject: 'u',
  ...(patient && { patient }),
  scopes,
  policy: 'unlimited',
});

/** Ids of resources as they are served. */
export const idsOf = (contents: readonly string[]): string[] =>
  contents.map((content) => (JSON.parse(content) as { id: string }).id);

/** What a promise fails with; undefined when it does not. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Asserts that a search fails with 400 and a sentence that matches. */
export async function refuses(
  t: Test,
  { page }: Pick<Storage, 'page'>,
  type: string,
  query: string,
  sentence: RegExp,
  code?: string,
): Promise<void> {
  const failure = (await failureOf(page(type, query))) as
    | { status?: number; issues?: { code: string; severity: string; diagnostics: string }[] }
    | undefined;
  t.equal(failure?.status, 400, `${type}?${query} is refused with 400`);
  const [issue] = failure?.issues ?? [];
  t.match(issue?.diagnostics, sentence);
  t.equal(issue?.severity, 'error');
  if (code) t.equal(issue?.code, code);
}

/** Asserts which resources each query finds, whatever their order. */
export async function answers(
  t: Test,
  { find }: Pick<Storage, 'find'>,
  type: string,
  cases: Record<string, readonly string[]>,
): Promise<void> {
  for (const [query, expected] of Object.entries(cases)) {
    t.same((await find(type, query)).sort(), [...expected].sort(), `${type}?${query}`);
  }
}
