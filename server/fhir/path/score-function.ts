// The functions by which forms are scored: the weight of an answer, and the sum of numbers.
// https://hl7.org/fhir/uv/sdc/expressions.html#fhirpath-supplements
import type { Call, Compiled } from './call.ts';
import {
  type Code,
  commonFamily,
  EMPTY,
  isMixed,
  jsonOf,
  multiple,
  Primitive,
  single,
  Unsupported,
} from './code.ts';

/** Extensions that say how much an answer weighs. */
export const WEIGHTS: readonly string[] = [
  'http://hl7.org/fhir/StructureDefinition/ordinalValue',
  'http://hl7.org/fhir/StructureDefinition/itemWeight',
];

interface Weighed {
  extension?: readonly { url?: string; valueDecimal?: unknown }[];
}

/** The weight that an element carries in an extension; undefined without one. */
export function weightOf(element: unknown): number | undefined {
  const { extension } = (element ?? {}) as Weighed;
  const found = Array.isArray(extension)
    ? extension.find((one) => WEIGHTS.includes(one?.url ?? ''))
    : undefined;
  return typeof found?.valueDecimal === 'number' ? found.valueDecimal : undefined;
}

/** `weight()`: what the items of the input weigh by their own extensions; those without one are left out. */
function weight({ input }: Call): Code {
  if (input.types.length === 0) return EMPTY;
  const mixed = isMixed(input.types);
  const carrier = (item: unknown) => {
    const inner = mixed ? (item as { value: unknown }).value : item;
    return inner instanceof Primitive ? inner.meta : inner;
  };
  return multiple(['System.Number'], (self, environment) =>
    input.many(self, environment).flatMap((item) => weightOf(carrier(item)) ?? []),
  );
}

/** `sum()`: of nothing it is nothing. */
function sum({ input }: Call): Code {
  if (input.types.length === 0) return EMPTY;
  if (commonFamily(input.types) !== 'number') throw new Unsupported('a sum of another type');
  const mixed = isMixed(input.types);
  return single(['System.Number'], (self, environment) => {
    const values = input.many(self, environment).map((item) => jsonOf(item, mixed));
    const numbers = values.filter((value) => typeof value === 'number');
    return numbers.length ? numbers.reduce((total, value) => total + value) : undefined;
  });
}

/** The functions by name; `ordinal` is the name that `weight` had first. */
export const SCORE_FUNCTIONS: Readonly<Record<string, Compiled>> = {
  weight: { arity: [0], compile: weight },
  ordinal: { arity: [0], compile: weight },
  sum: { arity: [0], compile: sum },
};
