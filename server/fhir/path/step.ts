// One step of a path: from items to the element of a name, choices and primitive siblings included.
// https://hl7.org/fhirpath/N1/#path-selection · https://hl7.org/fhir/R4/json.html#primitive
import { choiceName, elementOf, isPrimitive, resourceTypes } from '../elements.ts';
import {
  type Code,
  EMPTY,
  type Item,
  isAbstract,
  isMixed,
  itemType,
  multiple,
  Primitive,
  single,
  Unsupported,
} from './code.ts';
import type { TypedValue } from './typed-value.ts';

type Json = Readonly<Record<string, unknown>>;
/** Reads the element of one JSON object; items are appended to `into`. */
type Reader = (node: Json, into: Item[]) => void;
type SingleReader = (node: Json) => Item;

/** What a step to `name` finds on one static type. */
interface Target {
  readonly types: readonly string[];
  readonly array: boolean;
  readonly choice: boolean;
}

/** Beyond this many types a choice is found by looking at the properties that are there. */
const MANY_TYPES = 12;

/**
 * The element `name` of the items of `input`.
 * @param allowed the types of a choice that are wanted; all when absent
 * @throws Unsupported when none of the static types has such an element
 */
export function step(input: Code, name: string, allowed?: readonly string[]): Code {
  if (input.types.length === 0) return EMPTY;
  const targets = new Map<string, Target>();
  for (const type of input.types) {
    const target = targetOf(type, name, allowed);
    if (target) targets.set(type, target);
  }
  if (targets.size === 0) {
    if (allowed || isOtherType(name)) return EMPTY;
    if (input.types.length === 1 && isAbstract(input.types[0]!)) return stepFromAny(input, name);
    throw new Unsupported(`${name} is no element of ${input.types.join(' or ')}`);
  }
  const types = [...new Set([...targets.values()].flatMap((target) => target.types))];
  const mixed = isMixed(types);
  const code = isMixed(input.types)
    ? stepFromMixed(input, name, targets, types)
    : stepFromOne(input, name, targets.get(input.types[0]!)!, types, mixed);
  const isChoice = [...targets.values()].some((target) => target.choice);
  if (!isChoice || allowed) return code;
  return { ...code, narrowed: (wanted) => step(input, name, wanted) };
}

/** The element of resources of any type: of those that have such an element. */
function stepFromAny(input: Code, name: string): Code {
  const types = [...resourceTypes].filter((type) => elementOf(type, name));
  if (types.length === 0) throw new Unsupported(`${name} is no element of any resource`);
  return step(narrowedTo(input, types), name);
}

/** The resources of a collection that are of one of the types. */
function narrowedTo(input: Code, types: readonly string[]): Code {
  const wanted = new Set(types);
  const typed = (item: Item): Item | undefined => {
    const type = itemType(item, input.types);
    if (!wanted.has(type)) return undefined;
    return isMixed(types) ? { type, value: item } : item;
  };
  if (!input.single) {
    return multiple(types, (self, environment) =>
      input.many(self, environment).flatMap((item) => typed(item) ?? []),
    );
  }
  return single(types, (self, environment) => {
    const item = input.one(self, environment);
    return item === undefined ? undefined : typed(item);
  });
}

/** Whether the name is that of a resource type, which an expression for another type starts with in vain. */
function isOtherType(name: string): boolean {
  return resourceTypes.has(name);
}

/** Whether a step to `name` is known for one of the types. */
export function hasElement(types: readonly string[], name: string): boolean {
  return types.some((type) => isAbstract(type) || targetOf(type, name, undefined) !== undefined);
}

function targetOf(type: string, name: string, allowed: readonly string[] | undefined): Target | undefined {
  if (isPrimitive(type)) {
    if (name === 'id') return { types: ['string'], array: false, choice: false };
    if (name === 'extension') return { types: ['Extension'], array: true, choice: false };
    return undefined;
  }
  // Of `contained` it is known only that it is a resource; all that may be contained are domain resources.
  const element =
    elementOf(type, name) ?? (type === 'Resource' ? elementOf('DomainResource', name) : undefined);
  if (!element) return undefined;
  const types = allowed ? element.types.filter((own) => allowed.includes(own)) : element.types;
  if (types.length === 0) return undefined;
  return { types, array: element.array === 1, choice: element.choice === 1 };
}

function stepFromOne(
  input: Code,
  name: string,
  target: Target,
  types: readonly string[],
  mixed: boolean,
): Code {
  const onPrimitive = isPrimitive(input.types[0]!);
  if (input.single && !target.array) {
    const read = onPrimitive ? metaReader(name) : singleReader(name, target, mixed);
    const from = input.one;
    return single(types, (self, environment) => {
      const node = from(self, environment);
      return node === undefined || node === null ? undefined : read(node as Json);
    });
  }
  const read = onPrimitive ? metaListReader(name) : reader(name, target, mixed);
  if (input.single) {
    const from = input.one;
    return multiple(types, (self, environment) => {
      const items: Item[] = [];
      const node = from(self, environment);
      if (node !== undefined && node !== null) read(node as Json, items);
      return items;
    });
  }
  const from = input.many;
  return multiple(types, (self, environment) => {
    const items: Item[] = [];
    for (const node of from(self, environment)) if (node !== null) read(node as Json, items);
    return items;
  });
}

