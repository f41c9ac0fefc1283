// Composite search: values that stand together in one element, `code$value`. https://hl7.org/fhir/R4/search.html#combining

import { badRequest, issue, unprocessable } from '../../fhir/errors.ts';
import type { TypedValue } from '../../fhir/path/index.ts';
import { date } from './date.ts';
import { number } from './number.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import { string } from './string.ts';
import { token } from './token.ts';
import {
  type Column,
  type Component,
  type IndexRow,
  type MatchContext,
  type ParamType,
  type RowContext,
  type SearchParam,
  splitEscaped,
} from './type.ts';
import { uri } from './uri.ts';

/** Types that a component may have. */
const componentTypes: Readonly<Record<string, ParamType>> = {
  token,
  string,
  date,
  reference,
  uri,
  quantity,
  number,
};

/** Columns of the composite table; a component has those of its type, led by its place. */
const COLUMNS: readonly Column[] = [
  ['c1_system', 'system'],
  ['c1_code', 'text'],
  ['c1_target', 'bigint'],
  ['c2_system', 'system'],
  ['c2_code', 'text'],
  ['c2_value', 'text'],
  ['c2_exact', 'text'],
  ['c2_from', 'timestamptz'],
  ['c2_to', 'timestamptz'],
  ['c2_low', 'numeric'],
  ['c2_high', 'numeric'],
  ['c3_low', 'numeric'],
  ['c3_high', 'numeric'],
];
const PLACES: ReadonlyMap<string, number> = new Map(COLUMNS.map(([name], n) => [name, n]));

/** Columns of dates have names of their own: their type is not that of numbers. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  date: { low: 'from', high: 'to' },
};

const columnName = (component: Component, place: number, column: string): string =>
  `c${place + 1}_${RENAMED[component.type]?.[column] ?? column}`;

/** A component as a parameter of its own. */
const asParam = (param: SearchParam, { type, code, target }: Component): SearchParam => ({
  id: param.id,
  resourceType: param.resourceType,
  url: param.url,
  extract: param.extract,
  type,
  code: `${param.code} (${code})`,
  ...(target && { target }),
});

/** Most combinations of one group: more would be a resource made to fill the index. */
const MAX_COMBINATIONS = 10_000;

/** One row per combination of the components' values in a group; none when a component has no value there. */
function rowsOfGroup(
  group: TypedValue,
  context: RowContext,
  param: SearchParam,
  resource: object,
): IndexRow[] {
  let rows: IndexRow[] = [COLUMNS.map(() => null)];
  for (const [place, component] of param.components!.entries()) {
    const type = componentTypes[component.type]!;
    const values = type.rows(
      component.extract(group, resource),
      context,
      asParam(param, component),
      resource,
    );
    if (rows.length * values.length > MAX_COMBINATIONS)
      throw unprocessable([
        issue(
          'too-costly',
          `The values that "${param.code}" combines have more than ${MAX_COMBINATIONS} combinations in one element. Give fewer codings there.`,
        ),
      ]);
    const places = type.columns.map(([name]) => PLACES.get(columnName(component, place, name))!);
    rows = rows.flatMap((row) =>
      values.map((value) => {
        const combined = [...row];
        places.forEach((at, n) => {
          combined[at] = value[n]!;
        });
        return combined;
      }),
    );
  }
  return rows;
}

/** `a$b` of a composite with two components. @throws FhirError 400 */
function partsOf(text: string, { code, components = [] }: SearchParam): string[] {
  const parts = splitEscaped(text, '$');
  if (parts.length !== components.length || parts.includes(''))
    throw badRequest(
      `"${text}" is not a value that "${code}" can be searched by. Write ${components.map((part) => part.code).join('$')}, and \\$ for a dollar sign inside a value.`,
    );
  return parts;
}

function matchOne(text: string, param: SearchParam, context: MatchContext): string {
  const tests = partsOf(text, param).map((part, place) => {
    const component = param.components![place]!;
    const column = (name: string) => context.column(columnName(component, place, name));
    return componentTypes[component.type]!.match([part], undefined, asParam(param, component), {
      ...context,
      column,
    });
  });
  return `(${tests.map((test) => `(${test})`).join(' and ')})`;
}

export const composite: ParamType = {
  table: 'index_composite',
  columns: COLUMNS,
  modifiers: [],
  rows: (values, context, param, resource) =>
    values.flatMap((group) => rowsOfGroup(group, context, param, resource)),
  systems: (values, _modifier, param) =>
    values.flatMap((text) =>
      splitEscaped(text, '$').flatMap((part, place) => {
        const type = componentTypes[param?.components?.[place]?.type ?? ''];
        return type?.systems?.([part]) ?? [];
      }),
    ),
  match(values, _modifier, param, context) {
    const tests = values.map((text) => matchOne(text, param, context));
    return tests.length === 1 ? tests[0]! : `(${tests.join(' or ')})`;
  },
  single: () => false,
};
