// FHIRPath text to tokens. https://hl7.org/fhirpath/N1/#lexical-elements · grammar: https://hl7.org/fhirpath/N1/grammar.html
import { badRequest } from '../errors.ts';

/** One token with the index of its first character; `text` of strings and quoted names is unescaped. */
export interface Token {
  readonly kind:
    | 'word'
    | 'quoted'
    | 'string'
    | 'number'
    | 'long'
    | 'date'
    | 'dateTime'
    | 'time'
    | 'mark'
    | 'end';
  readonly text: string;
  readonly at: number;
}

/** Longest expression that is read; the longest invariant of R4 has 863 characters. */
const MAX_LENGTH = 4_000;

const DATE = /@\d{4}(?:-\d{2}(?:-\d{2})?)?/.source;
const TIME = /\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?/.source;
const ZONE = /(?:Z|[-+]\d{2}:\d{2})?/.source;
const IGNORED = /(?:[ \t\r\n]+|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*)*/y;
const KINDS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['dateTime', new RegExp(`${DATE}T(?:${TIME}${ZONE})?`, 'y')],
  ['date', new RegExp(DATE, 'y')],
  ['time', new RegExp(`@T${TIME}`, 'y')],
  ['long', /\d+L/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'/y],
  ['quoted', /`(?:[^`\\]|\\[\s\S])*`/y],
  ['mark', /<=|>=|!=|!~|\$this|\$index|\$total|[-+*/&|<>=~.,()[\]{}%:]/y],
];

/**
 * Splits an expression into tokens, the last of kind `end`.
 * @throws a 400 failure that names the position of a character that starts no token
 */
export function tokensOf(expression: string): Token[] {
  if (expression.length > MAX_LENGTH) {
    throw badRequest(`The FHIRPath expression is longer than ${MAX_LENGTH} characters: shorten it.`);
  }
  const tokens: Token[] = [];
  let at = endOf(IGNORED, expression, 0);
  while (at < expression.length) {
    const token = tokenAt(expression, at);
    tokens.push({ kind: token.kind, at, text: isDelimited(token) ? unescaped(token.text) : token.text });
    at = endOf(IGNORED, expression, at + token.text.length);
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function tokenAt(expression: string, at: number): Token {
  for (const [kind, pattern] of KINDS) {
    const end = endOf(pattern, expression, at);
    if (end > at) return { kind, text: expression.slice(at, end), at };
  }
  throw syntaxError(expression, at, 'this character starts nothing that FHIRPath knows');
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function isDelimited(token: Token): boolean {
  return token.kind === 'string' || token.kind === 'quoted';
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', f: '\f' };

/** The content between the quotes with its escape sequences resolved. */
function unescaped(text: string): string {
  return text
    .slice(1, -1)
    .replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, sequence: string) =>
      sequence.length > 1
        ? String.fromCharCode(Number.parseInt(sequence.slice(1), 16))
        : (ESCAPES[sequence] ?? sequence),
    );
}

/** A 400 failure that shows the expression and the place (from 1) where it is wrong. */
export function syntaxError(expression: string, at: number, problem: string): Error {
  const shown = expression.length > 200 ? `${expression.slice(0, 200)}…` : expression;
  return badRequest(
    `The FHIRPath expression is wrong at character ${at + 1}: ${problem}. Expression: ${shown}`,
  );
}
