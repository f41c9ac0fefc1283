// The binary operators of FHIRPath, as a table. https://hl7.org/fhirpath/N1/#operations
import {
  type Code,
  commonFamily,
  converter,
  EMPTY,
  type Family,
  type Item,
  isMixed,
  jsonOf,
  multiple,
  type One,
  Primitive,
  single,
  Unsupported,
  unionOf,
} from './code.ts';
import { distinct, type Equality, equalityOf, roundedDecimal } from './equality.ts';
import { compareMoments, type Moment, momentOf } from './moment.ts';

type Truth = boolean | undefined;

/** Boolean code of one value or none. */
export function truth(one: One<boolean>): Code {
  return single(['System.Boolean'], one);
}

/**
 * The singleton evaluation of a collection as Boolean: a boolean is itself, any other single item is true, none is
 * unknown. https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
 */
export function truthOf(code: Code): One<boolean> {
  const { one, types } = code;
  if (types.length === 1 && types[0] === 'System.Boolean') return one as One<boolean>;
  const mixed = isMixed(types);
  return (self, environment) => {
    const value = jsonOf(one(self, environment), mixed);
    if (typeof value === 'boolean') return value;
    return value === undefined || value === null ? undefined : true;
  };
}

/** Truth tables; undefined is the empty collection. https://hl7.org/fhirpath/N1/#boolean-logic */
const and = (left: One<boolean>, right: One<boolean>) => (self: Item, environment: Env) => {
  const a = left(self, environment);
  if (a === false) return false;
  const b = right(self, environment);
  return b === false ? false : a && b;
};
const or = (left: One<boolean>, right: One<boolean>) => (self: Item, environment: Env) => {
  const a = left(self, environment);
  if (a === true) return true;
  const b = right(self, environment);
  return b === true ? true : a === undefined || b === undefined ? undefined : false;
};
const xor = (left: One<boolean>, right: One<boolean>) => (self: Item, environment: Env) => {
  const a = left(self, environment);
  const b = right(self, environment);
  return a === undefined || b === undefined ? undefined : a !== b;
};
const implies = (left: One<boolean>, right: One<boolean>) => (self: Item, environment: Env) => {
  const a = left(self, environment);
  if (a === false) return true;
  const b = right(self, environment);
  return b === true ? true : a === undefined ? undefined : b;
};
type Env = Parameters<One>[1];

function logic(combine: (left: One<boolean>, right: One<boolean>) => One<boolean>) {
  return (left: Code, right: Code) => truth(combine(truthOf(left), truthOf(right)));
}

function equals(left: Code, right: Code, answer: (equal: Truth) => Truth): Code {
  const equal = equalityOf(left.types, right.types);
  if (!left.single || !right.single) {
    return truth((self, environment) => {
      const first = left.many(self, environment);
      const second = right.many(self, environment);
      return first.length && second.length ? answer(equalCollections(first, second, equal)) : undefined;
    });
  }
  const { literal } = right;
  if (typeof literal === 'string' && left.types.length === 1 && commonFamily(left.types) === 'string') {
    return truth((self, environment) => {
      const item = left.one(self, environment);
      return item === undefined
        ? undefined
        : answer((item instanceof Primitive ? item.value : item) === literal);
    });
  }
  return truth((self, environment) => {
    const a = left.one(self, environment);
    const b = a === undefined ? undefined : right.one(self, environment);
    return b === undefined ? undefined : answer(equal(a, b));
  });
}

function equalCollections(a: readonly Item[], b: readonly Item[], equal: Equality): Truth {
  if (a.length !== b.length) return false;
  return a.length === 1 ? equal(a[0], b[0]) : a.every((item, index) => equal(item, b[index]) === true);
}

/** `~` for strings: alike but for case and the kind of white space. https://hl7.org/fhirpath/N1/#equivalent */
function equivalent(left: Code, right: Code, wanted: boolean): Code {
  if (!left.single || !right.single || commonFamily([...left.types, ...right.types]) !== 'string') {
    throw new Unsupported('equivalence of other than single strings');
  }
  const text = (code: Code): One<unknown> => {
    const mixed = isMixed(code.types);
    return (self, environment) => {
      const value = jsonOf(code.one(self, environment), mixed);
      return typeof value === 'string' ? value.toUpperCase().replace(/\p{White_Space}/gu, ' ') : value;
    };
  };
  const [a, b] = [text(left), text(right)];
  return truth((self, environment) => (a(self, environment) === b(self, environment)) === wanted);
}

/** `in`: whether the single item on the left is on the right. */
function member(left: Code, right: Code): Code {
  const equal = equalityOf(left.types, right.types);
  return truth((self, environment) => {
    const item = left.one(self, environment);
    if (item === undefined) return undefined;
    return right.many(self, environment).some((other) => equal(item, other) === true);
  });
}

const COMPARABLE: Readonly<
  Partial<Record<Family, (value: unknown) => number | string | Moment | undefined>>
> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  number: (value) => (typeof value === 'number' ? roundedDecimal(value) : undefined),
  moment: (value) => (typeof value === 'string' ? momentOf(value) : undefined),
};

