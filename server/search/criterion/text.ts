// _text and _content: the words of the narrative, and of the whole resource. https://hl7.org/fhir/R4/search.html#content
import { badRequest } from '../../fhir/errors.ts';
import { splitEscaped, withoutEscapes } from '../param/type.ts';
import { checkWords } from '../param/wordless.ts';
import { textQuery } from './text-query.ts';
import type { Sql, TextCriterion } from './type.ts';

const nameOf = (column: TextCriterion['column']): string => (column === 'content' ? '_content' : '_text');

/** Most texts with commas, and characters in all: PostgreSQL makes a tree of them, in a time that grows faster than they do. */
const MAX_TEXTS = 100;
const MAX_CHARACTERS = 20_000;

/** @throws FhirError 400 without words, for too many, and for types that have none */
export const readText =
  (column: TextCriterion['column']) =>
  (types: readonly string[], value: string): TextCriterion => {
    checkWords(types, nameOf(column));
    if (value.length > MAX_CHARACTERS)
      throw badRequest(`${nameOf(column)} has ${value.length} characters. Give at most ${MAX_CHARACTERS}.`);
    const texts = splitEscaped(value, ',').map((text) => textQuery(withoutEscapes(text), nameOf(column)));
    if (texts.length > MAX_TEXTS)
      throw badRequest(`${nameOf(column)} has ${texts.length} values. Give at most ${MAX_TEXTS}.`);
    if (texts.includes(''))
      throw badRequest(
        `The search parameter "${nameOf(column)}" has a value without a letter or digit. Give words, such as "heart failure", heart -failure or (bone OR liver) AND metastases.`,
      );
    return { kind: 'text', column, texts };
  };

export const textSql: Sql<TextCriterion> = ({ column, texts }, row, { statement }) => {
  const query = texts
    .map((text) => `to_tsquery('simple', fold(${statement.add(text, 'text')}))`)
    .join(' || ');
  return `exists (select from index_text i where i.rid = ${row.rid} and i.${column} @@ (${query}))`;
};
