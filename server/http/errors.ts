// Every failure becomes an OperationOutcome here, and only here. Nothing of the database or of a patient is told.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, FhirError, issue, outcomeOf, tooLarge, unsupportedMediaType } from '../fhir/errors.ts';
import { inFormat } from '../response/format.ts';
import { FHIR_JSON, render } from '../response/index.ts';
import { negotiate } from './negotiate.ts';

/** Fastify's own failures, by code, as ours. */
const fastifyFailures: Record<string, (limit: number) => FhirError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (limit) =>
    tooLarge(
      `The body is larger than ${limit} bytes. Send less at once; BODY_LIMIT sets the limit of the FHIR endpoint.`,
    ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    unsupportedMediaType('The body must be application/fhir+json (or application/json).'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => badRequest('The body is empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest('The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: () => badRequest('The address has a "%" that is no valid encoding.'),
};

/** What failures are told with. */
export interface ErrorContext {
  base: string;
  bodyLimit: number;
  /** The failure that a thrown value of the database stands for, if any. */
  databaseFailure: (error: unknown) => FhirError | undefined;
  /** Counts a request without a valid token; the failure to answer with instead when its address sent too many. */
  countRefusal?: (request: FastifyRequest) => Promise<FhirError | undefined>;
}

/** Any thrown value as a named failure; what is not foreseen is a 500 that tells nothing but to look at the log. */
export function toFhirError(error: unknown, { bodyLimit, databaseFailure }: ErrorContext): FhirError {
  if (error instanceof FhirError) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = code && fastifyFailures[code];
  if (known) return known(bodyLimit);
  const ofDatabase = databaseFailure(error);
  if (ofDatabase) return ofDatabase;
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return badRequest('The request could not be read.');
  return new FhirError(500, [
    issue(
      'exception',
      'The server failed on this request. Its log says more; the request can be named by its X-Request-Id.',
    ),
  ]);
}

/** In which format a failure is told: JSON where nothing that is asked for is offered. */
function representationOf({ url, headers }: FastifyRequest) {
  const cut = url.indexOf('?');
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut));
  return negotiate(query, headers.accept) ?? negotiate(new URLSearchParams(), undefined)!;
}

/** The failure that a request is answered with; one without a valid token is counted. */
export async function failureOf(
  error: unknown,
  request: FastifyRequest,
  context: ErrorContext,
): Promise<FhirError> {
  const { bodyLimit = context.bodyLimit } = request.routeOptions;
  const named = toFhirError(error, { ...context, bodyLimit });
  if (named.status >= 500) request.log.error({ err: error }, 'request failed');
  return (named.status === 401 && (await context.countRefusal?.(request))) || named;
}

/** Sends the outcome of whatever was thrown. */
export const sendError = async (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  context: ErrorContext,
): Promise<FastifyReply> => sendFailure(await failureOf(error, request, context), request, reply, context);

/** Sends the outcome of a failure. */
export async function sendFailure(
  failure: FhirError,
  request: FastifyRequest,
  reply: FastifyReply,
  context: Pick<ErrorContext, 'base'>,
): Promise<FastifyReply> {
  const outcome = { kind: 'outcome', status: failure.status, issues: failure.issues } as const;
  const { status, headers, body } = await inFormat(
    render(outcome, context.base, 'representation'),
    representationOf(request),
  );
  // fastify would close the connection, and a client that is still sending would lose this answer: the rest is read and dropped.
  if (status === 413) reply.removeHeader('connection');
  return reply
    .code(status)
    .headers({
      ...headers,
      // A request that fails before it is routed passes no hook that would add these.
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      vary: 'Accept',
      ...failure.headers,
      ...(status === 401 && { 'www-authenticate': `Bearer realm="${context.base}"` }),
      ...(status === 503 && { 'retry-after': '5' }),
    })
    .send(body);
}

/** How a request that Node gave up is answered. */
interface Unread {
  status: string;
  diagnostics: string;
  headers?: Record<string, string>;
}

/** Requests that Node gives up before there is one, by its error code. */
const unreadable: Record<string, Unread> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    diagnostics: 'The address or the headers are too long. Send a long search by POST to _search.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    diagnostics: 'The request did not arrive whole in time. Send it again.',
  },
};
const UNKNOWN_METHOD: Unread = {
  status: '405 Method Not Allowed',
  diagnostics: 'This method is not known. Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.',
  headers: { Allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
};
const NO_HTTP: Unread = { status: '400 Bad Request', diagnostics: 'This is not an HTTP request.' };

/** A request line that is whole but for a method that Node knows. https://www.rfc-editor.org/rfc/rfc9112#section-3 */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~\w-]+ \S+ HTTP\/1\.[01]\r?\n/;

/** A connection's failure, with the bytes that were not understood. */
type ConnectionFailure = Error & { code?: string; rawPacket?: unknown };

const unreadOf = ({ code = '', rawPacket }: ConnectionFailure): Unread => {
  const line = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, 1024) : '';
  const asked = code === 'HPE_INVALID_METHOD' && REQUEST_LINE.test(line);
  return asked ? UNKNOWN_METHOD : (unreadable[code] ?? NO_HTTP);
};

/** Answers a connection whose request could not even be read. https://nodejs.org/api/http.html#event-clienterror */
export function answerClientError(error: ConnectionFailure, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const { status, diagnostics, headers } = unreadOf(error);
  const body = JSON.stringify(outcomeOf([issue('invalid', diagnostics)]));
  const lines = Object.entries({
    'Content-Type': FHIR_JSON,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': randomUUID(),
    ...headers,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
}
