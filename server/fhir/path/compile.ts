// From the syntax tree to code: names and types are looked up once, here, in the R4 element table.
// https://hl7.org/fhirpath/N1/#expressions
import { isA } from '../elements.ts';
import { badRequest } from '../errors.ts';
import { type Call, typeArgument } from './call.ts';
import { type Code, constant, EMPTY, single, Unsupported } from './code.ts';
import { LEFT_TO_FHIRPATH_JS } from './fallback.ts';
import { FUNCTIONS, indexed } from './function.ts';
import { OPERATORS, truth } from './operator.ts';
import type { Node } from './parser.ts';
import { SERVICE_FUNCTIONS } from './service-function.ts';
import type { Services } from './services.ts';
import { hasElement, step } from './step.ts';
import { isType, ofType, resolvesTo } from './type.ts';

/** What names mean where an expression stands. */
export interface Scope {
  /** Static types of `$this`. */
  readonly types: readonly string[];
  /** Type of %context. */
  readonly context: string;
  /** Type of %resource; `Resource` when it is not known. */
  readonly resource: string;
  /** Whether `$this` is the context item, so that a path may start with its type. */
  readonly atRoot: boolean;
  /** Whether an element that no type has is empty, instead of a reason to leave the expression to fhirpath.js. */
  readonly lenient?: boolean;
  /** What an invariant may ask of others; absent where an expression may ask nothing. */
  readonly services?: Services;
}

type Compiler<K extends Node['kind']> = (node: Extract<Node, { kind: K }>, scope: Scope) => Code;

const COMPILERS: { readonly [K in Node['kind']]: Compiler<K> } = {
  empty: () => EMPTY,
  this: (_, scope) => self(scope),
  literal: ({ type, value }) => {
    if (!LITERALS.has(type)) throw new Unsupported(`a literal of type ${type}`);
    return constant(`System.${type}`, value);
  },
  variable,
  member: ({ input, name }, scope) => {
    if (!input && scope.atRoot && isA(scope.context, name)) return self(scope);
    return stepIn(scope, input ? compile(input, scope) : self(scope), name);
  },
  index: ({ input, index }, scope) => {
    const isStated = index.kind === 'literal' && index.type === 'Number' && Number.isInteger(index.value);
    if (!isStated) throw new Unsupported('an index that is no integer literal');
    return indexed(compile(input, scope), index.value as number);
  },
  sign: ({ sign, input }, scope) => {
    const code = compile(input, scope);
    if (typeof code.literal !== 'number') throw new Unsupported('a sign before other than a number literal');
    return constant('System.Number', sign === '-' ? -code.literal : code.literal);
  },
  binary: ({ op, left, right }, scope) => {
    const strings = op === 'in' ? stringsOf(right) : undefined;
    if (strings) return isOneOf(compile(left, scope), new Set(strings)) ?? operate(op, left, right, scope);
    return operate(op, left, right, scope);
  },
  type: ({ op, input, name }, scope) =>
    op === 'as' ? ofType(compile(input, scope), name, false) : typeTest(input, name, scope),
  call,
};

const LITERALS = new Set(['String', 'Boolean', 'Number', 'Date', 'DateTime']);

/**
 * Compiles a syntax tree.
 * @throws Unsupported when it has to be left to fhirpath.js; a 400 failure when nothing could evaluate it
 */
export function compile(node: Node, scope: Scope): Code {
  return (COMPILERS[node.kind] as Compiler<Node['kind']>)(node, scope);
}

function stepIn({ lenient }: Scope, input: Code, name: string): Code {
  return lenient && !hasElement(input.types, name) ? EMPTY : step(input, name);
}

function self({ types }: Scope): Code {
  return single(types, (item) => item);
}

const TEXT_VARIABLES: Readonly<Record<string, string | undefined>> = {
  ucum: 'http://unitsofmeasure.org',
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
};

/** `%vs-[name]` and `%ext-[name]`: canonical URLs of value sets and extensions of FHIR itself. */
function definitionNamed(name: string): string | undefined {
  if (name.startsWith('vs-')) return `http://hl7.org/fhir/ValueSet/${name.slice(3)}`;
  return name.startsWith('ext-') ? `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}` : undefined;
}

