// Search parameters as conditions of access, `code=…&status:not=…`: read, compiled into SQL, and held against a resource in
// memory, where writes and past versions are judged. https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import type { RidOf } from '../../db/rid.ts';
import type { Statement } from '../../db/statement.ts';
import { UNLIMITED } from '../../db/visibility.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { FhirError } from '../../fhir/errors.ts';
import type { CompileContext } from '../compile.ts';
import { criterionSql } from '../criterion/index.ts';
import { systemsOf } from '../criterion/prepare.ts';
import { readCriterion } from '../criterion/read.ts';
import type { Criterion, ReadContext } from '../criterion/type.ts';
import { paramTypes } from '../param/index.ts';
import { targetsOf } from '../param/reference.ts';
import { isTokenRow, parseToken } from '../param/token.ts';
import { type IndexRow, indexedText, type SearchParam, splitEscaped, withoutEscapes } from '../param/type.ts';
import type { Registry } from '../registry.ts';

/** What the rows of a resource are made and compared with. */
export interface MatchingContext {
  registry: Registry;
  ridOf: RidOf;
  base: string;
}

const MODIFIERS: ReadonlySet<string | undefined> = new Set([undefined, 'not', 'missing']);

/** `name=value` pairs, decoded. */
const pairsOf = (criteria: string): [name: string, value: string][] => [...new URLSearchParams(criteria)];

type Equal = (row: IndexRow, value: string, param: SearchParam, context: MatchingContext) => boolean;

/** Whether an index row is what a value asks for, by parameter type: those that access can be conditional on. */
const equals: Readonly<Record<string, Equal>> = {
  token: (row, value) => isTokenRow(row, parseToken(value)),
  reference: ([target], value, param, context) =>
    targetsOf(value, undefined, param, context).includes(target!),
  uri: ([text], value) => text === indexedText(withoutEscapes(value)),
};

const typesOf = (type: string): readonly string[] => (type === '*' ? [...resourceTypes] : [type]);

/** What keeps one parameter from being a condition of access, or undefined. */
function problemOf(
  type: string,
  [name, value]: readonly [string, string],
  context: MatchingContext,
): string | undefined {
  const [code, modifier, ...more] = name.split(':') as [string, string?, ...string[]];
  if (code === '_id' && modifier === undefined) return undefined;
  const params = typesOf(type).map((each) => context.registry.find(each, code));
  const [param] = params;
  if (!param || params.includes(undefined))
    return `${type === '*' ? 'Not all resource types have' : `${type} has no`} search parameter "${code}".`;
  const equal = Object.hasOwn(equals, param.type) ? equals[param.type] : undefined;
  if (!equal || more.length || !MODIFIERS.has(modifier))
    return `"${name}" cannot limit access. Use parameters of type token, reference or uri, plain or with :not or :missing.`;
  try {
    if (modifier === 'missing')
      return /^(true|false)$/.test(value) ? undefined : `${name} is "${value}". Allowed are true and false.`;
    for (const one of splitEscaped(value, ',')) {
      if (!one) return `"${name}" has an empty value.`;
      equal(['', ''], one, param, context);
    }
    return undefined;
  } catch (error) {
    if (error instanceof FhirError)
      return error.issues[0]!.diagnostics ?? `"${name}" has no value that can be read.`;
    throw error;
  }
}

/**
 * What keeps search parameters from being a condition of access: one sentence, or undefined.
 * @param type a resource type, or `*`: then only what all types can be searched by
 */
export function criteriaProblem(
  type: string,
  criteria: string,
  context: MatchingContext,
): string | undefined {
  const pairs = pairsOf(criteria);
  if (!pairs.length) return 'A "?" has to be followed by search parameters, such as ?status=active.';
  if (pairs.length > MAX_PAIRS || criteria.length > MAX_LENGTH)
    return `At most ${MAX_PAIRS} search parameters and ${MAX_LENGTH} characters can limit access.`;
  for (const pair of pairs) {
    const problem = problemOf(type, pair, context);
    if (problem) return problem;
  }
  return undefined;
}
const MAX_PAIRS = 10;
const MAX_LENGTH = 1000;

/** Whether a resource matches: as the SQL of `criteriaSql` says it of its index rows. */
export function matchesCriteria(
  resource: { resourceType: string; id?: string },
  criteria: string,
  context: MatchingContext,
): boolean {
  return pairsOf(criteria).every(([name, value]) => {
    const [code, modifier] = name.split(':') as [string, string?];
    if (code === '_id') return value.split(',').includes(resource.id ?? '');
    const param = context.registry.find(resource.resourceType, code);
    const equal = param && equals[param.type];
    if (!equal) return false;
    const rows = paramTypes[param.type]!.rows(param.extract(resource), context, param, resource);
    if (modifier === 'missing') return (rows.length === 0) === (value === 'true');
    const asked = splitEscaped(value, ',');
    const found = rows.some((row) => asked.some((one) => equal(row, one, param, context)));
    return modifier === 'not' ? !found : found;
  });
}

/** The criteria of some types. @throws FhirError 400 where `criteriaProblem` finds something */
export function readCriteria(types: readonly string[], criteria: string, registry: Registry): Criterion[] {
  const context: ReadContext = { registry, covers: () => true, depth: 0, partial: false };
  return pairsOf(criteria).map(([name, value]) => readCriterion(types, name, value, context));
}

/** The code systems that criteria name: their ids have to be known before there is SQL. */
export const systemsIn = (type: string, criteria: string, registry: Registry): string[] =>
  systemsOf(readCriteria(typesOf(type), criteria, registry));

/** Condition on a row with the columns `type`, `rid` and `last_updated`. */
export const criteriaSql = (
  criteria: readonly Criterion[],
  alias: string,
  statement: Statement,
  context: Omit<CompileContext, 'visibilityOf'>,
): string => {
  const row = { rid: `${alias}.rid`, lastUpdated: `${alias}.last_updated`, type: `${alias}.type`, depth: 9 };
  const whole = { ...context, statement, visibilityOf: () => UNLIMITED };
  return criteria.map((criterion) => criterionSql(criterion, row, whole)).join(' and ');
};
