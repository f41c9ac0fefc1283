// Compartments: the resources that refer to one by the parameters that its CompartmentDefinition names.
// https://hl7.org/fhir/R4/compartmentdefinition.html
import { compartments } from '../../fhir/compartment.ts';
import type { Registry } from '../registry.ts';
import { type CompartmentCriterion, paramTest, type Sql } from './type.ts';

/** The types that lie in a compartment; undefined when there is no such compartment. */
export function typesIn(name: string): string[] | undefined {
  return Object.hasOwn(compartments, name) ? Object.keys(compartments[name]!) : undefined;
}

/**
 * `Patient/1` as a criterion on resources of some types of its compartment.
 * Membership in patients' compartments has index rows of its own; for the others the parameters are asked.
 */
export function compartmentOf(
  name: string,
  id: string,
  types: readonly string[],
  registry: Registry,
): CompartmentCriterion {
  const codes = compartments[name]!;
  const params =
    name === 'Patient'
      ? [registry.compartment]
      : types.flatMap((type) => codes[type]!.flatMap((code) => registry.find(type, code)?.id ?? []));
  return {
    kind: 'compartment',
    key: `${name}/${id}`,
    params,
    itself: name !== 'Patient' && types.includes(name),
  };
}

/** The index rows that put resources into the compartment. */
export const compartmentRows = (
  { key, params }: CompartmentCriterion,
  { ridOf, statement }: Parameters<Sql<CompartmentCriterion>>[2],
): string => `${paramTest('i', params)} and i.target = ${statement.add(ridOf(key), 'bigint')}`;

export const compartmentSql: Sql<CompartmentCriterion> = (criterion, row, context) => {
  const { statement, ridOf } = context;
  const itself = criterion.itself ? statement.add(ridOf(criterion.key), 'bigint') : undefined;
  if (!criterion.params.length) return itself ? `${row.rid} = ${itself}` : 'false';
  const rows = compartmentRows(criterion, context);
  return itself
    ? `${row.rid} in (select i.rid from index_reference i where ${rows} union all select ${itself})`
    : `exists (select from index_reference i where i.rid = ${row.rid} and ${rows})`;
};
