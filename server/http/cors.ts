// Browser apps of any origin may use the FHIR endpoint, with a token and never with cookies. Nothing else is opened.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const EXPOSED_HEADERS = [
  'Allow',
  'WWW-Authenticate',
  'X-Request-Id',
  'ETag',
  'Location',
  'Content-Location',
  'Last-Modified',
  'X-Progress',
  'X-Security-Context',
  'Retry-After',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
];

/** Addresses that are opened. */
const OPENED = /^\/(?:fhir|events(?:\?|$))/;

/** Opens the routes of `scope`, which all lie below /fhir or at /events, to pages of every origin. */
export async function registerCors(scope: FastifyInstance): Promise<void> {
  // The plugin would answer OPTIONS for every address; the other rooms of this server stay closed.
  scope.addHook('onRequest', async ({ method, url }, reply) => {
    if (method !== 'OPTIONS' || OPENED.test(url)) return;
    reply.callNotFound();
    return reply;
  });
  await scope.register(cors, {
    origin: '*',
    strictPreflight: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
  });
}
