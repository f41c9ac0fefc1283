// What a search has to find out before its statement can be made: code systems' ids, value sets, words.
import { paramTypes } from '../param/index.ts';
import type { PrepareContext } from '../param/type.ts';
import { tableOf } from './index-parameter.ts';
import { leavesOf } from './presence.ts';
import type { Criterion, IndexCriterion } from './type.ts';

const indexLeaves = (criteria: readonly Criterion[]): IndexCriterion[] =>
  leavesOf(criteria).filter(
    (leaf) => leaf.kind === 'index' && leaf.modifier !== 'missing',
  ) as IndexCriterion[];

/** Whether words are searched, whose rows are made behind the writes. */
export const asksWords = (criteria: readonly Criterion[]): boolean =>
  leavesOf(criteria).some(
    (leaf) => leaf.kind === 'text' || (leaf.kind === 'index' && tableOf(leaf) === 'index_display'),
  );

/** The code systems that criteria name. */
export const systemsOf = (criteria: readonly Criterion[]): string[] =>
  indexLeaves(criteria).flatMap(
    ({ params, modifier, values }) => paramTypes[params[0]!.type]!.systems?.(values, modifier) ?? [],
  );

/** The values to search by where a modifier asks terminology. */
async function valuesOf(
  { params, modifier, values }: IndexCriterion,
  context: PrepareContext,
): Promise<readonly string[]> {
  const { prepare } = paramTypes[params[0]!.type]!;
  return prepare && modifier !== 'missing' ? prepare(values, modifier, params[0]!, context) : values;
}

async function prepareOne(criterion: Criterion, context: PrepareContext): Promise<Criterion> {
  if (criterion.kind === 'index') return { ...criterion, values: await valuesOf(criterion, context) };
  if (criterion.kind === 'all' || criterion.kind === 'any')
    return { ...criterion, criteria: await prepareAll(criterion.criteria, context) };
  if (criterion.kind === 'chain' || criterion.kind === 'has' || criterion.kind === 'not')
    return { ...criterion, criterion: await prepareOne(criterion.criterion, context) };
  return criterion;
}

/** Criteria whose values are as `match` reads them. @throws FhirError 400 for a value set or code that cannot be followed */
export const prepareAll = (criteria: readonly Criterion[], context: PrepareContext): Promise<Criterion[]> =>
  Promise.all(criteria.map((criterion) => prepareOne(criterion, context)));
