// FHIR types -> closures that say only whether a resource is right, made once a type. Each key of an object costs one
// look-up, however many elements its type has; nothing is allocated and no code is generated, so browsers run it too.
// https://hl7.org/fhir/R4/json.html
import { isBound } from './codes.ts';
import { narrativeProblem } from './narrative.ts';
import { primitives } from './primitive.ts';
import { referenceProblem } from './reference.ts';
import { groupCheck, type Tables } from './rules.ts';
import { MAX_DEPTH } from './scan.ts';
import { isResourceType, type Property, type Shape } from './shape.ts';

type Json = Record<string, unknown>;
type Test = (value: unknown) => boolean;

/**
 * What one look says of an object as an instance of a type or backbone path: `doubt` when it is right but for what only a
 * whole scan tells (depth, nulls in lists, references to contained resources). The object is never changed.
 */
export type Verdict = 'right' | 'wrong' | 'doubt';
export type Check = (type: string, object: unknown) => Verdict;

/** What an object may hold under one key. */
interface Member {
  readonly test: Test;
  /** Bit of the group that the key counts in; 0: none. */
  readonly bit: number;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Shorter text is looked at character by character, which costs less than calling a regular expression. */
const SHORT = 16;
/** Longer text gets the whole test at once. */
const LONG = 4096;
const NOT_PRINTABLE = /[^ -~]/;
const NOT_VISIBLE = /[^!-~]/;
const SPACE = 32;

/** Printable ASCII from `lowest` (the space, or what follows it) on: fine for every kind of text. What is not gets the whole test. */
function isPlain(value: string, lowest: number): boolean {
  const { length } = value;
  if (length === 0 || length > LONG) return false;
  if (length > SHORT) return !(lowest === SPACE ? NOT_PRINTABLE : NOT_VISIBLE).test(value);
  for (let at = 0; at < length; at++) {
    // One comparison for both limits: what is below wraps around.
    if ((value.charCodeAt(at) - lowest) >>> 0 > 126 - lowest) return false;
  }
  return true;
}
/** By primitive type: the lowest character of what is fine at a glance. */
const PLAIN_FROM: Readonly<Record<string, number>> = {
  string: SPACE,
  markdown: SPACE,
  uri: SPACE + 1,
  url: SPACE + 1,
  canonical: SPACE + 1,
  code: SPACE + 1,
};

/** The common forms of dates, by their length: where digits stand, and the characters between them. */
const DATE_FORMS: Readonly<Record<number, string>> = {
  10: '0000-00-00',
  20: '0000-00-00T00:00:00Z',
  24: '0000-00-00T00:00:00.000Z',
};
const twoDigits = (value: string, at: number): number =>
  (value.charCodeAt(at) - 48) * 10 + value.charCodeAt(at + 1) - 48;

/** A date or an instant in a common form, on a day that every month has. */
function isCommonDate(value: string, shortest: number): boolean {
  const { length } = value;
  const form = length < shortest ? undefined : DATE_FORMS[length];
  if (form === undefined || value.charCodeAt(0) < 49) return false;
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at);
    const model = form.charCodeAt(at);
    if (model === 48 ? code < 48 || code > 57 : code !== model) return false;
  }
  const month = twoDigits(value, 5);
  const day = twoDigits(value, 8);
  if (month < 1 || month > 12 || day < 1 || day > 28) return false;
  return (
    length === 10 || (twoDigits(value, 11) < 24 && twoDigits(value, 14) < 60 && twoDigits(value, 17) < 60)
  );
}

/** Length of the shortest common form that a type takes. */
const SHORTEST_DATE: Readonly<Record<string, number>> = { dateTime: 10, instant: 20 };

function primitiveTest(type: string): Test {
  const { json, test } = primitives[type]!;
  if (json === 'boolean') return (value) => typeof value === 'boolean';
  const shortest = SHORTEST_DATE[type];
  if (shortest !== undefined)
    return (value) => typeof value === 'string' && (isCommonDate(value, shortest) || test(value as never));
  const lowest = PLAIN_FROM[type];
  if (lowest === undefined) return (value) => typeof value === json && test(value as never);
  return (value) => typeof value === 'string' && (isPlain(value, lowest) || test(value as never));
}

