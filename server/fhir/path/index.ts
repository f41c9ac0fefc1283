// FHIRPath as plain functions: search-parameter extraction and invariants, compiled against the R4 element table.
// https://hl7.org/fhir/R4/fhirpath.html · https://hl7.org/fhirpath/N1/
import type { Resource } from '@medplum/fhirtypes';
import { resourceTypes, typeOf } from '../elements.ts';
import { badRequest } from '../errors.ts';
import { type Code, type Environment, type Item, isMixed, itemType, jsonOf, Unsupported } from './code.ts';
import { compile } from './compile.ts';
import { compileFallback } from './fallback.ts';
import { truthOf } from './operator.ts';
import { type Node, parse } from './parser.ts';
import type { Services } from './services.ts';
import type { TypedValue } from './typed-value.ts';

export type { Services } from './services.ts';
export type { TypedValue } from './typed-value.ts';

/**
 * Compiles a path for items of `type`: a resource type, `Resource`, a datatype, or a backbone element by its path.
 * The expression may start with the type's name (`Task.status`), with that of a type it specialises (`Resource.id`), or
 * at the item itself (`status`). Resources are taken as structurally valid; others give some answer, never a crash.
 * @returns a function of the item (and, where the item is not itself the resource, of the resource that %resource
 * means) to the values in document order; elements with extensions but no value are left out
 * @throws a 400 failure for an expression that cannot be evaluated; the function throws 422 where FHIRPath has errors
 */
export function compilePath(
  expression: string,
  type: string,
): (item: Resource | object, resource?: Resource) => TypedValue[] {
  const code = codeOf(expression, type);
  if (!code) {
    const evaluate = compileFallback(expression, type);
    return (item, resource) => evaluate(item, resource ?? item);
  }
  const { many, types } = code;
  const mixed = isMixed(types);
  return (item, resource) => {
    const values: TypedValue[] = [];
    for (const found of many(item, { resource: resource ?? item, context: item })) {
      const value = jsonOf(found, mixed);
      if (value !== null && value !== undefined) values.push({ type: fhirType(found, types, value), value });
    }
    return values;
  };
}

/**
 * A compiled invariant: false when it is violated.
 * @param node the value that it is evaluated for
 * @param resource what %resource means
 * @param rootResource what %rootResource means, where that is another
 * @param around finds what a reference points to, where that is not contained; and what services get to know
 */
type Holds = (
  node: unknown,
  resource: unknown,
  rootResource?: unknown,
  around?: Pick<Environment, 'resolve' | 'asker'>,
) => boolean;
export type Predicate = Holds & {
  /** Functions that the invariant calls and that count as true here, since nothing answers them: `memberOf`. */
  readonly assumed: readonly string[];
};

/**
 * Compiles an invariant for nodes of `type`.
 * @returns a function of the node and of the resource that %resource means: false when the invariant is violated, which
 * is when it evaluates to false. Where it evaluates to nothing it is not violated: `priority in ('stat') implies …`
 * asks nothing of a Task without priority. (The Java validator of HL7 takes nothing for false; an invariant that never
 * evaluates to nothing means the same to both.)
 * @throws as compilePath does
 */
export function compilePredicate(expression: string, type: string, services: Services = {}): Predicate {
  const code = codeOf(expression, type, services);
  const assumed = assumedBy(parse(expression), services);
  if (!code) {
    const evaluate = compileFallback(expression, type);
    const { limit = (work) => work() } = services;
    const holds: Holds = (node, resource, rootResource) =>
      !limit(() => evaluate(node, resource, rootResource)).some(({ value }) => value === false);
    return Object.assign(holds, { assumed });
  }
  const truth = truthOf(code);
  const holds: Holds = (node, resource, rootResource, around) =>
    truth(node, {
      resource,
      context: node,
      rootResource,
      resolve: around?.resolve,
      asker: around?.asker,
    }) !== false;
  return Object.assign(holds, { assumed });
}

const ASKED = ['memberOf', 'conformsTo'] as const;

/** The functions of an expression that others would have to answer, and nobody does. */
function assumedBy(node: Node, services: Services): string[] {
  const called = new Set(callsIn(node));
  return ASKED.filter((name) => called.has(name) && !services[name]);
}

function callsIn(node: Node): string[] {
  const parts = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));
  const below = parts.filter((part) => typeof part === 'object' && part !== null) as Node[];
  return [...(node.kind === 'call' ? [node.name] : []), ...below.flatMap(callsIn)];
}

/** Whether the expression is compiled to plain functions; false when it is left to fhirpath.js. */
export function isCompiled(expression: string, type: string, services?: Services): boolean {
  return codeOf(expression, type, services) !== undefined;
}

/** The FHIR types that the values of a path may have; none when it is left to fhirpath.js. @throws as compilePath does */
export const pathTypes = (expression: string, type: string): readonly string[] =>
  codeOf(expression, type)?.types ?? [];

/** The compiled expression, or undefined when it has to be left to fhirpath.js. */
function codeOf(expression: string, type: string, services?: Services): Code | undefined {
  if (!typeOf(type)) throw badRequest(`${type} is no FHIR R4 type for which FHIRPath could be evaluated.`);
  const node = parse(expression);
  const [owner] = type.split('.');
  const resource = resourceTypes.has(owner!) ? owner! : 'Resource';
  try {
    return compile(node, {
      types: [type],
      context: type,
      resource,
      atRoot: true,
      ...(services && { services }),
    });
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

/** FHIR's name of the type of a value; what the expression computes has the name of the like FHIR primitive. */
function fhirType(item: Item, types: readonly string[], value: unknown): string {
  const type = itemType(item, types);
  if (type === 'System.Number') return Number.isInteger(value) ? 'integer' : 'decimal';
  return type.startsWith('System.') ? type[7]!.toLowerCase() + type.slice(8) : type;
}
