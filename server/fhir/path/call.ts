// A function call while it is compiled, and what its arguments may be. https://hl7.org/fhirpath/N1/#functions
import { badRequest } from '../errors.ts';
import { type Code, Unsupported } from './code.ts';
import type { Node } from './parser.ts';
import type { Services } from './services.ts';

/** A call while it is compiled. */
export interface Call {
  /** The collection before the dot, or the context item. */
  readonly input: Code;
  /** Whether something stands before the dot. */
  readonly received: boolean;
  readonly args: readonly Node[];
  /** Compiles an argument that is evaluated for the context item. */
  readonly argument: (index: number) => Code;
  /** Compiles an argument that is evaluated for each item of the input. */
  readonly perItem: (index: number) => Code;
  /** Compiles an argument for each item of such types; when `lenient`, an element that none of them has is empty. */
  readonly perItemOf: (index: number, types: readonly string[], lenient: boolean) => Code;
  /** What the expression may ask of others; undefined where it may ask nothing. */
  readonly services: Services | undefined;
}

/** A function of the specification: the numbers of arguments it takes, and how a call is compiled. */
export interface Compiled {
  readonly arity: readonly number[];
  readonly compile: (call: Call) => Code;
}

/** The string that an argument states. */
export function literalString(node: Node): string {
  if (node.kind !== 'literal' || typeof node.value !== 'string' || node.type !== 'String') {
    throw new Unsupported('an argument that is no string literal');
  }
  return node.value;
}

/** The integer that an argument states. */
export function literalInteger(node: Node): number {
  if (node.kind !== 'literal' || typeof node.value !== 'number' || !Number.isInteger(node.value)) {
    throw new Unsupported('an argument that is no integer literal');
  }
  return node.value;
}

/** The name of the type that `ofType(…)`, `as(…)` and `is(…)` take as their argument. */
export function typeArgument(node: Node): string {
  if (node.kind !== 'member')
    throw badRequest('In FHIRPath ofType(), as() and is() take the name of a type.');
  return node.input ? `${typeArgument(node.input)}.${node.name}` : node.name;
}
