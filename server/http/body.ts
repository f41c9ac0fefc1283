// Request bodies by their media type: FHIR's JSON and XML, JSON Patch, forms, and whatever a Binary holds.
// https://hl7.org/fhir/R4/http.html#mime-type
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badRequest, type FhirError, unsupportedMediaType } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { isOtherVersion } from './negotiate.ts';

/** Where a request goes: known before its body is read. */
export type Addressed = Omit<FhirRequest, 'body' | 'contentType'>;

const JSON_TYPES = ['application/fhir+json', 'application/json', 'text/json', 'application/json+fhir'];
const XML_TYPES = ['application/fhir+xml', 'application/xml', 'text/xml', 'application/xml+fhir'];
const JSON_PATCH = 'application/json-patch+json';
const FORM = 'application/x-www-form-urlencoded';

/** Longest media type of a Binary. */
const MAX_MEDIA_TYPE = 256;

/** 415 that says what is read at an address. */
export function notRead({ method, path }: Pick<Addressed, 'method' | 'path'>): FhirError {
  if (path.at(-1) === '_search')
    return unsupportedMediaType(`A search by POST takes its parameters as ${FORM}.`);
  return unsupportedMediaType(
    `The body must be application/fhir+json (or application/json) or application/fhir+xml${method === 'PATCH' ? `, or a patch as ${JSON_PATCH}` : ''}.`,
  );
}

const textOf = (body: Buffer): string => {
  if (!isUtf8(body)) throw badRequest('The body is not UTF-8, which FHIR requires.');
  return body.toString();
};

/** What is uploaded as it is, as the Binary that holds it. https://hl7.org/fhir/R4/binary.html#rest */
function binaryOf({ headers }: FastifyRequest, { method, path }: Addressed, body: Buffer): object {
  const contentType = headers['content-type']!;
  if (contentType.length > MAX_MEDIA_TYPE)
    throw badRequest(`The Content-Type is longer than ${MAX_MEDIA_TYPE} characters.`);
  const securityContext = headers['x-security-context'];
  return {
    resourceType: 'Binary',
    ...(method === 'PUT' && path[1] !== undefined && { id: path[1] }),
    contentType,
    ...(securityContext && { securityContext: { reference: securityContext } }),
    ...(body.length && { data: body.toString('base64') }),
  };
}

const writesBinary = ({ method, path }: Addressed): boolean =>
  path[0] === 'Binary' &&
  ((method === 'POST' && path.length === 1) || (method === 'PUT' && path.length <= 2));

/** Media type of a body, for interactions that read more than FHIR's own; undefined for these. */
export function contentTypeOf({ headers }: FastifyRequest): string | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type === JSON_PATCH ? type : undefined;
}

/** Registers what reads each media type. @param addressed where a request goes */
export function registerBodies(
  fhir: FastifyInstance,
  addressed: (request: FastifyRequest) => Addressed,
): void {
  const refuseOtherVersion = (request: FastifyRequest) => {
    if (isOtherVersion(request.headers['content-type'] ?? ''))
      throw unsupportedMediaType('The body is of another FHIR version. Send FHIR 4.0.');
  };
  fhir.removeAllContentTypeParsers();
  const parseText = async (request: FastifyRequest, body: Buffer) => {
    refuseOtherVersion(request);
    return parseJson(textOf(body));
  };
  fhir.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, parseText);
  fhir.addContentTypeParser(
    JSON_PATCH,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const address = addressed(request);
      if (address.method !== 'PATCH') throw notRead(address);
      return parseText(request, body);
    },
  );
  fhir.addContentTypeParser(
    XML_TYPES,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      refuseOtherVersion(request);
      const { xmlToJson } = await import('../fhir/xml-read.ts');
      return parseJson(xmlToJson(textOf(body)));
    },
  );
  fhir.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );
  fhir.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const address = addressed(request);
    if (!request.headers['content-type'] || !writesBinary(address)) throw notRead(address);
    return binaryOf(request, address, body);
  });
}

/** A form is the body of a search by POST and of nothing else. */
export function checkForm(address: Addressed, body: unknown): void {
  if (body instanceof URLSearchParams && address.path.at(-1) !== '_search') throw notRead(address);
}
