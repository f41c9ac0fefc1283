// What an expression compiles to: its static types, its cardinality and closures over plain JSON.
// https://hl7.org/fhirpath/N1/#collections
import { isA } from '../elements.ts';
import { issue, unprocessable } from '../errors.ts';
import type { TypedValue } from './typed-value.ts';

/** What an evaluation can see besides the item in focus. */
export interface Environment {
  /** %resource: the resource that holds the context item. */
  readonly resource: unknown;
  /** %context: the item that the expression is evaluated for. */
  readonly context: unknown;
  /** %rootResource: the resource that contains %resource; absent where that is %resource itself. */
  readonly rootResource?: unknown;
  /** Finds what a reference points to beyond the contained resources: in the Bundle around, for one. */
  readonly resolve?: ((reference: string) => unknown) | undefined;
  /** What the services of an invariant get to know of who evaluates it. */
  readonly asker?: unknown;
}

/**
 * An item of a collection at run time. Where the static type is one, the JSON value itself, or a `Primitive` when the
 * element has an `_` sibling or is null; where several types are possible, a `TypedValue` around that.
 */
export type Item = unknown;

/** Evaluates for the item `$this`; undefined is the empty collection. */
export type One<T = Item> = (self: Item, environment: Environment) => T | undefined;
export type Many = (self: Item, environment: Environment) => readonly Item[];

/** A compiled expression. */
export interface Code {
  /** FHIR types, and System types as `System.Boolean`, that its items may have; none when it is always empty. */
  readonly types: readonly string[];
  /** Whether there is at most one item. */
  readonly single: boolean;
  /** The single item; fails with 422 where there are several. */
  readonly one: One;
  readonly many: Many;
  /** Whether there is any item. */
  readonly some: (self: Item, environment: Environment) => boolean;
  /** The value, where the expression itself states it. */
  readonly literal?: unknown;
  /** For a choice element that was just stepped to: the same step, confined to these types. */
  readonly narrowed?: (types: readonly string[]) => Code;
}

/** Thrown while compiling when an expression has to be left to fhirpath.js. */
export class Unsupported extends Error {}

/** A primitive with its `_` sibling (id and extensions), or one without a value. */
export class Primitive {
  readonly value: unknown;
  readonly meta: unknown;

  constructor(value: unknown, meta: unknown) {
    this.value = value;
    this.meta = meta;
  }
}

const NOTHING: readonly Item[] = Object.freeze([]);

/** Code of at most one item. */
export function single(types: readonly string[], one: One): Code {
  return {
    types,
    single: true,
    one,
    many: (self, environment) => {
      const item = one(self, environment);
      return item === undefined ? NOTHING : [item];
    },
    some: (self, environment) => one(self, environment) !== undefined,
  };
}

/** Code of any number of items. */
export function multiple(types: readonly string[], many: Many): Code {
  return {
    types,
    single: false,
    one: (self, environment) => {
      const items = many(self, environment);
      if (items.length > 1) throw severalItems();
      return items[0];
    },
    many,
    some: (self, environment) => many(self, environment).length > 0,
  };
}

/** Code that is always empty. */
export const EMPTY: Code = single([], () => undefined);

/** Code of a value that the expression itself states. */
export function constant(type: string, value: unknown): Code {
  return { ...single([type], () => value), literal: value };
}

function severalItems(): Error {
  return unprocessable([
    issue(
      'processing',
      'A FHIRPath expression needs one value where the resource has several: leave only one.',
    ),
  ]);
}

/** Whether items of these static types are wrapped as `TypedValue`. */
export function isMixed(types: readonly string[]): boolean {
  return types.length > 1;
}

/** The JSON value of an item of whatever representation; null for a primitive without a value. */
export function jsonOf(item: Item, mixed: boolean): unknown {
  const inner = mixed && item !== undefined ? (item as TypedValue).value : item;
  return inner instanceof Primitive ? inner.value : inner;
}

/** A function that brings items of `code` to the representation of code with static types `types`. */
export function converter(code: Code, types: readonly string[]): ((item: Item) => Item) | undefined {
  if (isMixed(code.types) || !isMixed(types)) return undefined;
  const type = code.types[0];
  return type === undefined ? undefined : (item) => ({ type, value: item });
}

/** All types that occur in one of the lists, each once. */
export function unionOf(...lists: (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}

/** A function from an item of code with static types `types` to its type and the item itself. */
export function tagger(types: readonly string[]): (item: Item) => TypedValue {
  if (isMixed(types)) return (item) => item as TypedValue;
  return (item) => ({ type: itemType(item, types), value: item });
}

/** The type of an item at run time: resources say their own, everything else is known statically or wrapped. */
export function itemType(item: Item, types: readonly string[]): string {
  const type = isMixed(types) ? (item as TypedValue).type : types[0]!;
  if (!isAbstract(type)) return type;
  const value = jsonOf(item, isMixed(types)) as { resourceType?: unknown } | null;
  return typeof value?.resourceType === 'string' ? value.resourceType : type;
}

/** Whether values of the type state their own type (`contained`, `Bundle.entry.resource`). */
export function isAbstract(type: string): boolean {
  return type === 'Resource' || type === 'DomainResource';
}

/** How values of a type are compared and converted. */
export type Family = 'string' | 'boolean' | 'number' | 'moment' | 'time' | 'quantity' | 'object';

const FAMILIES: readonly (readonly [string, Family])[] = [
  ['System.String', 'string'],
  ['System.Boolean', 'boolean'],
  ['System.Number', 'number'],
  ['System.Date', 'moment'],
  ['System.DateTime', 'moment'],
  ['boolean', 'boolean'],
  ['integer', 'number'],
  ['decimal', 'number'],
  ['date', 'moment'],
  ['dateTime', 'moment'],
  ['instant', 'moment'],
  ['time', 'time'],
  ['string', 'string'],
  ['uri', 'string'],
  ['base64Binary', 'string'],
  ['xhtml', 'string'],
  ['Quantity', 'quantity'],
];

const familyByType = new Map<string, Family>();

/** The family of a type, by the first of its supertypes that has one. */
export function familyOf(type: string): Family {
  const known = familyByType.get(type);
  if (known) return known;
  const family = FAMILIES.find(([base]) => isA(type, base))?.[1] ?? 'object';
  familyByType.set(type, family);
  return family;
}

/** The one family of all the types, or undefined when they differ or there is none. */
export function commonFamily(types: readonly string[]): Family | undefined {
  const [first, ...others] = types.map(familyOf);
  return others.every((family) => family === first) ? first : undefined;
}
