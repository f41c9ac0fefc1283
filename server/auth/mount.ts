// Puts the authorization server into fastify: oidc-provider under /auth, the sign-in page, the SMART discovery document.
// https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../fhir/access.ts';
import { createAccounts } from './account/account.ts';
import { createGrants } from './account/grants.ts';
import { registerAdministration } from './admin/index.ts';
import type { ClientDirectory } from './client/directory.ts';
import { implyConsent } from './consent/consent.ts';
import type { CurrentProvider } from './current-provider.ts';
import type { AuthDeps } from './deps.ts';
import { demoUserDirectory } from './directory.ts';
import { registerDiscovery } from './discovery.ts';
import { TOKEN_EXCHANGE } from './ehr/exchange.ts';
import { registerIssuerRoutes } from './ehr/issuer-routes.ts';
import { type OnEvent, rememberAddress } from './events.ts';
import type { HandOver } from './form.ts';
import { registerSignIn } from './sign-in/sign-in.ts';
import type { PresentedTokens } from './token/access-token.ts';
import { registerDemoTokens } from './token/demo-token.ts';
import { registerTokenChecks } from './token/introspection.ts';
import type { Keys } from './token/keys.ts';
import { registerTokenEndpoint } from './token/refresh.ts';
import type { Revocations } from './token/revocation.ts';
import { startUpkeep } from './upkeep.ts';

export type MountDeps = Omit<AuthDeps, 'onEvent'> & {
  current: CurrentProvider;
  clients: ClientDirectory;
  keys: Keys;
  presented: PresentedTokens;
  revocations: Revocations;
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  onEvent: OnEvent;
};

/** A registered client is read and deleted; to change it, it is deleted and registered anew. */
const NO_UPDATE = { allow: 'GET, DELETE' };

/**
 * Hands a request to oidc-provider as if PUBLIC_URL had been asked: what the client sent as Host or X-Forwarded-* counts
 * for nothing, and addresses and cookies come out right behind a proxy that ends TLS.
 */
function handOver(current: CurrentProvider, publicUrl: string): HandOver {
  const { host, protocol, pathname } = new URL(`${publicUrl}/auth`);
  return async (request, reply, pathAndQuery, message = request.raw) => {
    const raw: IncomingMessage & { originalUrl?: string } = message;
    reply.hijack();
    raw.url = pathAndQuery;
    raw.originalUrl = pathname + pathAndQuery;
    raw.headers.host = host;
    raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    delete raw.headers['x-forwarded-host'];
    rememberAddress(raw, request.ip);
    await current.answer(raw, reply.raw);
  };
}

/** OpenID Connect wants `prompt=consent` with `offline_access`; here an answer that is remembered does as well. */
function authorizationQuery(request: IncomingMessage, query: URLSearchParams): string {
  const offline = query.getAll('scope').some((scope) => scope.split(' ').includes('offline_access'));
  if (offline && !query.has('prompt')) {
    query.set('prompt', 'consent');
    implyConsent(request);
  }
  return `/authorize?${query}`;
}

/** Mounts everything of the authorization server. */
export async function registerAuthorizationServer(app: FastifyInstance, deps: MountDeps): Promise<void> {
  const { publicUrl } = deps.config;
  const toProvider = handOver(deps.current, publicUrl);

  registerDiscovery(app, deps.config, deps.trust ? [TOKEN_EXCHANGE] : []);

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/auth/*', (request, reply) =>
      toProvider(request, reply, request.raw.url!.slice('/auth'.length)),
    );
  });

  await app.register(async (scope) => registerTokenEndpoint(scope, deps, toProvider));
  await app.register(async (scope) => registerTokenChecks(scope, deps, toProvider));
  app.put('/auth/register/:client', (_request, reply) => reply.code(405).headers(NO_UPDATE).send());

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 65_536 },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.get('/auth/authorize', (request, reply) =>
      toProvider(
        request,
        reply,
        authorizationQuery(request.raw, new URL(request.raw.url!, publicUrl).searchParams),
      ),
    );
    // SMART's authorize-post: the same request in a form instead of the query.
    scope.post<{ Body?: URLSearchParams }>('/auth/authorize', (request, reply) => {
      request.raw.method = 'GET';
      return toProvider(
        request,
        reply,
        authorizationQuery(request.raw, request.body ?? new URLSearchParams()),
      );
    });
    registerSignIn(scope, {
      ...deps,
      provider: deps.current.provider,
      ...(deps.trust && { frameAncestors: deps.trust.issuers.frameOrigins }),
    });
  });

  const { sql, now, revocations, trust, checkCriteria, exports } = deps;
  const accounts = createAccounts(sql, now, createGrants(sql, now, revocations));
  await registerAdministration(app, { ...deps, publicUrl, accounts, trust, checkCriteria, exports });

  registerDemoTokens(app, { ...deps, users: demoUserDirectory(deps.sql) });

  if (deps.trust) registerIssuerRoutes(app, { ...deps, ...deps.trust, publicUrl });
  startUpkeep(app, deps);
}
