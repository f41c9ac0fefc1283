// Scans JSON text without building it: how deep it nests, and where it stops being JSON. https://www.rfc-editor.org/rfc/rfc8259
const QUOTE = 34;
const BACKSLASH = 92;
const OPENERS: ReadonlySet<string> = new Set(['{', '[']);
/** Numbers and literals end at white space, punctuation, a string, or the end. */
const WORD = /[^\s{}[\],:"]*/y;
const SPACE = /[ \t\n\r]*/y;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)$/;
const STRING_CONTENT = /^(?:[^\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*$/u;

/** Where JSON text is broken, counted from 1, and what was expected there. */
export interface Breakage {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

/** Deepest nesting of objects and arrays; text with no more than `limit` opening brackets counts as flat (0). */
export function nestingOf(text: string, limit: number): number {
  if (!hasMoreOpeners(text, limit)) return 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === 123 || char === 91) deepest = Math.max(deepest, ++depth);
    else if (char === 125 || char === 93) depth--;
  }
  return deepest;
}

function hasMoreOpeners(text: string, limit: number): boolean {
  let count = 0;
  for (const opener of OPENERS) {
    for (let at = text.indexOf(opener); at >= 0; at = text.indexOf(opener, at + 1))
      if (++count > limit) return true;
  }
  return false;
}

/** Index of the quote that closes the string opened at `start`, or the text's length. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

type Expectation = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'end' | 'nothing';
const EXPECTED: Readonly<Record<Expectation, string>> = {
  value: 'a value',
  'first value': 'a value or ]',
  name: 'a property name in double quotes',
  'first name': 'a property name in double quotes or }',
  colon: ':',
  end: ', or the closing bracket',
  nothing: 'the end',
};

/** Finds where text that JSON.parse refused is broken. Never quotes the text, which may hold patient data. */
export function positionOfError(text: string): Breakage {
  const open: string[] = [];
  let expects: Expectation = 'value';
  let at = skip(SPACE, text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    const next = afterToken(token, expects, open);
    if (!next) break;
    expects = next;
    at = skip(SPACE, text, at + token.length);
  }
  const before = text.slice(0, at);
  return {
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
    expected: EXPECTED[expects],
  };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

/** The token at `at`: one punctuation mark, a whole string, or a word. */
function tokenAt(text: string, at: number): string {
  if (text[at] === '"') return text.slice(at, endOfString(text, at) + 1);
  return text.slice(at, Math.max(skip(WORD, text, at), at + 1));
}

/** What may follow `token` where `expects` was allowed; undefined when the token itself is wrong. */
function afterToken(token: string, expects: Expectation, open: string[]): Expectation | undefined {
  const afterValue = (): Expectation => (open.length ? 'end' : 'nothing');
  const inside = open.at(-1);
  if (expects === 'colon') return token === ':' ? 'value' : undefined;
  if (expects === 'end' && token === ',') return inside === '{' ? 'name' : 'value';
  const mayClose = expects === 'end' || expects === (inside === '{' ? 'first name' : 'first value');
  if (mayClose && token === (inside === '{' ? '}' : ']')) {
    open.pop();
    return afterValue();
  }
  if (expects === 'name' || expects === 'first name') return isString(token) ? 'colon' : undefined;
  if (expects !== 'value' && expects !== 'first value') return undefined;
  if (OPENERS.has(token)) {
    open.push(token);
    return token === '{' ? 'first name' : 'first value';
  }
  return isString(token) || SCALAR.test(token) ? afterValue() : undefined;
}

function isString(token: string): boolean {
  return token.length > 1 && token.endsWith('"') && STRING_CONTENT.test(token.slice(1, -1));
}
