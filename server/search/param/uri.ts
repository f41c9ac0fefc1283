// URI search: the whole URI, exactly. https://hl7.org/fhir/R4/search.html#uri
import { badRequest } from '../../fhir/errors.ts';
import { textArray } from '../../db/statement.ts';
import { type ParamType, unescape } from './type.ts';

export const uri: ParamType = {
  table: 'index_uri',
  columns: [['value', 'text']],
  sortColumn: 'value',
  modifiers: [],
  rows: (values) => values.flatMap(({ value }) => (typeof value === 'string' ? [[value]] : [])),
  match(values, _modifier, param, { statement }) {
    if (values.includes('')) throw badRequest(`The search parameter "${param.code}" has an empty value. Give a URI, or leave it out.`);
    const texts = values.map(unescape);
    return texts.length === 1
      ? `i.value = ${statement.add(texts[0]!, 'text')}`
      : `i.value = any(${statement.add(textArray(texts), 'text[]')})`;
  },
  single: (values) => values.length === 1,
};
