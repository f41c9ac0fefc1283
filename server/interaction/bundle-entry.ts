// An entry of a batch or transaction as a request of its own. https://hl7.org/fhir/R4/http.html#transaction
import { isUtf8 } from 'node:buffer';
import type { Binary, Bundle, BundleEntry } from '@medplum/fhirtypes';
import { badRequest, FhirError, type Issue } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import type { Result } from '../fhir/result.ts';
import type { FhirRequest } from './context.ts';
import { readsPatch } from './patch/index.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Most entries of one bundle. */
const MAX_ENTRIES = 5000;

/** The entries of a batch or transaction. @throws FhirError 400 when the body is no such Bundle */
export function entriesOf(body: unknown): { type: 'batch' | 'transaction'; entries: BundleEntry[] } {
  const bundle = body as Bundle | undefined;
  if (bundle?.resourceType !== 'Bundle' || (bundle.type !== 'batch' && bundle.type !== 'transaction')) {
    throw badRequest(
      'Post a Bundle of type batch or transaction to the base address; other resources go to their type, such as POST /Task.',
      'Bundle.type',
    );
  }
  const entries = bundle.entry ?? [];
  if (!Array.isArray(entries)) throw badRequest('Bundle.entry must be an array.', 'Bundle.entry');
  if (entries.length > MAX_ENTRIES)
    throw badRequest(
      `The bundle has ${entries.length} entries; at most ${MAX_ENTRIES} are taken at once.`,
      'Bundle.entry',
    );
  return { type: bundle.type, entries };
}

/** Decodes a path segment; text that is no valid encoding is left as it is. */
const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Path segments and query of a URL relative to the base, or absolute with it. */
export function splitUrl(url: string, base: string): { path: string[]; query: URLSearchParams } {
  const relative = (url.startsWith(base) ? url.slice(base.length) : url).replace(/^\//, '');
  const cut = relative.indexOf('?');
  const path = cut < 0 ? relative : relative.slice(0, cut);
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: new URLSearchParams(cut < 0 ? '' : relative.slice(cut + 1)),
  };
}

/** The patch of an entry: a Binary of any patch's media type, or the Parameters themselves. @throws FhirError 400 */
function patchOf(resource: unknown): Pick<FhirRequest, 'body' | 'contentType'> {
  const { resourceType, contentType, data } = (resource ?? {}) as Partial<Binary>;
  if (resourceType !== 'Binary') return { body: resource };
  if (typeof contentType !== 'string' || typeof data !== 'string')
    throw badRequest(
      'The Binary of a patch needs its contentType, such as application/json-patch+json, and data in base64.',
      'Binary',
    );
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  if (!readsPatch(type)) return { body: undefined, contentType: type };
  const bytes = Buffer.from(data, 'base64');
  if (!isUtf8(bytes)) throw badRequest('The data of the Binary is not UTF-8.', 'Binary.data');
  return { body: parseJson(bytes.toString()), contentType: type };
}

/** What of the bundle's own headers holds for its entries: how strictly they are read. */
const handlingOf = (prefer: string | undefined): string | undefined =>
  /\bhandling\s*=\s*"?\w+/.exec(prefer ?? '')?.[0];

/**
 * An entry as a request of the bundle's caller.
 * @throws FhirError 400 when the entry says no method or URL
 */
export function requestOf(
  entry: BundleEntry,
  { access, headers }: Pick<FhirRequest, 'access' | 'headers'>,
  base: string,
): FhirRequest {
  const { method, url, ifMatch, ifNoneMatch, ifNoneExist, ifModifiedSince } = entry?.request ?? {};
  if (!method || !METHODS.has(method))
    throw badRequest(
      'The entry has no request.method of GET, HEAD, POST, PUT, PATCH or DELETE.',
      'request.method',
    );
  if (typeof url !== 'string') throw badRequest('The entry has no request.url.', 'request.url');
  for (const [name, value] of Object.entries({ ifMatch, ifNoneMatch, ifNoneExist, ifModifiedSince })) {
    if (value !== undefined && typeof value !== 'string')
      throw badRequest(`request.${name} must be text.`, `request.${name}`);
  }
  return {
    method,
    ...splitUrl(url, base),
    headers: {
      'if-match': ifMatch,
      'if-none-match': ifNoneMatch,
      'if-none-exist': ifNoneExist,
      'if-modified-since': ifModifiedSince,
      prefer: handlingOf(headers.prefer),
    },
    ...(method === 'PATCH' ? patchOf(entry.resource) : { body: entry.resource }),
    access,
  };
}

/** The failure of an entry, its expressions led by the entry's. */
export function entryFailure(error: unknown, index: number): unknown {
  if (!(error instanceof FhirError)) return error;
  const prefix = `Bundle.entry[${index}]`;
  const issues = error.issues.map(
    (issue): Issue => ({
      ...issue,
      diagnostics: `Entry ${index}: ${issue.diagnostics}`,
      expression: (issue.expression ?? ['']).map((path) => expressionInEntry(prefix, path)),
    }),
  );
  return new FhirError(error.status, issues, { ...error.headers });
}

function expressionInEntry(prefix: string, path: string): string {
  if (!path) return prefix;
  if (/^(?:request|fullUrl)\b/.test(path)) return `${prefix}.${path}`;
  return `${prefix}.resource${path.replace(/^[A-Z]\w*/, '').replace(/^(?=\w)/, '.')}`;
}

/** The answer of an entry; HEAD asks for no resource. https://hl7.org/fhir/R4/http.html#head */
export function answerTo({ method }: FhirRequest, result: Result): Result {
  if (method !== 'HEAD' || result.kind === 'outcome') return result;
  const { status } = result;
  if (result.kind !== 'resource') return { kind: 'empty', status };
  const { resource: target } = result;
  return { kind: 'empty', status, headers: { etag: `W/"${target.version}"` }, target };
}
