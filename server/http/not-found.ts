// Addresses where nothing is, and methods that an address does not have.
// https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
import type { FastifyInstance } from 'fastify';
import { FhirError, issue, notFound } from '../fhir/errors.ts';
import { type ErrorContext, sendError } from './errors.ts';

/** Methods that some address here has. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** 405 with the methods that the address has. */
function methodNotOffered(method: string, offered: readonly string[]): FhirError {
  const allow = offered.join(', ');
  return new FhirError(
    405,
    [issue('not-supported', `The method ${method} is not offered at this address. Use ${allow}.`)],
    { allow },
  );
}

/** Methods of the addresses without parameters, and of those that begin with a text. */
function collectMethods(app: FastifyInstance): (path: string) => readonly string[] {
  const exact = new Map<string, string[]>();
  const prefixes = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    const [begin, parameter] = url.split(/([*:])/, 2) as [string, string?];
    if (begin.length < 2 && parameter) return;
    const known = parameter ? prefixes : exact;
    known.set(begin, [...new Set([...(known.get(begin) ?? []), method].flat())]);
  });
  return (path) => exact.get(path) ?? [...prefixes].find(([begin]) => path.startsWith(begin))?.[1] ?? [];
}

/** Refuses methods that are nowhere offered (TRACE) on routes of `scope` that take every method. */
export function refuseOtherMethods(scope: FastifyInstance): void {
  scope.addHook('onRequest', async ({ method }) => {
    if (!METHODS.includes(method)) throw methodNotOffered(method, METHODS);
  });
}

/** Answers what no route takes: 405 where another method is offered, else 404. Register it before the routes. */
export function registerNotFound(app: FastifyInstance, context: ErrorContext): void {
  const methodsAt = collectMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    const path = request.url.split('?')[0]!;
    const offered = METHODS.includes(method) ? methodsAt(path) : METHODS;
    const failure =
      offered.length && !offered.includes(method)
        ? methodNotOffered(method, offered)
        : notFound(`There is nothing at ${path}. The FHIR base address is ${context.base}.`);
    return sendError(failure, request, reply, context);
  });
}