function stepFromMixed(
  input: Code,
  name: string,
  targets: ReadonlyMap<string, Target>,
  types: readonly string[],
): Code {
  const mixed = isMixed(types);
  const readers = new Map<string, Reader>();
  for (const [type, target] of targets) {
    readers.set(type, isPrimitive(type) ? metaListReader(name) : reader(name, target, mixed));
  }
  const from = input.many;
  const collect = (self: Item, environment: Parameters<Code['many']>[1]) => {
    const items: Item[] = [];
    for (const item of from(self, environment)) {
      const { type, value } = item as TypedValue;
      if (value !== null && value !== undefined) readers.get(type)?.(value as Json, items);
    }
    return items;
  };
  if (!input.single || [...targets.values()].some((target) => target.array)) return multiple(types, collect);
  return single(types, (self, environment) => collect(self, environment)[0]);
}

/** Reads an element that does not repeat. */
function singleReader(name: string, target: Target, mixed: boolean): SingleReader {
  if (!target.choice) {
    const [type] = target.types;
    const read = propertyReader(name, type!);
    return mixed ? typedReader(read, type!) : read;
  }
  const options = target.types.map((type) => {
    const read = propertyReader(choiceName(name, type), type);
    return mixed ? typedReader(read, type) : read;
  });
  if (options.length === 1) return options[0]!;
  if (options.length > MANY_TYPES) return presentPropertyReader(name, target.types, options);
  return (node) => {
    for (const read of options) {
      const item = read(node);
      if (item !== undefined) return item;
    }
    return undefined;
  };
}

/** Reads a choice of many types by the properties that the object has. */
function presentPropertyReader(
  name: string,
  types: readonly string[],
  options: readonly SingleReader[],
): SingleReader {
  const byProperty = new Map<string, SingleReader>();
  types.forEach((type, index) => {
    byProperty.set(choiceName(name, type), options[index]!);
    byProperty.set(`_${choiceName(name, type)}`, options[index]!);
  });
  return (node) => {
    for (const property in node) {
      const item = byProperty.get(property)?.(node);
      if (item !== undefined) return item;
    }
    return undefined;
  };
}

function typedReader(read: SingleReader, type: string): SingleReader {
  return (node) => {
    const value = read(node);
    return value === undefined ? undefined : { type, value };
  };
}

/** Reads one JSON property; a primitive with an `_` sibling comes as a `Primitive`. */
function propertyReader(property: string, type: string): SingleReader {
  if (!isPrimitive(type)) return (node) => node[property] ?? undefined;
  const sibling = `_${property}`;
  return (node) => {
    const value = node[property];
    const meta = node[sibling];
    if (meta === undefined || meta === null) return value ?? undefined;
    return new Primitive(value ?? null, meta);
  };
}

/** Reads an element that may repeat: a JSON array, beside it the array of siblings. */
function reader(name: string, target: Target, mixed: boolean): Reader {
  if (target.choice || !target.array) {
    const read = singleReader(name, target, mixed);
    return (node, into) => {
      const item = read(node);
      if (item !== undefined) into.push(item);
    };
  }
  const type = target.types[0]!;
  const wrap = mixed ? (value: Item): Item => ({ type, value }) : (value: Item): Item => value;
  if (!isPrimitive(type)) {
    return (node, into) => {
      const list = node[name];
      if (Array.isArray(list)) for (const value of list) into.push(wrap(value));
      else if (list !== undefined && list !== null) into.push(wrap(list));
    };
  }
  const sibling = `_${name}`;
  return (node, into) => {
    const values = listOf(node[name]);
    const metas = listOf(node[sibling]);
    for (let index = 0; index < Math.max(values.length, metas.length); index++) {
      const value = values[index] ?? null;
      const meta = metas[index];
      into.push(wrap(value === null || meta ? new Primitive(value, meta) : value));
    }
  };
}

const NONE: readonly unknown[] = Object.freeze([]);

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? NONE : [value];
}

/** Reads the id of a primitive from its `_` sibling. */
function metaReader(name: string): SingleReader {
  return (item) =>
    item instanceof Primitive ? ((item.meta as Json | undefined)?.[name] ?? undefined) : undefined;
}

/** Reads the extensions of a primitive from its `_` sibling. */
function metaListReader(name: string): Reader {
  return (item, into) => {
    const list = item instanceof Primitive ? (item.meta as Json | undefined)?.[name] : undefined;
    if (Array.isArray(list)) into.push(...list);
    else if (list !== undefined && list !== null) into.push(list);
  };
}
