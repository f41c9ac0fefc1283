// How many requests a minute one client may send: by its token, and by its address as long as it has none.
// In memory and so for each process: half a microsecond for the count, two with the hook around it, no network.
// https://www.rfc-editor.org/rfc/rfc6585#section-4 · https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { errorPage, pageHeaders } from '../auth/page/page.ts';
import { noAccess } from '../fhir/access.ts';
import { FhirError, issue } from '../fhir/errors.ts';

/** Requests a minute; 0: as many as come. */
export interface Limits {
  /** Of a client for a user (or for itself); of an address, for what needs no token. */
  requests: number;
  /** Of an address at the authorization server; half of it for any one client there. */
  authorization: number;
}

export interface RateLimits {
  /** Limits the requests of `scope` by their tokens; once the caller is known, and before a body is read. */
  limitRequests(scope: FastifyInstance): void;
  /** Limits the requests of `scope` by their address and the client that they name. */
  limitAuthorization(scope: FastifyInstance): void;
  /** Counts a request without a valid token. @returns the failure to answer with when its address sent too many */
  countRefusal(request: FastifyRequest): Promise<FhirError | undefined>;
}

const MINUTE = 60_000;
const MAX_CLIENT_NAME = 200;

/** An address; of IPv6 the network of 64 bits that one customer has. */
const addressOf = ({ ip }: FastifyRequest): string => normalizeIP(ip);

/** The caller by its verified token; its address when it has none. */
function callerOf(request: FastifyRequest): string {
  const access = request.fhir?.address.access;
  return access && access !== noAccess ? `${access.client}\n${access.subject}` : addressOf(request);
}

/** The client that a request at the authorization server says it comes from; not verified, so never a limit by itself. */
function clientNamed({ headers: { authorization }, query, body }: FastifyRequest): string | undefined {
  const basic = /^Basic +([\w+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (basic) return Buffer.from(basic, 'base64').toString().split(':', 1)[0];
  const form = new URLSearchParams(
    Buffer.isBuffer(body) || body instanceof URLSearchParams
      ? String(body)
      : (query as Record<string, string>),
  );
  const assertion = form.get('client_assertion');
  if (!assertion) return form.get('client_id') ?? undefined;
  try {
    return decodeJwt(assertion).sub;
  } catch {
    return undefined;
  }
}

const sentence = (seconds: number): string => `Too many requests. Try again in ${seconds} seconds.`;

interface Spent {
  max: number;
  seconds: number;
}

const headersOf = ({ max, seconds }: Spent) => ({
  'retry-after': String(seconds),
  'ratelimit-limit': String(max),
  'ratelimit-remaining': '0',
  'ratelimit-reset': String(seconds),
});

const failureOf = (spent: Spent): FhirError =>
  new FhirError(429, [issue('throttled', sentence(spent.seconds))], headersOf(spent));

/** The refusal of the authorization server: a page for people, JSON as RFC 6749 has it for apps. */
function refuse({ headers }: FastifyRequest, reply: FastifyReply, spent: Spent): FastifyReply {
  const code = 'temporarily_unavailable';
  reply.code(429).headers({ ...headersOf(spent), 'cache-control': 'no-store' });
  if (headers.accept?.includes('text/html'))
    return reply
      .headers(pageHeaders())
      .type('text/html; charset=utf-8')
      .send(errorPage(code, sentence(spent.seconds)));
  return reply
    .header('access-control-allow-origin', '*')
    .send({ error: code, error_description: sentence(spent.seconds) });
}

/** Builds the limits on `app`; what is limited says so itself. */
export async function createRateLimits(
  app: FastifyInstance,
  { requests, authorization }: Limits,
): Promise<RateLimits> {
  await app.register(rateLimit, { global: false });
  type Check = (request: FastifyRequest) => Promise<Spent | undefined>;
  const limit = (max: number, keyGenerator: (request: FastifyRequest) => string): Check => {
    const check = app.createRateLimit({ max, timeWindow: MINUTE, keyGenerator });
    return async (request) => {
      const state = await check(request);
      return !state.isAllowed && state.isExceeded ? { max, seconds: state.ttlInSeconds } : undefined;
    };
  };
  const byCaller = limit(requests, callerOf);
  const refusals = limit(authorization, addressOf);
  const byAddress = limit(authorization, addressOf);
  const share = limit(Math.ceil(authorization / 2), (request) =>
    `${addressOf(request)}\n${clientNamed(request)}`.slice(0, MAX_CLIENT_NAME),
  );

  return {
    limitRequests: (scope) => {
      if (!requests) return;
      // With a callback: an async hook cost one to two microseconds more.
      scope.addHook('preParsing', (request, _reply, _payload, done) => {
        byCaller(request).then((spent) => done(spent ? failureOf(spent) : null), done);
      });
    },
    limitAuthorization: (scope) => {
      if (!authorization) return;
      scope.addHook('preHandler', async (request, reply) => {
        if (!request.url.startsWith('/auth')) return;
        // A client that runs wild uses up its own share and leaves the rest to others behind the same address.
        const named = clientNamed(request) !== undefined;
        const spent = (named && (await share(request))) || (await byAddress(request));
        if (spent) return refuse(request, reply, spent);
      });
    },
    countRefusal: async (request) => {
      const spent = authorization ? await refusals(request) : undefined;
      return spent && failureOf(spent);
    },
  };
}
