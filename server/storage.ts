// The parts that keep and find resources, put together on one database: what the server and the import work with.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CodeSystem, ConceptMap, SearchParameter, ValueSet } from '@medplum/fhirtypes';
import { type Config, ConfigError } from './config.ts';
import { internParameters, internTypes, Systems } from './db/intern.ts';
import { migrate } from './db/migrate.ts';
import { openPool } from './db/pool.ts';
import { createRidOf, secretOf } from './db/rid.ts';
import type { Visibility } from './db/visibility.ts';
import { reach } from './fhir/access.ts';
import { resourceTypes } from './fhir/elements.ts';
import { newId } from './fhir/id.ts';
import { createTextIndex } from './indexing/text.ts';
import { Cursors } from './search/cursor.ts';
import { Everything } from './search/everything.ts';
import { createFigures } from './search/figures/index.ts';
import { Search } from './search/index.ts';
import { usedMeta } from './search/meta.ts';
import { escaped } from './search/param/type.ts';
import { createRegistry } from './search/registry.ts';
import { Timeline } from './search/timeline.ts';
import { Visibilities } from './search/visibility/index.ts';
import { VersionHistory } from './store/history.ts';
import { Store, type StoreDependencies } from './store/index.ts';
import { CodesOfValueSets } from './terminology/codes-of.ts';
import { createTerminology, newest, readPublished, type Stored } from './terminology/index.ts';
import { loadedFrom } from './terminology/loaded.ts';
import { type Packages, readPackages } from './validation/package.ts';

const DEFINITIONS = new URL('../profiles/definitions/', import.meta.url);

/** Definitions of ours, beside R4's. */
function ownDefinitions<T>(type: string): T[] {
  const folder = new URL(`${type}/`, DEFINITIONS);
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T);
}

/** @throws ConfigError when the folder cannot be read */
function packagesOf({ FHIR_PACKAGES: folder, DATA_DIR }: Config): Promise<Packages> {
  return readPackages(folder || undefined, resolve(DATA_DIR, 'packages')).catch(
    (error: NodeJS.ErrnoException) => {
      if (!folder || error.path !== folder) throw error;
      throw new ConfigError(`FHIR_PACKAGES is "${folder}"; allowed is a folder that can be read.`);
    },
  );
}

/** Most versions of a ValueSet, CodeSystem or ConceptMap of which the newest is chosen, and most maps that are looked at. */
const MAX_FOUND = '50';

/** The ValueSet, CodeSystem or ConceptMap that the caller may search for. */
const storedTerminology =
  (search: () => Search): Stored =>
  async (type, query, access) => {
    if (reach(access, type, 's') === 'none') return undefined;
    const criteria = Object.entries('id' in query ? { _id: query.id } : query);
    const parameters = criteria.map(([name, value]): [string, string] => [name, escaped(value)]);
    const { matches } = await search().type(type, [...parameters, ['_count', MAX_FOUND]], access);
    return newest(matches.map((content) => JSON.parse(content)));
  };

/** The parts that keep and find resources, on one database; `parts` are those of the store. */
export async function createStorage(
  { config, databaseUrl }: { config: Config; databaseUrl: string },
  base: string,
  now: () => Date,
) {
  const packages = await packagesOf(config);
  const sql = openPool(databaseUrl, { max: config.DB_CONNECTIONS });
  const searchSql = openPool(databaseUrl, { max: config.DB_CONNECTIONS, customPlans: true });
  const close = () => Promise.all([sql.end({ timeout: 5 }), searchSql.end({ timeout: 5 })]);
  try {
    await migrate(sql);
    const types = await internTypes(sql, [...resourceTypes]);
    const typeId = (type: string) => types.get(type)!;
    const ridOf = createRidOf((await secretOf(sql, 'rid')).toString('base64'));
    // Looked up on the other pool: a transaction that waits for an id must not wait for a connection that it holds itself.
    const systems = new Systems(searchSql);
    const registry = await createRegistry(ownDefinitions<SearchParameter>('SearchParameter'), (keys, known) =>
      internParameters(searchSql, keys, known),
    );
    const { indexed, compartment } = registry;
    const cursors = new Cursors(await secretOf(sql, 'cursor'));
    const published = readPublished(() => [
      ...ownDefinitions<CodeSystem>('CodeSystem'),
      ...ownDefinitions<ValueSet>('ValueSet'),
      ...packages.terminology(),
    ]);
    const terminology = createTerminology({
      base,
      published,
      stored: storedTerminology(() => search),
      storedMaps: async (criteria, access) => {
        const { matches } = await search.type('ConceptMap', [...criteria, ['_count', MAX_FOUND]], access);
        return matches.map((content) => JSON.parse(content) as ConceptMap);
      },
      loaded: loadedFrom(searchSql),
      now,
      newId: () => newId(now()),
    });
    const codes = new CodesOfValueSets({ published, sql: searchSql, typeId });
    await codes.look();
    const textIndex = createTextIndex({ sql, parameters: registry, ridOf });
    const visibilities = new Visibilities({
      sql: searchSql,
      registry,
      systems,
      ridOf,
      typeId,
      base,
      now,
      compartmentsOf: (resource) => store.compartmentsOf(resource),
    });
    const search: Search = new Search({
      sql: searchSql,
      visibilities,
      registry,
      systems,
      cursors,
      ridOf,
      typeId,
      terminology,
      textIndex,
      base,
      now,
    });
    const parts: StoreDependencies = {
      sql,
      systems,
      ridOf,
      typeId,
      indexed,
      compartment,
      base,
      parameters: registry,
      writers: Math.max(1, config.DB_CONNECTIONS >> 1),
    };
    const store = new Store(parts);
    const history = new VersionHistory({
      sql: searchSql,
      ridOf,
      typeId,
      types: resourceTypes,
      compartment,
      listItem: () => registry.find('List', 'item')!.id,
    });
    const readers = { sql: searchSql, registry, ridOf, typeId };
    const everything = new Everything(readers);
    const timeline = new Timeline(readers);
    const figures = createFigures(readers);
    const usedLabels = (types: readonly string[], visibility: Visibility) =>
      usedMeta(readers, types, visibility);
    return {
      sql,
      packages,
      typeId,
      registry,
      search,
      cursors,
      textIndex,
      terminology,
      published,
      codes,
      parts,
      store,
      history,
      everything,
      timeline,
      figures,
      usedLabels,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
export type Storage = Awaited<ReturnType<typeof createStorage>>;
