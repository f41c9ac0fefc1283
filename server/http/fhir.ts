// The FHIR endpoint: bytes in, FhirRequest; Result, bytes out. https://hl7.org/fhir/R4/http.html
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Access, noAccess } from '../fhir/access.ts';
import { badRequest } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { isBinary, nativeBinary } from '../response/binary.ts';
import { inFormat, type Representation } from '../response/format.ts';
import { type Rendered, render, returnPreference } from '../response/index.ts';
import { type AuditedRoutes, recordOf, recordRefusals } from './audited.ts';
import { type Addressed, checkForm, contentTypeOf, registerBodies } from './body.ts';
import { negotiate, notAcceptable } from './negotiate.ts';

export interface FhirRoutes extends AuditedRoutes {
  /** The caller of a request, from its headers. @throws FhirError 401 */
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  dispatch: (request: FhirRequest) => Promise<Result>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What is known of a request below /fhir before its body is read. */
    fhir?: { address: Addressed; representation: Representation };
  }
}

const MOUNT = '/fhir';
/** Addresses that anybody may read. */
const PUBLIC = new Set(['metadata']);

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

/** A Binary can be read in any format: in that of what it holds. https://hl7.org/fhir/R4/binary.html#rest */
const readsBinary = ({ method, path }: Addressed): boolean =>
  path[0] === 'Binary' && (method === 'GET' || method === 'HEAD') && path.length % 2 === 0;

async function addressOf(
  { method, url, headers }: FastifyRequest,
  { guard }: FhirRoutes,
): Promise<Addressed> {
  const cut = url.indexOf('?');
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut));
  const path = segmentsOf(cut < 0 ? url : url.slice(0, cut));
  const access = PUBLIC.has(path[0] ?? '') ? noAccess : await guard(headers);
  return { method, path, query, headers: headers as FhirRequest['headers'], access };
}

/** How the answer is to be written. @throws FhirError 406 for what is not offered */
function representationOf(address: Addressed, parameters: URLSearchParams): Representation {
  const { accept } = address.headers;
  const found = negotiate(parameters, accept);
  if (found) return found;
  if (readsBinary(address) && !parameters.get('_format')) return NATIVE;
  throw notAcceptable(parameters, accept);
}
const NATIVE: Representation = { mediaType: 'application/fhir+json', pretty: false, native: true };

/** The answer to a result. */
async function answerOf(
  result: Result,
  representation: Representation,
  base: string,
  prefer: string | undefined,
): Promise<Rendered> {
  const rendered = render(result, base, returnPreference(prefer));
  return representation.native && isBinary(result)
    ? nativeBinary(result, rendered)
    : inFormat(rendered, representation);
}

/** Registers the FHIR endpoint below /fhir. */
export async function registerFhir(app: FastifyInstance, routes: FhirRoutes): Promise<void> {
  const { base, dispatch } = routes;
  await app.register(async (fhir) => {
    fhir.decorateRequest('fhir');
    registerBodies(fhir, (request) => request.fhir!.address);
    recordRefusals(fhir, routes);
    fhir.addHook('onRequest', async (request) => {
      const record = recordOf(request, routes);
      const address = await addressOf(request, routes);
      if (record) record.access = address.access;
      request.fhir = { address, representation: representationOf(address, address.query) };
    });

    const handle = async (request: FastifyRequest, reply: FastifyReply) => {
      const { address, representation } = request.fhir!;
      checkForm(address, request.body);
      const form = request.body instanceof URLSearchParams ? request.body : undefined;
      const contentType = contentTypeOf(request);
      const fhirRequest: FhirRequest = {
        ...address,
        body: request.body ?? undefined,
        ...(contentType && { contentType }),
      };
      if (request.audited) await request.audited.begin(request.body);
      const result = await dispatch(fhirRequest);
      const { status, headers, body } = await answerOf(
        result,
        form ? representationOf(address, new URLSearchParams([...address.query, ...form])) : representation,
        base,
        address.headers.prefer,
      );
      if (request.audited) await request.audited.end({ status, result });
      return reply
        .code(status)
        .headers({ ...headers, 'cache-control': 'no-store', vary: 'Accept' })
        .send(body.length ? body : undefined);
    };
    const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
    fhir.route({ method: [...method], url: MOUNT, handler: handle });
    fhir.route({ method: [...method], url: `${MOUNT}/*`, handler: handle });
  });
}
