// Puts the authorization server into fastify: oidc-provider under /auth, the sign-in page, the SMART discovery document.
// https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#using-well-known
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type Provider from 'oidc-provider';
import { removeExpired } from './adapter.ts';
import { registerDemoTokens } from './demo-token.ts';
import type { AuthDeps } from './deps.ts';
import type { ClientDirectory } from './directory.ts';
import { smartConfiguration } from './discovery.ts';
import type { Keys } from './keys.ts';
import { type HandOver, registerTokenEndpoint } from './refresh.ts';
import { registerSignIn } from './sign-in.ts';

export type MountDeps = AuthDeps & { provider: Provider; clients: ClientDirectory; keys: Keys };

const CLEAN_EVERY_MS = 10 * 60 * 1000;

/**
 * Hands a request to oidc-provider as if PUBLIC_URL had been asked: what the client sent as Host or X-Forwarded-* counts
 * for nothing, and addresses and cookies come out right behind a proxy that ends TLS.
 */
function handOver(provider: Provider, publicUrl: string): HandOver {
  const { host, protocol, pathname } = new URL(`${publicUrl}/auth`);
  const callback = provider.callback();
  return async (request, reply, pathAndQuery, message = request.raw) => {
    const raw: IncomingMessage & { originalUrl?: string } = message;
    reply.hijack();
    raw.url = pathAndQuery;
    raw.originalUrl = pathname + pathAndQuery;
    raw.headers.host = host;
    raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    delete raw.headers['x-forwarded-host'];
    await callback(raw, reply.raw);
  };
}

/** `offline_access` is granted to registered apps without asking; OpenID Connect wants that said as `prompt=consent`. */
function authorizationQuery(query: URLSearchParams): string {
  const offline = query.getAll('scope').some((scope) => scope.split(' ').includes('offline_access'));
  if (offline && !query.has('prompt')) query.set('prompt', 'consent');
  return `/authorize?${query}`;
}

/** Mounts everything of the authorization server. */
export async function registerAuthorizationServer(app: FastifyInstance, deps: MountDeps): Promise<void> {
  const { publicUrl } = deps.config;
  const toProvider = handOver(deps.provider, publicUrl);
  const document = smartConfiguration(deps.config);

  app.get('/fhir/.well-known/smart-configuration', (_request, reply) =>
    reply.header('access-control-allow-origin', '*').type('application/json; charset=utf-8').send(document),
  );

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/auth/*', (request, reply) =>
      toProvider(request, reply, request.raw.url!.slice('/auth'.length)),
    );
  });

  await app.register(async (scope) => registerTokenEndpoint(scope, deps, toProvider));

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 65_536 },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.get('/auth/authorize', (request, reply) =>
      toProvider(request, reply, authorizationQuery(new URL(request.raw.url!, publicUrl).searchParams)),
    );
    // SMART's authorize-post: the same request in a form instead of the query.
    scope.post<{ Body?: URLSearchParams }>('/auth/authorize', (request, reply) => {
      request.raw.method = 'GET';
      return toProvider(request, reply, authorizationQuery(request.body ?? new URLSearchParams()));
    });
    registerSignIn(scope, deps);
  });

  registerDemoTokens(app, deps);

  const cleaning = setInterval(() => {
    removeExpired(deps.sql, deps.now()).catch((error: Error) =>
      deps.log.warn({ error: error.message }, 'expired records remain'),
    );
  }, CLEAN_EVERY_MS).unref();
  app.addHook('onClose', async () => clearInterval(cleaning));
}
