// The headers that protect answers and pages. Pages get helmet's; FHIR answers constants, as helmet on every answer cost
// two thirds of the throughput here.
// https://owasp.org/www-project-secure-headers/ · frames: https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import type { IncomingMessage } from 'node:http';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

export interface PageGuards {
  publicUrl: string;
  /** Sources that may show the app and the sign-in pages in a frame: `'self'` and origins of trusted EHRs. Asked for each page. */
  frameAncestors: () => readonly string[];
  /** Sources from which the app may read the style of an EHR: `'self'` and origins of trusted EHRs. */
  styleSources: () => readonly string[];
}

/** What no page of ours uses. */
const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ');

/** A year, in seconds. */
const HSTS_SECONDS = 31_536_000;

/** Adds what every answer has. */
export function registerSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('x-request-id', request.id);
  });
}

/** The demo EHR and the home page know only ours; the app and sign-in also the origins where a trusted EHR shows them. */
const inEhrs = (sources: () => readonly string[]) => (request: IncomingMessage) =>
  /^\/(app|auth)(\/|$)/.test(request.url ?? '') ? sources().join(' ') : "'self'";

/** What all kinds of pages share. X-Frame-Options is left out: it knows no list, and frame-ancestors stands above it. */
const common = ({ publicUrl }: PageGuards) =>
  ({
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: publicUrl.startsWith('https:') && {
      maxAge: HSTS_SECONDS,
      includeSubDomains: false,
    },
    xFrameOptions: false,
    xXssProtection: false,
  }) satisfies FastifyHelmetOptions;

const addPermissions = (scope: FastifyInstance) =>
  scope.addHook('onRequest', async (_request, reply) => {
    reply.raw.setHeader('permissions-policy', PERMISSIONS);
  });

/**
 * Guards the pages of `scope`: no inline scripts, nothing from elsewhere. `<style>` elements are allowed because Mantine
 * writes three (its theme, classes for screen widths, the scroll lock of a dialog), and without them the app does not work;
 * what such a style could fetch is held by img-src and font-src, and style attributes in HTML are not allowed. The isolation
 * of windows (COOP) holds where a page stands alone and is without effect inside an EHR's frame.
 */
export async function guardPages(scope: FastifyInstance, guards: PageGuards): Promise<void> {
  addPermissions(scope);
  await scope.register(helmet, {
    ...common(guards),
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        styleSrcAttr: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        // The app reads the style of the EHR that shows it; its records it reads here alone.
        connectSrc: [inEhrs(guards.styleSources)],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: [inEhrs(guards.frameAncestors)],
      },
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  });
}

/**
 * Guards the authorization server, whose pages name a policy of their own; this one holds for all else that it answers.
 * form-action is left to them, since a form may lead to the app that asked. No COOP and CORP: apps of others open the
 * sign-in in a window that they hold on to, and read the token endpoint from their own origin.
 */
export async function guardAuthorization(scope: FastifyInstance, guards: PageGuards): Promise<void> {
  addPermissions(scope);
  scope.addHook('onRequest', async (request, reply) => {
    // What the authorization server answers itself does not pass fastify's onSend.
    reply.raw.setHeader('x-request-id', request.id);
  });
  await scope.register(helmet, {
    ...common(guards),
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: [inEhrs(guards.frameAncestors)],
      },
    },
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
  });
}
