// The string functions that are compiled. https://hl7.org/fhirpath/N1/#string-manipulation
import { badRequest } from '../errors.ts';
import { type Call, type Compiled, literalInteger, literalString } from './call.ts';
import { type Code, commonFamily, isMixed, jsonOf, type One, single, Unsupported } from './code.ts';
import { truth } from './operator.ts';

/** Families whose JSON value is a string. */
const TEXTS = new Set(['string', 'moment', 'time']);

/** The single string of a collection; what is never a string is left to fhirpath.js, which refuses it. */
function textOf(code: Code): One<string> {
  const isText = code.types.every(
    (type) => TEXTS.has(commonFamily([type])!) && !type.startsWith('System.Date'),
  );
  if (!isText) throw new Unsupported('a string function on another type');
  const mixed = isMixed(code.types);
  return (self, environment) => {
    const value = jsonOf(code.one(self, environment), mixed);
    return typeof value === 'string' ? value : undefined;
  };
}

function ofText(type: string, result: (text: string) => unknown) {
  return ({ input }: Call): Code => {
    const text = textOf(input);
    return single([type], (self, environment) => {
      const value = text(self, environment);
      return value === undefined ? undefined : result(value);
    });
  };
}

function ofTexts(test: (text: string, other: string) => boolean) {
  return ({ input, argument }: Call): Code => {
    const text = textOf(input);
    const other = textOf(argument(0));
    return truth((self, environment) => {
      const value = text(self, environment);
      const sought = other(self, environment);
      return value === undefined || sought === undefined ? undefined : test(value, sought);
    });
  };
}

/** `substring(start[, length])` with numbers that the expression states. */
function substring(call: Call): Code {
  const [start, length] = call.args.map(literalInteger);
  const text = textOf(call.input);
  return single(['System.String'], (self, environment) => {
    const value = text(self, environment);
    if (value === undefined || start! >= value.length) return undefined;
    return value.substring(start!, length === undefined ? undefined : start! + length);
  });
}

/** `matches`, with the pattern compiled once: Unicode, and the dot matches line ends. */
function matches(call: Call): Code {
  const source = literalString(call.args[0]!);
  const pattern = patternOf(source);
  return ofText('System.Boolean', (text) => pattern.test(text))(call);
}

/** `matchesFull`: the pattern has to cover the text. */
function matchesFull(call: Call): Code {
  const pattern = patternOf(`^(?:${literalString(call.args[0]!)})$`);
  return ofText('System.Boolean', (text) => pattern.test(text))(call);
}

/** `replaceMatches(pattern, substitution)` and `replace(text, substitution)` with texts that the expression states. */
function replaced(soughtOf: (text: string) => RegExp | string) {
  return (call: Call): Code => {
    const sought = soughtOf(literalString(call.args[0]!));
    const substitution = literalString(call.args[1]!);
    const by = typeof sought === 'string' ? () => substitution : substitution;
    return ofText('System.String', (text) => text.replaceAll(sought, by as string))(call);
  };
}

/** `indexOf(text)`. */
function indexOf({ input, argument }: Call): Code {
  const [text, sought] = [textOf(input), textOf(argument(0))];
  return single(['System.Number'], (self, environment) => {
    const value = text(self, environment);
    const other = sought(self, environment);
    return value === undefined || other === undefined ? undefined : value.indexOf(other);
  });
}

/** Most repetitions that the counts of a pattern come to together: making code of more cannot be ended in time. */
const MAX_REPETITIONS = 100_000;
const repetitionsOf = (source: string): number =>
  [...source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].reduce(
    (product, [, least, most]) => product * Math.max(1, Number(most || least)),
    1,
  );

/** Patterns of R4's own invariants escape more than Unicode mode allows: those are read without it. */
function patternOf(source: string, more = ''): RegExp {
  if (repetitionsOf(source) > MAX_REPETITIONS)
    throw badRequest(
      `The FHIRPath expression has a regular expression with more repetitions than are followed: ${source}`,
    );
  for (const flags of ['us', 's']) {
    try {
      return new RegExp(source, flags + more);
    } catch {}
  }
  throw badRequest(`The FHIRPath expression has a regular expression that is not valid: ${source}`);
}

function asString(call: Call): Code {
  const family = commonFamily(call.input.types);
  if (family !== 'string' && family !== 'boolean' && family !== 'moment')
    throw new Unsupported('toString() of another type');
  const mixed = isMixed(call.input.types);
  return single(['System.String'], (self, environment) => {
    const value = jsonOf(call.input.one(self, environment), mixed) ?? undefined;
    return value === undefined ? undefined : String(value);
  });
}

const none: readonly number[] = [0];
const one: readonly number[] = [1];

/** The string functions by name. */
export const TEXT_FUNCTIONS: Readonly<Record<string, Compiled>> = {
  toString: { arity: none, compile: asString },
  matches: { arity: one, compile: matches },
  matchesFull: { arity: one, compile: matchesFull },
  replaceMatches: { arity: [2], compile: replaced((text) => patternOf(text, 'g')) },
  replace: { arity: [2], compile: replaced((text) => text) },
  indexOf: { arity: one, compile: indexOf },
  trim: { arity: none, compile: ofText('System.String', (text) => text.trim()) },
  startsWith: { arity: one, compile: ofTexts((text, other) => text.startsWith(other)) },
  endsWith: { arity: one, compile: ofTexts((text, other) => text.endsWith(other)) },
  contains: { arity: one, compile: ofTexts((text, other) => text.includes(other)) },
  length: { arity: none, compile: ofText('System.Number', (text) => text.length) },
  upper: { arity: none, compile: ofText('System.String', (text) => text.toUpperCase()) },
  lower: { arity: none, compile: ofText('System.String', (text) => text.toLowerCase()) },
  substring: { arity: [1, 2], compile: substring },
};
