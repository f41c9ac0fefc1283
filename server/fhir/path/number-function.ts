// The functions that convert to numbers, and the mathematical ones that are compiled.
// https://hl7.org/fhirpath/N1/#conversion · https://hl7.org/fhirpath/N1/#math
import type { Call, Compiled } from './call.ts';
import { type Code, commonFamily, EMPTY, isMixed, jsonOf, single, Unsupported } from './code.ts';

type Convert = (value: unknown) => unknown;

/** A conversion of the single item, where it is a string, a number or a boolean. */
function converting(type: string, convert: Convert) {
  return ({ input }: Call): Code => {
    if (input.types.length === 0) return EMPTY;
    const family = commonFamily(input.types);
    if (family !== 'string' && family !== 'number' && family !== 'boolean')
      throw new Unsupported('conversion of another type');
    const mixed = isMixed(input.types);
    return single([type], (self, environment) => {
      const value = jsonOf(input.one(self, environment), mixed) ?? undefined;
      return value === undefined ? undefined : convert(value);
    });
  };
}

const numberBy =
  (pattern: RegExp, isNumber: (value: number) => boolean): Convert =>
  (value) => {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'number') return isNumber(value) ? value : undefined;
    return pattern.test(value as string) ? Number(value) : undefined;
  };

const toInteger = numberBy(/^[+-]?\d+$/, Number.isInteger);
const toDecimal = numberBy(/^[+-]?\d+(?:\.\d+)?$/, () => true);

/** A function of the single number. */
function ofNumber(result: (value: number) => number) {
  return ({ input }: Call): Code => {
    if (input.types.length === 0) return EMPTY;
    if (commonFamily(input.types) !== 'number')
      throw new Unsupported('a mathematical function of another type');
    const mixed = isMixed(input.types);
    return single(['System.Number'], (self, environment) => {
      const value = jsonOf(input.one(self, environment), mixed);
      return typeof value === 'number' ? result(value) : undefined;
    });
  };
}

/** The functions by name. */
export const NUMBER_FUNCTIONS: Readonly<Record<string, Compiled>> = {
  toInteger: { arity: [0], compile: converting('System.Number', toInteger) },
  toDecimal: { arity: [0], compile: converting('System.Number', toDecimal) },
  convertsToInteger: {
    arity: [0],
    compile: converting('System.Boolean', (value) => toInteger(value) !== undefined),
  },
  convertsToDecimal: {
    arity: [0],
    compile: converting('System.Boolean', (value) => toDecimal(value) !== undefined),
  },
  abs: { arity: [0], compile: ofNumber(Math.abs) },
  ceiling: { arity: [0], compile: ofNumber(Math.ceil) },
  floor: { arity: [0], compile: ofNumber(Math.floor) },
  truncate: { arity: [0], compile: ofNumber(Math.trunc) },
};
