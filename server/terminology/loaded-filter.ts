// What the filters of a value set keep of a code system in tables, as SQL conditions on `concept c`.
// https://hl7.org/fhir/R4/valueset-filter-operator.html
import { type Statement, textArray } from '../db/statement.ts';
import { type Filter, PARENTS } from './content.ts';
import { checkFilter } from './filter.ts';
import { wholePattern } from './pattern.ts';

interface Scope {
  readonly statement: Statement;
  /** Small number of the code system. */
  readonly system: number;
  readonly user: string;
}
type Condition = (filter: Filter, scope: Scope) => string;

const listed = (value: string): string[] => value.split(',').map((one) => one.trim());
const text = (value: string, { statement }: Scope): string => statement.add(value, 'text');
const idOf = (code: string, scope: Scope): string =>
  `(select id from concept where system = ${scope.system} and code = ${text(code, scope)} and defined)`;

/** Properties that are columns. */
const COLUMNS: Readonly<Record<string, string>> = {
  code: 'c.code',
  concept: 'c.code',
  display: 'c.display',
  definition: 'c.definition',
};
const columnOf = (property: string): string | undefined =>
  Object.hasOwn(COLUMNS, property) ? COLUMNS[property] : undefined;

/** Every form that a value may have in a property. */
function forms(code: string, value: string): object[] {
  const texts = ['valueCode', 'valueString', 'valueDateTime'].map((name) => [{ code, [name]: value }]);
  const isPlain = value === 'true' || value === 'false' || /^-?\d+(\.\d+)?$/.test(value);
  const plain = isPlain ? JSON.parse(value) : undefined;
  return [
    ...texts,
    [{ code, valueCoding: { code: value } }],
    ...(typeof plain === 'boolean' ? [[{ code, valueBoolean: plain }]] : []),
    ...(typeof plain === 'number' ? [[{ code, valueInteger: plain }], [{ code, valueDecimal: plain }]] : []),
  ];
}

/** A property has one of the values. */
function hasOne(property: string, values: readonly string[], scope: Scope): string {
  const { statement, system } = scope;
  const column = columnOf(property);
  const array = () => statement.add(textArray(values), 'text[]');
  if (column) return `${column} = any(${array()})`;
  const linked = (own: string, other: string) =>
    `exists (select from concept_parent l join concept o on o.id = l.${other} where l.${own} = c.id and o.system = ${system} and o.code = any(${array()}))`;
  if (PARENTS.has(property)) return linked('child', 'parent');
  if (property === 'child') return linked('parent', 'child');
  const tests = values
    .flatMap((value) => forms(property, value))
    .map((form) => `c.property @> ${statement.add(JSON.stringify(form), 'text::jsonb')}`);
  return `(${tests.join(' or ')})`;
}

/** A property is there. */
function isThere(property: string, { statement }: Scope): string {
  const column = columnOf(property);
  if (column) return `${column} is not null`;
  if (PARENTS.has(property)) return 'exists (select from concept_parent l where l.child = c.id)';
  if (property === 'child') return 'exists (select from concept_parent l where l.parent = c.id)';
  return `coalesce(c.property @> ${statement.add(JSON.stringify([{ code: property }]), 'text::jsonb')}, false)`;
}

const below = (value: string, scope: Scope): string =>
  `c.id in (select descendant from concept_closure where ancestor = ${idOf(value, scope)})`;
const belowOrSame = (value: string, scope: Scope): string =>
  `(c.code = ${text(value, scope)} or ${below(value, scope)})`;

/** By operator. */
const conditions: Readonly<Record<string, Condition>> = {
  '=': ({ property, value }, scope) => hasOne(property, [value], scope),
  in: ({ property, value }, scope) => hasOne(property, listed(value), scope),
  'not-in': ({ property, value }, scope) => `not coalesce(${hasOne(property, listed(value), scope)}, false)`,
  'is-a': ({ value }, scope) => belowOrSame(value, scope),
  'descendent-of': ({ value }, scope) => below(value, scope),
  'is-not-a': ({ value }, scope) => `not ${belowOrSame(value, scope)}`,
  generalizes: ({ value }, scope) =>
    `(c.id = ${idOf(value, scope)} or c.id in (select ancestor from concept_closure where descendant = ${idOf(value, scope)}))`,
  exists: ({ property, value }, scope) => `${value === 'true' ? '' : 'not '}${isThere(property, scope)}`,
  regex: ({ property, value }, scope) => {
    wholePattern(value, scope.user);
    const pattern = text(`^(?:${value})$`, scope);
    const column = columnOf(property);
    if (column) return `${column} ~ ${pattern}`;
    return `exists (select from jsonb_array_elements(c.property) p, jsonb_each_text(p) v
      where p ->> 'code' = ${text(property, scope)} and v.key <> 'code' and v.value ~ ${pattern})`;
  },
};

/** The condition of all filters. @throws FhirError 400 for what is not followed */
export function filterSql(filters: readonly Filter[], system: string, scope: Scope): string {
  return [
    `c.system = ${scope.system}`,
    'c.defined',
    ...filters.map((filter) => {
      checkFilter(filter, system, scope.user);
      return conditions[filter.op]!(filter, scope);
    }),
  ].join(' and ');
}
