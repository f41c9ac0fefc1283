// Terminology that comes with the program: R4's own code systems and value sets, and ours.
// https://hl7.org/fhir/R4/terminologies-systems.html
import { readFileSync } from 'node:fs';
import type { CodeSystem, ValueSet } from '@medplum/fhirtypes';
import { type Concepts, conceptsOf, conceptsOfTree, type Tree } from './concepts.ts';

/** One include or exclude of a value set; concepts are codes. https://hl7.org/fhir/R4/valueset.html#compositions */
export interface Include {
  readonly system?: string;
  readonly concept?: readonly string[];
  readonly filter?: readonly { readonly property: string; readonly op: string; readonly value: string }[];
  readonly valueSet?: readonly string[];
}

/** What a value set is made of. */
export interface Compose {
  readonly include: readonly Include[];
  readonly exclude?: readonly Include[];
}

interface Table {
  readonly codeSystems: Readonly<Record<string, { readonly version?: string; readonly concept: Tree }>>;
  readonly valueSets: Readonly<Record<string, Compose & { readonly version?: string }>>;
}

/** Published terminology by canonical URL; a version, where one is asked for, must be the one that is here. */
export interface Published {
  valueSet(url: string, version: string | undefined): Compose | undefined;
  codeSystem(url: string): Concepts | undefined;
}

/** The compose of a ValueSet resource; one without it is made of the codes of its expansion. */
export function composeOf({ compose, expansion }: ValueSet): Compose {
  if (!compose) {
    const contains = (expansion?.contains ?? []).filter(({ code }) => code !== undefined);
    return {
      include: contains.map(({ system, code }) => ({ ...(system && { system }), concept: [code!] })),
    };
  }
  const includeOf = ({
    system,
    concept,
    filter,
    valueSet,
  }: NonNullable<typeof compose.include>[number]): Include => ({
    ...(system && { system }),
    ...(concept && { concept: concept.flatMap(({ code }) => code ?? []) }),
    ...(filter && {
      filter: filter.map((one) => ({
        property: one.property ?? '',
        op: one.op ?? '',
        value: one.value ?? '',
      })),
    }),
    ...(valueSet && { valueSet }),
  });
  return {
    include: (compose.include ?? []).map(includeOf),
    ...(compose.exclude && { exclude: compose.exclude.map(includeOf) }),
  };
}

/**
 * Reads what is published when the first question comes: 600 KB that most servers never parse.
 * @param own our CodeSystem and ValueSet resources
 */
export function readPublished(own: () => readonly (CodeSystem | ValueSet)[]): Published {
  let table: Table | undefined;
  let resources: ReadonlyMap<string, CodeSystem | ValueSet> | undefined;
  const concepts = new Map<string, Concepts>();
  const load = (): Table => {
    table ??= JSON.parse(
      readFileSync(new URL('../fhir/r4/terminology.json', import.meta.url), 'utf8'),
    ) as Table;
    return table;
  };
  const ownOf = <T extends 'CodeSystem' | 'ValueSet'>(type: T, url: string) => {
    resources ??= new Map(own().map((resource) => [`${resource.resourceType} ${resource.url}`, resource]));
    return resources.get(`${type} ${url}`) as Extract<CodeSystem | ValueSet, { resourceType: T }> | undefined;
  };
  const conceptsFor = (url: string): Concepts | undefined => {
    const resource = ownOf('CodeSystem', url);
    if (resource) return conceptsOf(resource.concept ?? []);
    const { codeSystems } = load();
    return Object.hasOwn(codeSystems, url) ? conceptsOfTree(codeSystems[url]!.concept) : undefined;
  };
  return {
    valueSet(url, version) {
      const resource = ownOf('ValueSet', url);
      const { valueSets } = load();
      const found = resource ?? (Object.hasOwn(valueSets, url) ? valueSets[url] : undefined);
      if (!found || (version !== undefined && found.version !== version)) return undefined;
      return resource ? composeOf(resource) : (found as Compose);
    },
    codeSystem(url) {
      const made = concepts.get(url) ?? conceptsFor(url);
      if (made) concepts.set(url, made);
      return made;
    },
  };
}
