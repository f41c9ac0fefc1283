// _filter: its operators as criteria, by search parameter type. https://hl7.org/fhir/R4/search_filter.html
import { dateRange } from '../../fhir/datetime.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import type { SearchParam } from '../param/type.ts';
import { readLink } from './chain.ts';
import { type Filter, parseFilter, type Step } from './filter-syntax.ts';
import { anyOf, paramsOf } from './index-parameter.ts';
import type { Criterion, OverlapCriterion, Read, ReadContext, WordsCriterion } from './type.ts';

/** One test, `name operator value`, on types that share the parameter's type. */
interface Test {
  types: readonly string[];
  name: string;
  value: string;
  params: readonly SearchParam[];
  context: ReadContext;
  read: Read;
}
type Operator = (test: Test) => Criterion;

/** A value is one value: its commas and backslashes mean themselves. */
const escaped = (value: string): string => value.replace(/[\\,]/g, '\\$&');

/** The search `name[:modifier]=prefix value`. */
const plain =
  (modifier = '', prefix = ''): Operator =>
  ({ types, name, value, context, read }) =>
    read(types, `${name}${modifier}`, `${prefix}${escaped(value)}`, context);

const differs: Operator = (test) => {
  const criterion = plain()(test);
  return criterion.kind === 'index' ? { ...criterion, differs: true } : { kind: 'not', criterion };
};

const words =
  (operator: WordsCriterion['operator']): Operator =>
  ({ params, value }) => ({ kind: 'words', params, operator, text: value });

const overlaps: Operator = ({ params, name, value }): OverlapCriterion => {
  const range = dateRange(value);
  if (!range) throw badRequest(`_filter compares ${name} with "${value}", which is no date.`);
  return { kind: 'overlap', params, ...range };
};

const present: Operator = ({ types, name, value, context, read }) => {
  if (value !== 'true' && value !== 'false')
    throw badRequest(`_filter has "${name} pr ${value}". Allowed are pr true and pr false.`);
  return read(types, `${name}:missing`, value === 'true' ? 'false' : 'true', context);
};

const prefixed = Object.fromEntries(
  ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb'].map((prefix) => [prefix, plain('', prefix)]),
);
const pr = { pr: present };

/** What each operator is, by the type of the parameter. */
const operators: Record<string, Record<string, Operator>> = {
  string: {
    ...Object.fromEntries(
      (['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le'] as const).map((name) => [name, words(name)]),
    ),
    ...pr,
  },
  token: {
    eq: plain(),
    ne: differs,
    ss: plain(':below'),
    sb: plain(':above'),
    in: plain(':in'),
    ni: plain(':not-in'),
    ...pr,
  },
  reference: { eq: plain(), ne: differs, re: plain(), ...pr },
  uri: { eq: plain(), ne: differs, ...pr },
  date: { ...prefixed, po: overlaps, ...pr },
  number: { ...prefixed, ...pr },
  quantity: { ...prefixed, ...pr },
  composite: { eq: plain(), ne: differs, ...pr },
};
/** Of parameters that are no rows of an index. */
const columns: Record<string, Record<string, Operator>> = {
  _id: { eq: plain(), ne: differs },
  _lastUpdated: prefixed,
};

/**
 * Reads the value of `_filter`.
 * @throws FhirError 400 for what cannot be read, or is no operator of the parameter
 */
export const readFilter = (
  types: readonly string[],
  text: string,
  context: ReadContext,
  read: Read,
): Criterion => criterionOf(parseFilter(text), types, context, read);

const KINDS = { and: 'all', or: 'any' } as const;

function criterionOf(filter: Filter, types: readonly string[], context: ReadContext, read: Read): Criterion {
  if (filter.kind === 'not')
    return { kind: 'not', criterion: criterionOf(filter.filter, types, context, read) };
  if (filter.kind !== 'test')
    return {
      kind: KINDS[filter.kind],
      criteria: filter.filters.map((each) => criterionOf(each, types, context, read)),
    };
  const { path, operator, value } = filter;
  const follow = (steps: readonly Step[], at: readonly string[], within: ReadContext): Criterion => {
    const [step, ...rest] = steps as [Step, ...Step[]];
    if (rest.length)
      return readLink(at, step.name, undefined, within, (targets, next) => {
        const last = follow(rest, targets, next);
        return step.filter
          ? { kind: 'all', criteria: [criterionOf(step.filter, targets, next, read), last] }
          : last;
      });
    if (step.filter)
      throw notSupported(
        `_filter has a filter in brackets at the end of a path, "${step.name}[…]". Brackets are read between references, such as subject[active eq true].name.`,
      );
    return test(step.name, operator, value, at, within, read);
  };
  return follow(path, types, context);
}

function test(
  name: string,
  operator: string,
  value: string,
  types: readonly string[],
  context: ReadContext,
  read: Read,
): Criterion {
  if (Object.hasOwn(columns, name))
    return operatorOf(columns[name]!, name, operator)({ types, name, value, params: [], context, read });
  const byType = Map.groupBy(paramsOf(types, name, context), ({ type }) => type);
  return anyOf(
    [...byType].map(([type, params]) =>
      operatorOf(
        operators[type] ?? pr,
        name,
        operator,
      )({ types: params.map((param) => param.resourceType), name, value, params, context, read }),
    ),
  );
}

/** @throws FhirError 400 for an operator that the parameter does not have */
function operatorOf(known: Record<string, Operator>, name: string, operator: string): Operator {
  if (!Object.hasOwn(known, operator))
    throw notSupported(
      `_filter has no operator "${operator}" for "${name}". It has ${Object.keys(known).join(', ')}.`,
    );
  return known[operator]!;
}
