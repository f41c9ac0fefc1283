// How the HTTP server listens: limits against requests that are too large or too slow, request ids, the log.
// https://nodejs.org/docs/latest-v24.x/api/http.html#class-httpserver · https://fastify.dev/docs/latest/Reference/Server/
import type { Server } from 'node:http';
import { type FastifyHttpOptions, LogController } from 'fastify';
import { answerClientError, type ErrorContext, sendError } from './errors.ts';
import { logAnswered, logOptions } from './log.ts';
import { requestId } from './request-id.ts';

export interface HttpOptions extends ErrorContext {
  logLevel: string;
  /** Addresses whose X-Forwarded-For is believed, with commas between; empty: nobody's. */
  trustedProxy: string;
}

/** Milliseconds. */
const TIME = {
  /** In which the headers of a request must have arrived. */
  headers: 20_000,
  /** In which a request must have arrived whole. */
  request: 120_000,
  /** That a connection may be silent while a request is under way: longer than any statement or answer takes. */
  silence: 300_000,
  /** That a connection waits for its next request: longer than the minute that proxies keep theirs. */
  keepAlive: 72_000,
  /** Between two looks for connections that are too slow. */
  look: 5_000,
};

/** Bytes of the address and the headers together; more is 431. */
const MAX_HEADERS = 16_384;
/** Characters of a route's parameter; an address with more is another route's, or nobody's. */
const MAX_SEGMENT = 256;

/** The options that fastify is made with. */
export const httpOptions = ({ logLevel, trustedProxy, ...context }: HttpOptions) =>
  ({
    logger: logOptions(logLevel),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: context.bodyLimit,
    requestIdHeader: false,
    genReqId: requestId,
    trustProxy: trustedProxy || false,
    requestTimeout: TIME.request,
    connectionTimeout: TIME.silence,
    keepAliveTimeout: TIME.keepAlive,
    http: {
      headersTimeout: TIME.headers,
      connectionsCheckingInterval: TIME.look,
      maxHeaderSize: MAX_HEADERS,
    },
    routerOptions: { maxParamLength: MAX_SEGMENT },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply, context).then(() => logAnswered(request, reply));
    },
  }) satisfies FastifyHttpOptions<Server>;
