// The functions on whole collections: truth of all, parts by position, and comparison of sets.
// https://hl7.org/fhirpath/N1/#existence · https://hl7.org/fhirpath/N1/#subsetting
import { issue, unprocessable } from '../errors.ts';
import { type Call, type Compiled, literalInteger } from './call.ts';
import {
  type Code,
  commonFamily,
  EMPTY,
  type Item,
  isMixed,
  jsonOf,
  multiple,
  single,
  Unsupported,
} from './code.ts';
import { equalityOf } from './equality.ts';
import { truth } from './operator.ts';

/** `allTrue()` and the like: of a collection of booleans. */
function ofBooleans(answer: (values: readonly unknown[]) => boolean) {
  return ({ input }: Call): Code => {
    if (input.types.length > 0 && commonFamily(input.types) !== 'boolean')
      throw new Unsupported('truth of what is no boolean');
    const mixed = isMixed(input.types);
    return truth((self, environment) =>
      answer(input.many(self, environment).map((item) => jsonOf(item, mixed))),
    );
  };
}

/** Most pairs that are compared one by one. */
const MAX_PAIRS = 10_000_000;

const tooManyPairs = (): Error =>
  unprocessable([
    issue('too-costly', 'A FHIRPath expression compares too many items with each other: give fewer.'),
  ]);

/** Which items of one collection have an equal in the other. */
function compared(left: Code, right: Code) {
  const equal = equalityOf(left.types, right.types);
  return (self: Item, environment: Parameters<Code['many']>[1]) => {
    const items = left.many(self, environment);
    const others = right.many(self, environment);
    if (items.length * others.length > MAX_PAIRS) throw tooManyPairs();
    const hasEqual = (item: Item) => others.some((other) => equal(item, other) === true);
    return { items, hasEqual };
  };
}

function isSubset(left: Code, right: Code): Code {
  if (left.types.length === 0) return truth(() => true);
  const compare = compared(left, right);
  return truth((self, environment) => {
    const { items, hasEqual } = compare(self, environment);
    return items.every(hasEqual);
  });
}

function exclude({ input, argument }: Call): Code {
  if (input.types.length === 0) return EMPTY;
  const compare = compared(input, argument(0));
  return multiple(input.types, (self, environment) => {
    const { items, hasEqual } = compare(self, environment);
    return items.filter((item) => !hasEqual(item));
  });
}

/** `skip(n)` and `take(n)` with a number that the expression states. */
function sliced(bounds: (count: number) => [number, number?]) {
  return ({ input, args }: Call): Code => {
    const [start, end] = bounds(Math.max(0, literalInteger(args[0]!)));
    return multiple(input.types, (self, environment) => input.many(self, environment).slice(start, end));
  };
}

/** The functions by name. */
export const SET_FUNCTIONS: Readonly<Record<string, Compiled>> = {
  allTrue: { arity: [0], compile: ofBooleans((values) => values.every((value) => value === true)) },
  anyTrue: { arity: [0], compile: ofBooleans((values) => values.some((value) => value === true)) },
  allFalse: { arity: [0], compile: ofBooleans((values) => values.every((value) => value === false)) },
  anyFalse: { arity: [0], compile: ofBooleans((values) => values.some((value) => value === false)) },
  single: { arity: [0], compile: ({ input }) => single(input.types, input.one) },
  skip: { arity: [1], compile: sliced((count) => [count]) },
  take: { arity: [1], compile: sliced((count) => [0, count]) },
  exclude: { arity: [1], compile: exclude },
  subsetOf: { arity: [1], compile: ({ input, argument }) => isSubset(input, argument(0)) },
  supersetOf: { arity: [1], compile: ({ input, argument }) => isSubset(argument(0), input) },
};
