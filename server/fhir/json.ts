// Reads and writes JSON so that the text of a FHIR decimal survives: 1.10 stays 1.10 while the tree holds plain numbers.
// https://hl7.org/fhir/R4/json.html#primitive · https://hl7.org/fhir/R4/datatypes.html#decimal
import { badRequest } from './errors.ts';
import { nestingOf, positionOfError } from './json-scan.ts';

/** Deepest nesting of objects and arrays that is read; far above what any resource needs. */
export const MAX_DEPTH = 200;

/**
 * A number, outside or inside a string, whose text JavaScript would not give back: an exponent, a last decimal
 * that is zero, -0, six zeros after the point, or too many digits. What it finds inside strings costs only time.
 */
const MAY_LOSE_TEXT =
  /(?:^|[:,[])\s*-?(?:\d+(?:\.\d+)?[eE][-+]?\d+|\d+\.\d*0|0\.0{6}\d*|0|(?=[\d.]{16})\d+(?:\.\d+)?)(?=[\s,}\]]|$)/g;
/** Text in which a property may be called `__proto__`. */
const MAY_NAME_PROTO = /__proto__|\\u005f/i;

/**
 * Under this key an object or array holds the source text of its numbers by property; containers of such an object
 * hold an empty map. A symbol, so that `{...resource}` keeps it and no validator or serializer sees it.
 */
const SOURCES = Symbol('source text of decimals');
type Sources = Map<string, string>;
type Holder = Record<string | symbol, unknown> & { [SOURCES]?: Sources };
const NONE_OF_ITS_OWN: Sources = new Map();

/** JSON.rawJSON and the third argument of revivers, which TypeScript's library does not declare yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
type Reviver = (this: Holder, key: string, value: unknown, context: { source?: string }) => unknown;

/**
 * Parses JSON text; numbers become plain numbers whose text `stringifyJson` gives back.
 * @throws a 400 failure that names line and column when the text is malformed, nested deeper than MAX_DEPTH, or has a
 * property `__proto__`
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') throw badRequest('The body is empty: send a JSON object.');
  if (nestingOf(text, MAX_DEPTH) > MAX_DEPTH) {
    throw badRequest(`The JSON is nested deeper than ${MAX_DEPTH} levels, which no FHIR resource needs.`);
  }
  try {
    return mayLoseText(text) || MAY_NAME_PROTO.test(text)
      ? JSON.parse(text, remember as (this: unknown, key: string, value: unknown) => unknown)
      : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { line, column, expected } = positionOfError(text);
    throw badRequest(`The JSON is malformed at line ${line}, column ${column}: ${expected} was expected.`);
  }
}

/** Writes JSON without white space; numbers that `parseJson` read are written as they were. */
export function stringifyJson(value: object): string {
  return carriesSources(value) ? JSON.stringify(value, writeSource) : JSON.stringify(value);
}

function mayLoseText(text: string): boolean {
  MAY_LOSE_TEXT.lastIndex = 0;
  for (let match = MAY_LOSE_TEXT.exec(text); match; match = MAY_LOSE_TEXT.exec(text)) {
    const source = match[0].replace(/^[:,[]?\s*/, '');
    if (String(Number(source)) !== source) return true;
  }
  return false;
}

const remember: Reviver = function (key, value, { source }) {
  if (key === '__proto__') throw badRequest('A property may not be called __proto__: remove it.');
  if (typeof value === 'number' && source !== String(value)) {
    if (this[SOURCES] === undefined || this[SOURCES] === NONE_OF_ITS_OWN) this[SOURCES] = new Map();
    this[SOURCES].set(key, source!);
  } else if (isObject(value) && SOURCES in value) {
    this[SOURCES] ??= NONE_OF_ITS_OWN;
  }
  return value;
};

function writeSource(this: Holder, key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  const source = this[SOURCES]?.get(key);
  return source !== undefined && Number(source) === value ? rawJSON(source) : value;
}

/** Whether the tree was read with such numbers: its root says so, or in a Bundle made here the root of an entry. */
function carriesSources(value: object): boolean {
  if (SOURCES in value) return true;
  const { entry } = value as { entry?: unknown };
  return Array.isArray(entry) && entry.some((item) => isObject(item?.resource) && SOURCES in item.resource);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
