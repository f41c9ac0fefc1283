// The functions of FHIRPath that are compiled, as a table; those on text, numbers, sets and trees have files of their own.
// https://hl7.org/fhirpath/N1/#functions · https://hl7.org/fhir/R4/fhirpath.html#functions
import { isPrimitive } from '../elements.ts';
import { type Call, type Compiled, literalString, typeArgument } from './call.ts';
import {
  type Code,
  commonFamily,
  converter,
  EMPTY,
  type Item,
  isMixed,
  itemType,
  jsonOf,
  multiple,
  type One,
  single,
  Unsupported,
  unionOf,
} from './code.ts';
import { distinct, equalityOf } from './equality.ts';
import { NUMBER_FUNCTIONS } from './number-function.ts';
import { combine, truth, truthOf, union } from './operator.ts';
import { SCORE_FUNCTIONS } from './score-function.ts';
import { SET_FUNCTIONS } from './set-function.ts';
import { step } from './step.ts';
import { TEXT_FUNCTIONS } from './text-function.ts';
import { TREE_FUNCTIONS } from './tree-function.ts';
import { ofType } from './type.ts';

function where({ input, perItem }: Call): Code {
  if (input.types.length === 0) return EMPTY;
  const criteria = criterion(perItem(0));
  const { many } = input;
  if (input.single) {
    return single(input.types, (self, environment) => {
      const item = input.one(self, environment);
      return item !== undefined && criteria(item, environment) === true ? item : undefined;
    });
  }
  return {
    ...multiple(input.types, (self, environment) =>
      many(self, environment).filter((item) => criteria(item, environment) === true),
    ),
    some: (self, environment) => many(self, environment).some((item) => criteria(item, environment) === true),
  };
}

function criterion(code: Code): One<boolean> {
  if (!code.single) throw new Unsupported('a criterion of several items');
  return truthOf(code);
}

/** A criterion that is true only when it is a Boolean. */
function booleanCriterion(code: Code): One<boolean> {
  if (code.types.length > 0 && commonFamily(code.types) !== 'boolean')
    throw new Unsupported('a criterion of another type');
  return criterion(code);
}

function exists(call: Call): Code {
  const { some } = call.args.length ? where(call) : call.input;
  return truth(some);
}

function all({ input, perItem }: Call): Code {
  if (input.types.length === 0) return truth(() => true);
  const criteria = booleanCriterion(perItem(0));
  return truth((self, environment) =>
    input.many(self, environment).every((item) => criteria(item, environment) === true),
  );
}

function select({ input, perItem }: Call): Code {
  if (input.types.length === 0) return EMPTY;
  const projection = perItem(0);
  if (input.single && projection.single) {
    return single(projection.types, (self, environment) => {
      const item = input.one(self, environment);
      return item === undefined ? undefined : projection.one(item, environment);
    });
  }
  return multiple(projection.types, (self, environment) =>
    input.many(self, environment).flatMap((item) => projection.many(item, environment)),
  );
}

/** `extension(url)`, on complex elements and on primitives. */
function extension({ input, args }: Call): Code {
  const url = literalString(args[0]!);
  const extensions = step(input, 'extension');
  return multiple(extensions.types, (self, environment) =>
    extensions.many(self, environment).filter((item) => (item as { url?: unknown } | null)?.url === url),
  );
}

/** `iif` on the context item, which is always there, or on a single item. */
function iif({ input, received, argument, perItem, args }: Call): Code {
  if (received) return iifOf(input, perItem, args.length);
  return chosen(argument(0), argument(1), args.length > 2 ? argument(2) : EMPTY);
}

/** `collection.iif(…)`: `$this` is the single item, or nothing. */
function iifOf(input: Code, perItem: Call['perItem'], count: number): Code {
  if (!input.single || input.types.length === 0) throw new Unsupported('iif of a collection');
  const choice = chosen(perItem(0), perItem(1), count > 2 ? perItem(2) : EMPTY);
  if (!choice.single) {
    return multiple(choice.types, (self, environment) =>
      choice.many(input.one(self, environment), environment),
    );
  }
  return single(choice.types, (self, environment) => choice.one(input.one(self, environment), environment));
}

