// The functions that walk down a tree without names: children, descendants and repeat.
// https://hl7.org/fhirpath/N1/#tree-navigation · https://hl7.org/fhirpath/N1/#repeatprojection-expression-collection
import { isPrimitive, propertiesOf, resourceTypes } from '../elements.ts';
import type { Call, Compiled } from './call.ts';
import {
  type Code,
  EMPTY,
  type Item,
  isAbstract,
  isMixed,
  multiple,
  Primitive,
  tagger,
  Unsupported,
  unionOf,
} from './code.ts';
import { keyOf } from './equality.ts';
import type { TypedValue } from './typed-value.ts';

type Json = Readonly<Record<string, unknown>>;
/** Appends the children of one typed item. */
type Visit = (item: TypedValue, into: TypedValue[]) => void;

/** The element that carries the id and extensions of a primitive. */
const SIBLING_TYPE = 'Element';

/** Concrete types for one that values state themselves. */
const concrete = (type: string): readonly string[] => (isAbstract(type) ? [...resourceTypes] : [type]);

/** The types that children of a type may have. */
function childTypes(type: string): readonly string[] {
  const properties = propertiesOf(isPrimitive(type) ? SIBLING_TYPE : type);
  return unionOf(...[...properties.values()].map((property) => concrete(property.type)));
}

/** All types that can be reached from the types by their children, each once. */
function reachable(types: readonly string[]): readonly string[] {
  const found = new Set(types.flatMap(childTypes));
  for (const type of found) for (const below of childTypes(type)) found.add(below);
  return [...found];
}

/** The children of a JSON object, in its order; a primitive and its `_` sibling are one child. */
const visit: Visit = ({ type, value }, into) => {
  const node = value instanceof Primitive ? value.meta : value;
  if (typeof node !== 'object' || node === null) return;
  const properties = propertiesOf(isPrimitive(type) ? SIBLING_TYPE : type);
  for (const key in node) {
    const isSibling = key.charCodeAt(0) === 95;
    const name = isSibling ? key.slice(1) : key;
    const property = properties.get(name);
    if (!property || (isSibling && (node as Json)[name] !== undefined)) continue;
    append(property.type, (node as Json)[name], (node as Json)[`_${name}`], into);
  }
};

function append(type: string, value: unknown, meta: unknown, into: TypedValue[]): void {
  if (!Array.isArray(value) && !Array.isArray(meta)) {
    appendOne(type, value, meta, into);
    return;
  }
  const [values, metas] = [Array.isArray(value) ? value : [], Array.isArray(meta) ? meta : []];
  for (let index = 0; index < Math.max(values.length, metas.length); index++)
    appendOne(type, values[index], metas[index], into);
}

function appendOne(type: string, value: unknown, meta: unknown, into: TypedValue[]): void {
  if (isPrimitive(type)) {
    if (meta !== undefined && meta !== null) into.push({ type, value: new Primitive(value ?? null, meta) });
    else if (value !== undefined && value !== null) into.push({ type, value });
  } else if (typeof value === 'object' && value !== null) {
    const own = (value as { resourceType?: unknown }).resourceType;
    into.push({ type: isAbstract(type) && typeof own === 'string' ? own : type, value });
  }
}

/** Typed items as code of these types, whose items are wrapped only where there are several types. */
function ofTyped(types: readonly string[], many: (...of: Parameters<Code['many']>) => TypedValue[]): Code {
  if (types.length === 0) return EMPTY;
  const wanted = new Set(types);
  return multiple(types, (self, environment) => {
    const items = many(self, environment).filter(({ type }) => wanted.has(type));
    return isMixed(types) ? items : items.map(({ value }) => value);
  });
}

function children({ input }: Call): Code {
  const tag = tagger(input.types);
  return ofTyped(unionOf(...input.types.flatMap(concrete).map(childTypes)), (self, environment) => {
    const found: TypedValue[] = [];
    for (const item of input.many(self, environment)) visit(tag(item), found);
    return found;
  });
}

function descendants({ input }: Call): Code {
  const tag = tagger(input.types);
  return ofTyped(reachable(input.types.flatMap(concrete)), (self, environment) => {
    const found: TypedValue[] = [];
    for (const item of input.many(self, environment)) visit(tag(item), found);
    for (const item of found) visit(item, found);
    return found;
  });
}

/** Most times that the types of a projection are looked up again because it gave new ones. */
const MAX_ROUNDS = 10;

/**
 * The projection of `repeat`, for items of all the types that it gives itself. A name that only some of those types know
 * is unknown until all are there. What is computed might never come to an end, and is left to fhirpath.js.
 */
function closed({ input, perItemOf }: Call): { projection: Code; types: readonly string[] } {
  let types = input.types;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = perItemOf(0, types, true).types;
    if (found.some((type) => type.startsWith('System.')))
      throw new Unsupported('a repetition of what is computed');
    const all = unionOf(types, found);
    if (all.length === types.length) return { projection: perItemOf(0, types, false), types };
    types = all;
  }
  throw new Unsupported('a projection whose types do not come to an end');
}

/** `repeat(projection)`: all that the projection gives of the items and of what it gave before, each once. */
function repeat(call: Call): Code {
  if (call.input.types.length === 0) return EMPTY;
  const { projection, types } = closed(call);
  if (projection.types.length === 0) return EMPTY;
  const [tagInput, tagResult] = [tagger(call.input.types), tagger(projection.types)];
  const untag = (item: TypedValue): Item => (isMixed(types) ? item : item.value);
  return ofTyped(projection.types, (self, environment) => {
    const seen = new Set<string>();
    const found: TypedValue[] = [];
    const add = (item: TypedValue): void => {
      for (const result of projection.many(untag(item), environment)) {
        const typed = tagResult(result);
        const key = keyOf(typed.type, typed.value);
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(typed);
      }
    };
    for (const item of call.input.many(self, environment)) add(tagInput(item));
    for (const item of found) add(item);
    return found;
  });
}

/** The functions by name. */
export const TREE_FUNCTIONS: Readonly<Record<string, Compiled>> = {
  children: { arity: [0], compile: children },
  descendants: { arity: [0], compile: descendants },
  repeat: { arity: [1], compile: repeat },
};
