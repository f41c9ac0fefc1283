// What may be written to the log: who asked for which kind of thing and how it ended. No token, no query, no text of a body.
// https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { resourceTypes } from '../fhir/elements.ts';

/** Characters of a message that are kept. */
const MAX_MESSAGE = 300;

/**
 * A failure's message without what it quotes: PostgreSQL and V8 repeat the value that they could not read, which may be a
 * part of somebody's record.
 */
const withoutQuotes = (message: unknown): string =>
  String(message)
    .replace(/"[^"]*("|$)/g, '"…"')
    .slice(0, MAX_MESSAGE);

/** A failure as it is logged: its kind, its code, what it says without values, and where in the program it was thrown. */
export function loggedError(error: unknown): { type: string; message: string; stack: string; code?: string } {
  const { name, code, message, stack } = Object(error) as Partial<Error> & { code?: unknown };
  const frames = String(stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return {
    type: String(name),
    ...(typeof code === 'string' && { code }),
    message: withoutQuotes(message),
    stack: frames.join('\n'),
  };
}

/** What is cut out of every line, wherever it came from: queries, form fields with secrets, bearer tokens, JWTs. */
const CUTS: readonly [RegExp, string][] = [
  [/\?[^\s"\\?]*=[^\s"\\]*/g, '?…'],
  [/\b(Bearer|Basic) +[\w.~+/=-]+/gi, '$1 …'],
  [/\beyJ[\w-]*\.[\w-]*\.[\w-]*/g, '…'],
  [
    /\b(code|launch|state|password|access_token|refresh_token|id_token|subject_token|actor_token|client_secret|assertion|client_assertion|code_verifier)=[^\s&"\\]+/g,
    '$1=…',
  ],
];

/** A line without secrets. It is the last thing that happens to it. */
export const cleanLine = (line: string): string =>
  CUTS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);

/** Words of an address that are of the interface, not of a record. */
const isWord = (segment: string): boolean =>
  resourceTypes.has(segment) || /^(?:[$_][a-z][a-z-]*|metadata)$/.test(segment);

/** An address as it is logged: below /fhir with `*` for ids, elsewhere as the route is written. */
export function loggedPath(url: string, route: string | undefined): string {
  if (!route) return '(unknown)';
  if (!route.startsWith('/fhir')) return route;
  const segments = url.split('?')[0]!.split('/').filter(Boolean).slice(1);
  return ['/fhir', ...segments.map((segment) => (isWord(segment) ? segment : '*'))].join('/');
}

/** The logger's settings. @param level as LOG_LEVEL */
export const logOptions = (level: string) => ({
  level,
  serializers: {
    err: loggedError,
    error: withoutQuotes,
    reason: withoutQuotes,
    req: ({ method }: FastifyRequest) => ({ method }),
  },
  hooks: { streamWrite: cleanLine },
});

/** One line about an answer, with LOG_LEVEL debug or trace. */
export function logAnswered(request: FastifyRequest, reply: FastifyReply): void {
  const path = loggedPath(request.url, request.routeOptions.url);
  const ms = Math.round(reply.elapsedTime);
  request.log.debug({ method: request.method, path, status: reply.statusCode, ms }, 'answered');
}

const TELLS_REQUESTS: ReadonlySet<string> = new Set(['debug', 'trace']);

/** With LOG_LEVEL debug or trace, one line for every request that reaches a route. */
export function logRequests(app: FastifyInstance, { level }: Pick<FastifyBaseLogger, 'level'>): void {
  if (TELLS_REQUESTS.has(level))
    app.addHook('onResponse', async (request, reply) => logAnswered(request, reply));
}
