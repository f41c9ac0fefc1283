// The composition root: the only file that knows every layer. Config in, a server ready to listen out.
import { resolve } from 'node:path';
import compress from '@fastify/compress';
import fastify, { type FastifyInstance } from 'fastify';
import { type Audit, createAudit } from './audit/index.ts';
import {
  createAuth,
  createTrust,
  demoUserDirectory,
  encounterDirectory,
  type FindResources,
  type Policies,
  patientDirectory,
  upstreamOf,
  userDirectory,
} from './auth/index.ts';
import { type Background, createBackground } from './bulk/background.ts';
import { Exports } from './bulk/export.ts';
import { writesDefinitions } from './bulk/posted-definitions.ts';
import { withSearchParameters, writesOf, writesSearchParameters } from './bulk/posted-writes.ts';
import { createClocks } from './clocks.ts';
import { type Config, ConfigError, warningsOf } from './config.ts';
import { secretOf } from './db/rid.ts';
import { type Access, reach, systemAccess } from './fhir/access.ts';
import { newId } from './fhir/id.ts';
import type { Result } from './fhir/result.ts';
import { limitBodies } from './http/body-limit.ts';
import { registerCors } from './http/cors.ts';
import { sendError } from './http/errors.ts';
import { registerEvents } from './http/events.ts';
import { registerExportFiles } from './http/export-file.ts';
import { registerFhir } from './http/fhir.ts';
import { registerHealth } from './http/health.ts';
import { logRequests } from './http/log.ts';
import { refuseOtherMethods, registerNotFound } from './http/not-found.ts';
import { httpOptions } from './http/options.ts';
import { registerPages } from './http/pages.ts';
import { createRateLimits } from './http/rate-limit.ts';
import { guardAuthorization, guardPages, registerSecurityHeaders } from './http/security-headers.ts';
import { registerDemoEhr } from './integration/ehr/index.ts';
import { capabilityStatement } from './interaction/capabilities.ts';
import type { FhirRequest } from './interaction/context.ts';
import { routeInteraction } from './interaction/index.ts';
import { inSubset } from './interaction/subset.ts';
import { repeat } from './job/timer.ts';
import { type OpenCare, openCare } from './knowledge.ts';
import { DEFINITIONS, packageNotes, seedDemo, storeDefinitions, VERSION } from './loading.ts';
import { expandParameters } from './operation/expand.ts';
import { advertised, isOperation, type OperationContext, routeOperation } from './operation/index.ts';
import { accessOfUser, openPolicies, recall, withPolicies } from './policies.ts';
import { withNotices } from './response/notice.ts';
import { perGeneration } from './search/registry.ts';
import { createStorage, type Storage } from './storage.ts';
import { createBreakGlass } from './store/break-glass.ts';
import { databaseFailure } from './store/failure.ts';
import { createForgetting } from './store/undo.ts';
import { createWatch } from './store/watch.ts';
import { terminologyCapabilities } from './terminology/capabilities.ts';
import { createImports, importKinds } from './terminology/jobs.ts';
import { createValidator, definitionSource, loadDefinitions } from './validation/index.ts';

const ROOT = new URL('../', import.meta.url);

/** Policies are Basic resources. */
const writesPolicies = writesOf('Basic');

/** Access of callers with `--open`: everything, by nobody in particular. */
const OPEN_ACCESS: Access = Object.freeze({ ...systemAccess, subject: 'open' });

export interface AppOptions {
  config: Config;
  databaseUrl: string;
  /** Replaces the clock, for tests. */
  now?: () => Date;
  /** Opens the care rules; another way for the benchmark of what they cost. */
  careOf?: typeof openCare;
}

export interface App {
  server: FastifyInstance;
  /** Routes a FHIR request without HTTP. */
  dispatch: (request: FhirRequest) => Promise<Result>;
  /** Stores what the program itself defines, so that it is found and read like any other resource. */
  storeDefinitions: () => Promise<void>;
  /** Loads the demo stories, users and clients, once. @returns how many resources were written; 0 when they were there */
  seedDemo: () => Promise<number>;
  /** What there is to tell the operator about the settings and FHIR packages, a sentence each. */
  notes: readonly string[];
  close: () => Promise<void>;
}

