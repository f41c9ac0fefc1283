// What defines a search parameter: R4's table, ours, and SearchParameter resources that are posted at run time.
// https://hl7.org/fhir/R4/searchparameter.html
import { readFileSync } from 'node:fs';
import type { SearchParameter } from '@medplum/fhirtypes';
import { resourceTypes } from '../fhir/elements.ts';
import { type FhirError, type Issue, issue } from '../fhir/errors.ts';
import { compilePath } from '../fhir/path/index.ts';
import { paramTypes } from './param/index.ts';

/** A search parameter of one resource type, as far as indexing and search need it. */
export interface Definition {
  code: string;
  type: string;
  url: string;
  expression?: string;
  target?: string[];
  /** Of a composite: canonical of each part, and its expression on a group. */
  components?: { definition: string; expression: string }[];
}

const readTable = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../fhir/r4/${name}.json`, import.meta.url), 'utf8'));

/** Parameters without an expression, or answered by columns of the resource table. */
const NOT_INDEXED = new Set(['_id', '_lastUpdated', '_content', '_text', '_query']);

/** Types without narrative, extensions and contained resources. https://hl7.org/fhir/R4/domainresource.html */
const NOT_DOMAIN = new Set(['Bundle', 'Binary', 'Parameters']);

/** The resource types that a parameter is for. */
export function basesOf({ base }: Pick<SearchParameter, 'base'>): string[] {
  const bases: readonly string[] = base;
  return [...resourceTypes].filter(
    (type) =>
      bases.includes(type) ||
      bases.includes('Resource') ||
      (bases.includes('DomainResource') && !NOT_DOMAIN.has(type)),
  );
}

/** The definition in a SearchParameter resource. */
export function definitionOf(parameter: SearchParameter): Definition {
  const { code, type, url, expression, target, component } = parameter;
  return {
    code,
    type,
    url,
    ...(expression && { expression }),
    ...(target && { target }),
    ...(component && {
      components: component.map((part) => ({ definition: part.definition, expression: part.expression })),
    }),
  };
}

/** R4's parameters by resource type; under `Resource` those that all types have. */
const table = readTable<Record<string, Definition[]>>('search-parameters');

/** The definitions that the program brings, by resource type: common ones, R4's, then ours. */
export function programDefinitions(own: readonly SearchParameter[]): Map<string, Definition[]> {
  const ours = own.map((parameter) => ({
    bases: new Set(basesOf(parameter)),
    definition: definitionOf(parameter),
  }));
  return new Map(
    [...resourceTypes].map((type) => [
      type,
      [
        ...table.Resource!,
        ...(table[type] ?? []),
        ...ours.flatMap(({ bases, definition }) => (bases.has(type) ? [definition] : [])),
      ].filter((d) => d.expression && paramTypes[d.type] && !NOT_INDEXED.has(d.code)),
    ]),
  );
}

/** What a parameter could collide with. */
export interface Known {
  /** The definition that a code of a resource type has already. */
  of(type: string, code: string): (Definition & { posted: boolean }) | undefined;
  byUrl(url: string): Definition | undefined;
}

/** Whether a code is one of those that all types have, such as `_id`: what is posted may describe it, never change it. */
export const isCommon = (code: string): boolean => code.startsWith('_');

const CODE = /^[A-Za-z][A-Za-z0-9_-]*$/;

const refusal = (code: Issue['code'], text: string, element: string): Issue =>
  issue(code, text, `SearchParameter.${element}`);

/** Whether a parameter is one that the server has already: the same one, or one derived from it. */
export const isSame = (parameter: SearchParameter, known: Definition): boolean =>
  known.url === parameter.url || known.url === parameter.derivedFrom;

function collisions(parameter: SearchParameter, known: Known): Issue[] {
  const { code, url, expression = '' } = parameter;
  for (const type of basesOf(parameter)) {
    const other = known.of(type, code);
    if (!other) continue;
    if (!isSame(parameter, other)) {
      return [
        refusal(
          'conflict',
          `${type} has a search parameter "${code}" already, defined by ${other.url}. Choose another code, or name that definition in derivedFrom.`,
          'code',
        ),
      ];
    }
    if (other.url === url && !other.posted && !expression.includes(other.expression!)) {
      return [
        refusal(
          'conflict',
          `The server defines ${url} itself, by the expression ${other.expression}. To search by another expression, choose another url and code.`,
          'expression',
        ),
      ];
    }
  }
  return [];
}

/** Problems of the expression, for the first resource type that it does not fit. */
function expressionProblems({ expression, base }: SearchParameter, bases: readonly string[]): Issue[] {
  if (!expression)
    return [
      refusal(
        'required',
        'An active SearchParameter needs an expression: the server indexes by it. Give one, or set status to draft.',
        'expression',
      ),
    ];
  if (!bases.length)
    return [
      refusal(
        'value',
        `None of the bases ${base.join(', ')} is a resource type of FHIR R4. Name at least one.`,
        'base',
      ),
    ];
  for (const type of bases) {
    try {
      compilePath(expression, type);
    } catch (error) {
      return [
        refusal(
          'invalid',
          `The expression cannot be evaluated on ${type}: ${(error as FhirError).message}`,
          'expression',
        ),
      ];
    }
  }
  return [];
}

function componentProblems({ type, component = [] }: SearchParameter, known: Known): Issue[] {
  if (type !== 'composite') return [];
  if (component.length < 2)
    return [refusal('required', 'A composite search parameter needs two components or more.', 'component')];
  return component.flatMap(({ definition }, n) => {
    const part = known.byUrl(definition);
    return part && part.type !== 'composite'
      ? []
      : refusal(
          'not-found',
          `The component ${definition} is no search parameter of this server that a composite can have. Post it first.`,
          `component[${n}].definition`,
        );
  });
}

/**
 * What keeps an active SearchParameter from being indexed; one that is not active is only kept, never searched by.
 * @returns one issue a problem
 */
export function searchParameterProblems(parameter: SearchParameter, known: Known): Issue[] {
  if (parameter.status !== 'active') return [];
  const { code, type } = parameter;
  if (isCommon(code) && table.Resource!.some((known) => known.code === code && isSame(parameter, known)))
    return [];
  if (!CODE.test(code))
    return [
      refusal(
        'value',
        `"${code}" cannot be the code of a search parameter here. Begin with a letter, and use letters, digits, "-" and "_".`,
        'code',
      ),
    ];
  if (type === 'special' || !paramTypes[type]) {
    const offered = Object.keys(paramTypes).filter((name) => name !== 'special');
    return [
      refusal(
        'not-supported',
        `Search parameters of the type "${type}" cannot be added. Allowed are ${offered.join(', ')}.`,
        'type',
      ),
    ];
  }
  return [
    ...expressionProblems(parameter, basesOf(parameter)),
    ...componentProblems(parameter, known),
    ...collisions(parameter, known),
  ];
}
