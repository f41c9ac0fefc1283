// The largest body of a group of routes that take forms and small JSON only. The FHIR endpoint's own is BODY_LIMIT.
// https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14
import type { FastifyInstance } from 'fastify';
import { tooLarge } from '../fhir/errors.ts';

/** Bytes: room for a registration with its keys, and for every assertion. */
const SMALL = 65_536;

/** Refuses larger bodies on the routes of `scope`: before they are read where Content-Length says so, else while they are. */
export function limitBodies(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.bodyLimit = Math.min(route.bodyLimit ?? SMALL, SMALL);
  });
  scope.addHook('onRequest', async ({ headers }) => {
    if (Number(headers['content-length']) > SMALL)
      throw tooLarge(`The body is larger than ${SMALL} bytes, which is the limit at this address.`);
  });
}