/** What interactions and operations work with. */
function createContext(
  storage: Storage,
  { posted, definitions: stored, jobs }: Background,
  config: Config,
  base: string,
  now: () => Date,
  log: FastifyInstance['log'],
  policies: Policies,
  { care, lives }: OpenCare,
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
  /** What this process knows of its resources, and the requests after which it looks at once. */
  const looks = [
    { writes: writesSearchParameters, look: () => posted.sync() },
    { writes: writesDefinitions, look: () => stored.sync() },
    { writes: writesPolicies, look: () => policies.look() },
    ...lives.flatMap(({ types, look }) => types.map((type) => ({ writes: writesOf(type), look }))),
  ];
  const context: OperationContext = {
    store,
    search,
    cursors,
    history,
    everything,
    timeline: storage.timeline,
    figures: storage.figures,
    displayOf: (system, code) =>
      (published.r4('CodeSystem', system) ?? published.other('CodeSystem', system))?.concept?.find(
        (one) => one.code === code,
      )?.display,
    usedMeta: storage.usedLabels,
    validator: withPolicies(
      withSearchParameters(
        createValidator(definitions, {
          source: definitionSource(definitions, { packages, posted: stored.current }),
          codesOf: storage.codes.codesOf,
        }),
        registry,
      ),
      storage,
    ),
    care,
    now,
    newId: makeId,
    base,
    dispatch: async (request) => {
      const route = isOperation(request.path) ? routeOperation : routeInteraction;
      const result = inSubset(request, await route(context, request));
      for (const { writes, look } of looks)
        if (writes(request))
          await look().catch((error: Error) => log.error({ reason: error.message }, 'a change was not read'));
      return result;
    },
    capabilities: perGeneration(registry, statement),
    terminologyCapabilities: () =>
      terminologyCapabilities({ published, base, version: VERSION, date: started, expandParameters }),
    posted,
    terminology: storage.terminology,
    breakGlass: createBreakGlass(sql, storage.parts.ridOf),
    codeSystemImports: createImports({ sql, jobs, published, newId: makeId }),
    exports: new Exports({
      sql,
      folder: resolve(config.DATA_DIR, 'export'),
      typeId,
      compartment: registry.compartment,
      visibility: async (caller, type) =>
        search.visibility(await recall(caller, storage, policies), 'r', [type]),
      newId: makeId,
      log,
    }),
    exportsNeedToken: !config.open,
  };
  return context;
}

/** What tells listeners of changes: each what their own search would show. */
const watchOf = ({ sql, typeId, search }: Storage, log: FastifyInstance['log']) =>
  createWatch({
    sql,
    typeId,
    visibility: (access, types) => search.visibility(access, 's', types),
    permits: (access, resources) => search.visibilities.permits(access, 's', resources, { labels: true }),
    repeat,
    log,
  });

