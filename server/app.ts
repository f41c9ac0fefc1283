// The composition root: the only file that knows every layer. Config in, a server ready to listen out.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { CodeSystem, Patient, SearchParameter, ValueSet } from '@medplum/fhirtypes';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import {
  createAuth,
  type PatientChoice,
  type PatientDirectory,
  saveClients,
  saveUsers,
  userDirectory,
} from './auth/index.ts';
import { createBackground } from './bulk/background.ts';
import { demoBundles } from './bulk/demo.ts';
import { Exports } from './bulk/export.ts';
import type { PostedParameters } from './bulk/posted-parameters.ts';
import { withSearchParameters, writesSearchParameters } from './bulk/posted-writes.ts';
import { checkCareRules } from './care/index.ts';
import type { Config } from './config.ts';
import { internParameters, internTypes, Systems } from './db/intern.ts';
import { migrate } from './db/migrate.ts';
import { openPool, type Sql } from './db/pool.ts';
import { createRidOf, secretOf } from './db/rid.ts';
import type { Visibility } from './db/visibility.ts';
import { type Access, reach, systemAccess } from './fhir/access.ts';
import { resourceTypes } from './fhir/elements.ts';
import { notFound } from './fhir/errors.ts';
import { newId } from './fhir/id.ts';
import type { Result } from './fhir/result.ts';
import { answerClientError, sendError } from './http/errors.ts';
import { registerExportFiles } from './http/export-file.ts';
import { registerFhir } from './http/fhir.ts';
import { registerHealth } from './http/health.ts';
import { registerPages } from './http/pages.ts';
import { registerSecurityHeaders } from './http/security-headers.ts';
import { createTextIndex } from './indexing/text.ts';
import { registerDemoEhr } from './integration/ehr/index.ts';
import { capabilityStatement } from './interaction/capabilities.ts';
import type { FhirRequest } from './interaction/context.ts';
import { routeInteraction } from './interaction/index.ts';
import { inSubset } from './interaction/subset.ts';
import { advertised, isOperation, type OperationContext, routeOperation } from './operation/index.ts';
import { Cursors } from './search/cursor.ts';
import { Everything } from './search/everything.ts';
import { Search } from './search/index.ts';
import { usedMeta } from './search/meta.ts';
import { escaped } from './search/param/type.ts';
import { createRegistry, perGeneration } from './search/registry.ts';
import { databaseFailure } from './store/failure.ts';
import { VersionHistory } from './store/history.ts';
import { Store, type StoreDependencies } from './store/index.ts';
import { createTerminology, readPublished, type TerminologyDependencies } from './terminology/index.ts';
import { createValidator, loadDefinitions } from './validation/index.ts';

const ROOT = new URL('../', import.meta.url);
const VERSION = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string })
  .version;

/** Access of callers with `--open`: everything, by nobody in particular. */
const OPEN_ACCESS: Access = Object.freeze({ ...systemAccess, subject: 'open' });

export interface AppOptions {
  config: Config;
  databaseUrl: string;
  /** Replaces the clock, for tests. */
  now?: () => Date;
}

export interface App {
  server: FastifyInstance;
  /** Routes a FHIR request without HTTP. */
  dispatch: (request: FhirRequest) => Promise<Result>;
  /** Loads the demo stories, users and clients, once. @returns how many resources were written; 0 when they were there */
  seedDemo: () => Promise<number>;
  close: () => Promise<void>;
}

/** Definitions of ours, beside R4's. */
function ownDefinitions<T>(type: string): T[] {
  const folder = new URL(`profiles/definitions/${type}/`, ROOT);
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T);
}

/** The newest ValueSet or CodeSystem that the caller may search for. */
const storedTerminology =
  (search: () => Search): TerminologyDependencies['stored'] =>
  async (type, query, access) => {
    if (reach(access, type, 's') === 'none') return undefined;
    const criteria = Object.entries('id' in query ? { _id: query.id } : query);
    const parameters = criteria.map(([name, value]): [string, string] => [name, escaped(value)]);
    const { matches } = await search().type(type, [...parameters, ['_count', '1']], access);
    return matches[0] === undefined ? undefined : JSON.parse(matches[0]);
  };

