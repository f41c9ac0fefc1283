// Criteria on index tables: `code[:modifier]=value`, `:missing` on all of them. https://hl7.org/fhir/R4/search.html#modifiers
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import { paramTypes } from '../param/index.ts';
import { negations, type SearchParam, splitEscaped } from '../param/type.ts';
import { checkWords } from '../param/wordless.ts';
import type { Registry } from '../registry.ts';
import { isFollowed, readHierarchy, walks, withoutHierarchy } from './hierarchy.ts';
import { unknownParameter } from './known.ts';
import {
  type Criterion,
  type IndexCriterion,
  idsOf,
  paramTest,
  type ReadContext,
  type Row,
  type Sql,
  type SqlContext,
} from './type.ts';

/** Parameters that one statement can test together: their values mean the same in each. */
function groupsOf(params: readonly SearchParam[], modifier: string | undefined): SearchParam[][] {
  const groups = new Map<string, SearchParam[]>();
  for (const param of params) {
    const key = param.components
      ? String(param.id)
      : `${param.type} ${param.target ?? ''} ${walks(param, modifier)}`;
    groups.set(key, [...(groups.get(key) ?? []), param]);
  }
  return [...groups.values()];
}

/** Whether a parameter has a modifier. */
function isModifier(param: SearchParam, modifier: string | undefined, registry: Registry): boolean {
  if (modifier === undefined || modifier === 'missing') return true;
  if (!paramTypes[param.type]!.modifiers.includes(modifier)) return false;
  return param.type !== 'reference' || isFollowed(param, modifier, registry);
}

/** The modifiers of a parameter. Of a reference without targets, which may be of any type, those of types are left out. */
export function modifiersOf(param: SearchParam, registry: Registry): string[] {
  const { modifiers } = paramTypes[param.type]!;
  const own = param.type === 'reference' ? modifiers.filter((name) => !resourceTypes.has(name)) : modifiers;
  const named = (param.type === 'reference' && param.target) || [];
  return ['missing', ...named, ...own.filter((name) => isModifier(param, name, registry))];
}

/** The parameters `code` of the types. @throws FhirError 400 when a type lacks it, or with `partial` every one */
export function paramsOf(
  types: readonly string[],
  code: string,
  { registry, partial }: ReadContext,
): SearchParam[] {
  const params = types.flatMap((type) => registry.find(type, code) ?? []);
  if (!params.length || (!partial && params.length < types.length))
    throw unknownParameter(types, code, registry, partial);
  return params;
}

/** Several criteria as one. */
export const anyOf = (criteria: readonly Criterion[]): Criterion =>
  criteria.length === 1 ? criteria[0]! : { kind: 'any', criteria };

/**
 * Reads a criterion on an index table.
 * @throws FhirError 400 that names the parameter and what is allowed
 */
export function readIndexParameter(
  types: readonly string[],
  name: string,
  value: string,
  context: ReadContext,
): Criterion {
  const [code, ...modifiers] = name.split(':') as [string, ...string[]];
  const modifier = modifiers.length ? modifiers.join(':') : undefined;
  const params = paramsOf(types, code, context);
  const fitting = params.filter((param) => isModifier(param, modifier, context.registry));
  if (!fitting.length || (!context.partial && fitting.length < params.length)) {
    const [param] = params.filter((param) => !fitting.includes(param));
    throw walks(param!, modifier)
      ? withoutHierarchy(code, modifier, context.registry)
      : noModifier(code, modifier!, modifiersOf(param!, context.registry));
  }
  if (tableOf({ params: fitting, modifier }) === 'index_display') checkWords(types, name);
  if (modifier === 'missing' && value !== 'true' && value !== 'false')
    throw badRequest(`${name} is "${value}". Allowed are true and false.`);
  const values = splitEscaped(value, ',');
  return anyOf(
    groupsOf(fitting, modifier).map((group) =>
      walks(group[0]!, modifier)
        ? readHierarchy(group, modifier, values, context)
        : { kind: 'index', params: group, modifier, values },
    ),
  );
}

/** 400: a modifier that the parameter does not have. */
export const noModifier = (code: string, modifier: string, known: readonly string[]): Error =>
  notSupported(
    `The search parameter "${code}" has no modifier ":${modifier}". ${known.length ? `It has ${known.map((name) => `:${name}`).join(', ')}.` : 'It has none.'}`,
  );

/** The table that a criterion reads: a modifier may search another than its type's own. */
export function tableOf({ params, modifier }: Pick<IndexCriterion, 'params' | 'modifier'>): string {
  const type = paramTypes[params[0]!.type]!;
  return (modifier !== undefined && type.tableOf?.(modifier)) || type.table;
}

/** Condition on the index rows `i` of a criterion's parameters and values. */
export function rowTest(
  criterion: IndexCriterion,
  context: SqlContext,
  row: Pick<Row, 'contained'> = {},
): string {
  const { params, modifier, values, differs } = criterion;
  const [param] = params as [SearchParam];
  const match = paramTypes[param.type]!.match(values, modifier, param, { ...context, column });
  return `${paramTest('i', idsOf(params, row))} and ${differs ? `not coalesce((${match}), false)` : match}`;
}
const column = (name: string): string => `i.${name}`;

/** True when a criterion holds only for resources that have index rows: those are present. */
export const isPositive = ({ modifier, values }: IndexCriterion): boolean =>
  modifier === 'missing' ? values[0] === 'false' : modifier === undefined || !negations.has(modifier);

export const indexSql: Sql<IndexCriterion> = (criterion, row: Row, context) => {
  if (criterion.modifier === 'missing') {
    const { table } = paramTypes[criterion.params[0]!.type]!;
    const found = `exists (select from ${table} i where i.rid = ${row.rid} and ${paramTest('i', idsOf(criterion.params, row))})`;
    return isPositive(criterion) ? found : `not ${found}`;
  }
  const found = `exists (select from ${tableOf(criterion)} i where i.rid = ${row.rid} and ${rowTest(criterion, context, row)})`;
  return isPositive(criterion) ? found : `not ${found}`;
};
