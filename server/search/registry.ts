// The search parameters of every resource type: R4's own and ours, each with its compiled expression and its small id.
import { readFileSync } from 'node:fs';
import type { Resource, SearchParameter } from '@medplum/fhirtypes';
import { compartmentParameters } from '../fhir/compartment.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { compilePath } from '../fhir/path/index.ts';
import { paramTypes } from './param/index.ts';
import type { Component, SearchParam } from './param/type.ts';

interface Definition {
  code: string;
  type: string;
  url: string;
  expression?: string;
  target?: string[];
  /** Of a composite: canonical of each part, and its expression on a group. */
  components?: { definition: string; expression: string }[];
}

/** The pseudo parameter, one for all types, whose index rows say in which patients' compartments a resource lies. */
const COMPARTMENT = ['Resource', '_compartment'] as const;
const COMPARTMENT_URL = 'http://hl7.org/fhir/CompartmentDefinition/patient';

const readTable = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../fhir/r4/${name}.json`, import.meta.url), 'utf8'));

/** Parameters without an expression, or answered by columns of the resource table. */
const NOT_INDEXED = new Set(['_id', '_lastUpdated', '_content', '_text', '_query']);

export interface Registry {
  /** The parameter `code` of a resource type, or undefined. */
  find(type: string, code: string): SearchParam | undefined;
  /** The parameters of a resource type that can be searched by. */
  of(type: string): readonly SearchParam[];
  /** Those and the patient compartment: everything that has index rows. */
  indexed(type: string): readonly SearchParam[];
  /** Id of the compartment's index rows. */
  readonly compartment: number;
}

/** What `expression` extracts, compiled on first use: a server that meets 20 of 148 types compiles only those. */
function lazily(expression: string, type: string): SearchParam['extract'] {
  let compiled: SearchParam['extract'] | undefined;
  return (resource) => {
    compiled ??= compilePath(expression, type) as SearchParam['extract'];
    return compiled(resource);
  };
}

/** A part of a composite; its expression is compiled for each type of group that it meets. */
function componentOf(
  { definition, expression }: { definition: string; expression: string },
  byUrl: ReadonlyMap<string, Definition>,
): Component {
  const { type, code, target } = byUrl.get(definition)!;
  const compiled = new Map<string, ReturnType<typeof compilePath>>();
  const compiledFor = (groupType: string) => {
    const found = compiled.get(groupType) ?? compilePath(expression, groupType);
    compiled.set(groupType, found);
    return found;
  };
  return {
    type,
    code,
    ...(target && { target }),
    extract: (group, resource) => compiledFor(group.type)(group.value as object, resource as Resource),
  };
}

/** The definitions that apply to each type: common ones, R4's, then ours. */
function definitionsByType(own: readonly SearchParameter[]): Map<string, Definition[]> {
  const table = readTable<Record<string, Definition[]>>('search-parameters');
  const byType = new Map<string, Definition[]>();
  for (const type of resourceTypes) {
    const definitions = [...table.Resource!, ...(table[type] ?? [])];
    for (const parameter of own) {
      if (parameter.base.includes(type as never))
        definitions.push({
          ...parameter,
          target: parameter.target,
          components: parameter.component as Definition['components'],
        });
    }
    byType.set(
      type,
      definitions.filter((d) => d.expression && paramTypes[d.type] && !NOT_INDEXED.has(d.code)),
    );
  }
  return byType;
}

/** A Patient lies in its own compartment. */
const itself: SearchParam['extract'] = (patient) => [
  { type: 'Reference', value: { reference: `Patient/${(patient as { id: string }).id}` } },
];

/** The parameter that puts a type's resources into the compartments of the patients that they point to. */
function compartmentParam(
  resourceType: string,
  id: number,
  list: readonly Definition[],
): SearchParam | undefined {
  const codes = compartmentParameters[resourceType];
  if (!codes) return undefined;
  const paths = list
    .filter((definition) => codes.includes(definition.code))
    .map((definition) => definition.expression);
  const extract =
    resourceType === 'Patient'
      ? itself
      : lazily(`(${paths.join(' | ')}).where(resolve() is Patient)`, resourceType);
  const [, code] = COMPARTMENT;
  return { id, resourceType, code, type: 'reference', url: COMPARTMENT_URL, target: ['Patient'], extract };
}

/**
 * Builds the registry.
 * @param own SearchParameter resources beside R4's
 * @param intern gives each `[type, code]` its id, by `type.code`
 */
export async function createRegistry(
  own: readonly SearchParameter[],
  intern: (keys: (readonly [string, string])[]) => Promise<Map<string, number>>,
): Promise<Registry> {
  const definitions = definitionsByType(own);
  const byUrl = new Map([...definitions.values()].flat().map((definition) => [definition.url, definition]));
  const keys = [...definitions].flatMap(([type, list]) => list.map(({ code }) => [type, code] as const));
  const ids = await intern([COMPARTMENT, ...keys]);
  const compartment = ids.get(COMPARTMENT.join('.'))!;
  const byType = new Map<string, Map<string, SearchParam>>();
  for (const [resourceType, list] of definitions) {
    const params = list.map(({ code, type, url, expression, target, components }): [string, SearchParam] => [
      code,
      {
        id: ids.get(`${resourceType}.${code}`)!,
        resourceType,
        code,
        type,
        url,
        ...(target && { target }),
        extract: lazily(expression!, resourceType),
        ...(components && { components: components.map((part) => componentOf(part, byUrl)) }),
      },
    ]);
    byType.set(resourceType, new Map(params));
  }
  const lists = new Map([...byType].map(([type, params]) => [type, [...params.values()]]));
  const indexed = new Map(
    [...lists].map(([type, params]) => [
      type,
      [...params, compartmentParam(type, compartment, definitions.get(type)!) ?? []].flat(),
    ]),
  );
  return {
    find: (type, code) => byType.get(type)?.get(code),
    of: (type) => lists.get(type) ?? [],
    indexed: (type) => indexed.get(type) ?? [],
    compartment,
  };
}
