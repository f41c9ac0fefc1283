// The composition root: the only file that knows every layer. Config in, a server ready to listen out.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import type { Patient } from '@medplum/fhirtypes';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import {
  createAuth,
  type PatientChoice,
  type PatientDirectory,
  saveClients,
  saveUsers,
  userDirectory,
} from './auth/index.ts';
import { type Background, createBackground } from './bulk/background.ts';
import { demoBundles } from './bulk/demo.ts';
import { Exports } from './bulk/export.ts';
import { storePackages } from './bulk/package.ts';
import { writesDefinitions } from './bulk/posted-definitions.ts';
import { withSearchParameters, writesSearchParameters } from './bulk/posted-writes.ts';
import { checkCareRules } from './care/index.ts';
import type { Config } from './config.ts';
import { type Access, systemAccess } from './fhir/access.ts';
import { notFound } from './fhir/errors.ts';
import { newId } from './fhir/id.ts';
import type { Result } from './fhir/result.ts';
import { answerClientError, sendError } from './http/errors.ts';
import { registerExportFiles } from './http/export-file.ts';
import { registerFhir } from './http/fhir.ts';
import { registerHealth } from './http/health.ts';
import { registerPages } from './http/pages.ts';
import { registerSecurityHeaders } from './http/security-headers.ts';
import { registerDemoEhr } from './integration/ehr/index.ts';
import { capabilityStatement } from './interaction/capabilities.ts';
import type { FhirRequest } from './interaction/context.ts';
import { routeInteraction } from './interaction/index.ts';
import { inSubset } from './interaction/subset.ts';
import { stamp } from './interaction/write-pipeline.ts';
import { expandParameters } from './operation/expand.ts';
import { advertised, isOperation, type OperationContext, routeOperation } from './operation/index.ts';
import { perGeneration } from './search/registry.ts';
import { createStorage, type Storage } from './storage.ts';
import { databaseFailure } from './store/failure.ts';
import { terminologyCapabilities } from './terminology/capabilities.ts';
import { createImports, importKinds } from './terminology/jobs.ts';
import { createValidator, definitionSource, loadDefinitions, readDefinitions } from './validation/index.ts';
import { packageOf } from './validation/package.ts';

const ROOT = new URL('../', import.meta.url);
const DEFINITIONS = new URL('profiles/definitions/', ROOT);
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
  /** Stores what the program itself defines, so that it is found and read like any other resource. */
  storeDefinitions: () => Promise<void>;
  /** Loads the demo stories, users and clients, once. @returns how many resources were written; 0 when they were there */
  seedDemo: () => Promise<number>;
  /** What there is to tell the operator about FHIR packages, a sentence each. */
  notes: readonly string[];
  close: () => Promise<void>;
}

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

/** What interactions and operations work with. */
function createContext(
  storage: Storage,
  { posted, definitions: stored, jobs }: Background,
  config: Config,
  base: string,
  now: () => Date,
  log: FastifyInstance['log'],
): OperationContext {
  const { sql, packages, published, typeId, registry, search, cursors, store, history, everything } = storage;
  const definitions = loadDefinitions(DEFINITIONS);
  const makeId = () => newId(now());
  const started = now().toISOString();
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
    usedMeta: storage.usedLabels,
    validator: withSearchParameters(
      createValidator(definitions, {
        source: definitionSource(definitions, { packages, posted: stored.current }),
        codesOf: storage.codes.codesOf,
      }),
      registry,
    ),
    careRules: checkCareRules,
    now,
    newId: makeId,
    base,
    dispatch: async (request) => {
      const route = isOperation(request.path) ? routeOperation : routeInteraction;
      const result = inSubset(request, await route(context, request));
      if (writesSearchParameters(request))
        await posted.sync().catch((error: Error) => log.error({ reason: error.message }, 'not synchronized'));
      if (writesDefinitions(request))
        await stored.sync().catch((error: Error) => log.error({ reason: error.message }, 'not synchronized'));
      return result;
    },
    capabilities: perGeneration(registry, statement),
    terminologyCapabilities: () =>
      terminologyCapabilities({ published, base, version: VERSION, date: started, expandParameters }),
    posted,
    terminology: storage.terminology,
    codeSystemImports: createImports({ sql, jobs, published, newId: makeId }),
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
    kinds: importKinds(storage.sql),
    looks: [storage.codes.look],
    log: server.log,
  });
  const context = createContext(storage, background, config, base, now, server.log);
  await mount(server, config, storage, context);
  const notes = await packageNotes(storage, now);
  await context.exports.resume();
  await background.start();
  return {
    server,
    dispatch: context.dispatch,
    notes,
    storeDefinitions: () => storeDefinitions(storage, now),
    seedDemo: () => seedDemo(storage, context.dispatch, now),
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

/** Stores what FHIR packages bring. @returns what there is to tell about it */
async function packageNotes({ packages, parts, store }: Storage, now: () => Date): Promise<string[]> {
  const stored = await storePackages(packages.list, { ...parts, store, stamp, now });
  const failed = stored?.failed.map((line) => `Not stored: ${line}`) ?? [];
  return [...packages.notes, ...failed];
}

async function storeDefinitions({ parts, store }: Storage, now: () => Date): Promise<void> {
  const own = packageOf('throughline', VERSION, readDefinitions(DEFINITIONS));
  const stored = await storePackages([own], { ...parts, store, stamp, now });
  if (stored?.failed.length) throw new Error(`A definition of ours was not stored: ${stored.failed[0]}`);
}

/** Loads the demo stories into a database without patients. */
async function seedDemo(
  { sql, typeId }: Storage,
  dispatch: App['dispatch'],
  now: () => Date,
): Promise<number> {
  const [row] = await sql`select exists (select from resource where type = ${typeId('Patient')}) as filled`;
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