/** Where an invariant may be evaluated inside a contained resource, the type of its container is not known. */
function rootResource({ resource, services }: Scope): Code {
  return single([services ? 'Resource' : resource], (_, environment) => {
    return environment.rootResource ?? environment.resource ?? undefined;
  });
}
const LEFT_VARIABLES = new Set(['$index', '$total']);

function variable({ name }: Extract<Node, { kind: 'variable' }>, scope: Scope): Code {
  if (name === 'resource') return single([scope.resource], (_, { resource }) => resource ?? undefined);
  if (name === 'rootResource') return rootResource(scope);
  if (name === 'context') return single([scope.context], (_, { context }) => context ?? undefined);
  const text = TEXT_VARIABLES[name] ?? definitionNamed(name);
  if (text) return constant('System.String', text);
  if (LEFT_VARIABLES.has(name)) throw new Unsupported(`variable ${name}`);
  throw badRequest(`The FHIRPath expression uses %${name}, which is not defined: use %resource or %context.`);
}

function operate(op: string, left: Node, right: Node, scope: Scope): Code {
  const operator = OPERATORS.get(op);
  if (!operator) throw new Unsupported(`operator ${op}`);
  return operator(compile(left, scope), compile(right, scope));
}

/** The strings of `('a' | 'b' | 'c')`, or undefined when it is something else. */
function stringsOf(node: Node): string[] | undefined {
  if (node.kind === 'literal') return node.type === 'String' ? [node.value as string] : undefined;
  if (node.kind !== 'binary' || node.op !== '|') return undefined;
  const left = stringsOf(node.left);
  const right = left && stringsOf(node.right);
  return right && [...left, ...right];
}

/** Membership in strings that the expression states, for elements that are always plain strings. */
function isOneOf(code: Code, strings: ReadonlySet<unknown>): Code | undefined {
  if (code.types.length !== 1 || !PLAIN_STRINGS.some((type) => isA(code.types[0]!, type))) return undefined;
  return truth((item, environment) => {
    const found = code.one(item, environment);
    if (found === undefined) return undefined;
    return strings.has(typeof found === 'string' ? found : (found as { value?: unknown }).value);
  });
}
const PLAIN_STRINGS = ['string', 'uri'];

/** `x is Type` and `x.resolve() is Type`. */
function typeTest(input: Node, name: string, scope: Scope): Code {
  if (input.kind !== 'call' || input.name !== 'resolve' || input.args.length > 0) {
    return isType(compile(input, scope), name);
  }
  return resolvesTo(input.input ? compile(input.input, scope) : self(scope), name);
}

function call(node: Extract<Node, { kind: 'call' }>, scope: Scope): Code {
  const { name, args, input } = node;
  if (name === 'is' && args.length === 1)
    return typeTest(input ?? { kind: 'this' }, typeArgument(args[0]!), scope);
  const compiled = (scope.services && SERVICE_FUNCTIONS.get(name)) ?? FUNCTIONS.get(name);
  if (!compiled?.arity.includes(args.length)) {
    if (LEFT_TO_FHIRPATH_JS.get(name)?.includes(args.length)) throw new Unsupported(`function ${name}()`);
    throw unknownFunction(name, args.length, Boolean(compiled) || LEFT_TO_FHIRPATH_JS.has(name));
  }
  const target = input ? compile(input, scope) : self(scope);
  const details: Call = {
    input: target,
    received: input !== undefined,
    args,
    argument: (index) => compile(args[index]!, scope),
    perItem: (index) => compile(args[index]!, { ...scope, types: target.types, atRoot: false }),
    perItemOf: (index, types, lenient) => compile(args[index]!, { ...scope, types, atRoot: false, lenient }),
    services: scope.services,
  };
  return compiled.compile(details);
}

function unknownFunction(name: string, count: number, known: boolean): Error {
  if (name === 'resolve') {
    return badRequest('In FHIRPath this server supports resolve() only as `resolve() is Type`.');
  }
  return badRequest(
    known
      ? `The FHIRPath function ${name}() does not take ${count} arguments: correct the call.`
      : `The FHIRPath function ${name}() is not known here: correct its name or do without it.`,
  );
}