/** What a patient list shows of a Patient's stored bytes. */
function patientChoice(content: string): PatientChoice {
  const { id, name, birthDate, gender, identifier } = JSON.parse(content) as Patient;
  const [first] = name ?? [];
  const mrn = identifier?.find(({ type }) => type?.coding?.some(({ code }) => code === 'MR'))?.value;
  return {
    id: id!,
    name: first?.text ?? [...(first?.given ?? []), first?.family].filter(Boolean).join(' '),
    ...(birthDate && { birthDate }),
    ...(gender && { gender }),
    ...(mrn && { mrn }),
  };
}

/** The parts that keep and find resources, on one database; `parts` are those of the store. */
export async function createStorage({ config, databaseUrl }: AppOptions, base: string, now: () => Date) {
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
    const terminology = createTerminology({
      base,
      published: readPublished(() => [
        ...ownDefinitions<CodeSystem>('CodeSystem'),
        ...ownDefinitions<ValueSet>('ValueSet'),
      ]),
      stored: storedTerminology(() => search),
    });
    const textIndex = createTextIndex({ sql, parameters: registry });
    const search: Search = new Search({
      sql: searchSql,
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
      parameters: { generation: registry.generation, refresh: async () => void (await registry.refresh()) },
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
    const usedLabels = (types: readonly string[], visibility: Visibility) =>
      usedMeta(readers, types, visibility);
    return {
      sql,
      typeId,
      registry,
      search,
      cursors,
      textIndex,
      parts,
      store,
      history,
      everything,
      usedLabels,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
type Storage = Awaited<ReturnType<typeof createStorage>>;

/** What interactions and operations work with. */
function createContext(
  { sql, typeId, registry, search, cursors, store, history, everything, usedLabels }: Storage,
  posted: PostedParameters,
  config: Config,
  base: string,
  now: () => Date,
  log: FastifyInstance['log'],
): OperationContext {
  const definitions = loadDefinitions(new URL('profiles/definitions/', ROOT));
  const makeId = () => newId(now());
  const statement = () =>
    capabilityStatement({
      base,
      publicUrl: config.publicUrl,
      version: VERSION,
      date: now().toISOString(),
      secured: !config.open,
      registry,
      profiles: definitions.definitions,
      operations: advertised,
    });
  const context: OperationContext = {
    store,
    search,
    cursors,
    history,
    everything,
    usedMeta: usedLabels,
    validator: withSearchParameters(createValidator(definitions), registry),
    careRules: checkCareRules,
    now,
    newId: makeId,
    base,
    dispatch: async (request) => {
      const route = isOperation(request.path) ? routeOperation : routeInteraction;
      const result = inSubset(request, await route(context, request));
      if (writesSearchParameters(request))
        await posted.sync().catch((error: Error) => log.error({ reason: error.message }, 'not synchronized'));
      return result;
    },
    capabilities: perGeneration(registry, statement),
    posted,
    exports: new Exports({
      sql,
      folder: resolve(config.DATA_DIR, 'export'),
      typeId,
      compartment: registry.compartment,
      newId: makeId,
      log,
    }),
    exportsNeedToken: !config.open,
  };
  return context;
}

/** The patients that a launch or sign-in may choose from. */
const patientDirectory = ({ store, search }: Storage): PatientDirectory => ({
  find: async (id) => {
    const found = await store.read('Patient', id, search.visibility(systemAccess, 'r'));
    return found && !found.deleted ? patientChoice(found.content) : undefined;
  },
  list: async () => {
    const query: [string, string][] = [
      ['_sort', 'family'],
      ['_count', '100'],
    ];
    return (await search.type('Patient', query, systemAccess)).matches.map(patientChoice);
  },
});

const EXPOSED_HEADERS = [
  'Allow',
  'WWW-Authenticate',
  'X-Request-Id',
  'ETag',
  'Location',
  'Content-Location',
  'Last-Modified',
  'X-Progress',
  'X-Security-Context',
  'Retry-After',
];

/** Puts every layer behind its address. */
async function mount(
  server: FastifyInstance,
  config: Config,
  storage: Storage,
  context: OperationContext,
): Promise<void> {
  const { base, dispatch, exports, now } = context;
  const users = userDirectory(storage.sql);
  const patients = patientDirectory(storage);
  const auth = await createAuth({ config, sql: storage.sql, now, users, patients, log: server.log });
  const guard = config.open ? async () => OPEN_ACCESS : auth.guard;
  const routes = { base, bodyLimit: config.BODY_LIMIT, databaseFailure, guard };
  const file = async (access: Access, job: string, name: string) =>
    (await exports.find(job))?.subject === access.subject ? exports.file(job, name) : undefined;

  await server.register(cors, {
    origin: '*',
    strictPreflight: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
  });
  await server.register(compress, { threshold: 1024 });
  registerSecurityHeaders(server);
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, routes));
  server.setNotFoundHandler((request, reply) =>
    sendError(
      notFound(`There is nothing at ${request.url.split('?')[0]}. The FHIR base address is ${base}.`),
      request,
      reply,
      routes,
    ),
  );
  await auth.register(server);
  await registerFhir(server, { ...routes, dispatch });
  await registerExportFiles(server, { ...routes, file });
  registerHealth(server, async () => void (await storage.sql`select 1`));
  const demo = config.DEMO === 'on';
  await registerPages(server, {
    dist: new URL('smart-app/dist/', ROOT),
    publicUrl: config.publicUrl,
    demo,
    open: config.open,
  });
  registerDemoEhr(server, { config, users, patients, launch: auth.launch });
}

/** Milliseconds in which a request must have arrived whole. */
const REQUEST_TIME = 120_000;

/** Milliseconds that open connections are given to end when the server closes. */
const CLOSING_TIME = 5_000;

/**
 * Builds the server; nothing listens yet.
 * @throws the database's own failure when it cannot be used
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, now = () => new Date() } = options;
  const base = `${config.publicUrl}/fhir`;
  const storage = await createStorage(options, base, now);
  const server = fastify({
    logger: { level: config.LOG_LEVEL, redact: ['req.headers.authorization'] },
    bodyLimit: config.BODY_LIMIT,
    requestIdHeader: 'x-request-id',
    requestTimeout: REQUEST_TIME,
    routerOptions: { maxParamLength: 256 },
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) =>
      void sendError(error, request, reply, { base, bodyLimit: config.BODY_LIMIT, databaseFailure }),
  });
  const background = createBackground({
    ...storage,
    ...storage.parts,
    newId: () => newId(now()),
    log: server.log,
  });
  const context = createContext(storage, background.posted, config, base, now, server.log);
  await mount(server, config, storage, context);
  await context.exports.resume();
  await background.start();
  return {
    server,
    dispatch: context.dispatch,
    seedDemo: () => seedDemo(storage.sql, context.dispatch, now),
    close: async () => {
      const deadline = setTimeout(() => server.server.closeAllConnections(), CLOSING_TIME);
      await server.close();
      clearTimeout(deadline);
      await background.stop();
      await context.exports.idle();
      await storage.close();
    },
  };
}

/** Loads the demo stories into an empty database. */
async function seedDemo(sql: Sql, dispatch: App['dispatch'], now: () => Date): Promise<number> {
  const [row] = await sql`select exists (select from resource) as filled`;
  if (row!.filled) return 0;
  const folder = new URL('fixtures/demo/', ROOT);
  const bundles = demoBundles(folder, now());
  for (const body of bundles) {
    await dispatch({
      method: 'POST',
      path: [],
      query: new URLSearchParams(),
      headers: {},
      body,
      access: systemAccess,
    });
  }
  const { users, clients } = JSON.parse(readFileSync(new URL('users.json', folder), 'utf8'));
  await saveUsers(sql, users);
  await saveClients(sql, clients);
  return bundles.reduce((count, { entry }) => count + (entry?.length ?? 0), 0);
}
