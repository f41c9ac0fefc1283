// Reference search: by id, `Type/id`, URL or canonical. https://hl7.org/fhir/R4/search.html#reference
import type { Reference } from '@medplum/fhirtypes';
import { plainArray } from '../../db/statement.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import { ID, localReference, referenceKey, referenceKeys } from '../../fhir/reference.ts';
import { type MatchContext, type ParamType, type SearchParam, withoutEscapes } from './type.ts';

const referencesOf: Record<string, (value: never) => string | undefined> = {
  Reference: (value: Reference) => value.reference,
  canonical: (value: string) => value,
  uri: (value: string) => value,
};

/** The rids that one value may mean: a bare id means that id of each target type. */
function targetsOf(
  text: string,
  modifier: string | undefined,
  param: SearchParam,
  { ridOf, base }: MatchContext,
): string[] {
  if (modifier && param.target && !param.target.includes(modifier)) {
    throw notSupported(
      `"${param.code}" never refers to ${modifier}. It refers to ${param.target.join(', ')}.`,
    );
  }
  const value = withoutEscapes(text);
  if (!value)
    throw badRequest(
      `The search parameter "${param.code}" has an empty value. Give an id or Type/id, or leave it out.`,
    );
  if (!ID.test(value)) {
    const type = localReference(value, base)?.type;
    if (modifier && type && type !== modifier)
      throw badRequest(
        `"${param.code}:${modifier}" has the value ${value}. Give the id of a ${modifier}, or leave the modifier out.`,
      );
    return [ridOf(referenceKey(value, base))];
  }
  const types = modifier ? [modifier] : (param.target ?? [...resourceTypes]);
  return types.map((type) => ridOf(`${type}/${value}`));
}

/** Most resources that the bare ids of one criterion may mean: each is hashed. */
const MAX_TARGETS = 20_000;

export const reference: ParamType = {
  table: 'index_reference',
  columns: [['target', 'bigint']],
  modifiers: [...resourceTypes],
  rows: (values, { ridOf, base }) =>
    values.flatMap(({ type, value }) => {
      const text = referencesOf[type]?.(value as never);
      return text && !text.startsWith('#') ? referenceKeys(text, base).map((key) => [ridOf(key)]) : [];
    }),
  match(values, modifier, param, context) {
    const bare = values.filter((value) => ID.test(value)).length;
    if (!modifier && bare * (param.target?.length ?? resourceTypes.size) > MAX_TARGETS) {
      throw badRequest(
        `"${param.code}" has ${bare} ids without a type, which could be too many resources. Write Type/id.`,
      );
    }
    const targets = values.flatMap((value) => targetsOf(value, modifier, param, context));
    return targets.length === 1
      ? `${context.column('target')} = ${context.statement.add(targets[0]!, 'bigint')}`
      : `${context.column('target')} = any(${context.statement.add(plainArray(targets), 'bigint[]')})`;
  },
  single: (values, modifier, param) =>
    values.length === 1 && (!ID.test(values[0]!) || modifier !== undefined || param.target?.length === 1),
};
