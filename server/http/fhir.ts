// The FHIR endpoint: bytes in, FhirRequest; Result, bytes out. https://hl7.org/fhir/R4/http.html
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../fhir/access.ts';
import { badRequest, FhirError, issue, unsupportedMediaType } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import type { Result } from '../fhir/result.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { render, returnPreference } from '../response/index.ts';
import { type ErrorContext, sendError } from './errors.ts';

export interface FhirRoutes extends ErrorContext {
  /** The caller of a request, from its headers. @throws FhirError 401 */
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  dispatch: (request: FhirRequest) => Promise<Result>;
}

const MOUNT = '/fhir';
/** Addresses that anybody may read. */
const PUBLIC = new Set(['metadata']);
const NOBODY: Access = Object.freeze({ subject: 'anonymous', scopes: [] });

const JSON_TYPES = new Set([
  'json',
  'application/json',
  'application/fhir+json',
  'text/json',
  '*/*',
  'application/*',
  'text/html',
  'application/xhtml+xml',
  'html',
]);

/** JSON is what this server speaks. https://hl7.org/fhir/R4/http.html#mime-type */
function checkAccept(query: URLSearchParams, accept: string | undefined): void {
  const asked = query.get('_format') ?? accept;
  if (!asked || asked.includes('*/*')) return;
  const types = asked.split(',').map((type) => type.split(';')[0]!.trim().replace(' ', '+'));
  if (types.some((type) => JSON_TYPES.has(type) || type === 'application/fhir+ndjson')) return;
  throw new FhirError(406, [
    issue('not-supported', `"${asked}" is not offered. Ask for application/fhir+json.`),
  ]);
}

/** Path segments after the mount, decoded. */
function segmentsOf(path: string): string[] {
  const segments = path.slice(MOUNT.length).split('/').filter(Boolean);
  if (!path.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    throw badRequest('The address has a "%" that is no valid encoding.');
  }
}

/** A request without its body, which is read only when the caller is known. */
type Addressed = Omit<FhirRequest, 'body'>;

async function addressOf(
  { method, url, headers }: FastifyRequest,
  { guard }: FhirRoutes,
): Promise<Addressed> {
  const cut = url.indexOf('?');
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut));
  const path = segmentsOf(cut < 0 ? url : url.slice(0, cut));
  checkAccept(query, headers.accept);
  const access = PUBLIC.has(path[0] ?? '') ? NOBODY : await guard(headers);
  return { method, path, query, headers: headers as FhirRequest['headers'], access };
}

/** A form is the body of a search by POST and of nothing else. */
function checkForm({ path }: Addressed, body: unknown): void {
  if (body instanceof URLSearchParams && path.at(-1) !== '_search')
    throw unsupportedMediaType('The body must be application/fhir+json (or application/json).');
}

/** Registers the FHIR endpoint below /fhir. */
export async function registerFhir(app: FastifyInstance, routes: FhirRoutes): Promise<void> {
  const { base, dispatch } = routes;
  await app.register(async (fhir) => {
    fhir.removeAllContentTypeParsers();
    const parse = async (_request: FastifyRequest, body: Buffer) => {
      if (!isUtf8(body)) throw badRequest('The body is not UTF-8, which FHIR requires.');
      return parseJson(body.toString());
    };
    fhir.addContentTypeParser(
      ['application/fhir+json', 'application/json', 'text/json'],
      { parseAs: 'buffer' },
      parse,
    );
    fhir.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    fhir.setErrorHandler((error, request, reply) => sendError(error, request, reply, routes));

    const addressed = new WeakMap<FastifyRequest, Addressed>();
    fhir.addHook('onRequest', async (request) => {
      addressed.set(request, await addressOf(request, routes));
    });

    const handle = async (request: FastifyRequest, reply: FastifyReply) => {
      const address = addressed.get(request)!;
      checkForm(address, request.body);
      const fhirRequest: FhirRequest = { ...address, body: request.body ?? undefined };
      const { status, headers, body } = render(
        await dispatch(fhirRequest),
        base,
        returnPreference(request.headers.prefer as string | undefined),
      );
      return reply
        .code(status)
        .headers({ ...headers, 'cache-control': 'no-store' })
        .send(body || null);
    };
    const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
    fhir.route({ method: [...method], url: MOUNT, handler: handle });
    fhir.route({ method: [...method], url: `${MOUNT}/*`, handler: handle });
  });
}