function compare(left: Code, right: Code, holds: (difference: number) => boolean): Code {
  if (left.types.length === 0 || right.types.length === 0) return EMPTY;
  const family = commonFamily([...left.types, ...right.types]);
  const read = family && COMPARABLE[family];
  if (!read) throw new Unsupported('comparison of other than strings, numbers and dates');
  const a = operand(left, read);
  const b = operand(right, read);
  return truth((self, environment) => {
    const first = a(self, environment);
    const second = first === undefined ? undefined : b(self, environment);
    if (first === undefined || second === undefined) return undefined;
    const difference = differenceOf(first, second);
    return difference === undefined ? undefined : holds(difference);
  });
}

type Comparable = number | string | Moment;

/** Reads the operand of a comparison; one that the expression states is read while compiling. */
function operand(code: Code, read: (value: unknown) => Comparable | undefined): One<Comparable> {
  if (code.literal !== undefined) {
    const value = read(code.literal);
    return () => value;
  }
  const mixed = isMixed(code.types);
  return (self, environment) => read(jsonOf(code.one(self, environment), mixed));
}

function differenceOf(a: Comparable, b: Comparable): number | undefined {
  if (typeof a === 'object') return compareMoments(a, b as Moment);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `|`: both collections without duplicates. */
export function union(left: Code, right: Code): Code {
  const types = unionOf(left.types, right.types);
  const { many } = combine(left, right);
  return multiple(types, (self, environment) => distinct(many(self, environment), types));
}

/** Both collections, duplicates kept. */
export function combine(left: Code, right: Code): Code {
  const types = unionOf(left.types, right.types);
  const ofLeft = converter(left, types);
  const ofRight = converter(right, types);
  return multiple(types, (self, environment) => {
    const first = left.many(self, environment);
    const second = right.many(self, environment);
    if (second.length === 0) return ofLeft ? first.map(ofLeft) : first;
    return [...(ofLeft ? first.map(ofLeft) : first), ...(ofRight ? second.map(ofRight) : second)];
  });
}

function arithmetic(
  left: Code,
  right: Code,
  families: readonly Family[],
  of: (a: never, b: never) => unknown,
): Code {
  if (left.types.length === 0 || right.types.length === 0) return EMPTY;
  const family = commonFamily([...left.types, ...right.types]);
  if (!family || !families.includes(family))
    throw new Unsupported('arithmetic of other than numbers and strings');
  const mixed = [isMixed(left.types), isMixed(right.types)] as const;
  return single([family === 'string' ? 'System.String' : 'System.Number'], (self, environment) => {
    const a = jsonOf(left.one(self, environment), mixed[0]);
    const b = jsonOf(right.one(self, environment), mixed[1]);
    return a === undefined || a === null || b === undefined || b === null
      ? undefined
      : of(a as never, b as never);
  });
}

/** `&`: concatenation in which nothing is the empty string. */
function concatenate(left: Code, right: Code): Code {
  if ([...left.types, ...right.types].some((type) => commonFamily([type]) !== 'string')) {
    throw new Unsupported('concatenation of other than strings');
  }
  const mixed = [isMixed(left.types), isMixed(right.types)] as const;
  return single(['System.String'], (self, environment) => {
    const a = jsonOf(left.one(self, environment), mixed[0]) as string | undefined;
    const b = jsonOf(right.one(self, environment), mixed[1]) as string | undefined;
    return (a ?? '') + (b ?? '');
  });
}

/** The operators that are compiled; the others are left to fhirpath.js. */
export const OPERATORS = new Map<string, (left: Code, right: Code) => Code>([
  ['and', logic(and)],
  ['or', logic(or)],
  ['xor', logic(xor)],
  ['implies', logic(implies)],
  ['=', (left, right) => equals(left, right, (equal) => equal)],
  ['!=', (left, right) => equals(left, right, (equal) => (equal === undefined ? undefined : !equal))],
  ['~', (left, right) => equivalent(left, right, true)],
  ['!~', (left, right) => equivalent(left, right, false)],
  ['in', member],
  ['contains', (left, right) => member(right, left)],
  ['<', (left, right) => compare(left, right, (difference) => difference < 0)],
  ['<=', (left, right) => compare(left, right, (difference) => difference <= 0)],
  ['>', (left, right) => compare(left, right, (difference) => difference > 0)],
  ['>=', (left, right) => compare(left, right, (difference) => difference >= 0)],
  ['|', union],
  ['+', (left, right) => arithmetic(left, right, ['string', 'number'], (a, b) => a + b)],
  ['-', (left, right) => arithmetic(left, right, ['number'], (a, b) => a - b)],
  ['*', (left, right) => arithmetic(left, right, ['number'], (a, b) => a * b)],
  ['/', (left, right) => arithmetic(left, right, ['number'], (a, b) => (b === 0 ? undefined : a / b))],
  [
    'div',
    (left, right) => arithmetic(left, right, ['number'], (a, b) => (b === 0 ? undefined : Math.trunc(a / b))),
  ],
  ['mod', (left, right) => arithmetic(left, right, ['number'], (a, b) => (b === 0 ? undefined : a % b))],
  ['&', concatenate],
]);
