// What the app asks about a trusted EHR: where to sign in there, and to redeem the code that it got.
// The EHR is asked from here, so it needs to know nothing about browsers of other sites, and a private key stays here.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-access-token
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuthDeps } from '../deps.ts';
import type { Issuers } from './issuer.ts';
import { discoverEhr, EhrFailure, redeemCode } from './issuer-http.ts';
import { removeExpiredLinks } from './link-store.ts';

export interface IssuerRouteDeps extends Pick<AuthDeps, 'sql' | 'now' | 'log'> {
  publicUrl: string;
  issuers: Issuers;
}

const FORM_LIMIT = 16_384;
const CLEAN_EVERY_MS = 10 * 60_000;
const UNKNOWN = 'This EHR is not trusted here. Ask an administrator to register it.';

const refuse = (reply: FastifyReply, status: number, error: string, description: string) =>
  reply.code(status).header('cache-control', 'no-store').send({ error, error_description: description });

/** Answers a failure of the EHR; what it did not answer at all is not the caller's fault. */
function refuseFor(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof EhrFailure)) throw error;
  return refuse(reply, 502, 'temporarily_unavailable', `${error.message} Try again in a moment.`);
}

/** Adds `GET /auth/ehr?iss=…` and `POST /auth/ehr/token`. */
export function registerIssuerRoutes(app: FastifyInstance, deps: IssuerRouteDeps): void {
  const { issuers, publicUrl, sql, now, log } = deps;

  app.get<{ Querystring: { iss?: string | string[] } }>('/auth/ehr', async (request, reply) => {
    const issuer = issuers.find(String(request.query.iss));
    if (!issuer) return refuse(reply, 404, 'invalid_request', UNKNOWN);
    try {
      const { authorization_endpoint: authorizationEndpoint } = await discoverEhr(issuer.fhirBase);
      return reply.header('cache-control', 'no-store').send({
        issuer: issuer.issuer,
        authorization_endpoint: authorizationEndpoint,
        token_endpoint: `${publicUrl}/auth/ehr/token`,
        client_id: issuer.clientId,
        scope: issuer.scope,
        reads_charts: issuer.readsCharts,
        fhir_base: `${publicUrl}/fhir`,
      });
    } catch (error) {
      return refuseFor(reply, error);
    }
  });

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_LIMIT },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.post<{ Body?: URLSearchParams }>('/auth/ehr/token', async (request, reply) => {
      const form = request.body ?? new URLSearchParams();
      const issuer = issuers.find(form.get('iss') ?? '');
      const [code, verifier] = [form.get('code'), form.get('code_verifier')];
      if (!issuer) return refuse(reply, 400, 'invalid_request', UNKNOWN);
      if (form.get('grant_type') !== 'authorization_code')
        return refuse(reply, 400, 'unsupported_grant_type', 'The grant_type has to be authorization_code.');
      if (!code || !verifier)
        return refuse(reply, 400, 'invalid_request', 'The parameters code and code_verifier are needed.');
      try {
        const { token_endpoint: endpoint } = await discoverEhr(issuer.fhirBase);
        const redirectUri = `${publicUrl}/app/`;
        const { status, body } = await redeemCode(issuer, endpoint, { code, verifier, redirectUri }, now());
        return reply.code(status).header('cache-control', 'no-store').send(body);
      } catch (error) {
        return refuseFor(reply, error);
      }
    });
  });

  const cleaning = setInterval(() => {
    removeExpiredLinks(sql, now()).catch((error: Error) =>
      log.warn({ error: error.message }, 'expired links remain'),
    );
  }, CLEAN_EVERY_MS).unref();
  app.addHook('onClose', async () => {
    clearInterval(cleaning);
    issuers.stop();
  });
}
