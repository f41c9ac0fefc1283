// Administration by HTTP, below /auth/admin: JSON in and out, for the app of this server and a programme administrator.
// Refusals have the form of OAuth's, as elsewhere below /auth. https://www.rfc-editor.org/rfc/rfc6749#section-5.2
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FhirError, methodNotAllowed, notFound, unsupportedMediaType } from '../../fhir/errors.ts';
import type { OnEvent } from '../events.ts';
import { type Administrator, administratorOf, type CallerDeps } from './caller.ts';
import { clientRoutes } from './clients.ts';
import { ehrRoutes } from './ehrs.ts';
import { exportRoutes } from './exports.ts';
import type { AdminDeps, AdminRoute } from './route.ts';
import { userRoutes } from './users.ts';

export interface AdminRoutesDeps extends AdminDeps, CallerDeps {
  onEvent: OnEvent;
}

const ROUTES: readonly AdminRoute[] = [...ehrRoutes, ...clientRoutes, ...userRoutes, ...exportRoutes];
const BASE = '/auth/admin/';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const NO_STORE = { 'cache-control': 'no-store' };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks at /auth/admin: subject and client of a verified token, and the administrator whose it is. */
    administering?: { user: string; client: string | undefined; administrator?: Administrator };
  }
}

/** Error codes of refusals by their status. */
const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'invalid_token',
  403: 'access_denied',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'request_too_large',
  415: 'unsupported_media_type',
};

/** A refusal as this place answers it; undefined for what is no refusal but a fault, which is told elsewhere. */
function refusalOf(error: FastifyError | FhirError): FhirError | undefined {
  if (error instanceof FhirError) return error.status < 500 ? error : undefined;
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return unsupportedMediaType('The body has to be application/json.');
  return undefined;
}

/** Answers a refusal, and tells the audit of it. @throws whatever is no refusal, for the server's own handler */
function refuse(
  error: FastifyError | FhirError,
  request: FastifyRequest,
  reply: FastifyReply,
  { onEvent, now }: AdminRoutesDeps,
): FastifyReply {
  const refusal = refusalOf(error);
  if (!refusal) throw error;
  const { status, issues, headers } = refusal;
  const rule = issues[0]?.details?.coding?.[0]?.code;
  const code = rule === 'scope' ? 'insufficient_scope' : (CODES[status] ?? 'invalid_request');
  const { user, client } = request.administering ?? {};
  const who = { ...(user && { user }), ...(client && { client }), address: request.ip };
  if (status === 401 || status === 403) onEvent({ kind: 'refused', error: code, ...who, at: now() });
  return reply
    .code(status)
    .headers({ ...NO_STORE, ...(status === 401 && { 'www-authenticate': 'Bearer' }), ...headers })
    .send({ error: code, error_description: refusal.message, ...(rule && { rule }) });
}

const handlerOf =
  (route: AdminRoute, deps: AdminRoutesDeps) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const caller = request.administering!.administrator!;
    const params = request.params as Record<string, string>;
    const { status, body, location, change } = await route.handle(deps, {
      caller,
      params,
      body: request.body,
    });
    const { username: user, client } = caller;
    const event = { kind: 'administration', user, ...(client && { client }), address: request.ip } as const;
    if (change) deps.onEvent({ ...event, change, at: deps.now() });
    return reply
      .code(status)
      .headers({ ...NO_STORE, ...(location && { location: `${deps.publicUrl}${BASE}${location}` }) })
      .send(body);
  };

/** Answers addresses that are none, and methods that an address does not have. */
function registerOthers(scope: FastifyInstance): void {
  for (const [path, routes] of Map.groupBy(ROUTES, ({ path }) => path)) {
    const offered = routes.map(({ method }) => method as string);
    const allow = offered.join(', ');
    const { issues, status } = methodNotAllowed(`This method is not offered here. Use ${allow}.`);
    scope.route({
      method: METHODS.filter((method) => !offered.includes(method)),
      url: BASE + path,
      handler: () => {
        throw new FhirError(status, issues, { allow });
      },
    });
  }
  scope.all(`${BASE}*`, () => {
    throw notFound(`There is nothing here. Below ${BASE} are ehrs, links, clients, users and exports.`);
  });
}

/**
 * Mounts administration. Nothing but the Authorization header says who asks: no cookie is read, and pages of other origins are
 * not let in. It is looked at after the requests of an address were counted, so that a flood of wrong tokens has an end.
 */
export async function registerAdministration(app: FastifyInstance, deps: AdminRoutesDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    scope.decorateRequest('administering');
    scope.addHook('preHandler', async (request) => {
      const known = (caller: { user: string; client: string | undefined }) => {
        request.administering = caller;
      };
      const administrator = await administratorOf(deps, request.headers.authorization, known);
      request.administering = { ...request.administering!, administrator };
    });
    scope.setErrorHandler((error: FastifyError | FhirError, request, reply) =>
      refuse(error, request, reply, deps),
    );
    for (const route of ROUTES)
      scope.route({ method: route.method, url: BASE + route.path, handler: handlerOf(route, deps) });
    registerOthers(scope);
  });
}
