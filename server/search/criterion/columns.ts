// Criteria that columns of the resource answer: _id, _lastUpdated and _type. https://hl7.org/fhir/R4/search.html#all
import { plainArray } from '../../db/statement.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import { ID } from '../../fhir/reference.ts';
import { lastUpdatedSql } from '../param/date.ts';
import {
  type Criterion,
  type IdCriterion,
  type LastUpdatedCriterion,
  type Sql,
  type TypeCriterion,
  typeTest,
} from './type.ts';

/** @throws FhirError 400 without a value */
export function readId(types: readonly string[], value: string): IdCriterion {
  if (!value) throw badRequest('The search parameter "_id" has an empty value. Give an id, or leave it out.');
  const ids = value.split(',').filter((id) => ID.test(id));
  return { kind: 'id', keys: types.flatMap((type) => ids.map((id) => `${type}/${id}`)) };
}

export const readLastUpdated = (_types: readonly string[], value: string): LastUpdatedCriterion => ({
  kind: 'lastUpdated',
  values: value.split(','),
});

/** The types that `_type` names. @throws FhirError 400 for a name that is no resource type */
export function readTypes(value: string): string[] {
  const types = value.split(',');
  const unknown = types.find((type) => !resourceTypes.has(type));
  if (unknown !== undefined)
    throw notSupported(
      `_type names "${unknown}", which is no R4 resource type. Give types with commas, such as Patient,Task.`,
    );
  return [...new Set(types)];
}
export const readType = (_types: readonly string[], value: string): TypeCriterion => ({
  kind: 'type',
  types: readTypes(value),
});

/** `:missing` of what every resource has: none of the types, or all. @throws FhirError 400 for another value */
export function readMissing(types: readonly string[], name: string, value: string): Criterion {
  if (value !== 'true' && value !== 'false')
    throw badRequest(`${name} is "${value}". Allowed are true and false.`);
  const present: TypeCriterion = { kind: 'type', types };
  return value === 'true' ? { kind: 'not', criterion: present } : present;
}

export const idSql: Sql<IdCriterion> = ({ keys }, row, { ridOf, statement }) =>
  keys.length === 1
    ? `${row.rid} = ${statement.add(ridOf(keys[0]!), 'bigint')}`
    : `${row.rid} = any(${statement.add(plainArray(keys.map(ridOf)), 'bigint[]')})`;

export const lastUpdatedTest: Sql<LastUpdatedCriterion> = ({ values }, row, context) =>
  lastUpdatedSql(values, row.lastUpdated, context);

export const typeSql: Sql<TypeCriterion> = ({ types }, row, { typeId }) =>
  typeTest(row.type, types.map(typeId));
