// Evaluates with fhirpath.js what the compiler does not cover: parsed once, types kept, messages free of data.
// https://hl7.org/fhirpath/N1/
import type Fhirpath from 'fhirpath';
import { resourceTypes } from '../elements.ts';
import { badRequest, issue, unprocessable } from '../errors.ts';
import type { TypedValue } from './typed-value.ts';

/** What fhirpath.js gives for a node of a resource when it keeps its own types. */
interface ResourceNode {
  readonly path: string | null;
  readonly data: unknown;
  readonly fhirNodeDataType: string | null;
}

let loaded: { engine: typeof Fhirpath; model: Parameters<typeof Fhirpath.compile>[1] } | undefined;

/** Loads fhirpath.js before a work that may be ended: what is ended while it loads it would leave half of it behind. */
export const prepareFallback = (): void => void load();

/** fhirpath.js, loaded when the first expression needs it: 60 ms and 29 MB that most servers never spend. */
function load() {
  if (loaded) return loaded;
  // Asked of the process, so that what bundles this file for a browser, where nothing is left to it, finds no import.
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  loaded = { engine: require('fhirpath'), model: require('fhirpath/fhir-context/r4') };
  return loaded;
}

const OPTIONS = {
  resolveInternalTypes: false,
  // trace() must not print patient data.
  traceFn: () => {},
} as const;

/** Types of which fhirpath.js says only that they are elements; their path says which. */
const UNNAMED = new Set(['BackboneElement', 'Element']);

/**
 * Compiles an expression for nodes of `type` with fhirpath.js.
 * @returns a function of the context node and its resource; it throws a 422 failure where fhirpath.js throws
 */
export function compileFallback(
  expression: string,
  type: string,
): (node: unknown, resource: unknown, rootResource?: unknown) => TypedValue[] {
  const evaluate = parsed(resourceTypes.has(type) ? expression : { base: type, expression }, expression);
  return (node, resource, rootResource = resource) => {
    try {
      return evaluate(node, { resource, rootResource }).flatMap(typed);
    } catch {
      throw unprocessable([
        issue('processing', `The FHIRPath expression cannot be evaluated: ${expression}`),
      ]);
    }
  };
}

/** Compiles an expression whose variables are given with each evaluation. */
export function compileVariables(
  expression: string,
): (focus: unknown, variables: Readonly<Record<string, unknown>>) => TypedValue[] {
  const evaluate = parsed(expression, expression);
  return (focus, variables) => {
    try {
      return evaluate(focus, { ...variables }).flatMap(typed);
    } catch {
      throw unprocessable([
        issue('processing', `The FHIRPath expression cannot be evaluated: ${expression}`),
      ]);
    }
  };
}

function parsed(path: string | { base: string; expression: string }, expression: string) {
  const { engine, model } = load();
  try {
    return engine.compile(path, model, OPTIONS);
  } catch {
    throw badRequest(`The FHIRPath expression is malformed: ${expression}`);
  }
}

function typed(item: unknown): TypedValue[] {
  const node = isNode(item) ? item : undefined;
  const value = plain(node ? node.data : item);
  if (value === null || value === undefined) return [];
  const name = node?.fhirNodeDataType;
  if (name && !name.startsWith('System.')) {
    return [{ type: UNNAMED.has(name) && node?.path ? node.path : name, value }];
  }
  return [{ type: systemType(item), value }];
}

function isNode(item: unknown): item is ResourceNode {
  return typeof item === 'object' && item !== null && 'fhirNodeDataType' in item;
}

/** Dates, decimals and quantities of fhirpath.js become JSON values again. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  const json = (value as { toJSON?: unknown } | null | undefined)?.toJSON;
  return typeof json === 'function' ? json.call(value) : value;
}

/** FHIR's name of a System type: `System.DateTime` → `dateTime`. */
function systemType(item: unknown): string {
  const name = load().engine.types([item])[0]!.replace('System.', '');
  return name === 'Quantity' ? name : name[0]!.toLowerCase() + name.slice(1);
}

/** What fhirpath.js computes from the resource alone, with the numbers of arguments it takes. */
export const LEFT_TO_FHIRPATH_JS: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    0: `toDate toDateTime toTime toBoolean toQuantity convertsToBoolean convertsToString convertsToDate
      convertsToDateTime convertsToTime convertsToQuantity getValue htmlChecks toChars exp ln sqrt now today timeOfDay
      type join round lowBoundary highBoundary`,
    1: `aggregate toQuantity convertsToQuantity lastIndexOf join split encode decode escape unescape log power round is
      comparable lowBoundary highBoundary defineVariable`,
    2: 'aggregate matches matchesFull defineVariable',
  })
    .flatMap(([count, names]) => names.split(/\s+/).map((name) => [name, Number(count)] as const))
    .reduce(
      (counts, [name, count]) => counts.set(name, [...(counts.get(name) ?? []), count]),
      new Map<string, number[]>(),
    ),
);
