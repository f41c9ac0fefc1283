// What a request was, from its verb and address alone. https://hl7.org/fhir/R4/valueset-restful-interaction.html
import { resourceTypes } from '../fhir/elements.ts';
import { ID } from '../fhir/reference.ts';
import { CUT, type RequestLine } from './line.ts';

/** A request in the terms of an AuditEvent. */
export interface Told {
  /** Code of the RESTful interaction. */
  interaction: string;
  /** AuditEvent.action. https://hl7.org/fhir/R4/valueset-audit-event-action.html */
  action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** Name of an operation, without the dollar sign. */
  operation?: string;
  /** The resource that the address names: `Type/id`, of a version with it. */
  resource?: { key: string; version?: string };
  /** What was asked beside a resource: of a search, a history or an operation, `Task?code=…`. `cut`: its end is not there. */
  query?: { text: string; cut: boolean; parameters: readonly (readonly [string, string])[] };
  /** Path segments after the base. */
  path: readonly string[];
}

const ACTIONS: Readonly<Record<string, Told['action']>> = {
  create: 'C',
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  'history-type': 'R',
  'history-system': 'R',
  capabilities: 'R',
  update: 'U',
  patch: 'U',
  delete: 'D',
};

/** By verb and shape of the address: T for a type, I for an id; the rest is literal. */
const INTERACTIONS: Readonly<Record<string, string>> = {
  'GET metadata': 'capabilities',
  'GET events': 'operation',
  'GET ': 'search-system',
  'POST _search': 'search-system',
  'GET _history': 'history-system',
  'GET T': 'search-type',
  'POST T/_search': 'search-type',
  'GET T/I/T': 'search-type',
  'POST T/I/T/_search': 'search-type',
  'GET T/_history': 'history-type',
  'POST T': 'create',
  'GET T/I': 'read',
  'GET T/I/_history': 'history-instance',
  'GET T/I/_history/I': 'vread',
  'PUT T/I': 'update',
  'PUT T': 'update',
  'PATCH T/I': 'patch',
  'PATCH T': 'patch',
  'DELETE T/I': 'delete',
  'DELETE T': 'delete',
};

/** What the verb alone says of an address that nothing is at. */
const BY_METHOD: Readonly<Record<string, string>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Interactions whose query tells what was asked; of the others it tells how the answer should look. */
const ASKING = new Set([
  'search-type',
  'search-system',
  'history-instance',
  'history-type',
  'history-system',
  'operation',
]);
/** Those whose criteria stand for the id. */
const CONDITIONAL = new Set(['create', 'update', 'patch', 'delete']);
/** A name of an operation; what is none of these was refused. */
const OPERATION = /^\$[a-z][a-z-]{0,63}$/i;

const LITERAL = new Set(['_history', '_search']);

const shapeOf = (segment: string, n: number): string => {
  if (LITERAL.has(segment)) return segment;
  return n % 2 ? 'I' : segment === '*' || resourceTypes.has(segment) ? 'T' : segment;
};

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** Path segments after the base, and the query. @param prefixes what addresses may begin with */
function split(url: string, prefixes: readonly string[]): { path: string[]; query: string } {
  const prefix = prefixes.find((start) => url.startsWith(start)) ?? '';
  const relative = url.slice(prefix.length);
  const mark = relative.indexOf('?');
  const path = mark < 0 ? relative : relative.slice(0, mark);
  return {
    path: path.split('/').filter(Boolean).map(decoded),
    query: mark < 0 ? '' : relative.slice(mark + 1),
  };
}

function interactionOf(method: string, path: readonly string[], bundle: RequestLine['bundle']): string {
  if (!path.length && method === 'POST') return bundle ?? 'batch';
  const shape = path.map(shapeOf).join('/');
  return INTERACTIONS[`${method} ${shape}`] ?? BY_METHOD[method] ?? 'operation';
}

/** The resource that the first segments name. */
function resourceOf(path: readonly string[]): Told['resource'] {
  const [type, id, history, version] = path;
  if (!type || !id || !resourceTypes.has(type) || !ID.test(id)) return undefined;
  const isVersion = history === '_history' && version !== undefined && ID.test(version);
  return { key: `${type}/${id}`, ...(isVersion && { version }) };
}

/**
 * Tells what a line is about.
 * @param base this server's FHIR base
 */
export function tell({ method: sent, url, form, bundle }: RequestLine, base: string): Told {
  const method = sent === 'HEAD' ? 'GET' : sent;
  const { path, query } = split(url, [base, '/fhir']);
  const resource = resourceOf(path);
  const named = path.findIndex((segment) => segment.startsWith('$'));
  const interaction = named < 0 ? interactionOf(method, path, bundle) : 'operation';
  const name = path[named];
  const told: Told = {
    path,
    interaction,
    action: ACTIONS[interaction] ?? 'E',
    ...(resource && { resource }),
    ...(name && OPERATION.test(name) && { operation: name.slice(1) }),
  };
  const all = [query, form].filter(Boolean).join('&');
  const isSearch = interaction.startsWith('search');
  const isConditional = !resource && all !== '' && CONDITIONAL.has(interaction);
  // Of an operation also what follows its name, such as the file of an export.
  const isAsked = ASKING.has(interaction) && (all !== '' || (name !== undefined && named < path.length - 1));
  if (!isSearch && !isConditional && !isAsked) return told;
  const asked = path.filter((segment) => segment !== '_search').join('/');
  const text = all ? `${asked}?${all}` : asked;
  return { ...told, query: { text, cut: all.endsWith(CUT), parameters: [...new URLSearchParams(all)] } };
}
