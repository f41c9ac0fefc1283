// Words, "phrases" and AND, OR, NOT with brackets, as PostgreSQL's text search reads them. https://hl7.org/fhir/R4/search.html#text
import { badRequest } from '../../fhir/errors.ts';

type Part = { is: '&' | '|' | '!' | '(' | ')' } | { is: 'words'; words: string };

const OPERATORS: Readonly<Record<string, '&' | '|' | '!'>> = {
  AND: '&',
  and: '&',
  OR: '|',
  or: '|',
  NOT: '!',
};

/** A phrase, a bracket, a minus that leads what it excludes, or a word. */
const PART = /"([^"]*)"|([()])|(-)(?=["(\p{L}\p{N}])|([^\s()"]+)/gu;
const hasWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (const [, phrase, bracket, minus, word] of text.matchAll(PART)) {
    const words = phrase ?? word;
    if (bracket) parts.push({ is: bracket as '(' | ')' });
    else if (minus) parts.push({ is: '!' });
    else if (word && Object.hasOwn(OPERATORS, word)) parts.push({ is: OPERATORS[word]! });
    else if (words && hasWord(words)) parts.push({ is: 'words', words });
  }
  return isBalanced(parts) ? parts : parts.filter(({ is }) => is !== '(' && is !== ')');
}

function isBalanced(parts: readonly Part[]): boolean {
  let depth = 0;
  for (const { is } of parts) {
    if (is === '(') depth++;
    if (is === ')' && --depth < 0) return false;
  }
  return depth === 0;
}

const quoted = (words: string): string => `'${words.replace(/['\\]/g, '$&$&')}'`;

/** Reads parts by precedence: OR, then AND, which may be left out, then NOT. Operators without operands mean nothing. */
class Reader {
  readonly #parts: readonly Part[];
  #at = 0;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** @returns '' when there is nothing to search by */
  any(): string {
    const all = [this.#all()];
    while (this.#take('|')) all.push(this.#all());
    return joined(all, ' | ');
  }

  #all(): string {
    const each: string[] = [];
    for (let is = this.#next(); is && is !== '|' && is !== ')'; is = this.#next()) {
      if (!this.#take('&')) each.push(this.#one());
    }
    return joined(each, ' & ');
  }

  #one(): string {
    if (this.#take('!')) {
      const is = this.#next();
      const excluded = is && is !== '|' && is !== ')' && is !== '&' ? this.#one() : '';
      return excluded && `!${excluded}`;
    }
    if (this.#take('(')) {
      const inner = this.any();
      this.#take(')');
      return inner && `(${inner})`;
    }
    const part = this.#parts[this.#at++];
    return part?.is === 'words' ? quoted(part.words) : '';
  }

  #next(): Part['is'] | undefined {
    return this.#parts[this.#at]?.is;
  }

  #take(is: Part['is']): boolean {
    if (this.#next() !== is) return false;
    this.#at++;
    return true;
  }
}

const joined = (parts: readonly string[], operator: string): string => parts.filter(Boolean).join(operator);

/** Most brackets and exclusions, which may nest. */
const MAX_NESTED = 100;

/**
 * The text of a `to_tsquery`: `(bone OR liver) and metastases` is `('bone' | 'liver') & 'metastases'`.
 * @returns '' when there is nothing to search by
 * @throws FhirError 400 for too many brackets
 */
export function textQuery(text: string, name: string): string {
  const parts = partsOf(text);
  const nested = parts.filter(({ is }) => is === '(' || is === '!').length;
  if (nested > MAX_NESTED)
    throw badRequest(`${name} has ${nested} brackets and exclusions. Give at most ${MAX_NESTED}.`);
  return new Reader(parts).any();
}
