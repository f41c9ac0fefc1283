// URI search: the whole URI, exactly. https://hl7.org/fhir/R4/search.html#uri

import { textArray } from '../../db/statement.ts';
import { badRequest } from '../../fhir/errors.ts';
import { indexedText, type ParamType, withoutEscapes } from './type.ts';

export const uri: ParamType = {
  table: 'index_uri',
  columns: [['value', 'text']],
  sortColumn: 'value',
  modifiers: [],
  rows: (values) => values.flatMap(({ value }) => (typeof value === 'string' ? [[indexedText(value)]] : [])),
  match(values, _modifier, param, { statement, column }) {
    if (values.includes(''))
      throw badRequest(
        `The search parameter "${param.code}" has an empty value. Give a URI, or leave it out.`,
      );
    const texts = values.map((value) => indexedText(withoutEscapes(value)));
    return texts.length === 1
      ? `${column('value')} = ${statement.add(texts[0]!, 'text')}`
      : `${column('value')} = any(${statement.add(textArray(texts), 'text[]')})`;
  },
  single: (values) => values.length === 1,
};
