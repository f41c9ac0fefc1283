// The language of _filter: text to tree. https://hl7.org/fhir/R4/search_filter.html
import { badRequest } from '../../fhir/errors.ts';

/** One step of a path: a parameter, and a filter on what it leads to. */
export interface Step {
  name: string;
  filter?: Filter;
}
/** A filter, read. */
export type Filter =
  | { kind: 'test'; path: readonly Step[]; operator: string; value: string }
  | { kind: 'and' | 'or'; filters: readonly Filter[] }
  | { kind: 'not'; filter: Filter };

/** Parentheses and brackets that may lie in each other. */
const MAX_NESTING = 16;

const SPACE = /\s*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const TOKEN = /[^\s)\]"][^\s)\]]*/y;

/** Reads from left to right, with one place in the text. */
class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Takes what `pattern` matches here, after white space. */
  take(pattern: RegExp): string | undefined {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    pattern.lastIndex = SPACE.lastIndex;
    const [found] = pattern.exec(this.text) ?? [];
    if (found !== undefined) this.at = pattern.lastIndex;
    return found;
  }

  /** Takes a sign, if it stands here. */
  sign(sign: string): boolean {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    if (!this.text.startsWith(sign, SPACE.lastIndex)) return false;
    this.at = SPACE.lastIndex + sign.length;
    return true;
  }

  /** Takes a word, if it stands here whole. */
  word(word: string): boolean {
    const start = this.at;
    if (this.take(NAME) === word) return true;
    this.at = start;
    return false;
  }

  fail(expected: string): Error {
    const rest = this.text.slice(this.at).trim();
    return badRequest(
      `_filter cannot be read at ${rest ? `"${rest.slice(0, 40)}"` : 'its end'}: ${expected} is expected there. Write a filter such as name co "pet" and birthdate ge 2014-10-10.`,
    );
  }
}

/**
 * Reads the text of a `_filter`. `and` binds before `or`.
 * @throws FhirError 400 that says where it cannot be read
 */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text);
  const filter = readAny(reader, 0);
  if (reader.text.slice(reader.at).trim()) throw reader.fail('"and", "or" or the end');
  return filter;
}

function readAny(reader: Reader, depth: number): Filter {
  return readSeries(reader, 'or', () => readSeries(reader, 'and', () => readOne(reader, depth)));
}

function readSeries(reader: Reader, kind: 'and' | 'or', next: () => Filter): Filter {
  const filters = [next()];
  while (reader.word(kind)) filters.push(next());
  return filters.length === 1 ? filters[0]! : { kind, filters };
}

function readOne(reader: Reader, depth: number): Filter {
  const start = reader.at;
  if (reader.word('not')) {
    if (reader.sign('(')) return { kind: 'not', filter: readGroup(reader, ')', depth) };
    reader.at = start;
  }
  return reader.sign('(') ? readGroup(reader, ')', depth) : readTest(reader, depth);
}

/** What stands up to a closing sign. */
function readGroup(reader: Reader, close: string, depth: number): Filter {
  if (depth === MAX_NESTING)
    throw badRequest(`_filter has more than ${MAX_NESTING} parentheses in each other. Write it flatter.`);
  const filter = readAny(reader, depth + 1);
  if (!reader.sign(close)) throw reader.fail(`"and", "or" or "${close}"`);
  return filter;
}

function readTest(reader: Reader, depth: number): Filter {
  const path: Step[] = [];
  do {
    const name = reader.take(NAME);
    if (name === undefined) throw reader.fail('a search parameter');
    path.push(reader.sign('[') ? { name, filter: readGroup(reader, ']', depth) } : { name });
  } while (reader.sign('.'));
  const operator = reader.take(NAME);
  if (operator === undefined) throw reader.fail('an operator such as eq');
  const value = readValue(reader);
  return { kind: 'test', path, operator, value };
}

function readValue(reader: Reader): string {
  const quoted = reader.take(STRING);
  if (quoted !== undefined) {
    try {
      return JSON.parse(quoted);
    } catch {
      throw badRequest(`_filter has the text ${quoted.slice(0, 40)}, which is no JSON string.`);
    }
  }
  const value = reader.take(TOKEN);
  if (value === undefined) throw reader.fail('a value, or a text in double quotes');
  return value;
}
