// Every RESTful interaction with its address: what routes, batch and the CapabilityStatement read.
// https://hl7.org/fhir/R4/http.html#summary
import { resourceTypes } from '../fhir/elements.ts';
import { notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { batch } from './batch.ts';
import { checkNoNul } from './characters.ts';
import { conditionalDelete, conditionalPatch, conditionalUpdate } from './conditional.ts';
import type { Context, FhirRequest, Handler } from './context.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { historyInstance } from './history-instance.ts';
import { historySystem } from './history-system.ts';
import { historyType } from './history-type.ts';
import { methodNotOffered } from './method.ts';
import { checkParameters } from './parameters.ts';
import { patch } from './patch.ts';
import { read } from './read.ts';
import { searchCompartment } from './search-compartment.ts';
import { searchSystem } from './search-system.ts';
import { searchType } from './search-type.ts';
import { update } from './update.ts';
import { vread } from './vread.ts';

export interface Interaction {
  /** Code of https://hl7.org/fhir/R4/valueset-system-restful-interaction.html or the type-level one. */
  code: string;
  level: 'type' | 'system';
  method: string;
  /** Address with `{type}`, `{id}`, `{vid}` for segments. */
  path: string;
  handler: Handler;
}

/** `mode` terminology is answered with what terminology does, any other with the whole statement. https://hl7.org/fhir/R4/http.html#capabilities */
const capabilities: Handler = async (context, request) => {
  checkParameters(request, ['mode']);
  const isTerminology = request.query.get('mode') === 'terminology';
  const json = isTerminology ? context.terminologyCapabilities() : context.capabilities();
  return { kind: 'json', status: 200, json };
};

export const interactions: readonly Interaction[] = [
  { code: 'capabilities', level: 'system', method: 'GET', path: 'metadata', handler: capabilities },
  { code: 'transaction', level: 'system', method: 'POST', path: '', handler: batch },
  { code: 'batch', level: 'system', method: 'POST', path: '', handler: batch },
  { code: 'read', level: 'type', method: 'GET', path: '{type}/{id}', handler: read },
  { code: 'vread', level: 'type', method: 'GET', path: '{type}/{id}/_history/{vid}', handler: vread },
  { code: 'update', level: 'type', method: 'PUT', path: '{type}/{id}', handler: update },
  { code: 'update', level: 'type', method: 'PUT', path: '{type}', handler: conditionalUpdate },
  { code: 'patch', level: 'type', method: 'PATCH', path: '{type}/{id}', handler: patch },
  { code: 'patch', level: 'type', method: 'PATCH', path: '{type}', handler: conditionalPatch },
  { code: 'delete', level: 'type', method: 'DELETE', path: '{type}/{id}', handler: remove },
  { code: 'delete', level: 'type', method: 'DELETE', path: '{type}', handler: conditionalDelete },
  {
    code: 'history-instance',
    level: 'type',
    method: 'GET',
    path: '{type}/{id}/_history',
    handler: historyInstance,
  },
  { code: 'history-type', level: 'type', method: 'GET', path: '{type}/_history', handler: historyType },
  { code: 'history-system', level: 'system', method: 'GET', path: '_history', handler: historySystem },
  { code: 'create', level: 'type', method: 'POST', path: '{type}', handler: create },
  { code: 'search-type', level: 'type', method: 'GET', path: '{type}', handler: searchType },
  { code: 'search-type', level: 'type', method: 'POST', path: '{type}/_search', handler: searchType },
  {
    code: 'search-type',
    level: 'type',
    method: 'GET',
    path: '{type}/{id}/{member}',
    handler: searchCompartment,
  },
  {
    code: 'search-type',
    level: 'type',
    method: 'POST',
    path: '{type}/{id}/{member}/_search',
    handler: searchCompartment,
  },
  { code: 'search-system', level: 'system', method: 'GET', path: '', handler: searchSystem },
  { code: 'search-system', level: 'system', method: 'POST', path: '_search', handler: searchSystem },
];

const byAddress = new Map<string, Map<string, Handler>>();
for (const { method, path, handler } of interactions) {
  const methods = byAddress.get(path) ?? new Map<string, Handler>();
  byAddress.set(path, methods.set(method, handler));
}

/** By position; the third segment is a literal, or names what is searched in a compartment. */
const PLACEHOLDERS = ['{type}', '{id}', undefined, '{vid}'];
const isMember = (segment: string, place: number): boolean =>
  place === 2 && (segment === '*' || resourceTypes.has(segment));
const LITERAL = new Set(['_search', '_history']);
/** `metadata` is an address only as the first segment; elsewhere it is an id like any other. */
const SYSTEM_ADDRESSES = new Set([...LITERAL, 'metadata']);

/** The address that a path fits, such as `{type}/{id}`. */
const addressOf = (path: readonly string[]): string =>
  path
    .map((segment, n) => {
      if ((n ? LITERAL : SYSTEM_ADDRESSES).has(segment)) return segment;
      return isMember(segment, n) ? '{member}' : (PLACEHOLDERS[n] ?? segment);
    })
    .join('/');

/**
 * Routes a request to its interaction. Knows no web framework.
 * @throws FhirError 404 for an unknown resource type or address, 405 for a method that the address does not take
 */
export function routeInteraction(context: Context, request: FhirRequest): Promise<Result> {
  const [type] = request.path;
  const form = request.body instanceof URLSearchParams ? request.body : [];
  checkNoNul([...request.path, ...[...request.query].flat(), ...[...form].flat()]);
  if (type !== undefined && !resourceTypes.has(type) && !SYSTEM_ADDRESSES.has(type)) {
    throw notFound(`"${type}" is no FHIR R4 resource type. Types are written like Task or ServiceRequest.`);
  }
  const methods = byAddress.get(addressOf(request.path));
  if (!methods) throw notFound(`There is nothing at ${request.path.join('/')}.`);
  const handler = methods.get(request.method === 'HEAD' ? 'GET' : request.method);
  if (!handler) throw methodNotOffered(request, [...methods.keys()]);
  return handler(context, request);
}
