// Reference search: by id, `Type/id`, URL or canonical, by the identifier beside it; criterion/hierarchy.ts walks hierarchies.
// https://hl7.org/fhir/R4/search.html#reference
import type { Reference } from '@medplum/fhirtypes';
import type { Rid } from '../../db/rid.ts';
import { plainArray } from '../../db/statement.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import type { TypedValue } from '../../fhir/path/index.ts';
import { ID, localReference, referenceKey, referenceKeys } from '../../fhir/reference.ts';
import { identifierRow, token } from './token.ts';
import {
  type IndexRow,
  type IndexTable,
  indexedText,
  type MatchContext,
  type ParamType,
  type RowContext,
  type SearchParam,
  withoutEscapes,
} from './type.ts';

const referencesOf: Record<string, (value: never) => string | undefined> = {
  Reference: (value: Reference) => value.reference,
  canonical: (value: string) => value,
  uri: (value: string) => value,
};

/** What a value without an address is indexed by, so that it is not missing: an identifier, words. */
const UNADDRESSED = '';

/** `Type/id` of a resource. */
export const keyOf = (resource: object): string => {
  const { resourceType, id } = resource as { resourceType: string; id: string };
  return `${resourceType}/${id}`;
};

/**
 * The text that a contained resource is hashed by. It begins as no other reference does that is hashed, so that nothing but
 * its container refers to it. https://hl7.org/fhir/R4/references.html#contained
 * @param container `Type/id` of the resource that contains it
 */
export const containedKey = (container: string, id: string): string => `#${container}#${id}`;

/** The rids that one value may mean: a bare id means that id of each target type. */
export function targetsOf(
  text: string,
  modifier: string | undefined,
  param: SearchParam,
  { ridOf, base }: Pick<MatchContext, 'ridOf' | 'base'>,
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

/** Types of values that hold a canonical URL, with or without a version. */
const CANONICAL = new Set(['canonical', 'uri']);

/** Rows in other tables: identifiers of references as tokens, canonicals as text for `:below`. */
function modifierRowsOf({ type, value }: TypedValue): [IndexTable, IndexRow][] {
  if (CANONICAL.has(type)) return [['index_uri', [indexedText(value as string)]]];
  const { identifier } = type === 'Reference' ? (value as Reference) : {};
  return identifier ? [['index_token', identifierRow(identifier)]] : [];
}

/** Tables of the modifiers that do not search by target. */
const TABLES: Readonly<Record<string, IndexTable>> = { identifier: 'index_token', below: 'index_uri' };

/** Condition on canonicals: `url` in any version, `url|1` in version 1 and all that start with `1.`. */
function belowTest(values: readonly string[], { code }: SearchParam, context: MatchContext): string {
  const { statement } = context;
  const column = context.column('value');
  const tests = values.map((escaped) => {
    const value = withoutEscapes(escaped);
    if (!/^[a-z][a-z0-9+.-]*:/i.test(value))
      throw badRequest(
        `"${code}:below" is "${value}". Give a canonical URL, or one with the beginning of a version: url|1.`,
      );
    const mark = value.includes('|') ? '.' : '|';
    const after = String.fromCharCode(mark.charCodeAt(0) + 1);
    return `${column} = ${statement.add(value, 'text')} or ${column} >= ${statement.add(value + mark, 'text')} and ${column} < ${statement.add(value + after, 'text')}`;
  });
  return `(${tests.join(' or ')})`;
}

/** Most resources that the bare ids of one criterion may mean: each is hashed. */
const MAX_TARGETS = 20_000;

/** Surrogates of what a value refers to. */
function ridsOf({ type, value }: TypedValue, context: RowContext, resource: object): Rid[] {
  const { ridOf, base, container } = context;
  if (!Object.hasOwn(referencesOf, type)) return [];
  const text = referencesOf[type]!(value as never);
  if (!text) return [ridOf(UNADDRESSED)];
  if (text.startsWith('#')) {
    const holder = container ?? keyOf(resource);
    return [ridOf(text === '#' ? holder : containedKey(holder, text.slice(1)))];
  }
  return referenceKeys(text, base).map(ridOf);
}

export const reference: ParamType = {
  table: 'index_reference',
  columns: [['target', 'bigint']],
  modifiers: [...resourceTypes, 'identifier', 'above', 'below'],
  rows(values, context, _param, resource) {
    const rows: IndexRow[] = [];
    for (const value of values) for (const rid of ridsOf(value, context, resource)) rows.push([rid]);
    return rows;
  },
  modifierRows: (values) => values.flatMap(modifierRowsOf),
  tableOf: (modifier) => TABLES[modifier],
  systems: (values, modifier) => (modifier === 'identifier' ? token.systems!(values) : []),
  match(values, modifier, param, context) {
    if (modifier === 'identifier') return token.match(values, undefined, param, context);
    if (modifier === 'below') return belowTest(values, param, context);
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
    values.length === 1 &&
    !TABLES[modifier ?? ''] &&
    (!ID.test(values[0]!) || modifier !== undefined || param.target?.length === 1),
};