/** Whether an id, and nothing else, follows in a reference. */
function isIdFrom(reference: string, from: number): boolean {
  const { length } = reference;
  if (length === from || length - from > 64) return false;
  for (let at = from; at < length; at++) {
    const code = reference.charCodeAt(at);
    const isLetterOrDigit =
      (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
    if (!isLetterOrDigit && code !== 45 && code !== 46) return false;
  }
  return true;
}

/** More targets are looked up rather than compared. */
const FEW_TARGETS = 12;

/** Whether a text is `Type/id` with an allowed type: most references are. */
function commonReferenceTest(targets: readonly string[] | undefined): (reference: string) => boolean {
  if (!targets || targets.length > FEW_TARGETS) {
    const allowed = targets && new Set(targets);
    return (reference) => {
      const slash = reference.indexOf('/');
      if (slash < 1 || !isIdFrom(reference, slash + 1)) return false;
      const type = reference.slice(0, slash);
      return allowed ? allowed.has(type) : isResourceType(type);
    };
  }
  const starts = targets.map((target) => `${target}/`);
  return (reference) => {
    for (const start of starts) if (reference.startsWith(start)) return isIdFrom(reference, start.length);
    return false;
  };
}

const both = (first: Test, second: Test | undefined): Test =>
  second ? (value) => first(value) && second(value) : first;

/** A list that is not empty. */
const listOf =
  (item: Test): Test =>
  (value) => {
    if (!Array.isArray(value) || !value.length) return false;
    for (let index = 0; index < value.length; index++) if (!item(value[index])) return false;
    return true;
  };

/** Makes the check; each type is compiled on its first use, once for all that use it. */
export function createChecks(tables: Tables): Check {
  const compiled = new Map<string, Test>();
  // Of the check that is running: objects inside one another, and what has to be looked at again.
  let depth = 0;
  let doubt = false;

  const orNull =
    (test: Test): Test =>
    (value) => {
      if (value !== null) return test(value);
      doubt = true;
      return true;
    };

  /** The test of a type, and with it those of all types that it is made of; one that holds itself finds itself here. */
  function testOf(type: string): Test {
    const known = compiled.get(type);
    if (known) return known;
    const shape = tables.shapes(type);
    if (!shape) return () => false;
    if (shape.groups.length > 30) throw new Error(`${type} has more groups of elements than can be counted.`);
    const members = new Map<string, Member>();
    const test = objectTest(shape, members);
    compiled.set(type, test);
    addMembers(shape, members);
    return test;
  }
  const nestedTest =
    (name: string): Test =>
    (value) => {
      if (!isObject(value) || !isResourceType(value.resourceType)) return false;
      if (name === 'contained' && Object.hasOwn(value, 'contained')) return false;
      return testOf(value.resourceType)(value);
    };

  /** The text of a reference: the common form at a glance, anything else by the whole rule. */
  function referenceTest(targets: readonly string[] | undefined): Test {
    const isCommon = commonReferenceTest(targets);
    return (value) => {
      const { reference } = value as { reference?: unknown };
      if (typeof reference !== 'string' || isCommon(reference)) return true;
      if (reference.charCodeAt(0) === 35) doubt = true;
      return referenceProblem(reference, targets, isResourceType) === undefined;
    };
  }

  /** What is asked of a value beyond its type: binding, reference, narrative. */
  function ruleTest({ type, valueSet, targets }: Property): Test | undefined {
    const codes = valueSet === undefined ? undefined : tables.codesOf(valueSet);
    if (codes) return type === 'code' ? (value) => codes.has(value) : (value) => isBound(codes, type, value);
    if (type === 'Reference') return referenceTest(targets);
    if (type === 'xhtml') return (value) => narrativeProblem(value as string) === undefined;
    return undefined;
  }
  function valueTest(property: Property): Test {
    const { type, primitive } = property;
    if (type === 'Resource') return nestedTest(property.element);
    const rule = ruleTest(property);
    // A code of the value set is a code.
    if (type === 'code' && rule) return rule;
    return both(primitive ? primitiveTest(type) : testOf(type), rule);
  }

  /** Whether the keys of an object are those of its shape, each with a right value. */
  function objectTest(shape: Shape, members: ReadonlyMap<string, Member>): Test {
    let required = 0;
    for (const [index, group] of shape.groups.entries()) if (group.required) required |= 1 << index;
    const checkGroups = groupCheck(shape);
    const isExtension = shape.type === 'Extension';
    const value = 1 << shape.groups.findIndex((group) => group.element === 'value');
    return (object) => {
      if (!isObject(object) || depth >= MAX_DEPTH) return false;
      depth++;
      // A level of objects is one or two of the scan's.
      if (depth > MAX_DEPTH >> 1) doubt = true;
      let seen = 0;
      let empty = true;
      let twice = false;
      for (const key in object) {
        const member = members.get(key);
        if (member === undefined) return false;
        empty = false;
        const item = object[key];
        if (item === undefined) continue;
        if (!member.test(item)) return false;
        const { bit } = member;
        if (seen & bit) twice = true;
        seen |= bit;
      }
      depth--;
      if (empty || (seen & required) !== required) return false;
      if (isExtension && ((seen & value) !== 0) === Object.hasOwn(object, 'extension')) return false;
      // Two forms of a choice, or a value and its sibling.
      return !twice || checkGroups(object);
    };
  }
  function addMembers(shape: Shape, members: Map<string, Member>): void {
    if (shape.isResource) members.set('resourceType', { test: (value) => value === shape.type, bit: 0 });
    const element = testOf('Element');
    for (const [name, property] of shape.properties) {
      const group = shape.groups.findIndex(({ names }) => names.includes(name));
      const bit = group < 0 ? 0 : 1 << group;
      const value = valueTest(property);
      const { primitive, array } = property;
      members.set(name, { test: array ? listOf(primitive ? orNull(value) : value) : value, bit });
      if (primitive) members.set(`_${name}`, { test: array ? listOf(orNull(element)) : element, bit });
    }
  }
  return (type, object) => {
    depth = 0;
    doubt = false;
    if (!testOf(type)(object)) return 'wrong';
    return doubt ? 'doubt' : 'right';
  };
}