function chosen(criteria: Code, yes: Code, no: Code): Code {
  const condition = booleanCriterion(criteria);
  const types = unionOf(yes.types, no.types);
  const ofYes = converter(yes, types) ?? identity;
  const ofNo = converter(no, types) ?? identity;
  const many: Code['many'] = (self, environment) =>
    condition(self, environment) === true
      ? yes.many(self, environment).map(ofYes)
      : no.many(self, environment).map(ofNo);
  if (!yes.single || !no.single) return multiple(types, many);
  return single(types, (self, environment) => many(self, environment)[0]);
}

const identity = (item: Item) => item;

function hasValue({ input }: Call): Code {
  const { types } = input;
  const mixed = isMixed(types);
  const isValue = (type: string) => type.startsWith('System.') || isPrimitive(type);
  return truth((self, environment) => {
    const items = input.many(self, environment);
    return (
      items.length === 1 && isValue(itemType(items[0], types)) && (jsonOf(items[0], mixed) ?? null) !== null
    );
  });
}

/** The items that are in the other collection too, each once. */
function intersect({ input, argument }: Call): Code {
  const other = argument(0);
  const equal = equalityOf(input.types, other.types);
  return multiple(input.types, (self, environment) => {
    const others = other.many(self, environment);
    const items = distinct(input.many(self, environment), input.types);
    return items.filter((item) => others.some((candidate) => equal(item, candidate) === true));
  });
}

function first(input: Code): Code {
  return single(input.types, (self, environment) => input.many(self, environment)[0]);
}

/** `collection[index]`, with an index that the expression states. */
export function indexed(input: Code, index: number): Code {
  return single(input.types, (self, environment) => input.many(self, environment)[index]);
}

const none: readonly number[] = [0];
const one: readonly number[] = [1];

/** The functions that are compiled. `is` and `resolve` are compiled with the type operators. */
export const FUNCTIONS = new Map<string, Compiled>(
  Object.entries({
    where: { arity: one, compile: where },
    exists: { arity: [0, 1], compile: exists },
    empty: {
      arity: none,
      compile: ({ input }) => truth((self, environment) => !input.some(self, environment)),
    },
    not: {
      arity: none,
      compile: ({ input }) => {
        const value = truthOf(input);
        return truth((self, environment) => {
          const known = value(self, environment);
          return known === undefined ? undefined : !known;
        });
      },
    },
    all: { arity: one, compile: all },
    select: { arity: one, compile: select },
    count: {
      arity: none,
      compile: ({ input }) =>
        single(['System.Number'], (self, environment) => input.many(self, environment).length),
    },
    first: { arity: none, compile: ({ input }) => first(input) },
    last: {
      arity: none,
      compile: ({ input }) =>
        single(input.types, (self, environment) => input.many(self, environment).at(-1)),
    },
    tail: {
      arity: none,
      compile: ({ input }) =>
        multiple(input.types, (self, environment) => input.many(self, environment).slice(1)),
    },
    distinct: {
      arity: none,
      compile: ({ input }) =>
        multiple(input.types, (self, environment) => distinct(input.many(self, environment), input.types)),
    },
    isDistinct: {
      arity: none,
      compile: ({ input }) =>
        truth((self, environment) => {
          const items = input.many(self, environment);
          return distinct(items, input.types).length === items.length;
        }),
    },
    combine: { arity: one, compile: ({ input, argument }) => combine(input, argument(0)) },
    union: { arity: one, compile: ({ input, argument }) => union(input, argument(0)) },
    ofType: { arity: one, compile: ({ input, args }) => ofType(input, typeArgument(args[0]!), true) },
    as: { arity: one, compile: ({ input, args }) => ofType(input, typeArgument(args[0]!), false) },
    extension: { arity: one, compile: extension },
    intersect: { arity: one, compile: intersect },
    // A trace would print patient data.
    trace: { arity: [1, 2], compile: ({ input }) => input },
    hasValue: { arity: none, compile: hasValue },
    iif: { arity: [2, 3], compile: iif },
    ...TEXT_FUNCTIONS,
    ...TREE_FUNCTIONS,
    ...SET_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...SCORE_FUNCTIONS,
  } satisfies Record<string, Compiled>),
);
