// The composition root: the only file that knows every layer. Config in, a server ready to listen out.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { Patient, SearchParameter } from '@medplum/fhirtypes';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { createAuth, type PatientChoice, saveClients, saveUsers, userDirectory } from './auth/index.ts';
import { demoBundles } from './bulk/demo.ts';
import { Exports } from './bulk/export.ts';
import { checkCareRules } from './care/index.ts';
import type { Config } from './config.ts';
import { internParameters, internTypes, Systems } from './db/intern.ts';
import { migrate } from './db/migrate.ts';
import { openPool, type Sql } from './db/pool.ts';
import { createRidOf, secretOf } from './db/rid.ts';
import { type Access, systemAccess } from './fhir/access.ts';
import { resourceTypes } from './fhir/elements.ts';
import { notFound } from './fhir/errors.ts';
import { newId } from './fhir/id.ts';
import type { Result } from './fhir/result.ts';
import { sendError } from './http/errors.ts';
import { registerExportFiles } from './http/export-file.ts';
import { registerFhir } from './http/fhir.ts';
import { registerHealth } from './http/health.ts';
import { registerPages } from './http/pages.ts';
import { registerSecurityHeaders } from './http/security-headers.ts';
import { registerDemoEhr } from './integration/ehr/index.ts';
import { capabilityStatement } from './interaction/capabilities.ts';
import type { FhirRequest } from './interaction/context.ts';
import { routeInteraction } from './interaction/index.ts';
import { advertised, isOperation, routeOperation } from './operation/index.ts';
import type { ExportContext } from './operation/export.ts';
import { Cursors } from './search/cursor.ts';
import { Search } from './search/index.ts';
import { createRegistry } from './search/registry.ts';
import { Store } from './store/index.ts';
import { createValidator, loadDefinitions } from './validation/index.ts';

const ROOT = new URL('../', import.meta.url);
const VERSION = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string }).version;

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

/** Search parameters of ours, beside R4's. */
function ownSearchParameters(): SearchParameter[] {
  const folder = new URL('profiles/definitions/SearchParameter/', ROOT);
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as SearchParameter);
}

/** What a patient list shows of a Patient's stored bytes. */
function patientChoice(content: string): PatientChoice {
  const { id, name, birthDate, gender } = JSON.parse(content) as Patient;
  const [first] = name ?? [];
  return {
    id: id!,
    name: first?.text ?? [...(first?.given ?? []), first?.family].filter(Boolean).join(' '),
    ...(birthDate && { birthDate }),
    ...(gender && { gender }),
  };
}

/** The parts that keep and find resources, on one database. */
async function createStorage(sql: Sql, searchSql: Sql, base: string, now: () => Date) {
  const types = await internTypes(sql, [...resourceTypes]);
  const typeId = (type: string) => types.get(type)!;
  const ridOf = createRidOf((await secretOf(sql, 'rid')).toString('base64'));
  const systems = new Systems(sql);
  const registry = await createRegistry(ownSearchParameters(), (keys) => internParameters(sql, keys));
  const search = new Search({ sql: searchSql, registry, systems, cursors: new Cursors(await secretOf(sql, 'cursor')), ridOf, typeId, base, now });
  const store = new Store({ sql, systems, ridOf, typeId, indexed: registry.indexed, compartment: registry.compartment, base });
  return { typeId, registry, search, store };
}

/** Builds the server; nothing listens yet. */
export async function createApp({ config, databaseUrl, now = () => new Date() }: AppOptions): Promise<App> {
  const server = fastify({
    logger: { level: config.LOG_LEVEL, redact: ['req.headers.authorization'] },
    bodyLimit: config.BODY_LIMIT,
    requestIdHeader: 'x-request-id',
    routerOptions: { maxParamLength: 256 },
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
  });
  const sql = openPool(databaseUrl, { max: config.DB_CONNECTIONS });
  const searchSql = openPool(databaseUrl, { max: config.DB_CONNECTIONS, customPlans: true });
  await migrate(sql);

  const base = `${config.publicUrl}/fhir`;
  const { typeId, registry, search, store } = await createStorage(sql, searchSql, base, now);
  const definitions = loadDefinitions(new URL('profiles/definitions/', ROOT));
  const exports = new Exports({ sql, folder: resolve(config.DATA_DIR, 'export'), typeId, compartment: registry.compartment, newId: () => newId(now()), log: server.log });
  const statement = capabilityStatement({
    base,
    publicUrl: config.publicUrl,
    version: VERSION,
    date: now().toISOString(),
    secured: !config.open,
    registry,
    profiles: definitions.definitions,
    operations: advertised,
  });
  const dispatch = async (request: FhirRequest): Promise<Result> => (isOperation(request.path) ? routeOperation(context, request) : routeInteraction(context, request));
  const context: ExportContext = {
    store,
    search,
    validator: createValidator(definitions),
    careRules: checkCareRules,
    now,
    newId: () => newId(now()),
    base,
    dispatch,
    capabilities: () => statement,
    exports,
  };

  const users = userDirectory(sql);
  const patients = {
    find: async (id: string) => {
      const found = await store.read('Patient', id, search.visibility(systemAccess, 'r'));
      return found && !found.deleted ? patientChoice(found.content) : undefined;
    },
    list: async () => (await search.type('Patient', [['_sort', 'family'], ['_count', '100']], systemAccess)).matches.map(patientChoice),
  };
  const auth = await createAuth({ config, sql, now, users, patients, log: server.log });
  const guard = config.open ? async () => OPEN_ACCESS : auth.guard;
  const file = async (access: Access, job: string, name: string) => ((await exports.find(job))?.subject === access.subject ? exports.file(job, name) : undefined);

  const routes = { base, bodyLimit: config.BODY_LIMIT, guard };
  await server.register(cors, { origin: '*', exposedHeaders: ['ETag', 'Location', 'Content-Location', 'Last-Modified', 'X-Progress', 'Retry-After'] });
  await server.register(compress, { threshold: 1024 });
  registerSecurityHeaders(server);
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, routes));
  server.setNotFoundHandler((request, reply) => sendError(notFound(`There is nothing at ${request.url.split('?')[0]}. The FHIR base address is ${base}.`), request, reply, routes));
  await auth.register(server);
  await registerFhir(server, { ...routes, dispatch });
  await registerExportFiles(server, { ...routes, file });
  registerHealth(server, async () => void (await sql`select 1`));
  await registerPages(server, { dist: new URL('smart-app/dist/', ROOT), publicUrl: config.publicUrl, demo: config.DEMO === 'on', open: config.open });
  registerDemoEhr(server, { config, users, patients, launch: auth.launch });
  await exports.resume();

  return {
    server,
    dispatch,
    seedDemo: () => seedDemo(sql, dispatch, now),
    close: async () => {
      await server.close();
      await exports.idle();
      await Promise.all([sql.end({ timeout: 5 }), searchSql.end({ timeout: 5 })]);
    },
  };
}

async function seedDemo(sql: Sql, dispatch: App['dispatch'], now: () => Date): Promise<number> {
  const [row] = await sql`select exists (select from resource) as filled`;
  if (row!.filled) return 0;
  const folder = new URL('fixtures/demo/', ROOT);
  let written = 0;
  for (const bundle of demoBundles(folder, now())) {
    await dispatch({ method: 'POST', path: [], query: new URLSearchParams(), headers: {}, body: bundle, access: systemAccess });
    written += bundle.entry?.length ?? 0;
  }
  const { users, clients } = JSON.parse(readFileSync(new URL('users.json', folder), 'utf8'));
  await saveUsers(sql, users);
  await saveClients(sql, clients);
  return written;
}