/** Puts every layer behind its address. */
async function mount(
  server: FastifyInstance,
  config: Config,
  storage: Storage,
  context: OperationContext,
  policies: Policies,
  audit: Audit | undefined,
): Promise<void> {
  const { base, dispatch, exports, now } = context;
  const users = userDirectory(storage.sql);
  const find: FindResources = async (type, query, account) => {
    const user = account === undefined ? undefined : await users.find(account);
    if (account !== undefined && !user) return [];
    const access = user ? await accessOfUser(user, storage, policies) : systemAccess;
    if (reach(access, type, 's') === 'none') return [];
    return (await storage.search.type(type, query, access)).matches;
  };
  const patients = patientDirectory(find);
  const trust = await createTrust(storage.sql, find, server.log);
  const { visibilities } = storage.search;
  const auth = await createAuth({
    config,
    sql: storage.sql,
    now,
    users,
    patients,
    encounters: encounterDirectory(find),
    upstream: upstreamOf(config),
    localSignIn: config.LOCAL_SIGN_IN === 'on',
    frameAncestors: () => trust.issuers.frameOrigins(),
    log: server.log,
    trust,
    exports,
    policies,
    prepare: (access) => visibilities.prepare(access),
    checkCriteria: visibilities.criteriaProblem,
    ...(audit && { onEvent: audit.recordEvent }),
  });
  const guard = config.open ? async () => OPEN_ACCESS : auth.guard;
  const limits = await createRateLimits(server, {
    requests: config.open ? 0 : config.RATE_LIMIT,
    authorization: config.AUTH_RATE_LIMIT,
  });
  /** Only answers that leave the server carry notices: a batch's own entries do not each. */
  const noticed = async (request: FhirRequest) => withNotices(await dispatch(request));
  const { countRefusal } = limits;
  const routes = { base, bodyLimit: config.BODY_LIMIT, databaseFailure, countRefusal, guard };
  const guards = {
    publicUrl: config.publicUrl,
    frameAncestors: () => ["'self'", ...trust.issuers.frameOrigins()],
    styleSources: () => ["'self'", ...trust.issuers.styleOrigins()],
  };
  const file = async (access: Access, job: string, name: string) =>
    (await exports.find(job))?.subject === access.subject ? exports.file(job, name) : undefined;

  await server.register(compress, { threshold: 1024 });
  registerSecurityHeaders(server);
  logRequests(server, server.log);
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, routes));
  registerNotFound(server, routes);
  await server.register(async (scope) => {
    await guardAuthorization(scope, guards);
    refuseOtherMethods(scope);
    limitBodies(scope);
    limits.limitAuthorization(scope);
    await auth.register(scope);
  });
  await server.register(async (scope) => {
    await registerCors(scope);
    limits.limitRequests(scope);
    await registerEvents(scope, { ...routes, news: watchOf(storage, server.log), ...(audit && { audit }) });
    await registerFhir(scope, {
      ...routes,
      dispatch: config.open ? dispatch : noticed,
      ...(audit && { audit }),
    });
    await registerExportFiles(scope, { ...routes, file, ...(audit && { audit }) });
  });
  registerHealth(server, async () => void (await storage.sql`select 1`));
  const demo = config.DEMO === 'on';
  await server.register(async (scope) => {
    await guardPages(scope, guards);
    limitBodies(scope);
    limits.limitRequests(scope);
    await registerPages(scope, {
      dist: new URL('smart-app/dist/', ROOT),
      publicUrl: config.publicUrl,
      demo,
      open: config.open,
    });
    registerDemoEhr(scope, { config, users: demoUserDirectory(storage.sql), patients, launch: auth.launch });
  });
}

/**
 * The audit of this process: with `--open` nobody is told apart, and nothing is recorded.
 * @throws ConfigError when its journal cannot be written
 */
async function openAudit(
  { parts }: Storage,
  config: Config,
  now: () => Date,
  log: FastifyInstance['log'],
): Promise<Audit> {
  const folder = resolve(config.DATA_DIR, 'audit');
  const store = (await secretOf(parts.sql, 'journal')).toString('hex', 0, 8);
  try {
    const { publicUrl } = config;
    return createAudit({ ...parts, folder, store, publicUrl, now, newId: () => newId(now()), log });
  } catch (error) {
    throw new ConfigError(
      `The audit journal cannot be kept in ${folder}: ${(error as Error).message}. Let this account write there, or choose another folder with DATA_DIR.`,
    );
  }
}

/** Milliseconds that open connections are given to end when the server closes. */
const CLOSING_TIME = 5_000;

/**
 * Builds the server; nothing listens yet.
 * @throws the database's own failure when it cannot be used
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, now = () => new Date(), careOf = openCare } = options;
  const base = `${config.publicUrl}/fhir`;
  const storage = await createStorage(options, base, now);
  const server = fastify(
    httpOptions({
      logLevel: config.LOG_LEVEL,
      trustedProxy: config.TRUSTED_PROXY,
      base,
      bodyLimit: config.BODY_LIMIT,
      databaseFailure,
    }),
  );
  const policies = await openPolicies(storage, now, server.log, config.open);
  const openedCare = await careOf(storage, now, config);
  const audit = config.open ? undefined : await openAudit(storage, config, now, server.log);
  const background = createBackground({
    ...storage,
    ...storage.parts,
    newId: () => newId(now()),
    kinds: importKinds(storage.sql),
    looks: [
      storage.codes.look,
      () => policies.look().then(() => false),
      ...openedCare.lives.map(
        ({ look }) =>
          () =>
            look().then(() => false),
      ),
      ...(audit ? [audit.look] : []),
      () => clocks.look(),
      createForgetting(storage.sql, now),
    ],
    log: server.log,
  });
  const context = createContext(storage, background, config, base, now, server.log, policies, openedCare);
  const clocks = createClocks({ ...storage, context, log: server.log });
  await mount(server, config, storage, context, policies, audit);
  const notes = [...warningsOf(config), ...(await packageNotes(storage, now))];
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
      await audit?.close();
      await storage.close();
    },
  };
}
