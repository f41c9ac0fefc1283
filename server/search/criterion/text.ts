// _text and _content: the words of the narrative, and of the whole resource. https://hl7.org/fhir/R4/search.html#content
import { badRequest } from '../../fhir/errors.ts';
import { splitEscaped, withoutEscapes } from '../param/type.ts';
import type { Sql, TextCriterion } from './type.ts';

/** @throws FhirError 400 without words */
export const readText =
  (column: TextCriterion['column']) =>
  (_types: readonly string[], value: string): TextCriterion => {
    const texts = splitEscaped(value, ',').map((text) => withoutEscapes(text).trim());
    if (texts.some((text) => !/[\p{L}\p{N}]/u.test(text)))
      throw badRequest(
        `The search parameter "${column === 'content' ? '_content' : '_text'}" has a value without a letter or digit. Give words, such as "heart failure" or heart -failure.`,
      );
    return { kind: 'text', column, texts };
  };

export const textSql: Sql<TextCriterion> = ({ column, texts }, row, { statement }) => {
  const query = texts
    .map((text) => `websearch_to_tsquery('simple', fold(${statement.add(text, 'text')}))`)
    .join(' || ');
  return `exists (select from index_text i where i.rid = ${row.rid} and i.${column} @@ (${query}))`;
};
