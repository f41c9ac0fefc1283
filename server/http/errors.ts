// Every failure becomes an OperationOutcome here, and only here. Nothing of the database or of a patient is told.
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, FhirError, issue, outcomeOf, tooLarge, unsupportedMediaType } from '../fhir/errors.ts';
import { inFormat } from '../response/format.ts';
import { FHIR_JSON, render } from '../response/index.ts';
import { negotiate } from './negotiate.ts';

/** Fastify's own failures, by code, as ours. */
const fastifyFailures: Record<string, (limit: number) => FhirError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (limit) =>
    tooLarge(`The body is larger than ${limit} bytes. Send less at once, or raise BODY_LIMIT.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    unsupportedMediaType('The body must be application/fhir+json (or application/json).'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => badRequest('The body is empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest('The body is not as long as Content-Length says.'),
};

/** What failures are told with. */
export interface ErrorContext {
  base: string;
  bodyLimit: number;
  /** The failure that a thrown value of the database stands for, if any. */
  databaseFailure: (error: unknown) => FhirError | undefined;
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

/** Sends the outcome of a failure. */
export async function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  context: ErrorContext,
): Promise<FastifyReply> {
  const failure = toFhirError(error, context);
  if (failure.status >= 500)
    request.log.error(
      {
        err: {
          code: (error as { code?: string }).code,
          message: (error as Error).message,
          stack: (error as Error).stack,
        },
      },
      'request failed',
    );
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
      'cache-control': 'no-store',
      vary: 'Accept',
      ...failure.headers,
      ...(status === 401 && { 'www-authenticate': `Bearer realm="${context.base}"` }),
      ...(status === 503 && { 'retry-after': '5' }),
    })
    .send(body);
}

/** Requests that Node gives up before there is one: by its error code, the answer's status and words. */
const unreadable: Record<string, [status: string, diagnostics: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'The address or the headers are too long. Send a long search by POST to _search.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'The request did not arrive whole in time. Send it again.',
  ],
};

/** Answers a connection whose request could not even be read. https://nodejs.org/api/http.html#event-clienterror */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const [status, diagnostics] = unreadable[error.code ?? ''] ?? [
    '400 Bad Request',
    'This is not an HTTP request.',
  ];
  const body = JSON.stringify(outcomeOf([issue('invalid', diagnostics)]));
  const headers = `Content-Type: ${FHIR_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}
