// _list: the items of a list that the caller may read. https://hl7.org/fhir/R4/search.html#list
import { plainArray } from '../../db/statement.ts';
import { badRequest, forbidden, notSupported } from '../../fhir/errors.ts';
import { ID } from '../../fhir/reference.ts';
import { type ListCriterion, paramTest, type ReadContext, type Sql } from './type.ts';

/** @throws FhirError 400 for text that is no id, 403 without a scope to read lists */
export function readList(
  _types: readonly string[],
  value: string,
  { registry, covers }: ReadContext,
): ListCriterion {
  const ids = value.split(',').map((text) => text.replace(/^List\//, ''));
  for (const id of ids) {
    if (id.startsWith('$'))
      throw notSupported(
        `_list=${id} is a functional list, which this server does not have. Give the id of a List.`,
      );
    if (!ID.test(id)) throw badRequest(`_list is "${id}", which is no id. Give the id of a List.`);
  }
  if (!covers('List', 'r'))
    throw forbidden(
      'Your access does not cover reading List, which _list does. Ask for the scope user/List.rs.',
      undefined,
      'scope',
    );
  return { kind: 'list', param: registry.find('List', 'item')!, ids };
}

export const listSql: Sql<ListCriterion> = ({ param, ids }, row, context) => {
  const { statement, ridOf, visibilityOf } = context;
  const lists = statement.add(plainArray(ids.map((id) => ridOf(`List/${id}`))), 'bigint[]');
  const visible = visibilityOf(['List'], 'r').sql('list', statement);
  const join = visible ? ' join resource list on list.rid = i.rid' : '';
  return `exists (select from index_reference i${join} where i.target = ${row.rid} and ${paramTest('i', [param.id])} and i.rid = any(${lists})${visible ? ` and ${visible}` : ''})`;
};
