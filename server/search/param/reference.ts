// Reference search: by id, `Type/id`, URL or canonical. https://hl7.org/fhir/R4/search.html#reference
import type { Reference } from '@medplum/fhirtypes';
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest } from '../../fhir/errors.ts';
import { ID, referenceKey } from '../../fhir/reference.ts';
import { plainArray } from '../../db/statement.ts';
import { type MatchContext, type ParamType, type SearchParam, unescape } from './type.ts';

const referencesOf: Record<string, (value: never) => string | undefined> = {
  Reference: (value: Reference) => value.reference,
  canonical: (value: string) => value,
  uri: (value: string) => value,
  // A patient's own id: the Patient resource lies in its own compartment.
  id: (value: string) => `Patient/${value}`,
};

/** The rids that one value may mean: a bare id means that id of each target type. */
function targetsOf(text: string, modifier: string | undefined, param: SearchParam, { ridOf, base }: MatchContext): string[] {
  const value = unescape(text);
  if (!value) throw badRequest(`The search parameter "${param.code}" has an empty value. Give an id or Type/id, or leave it out.`);
  if (!ID.test(value)) return [ridOf(referenceKey(value, base))];
  const types = modifier ? [modifier] : (param.target ?? [...resourceTypes]);
  return types.map((type) => ridOf(`${type}/${value}`));
}

export const reference: ParamType = {
  table: 'index_reference',
  columns: [['target', 'bigint']],
  modifiers: [...resourceTypes],
  rows: (values, { ridOf, base }) =>
    values.flatMap(({ type, value }) => {
      const text = referencesOf[type]?.(value as never);
      return text && !text.startsWith('#') ? [[ridOf(referenceKey(text, base))]] : [];
    }),
  match(values, modifier, param, context) {
    const targets = values.flatMap((value) => targetsOf(value, modifier, param, context));
    return targets.length === 1
      ? `i.target = ${context.statement.add(targets[0]!, 'bigint')}`
      : `i.target = any(${context.statement.add(plainArray(targets), 'bigint[]')})`;
  },
  single: (values) => values.length === 1 && !ID.test(values[0]!),
};
