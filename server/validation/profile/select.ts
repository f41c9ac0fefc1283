// Which profiles apply without being named: those of ours that the codes of a resource choose.
// https://hl7.org/fhir/R4/profiling.html#resources
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import type { Json } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';
import { withoutVersion } from './context.ts';
import { givenIn } from './match.ts';
import { type Node, treeOf } from './node.ts';

type Coding = readonly [system: string, code: string];

/** Elements whose codes say what a resource is, with their keys in a resource; the first with a telling code chooses. */
const ELEMENTS = [
  ['code', 'code'],
  ['code[x]', 'codeCodeableConcept'],
  ['type', 'type'],
  ['serviceCategory', 'serviceCategory'],
  ['category', 'category'],
] as const;

const pairsIn = (value: unknown): Coding[] => {
  const { coding, system, code } = (value ?? {}) as { coding?: unknown[]; system?: string; code?: string };
  if (Array.isArray(coding)) return coding.flatMap(pairsIn);
  return system && code ? [[system, code]] : [];
};

/** The codes of one system that a required binding lists. */
function boundCodings({ binding }: ElementDefinition, system: string, codesOf: CodesOf): Coding[] {
  if (binding?.strength !== 'required') return [];
  const codes = codesOf(withoutVersion(binding.valueSet ?? ''));
  return (codes?.list ?? [])
    .filter((listed) => codes!.hasCoding({ system, code: listed }))
    .map((listed) => [system, listed]);
}

/** The codes that a Coding of the node must be one of: fixed, a pattern, or a required binding, of one system. */
function codingsOf(node: Node, codesOf: CodesOf): Coding[] {
  const given = (givenIn(node.definition)?.value ?? {}) as { system?: string; code?: string };
  const [system, code] = (['system', 'code'] as const).map((name) => {
    const child = node.children.get(name);
    return (child && (givenIn(child.definition)?.value as string | undefined)) ?? given[name];
  });
  if (!system) return [];
  return code ? [[system, code]] : boundCodings(node.definition, system, codesOf);
}

/** A node, with the slices of it that a resource must have, or may have. */
type WithSlices = (node: Node) => readonly Node[];
const demanded: WithSlices = (node) => [
  node,
  ...[...node.slices.values()].filter(({ definition }) => definition.min),
];
const allowed: WithSlices = (node) => [
  node,
  ...[...node.slices.values()].filter(({ definition }) => definition.max !== '0'),
];

/** The codes of a CodeableConcept of the node: given as a whole, a system of a binding, or in slices of its codings. */
function conceptCodings(node: Node, codesOf: CodesOf, withSlices: WithSlices): Coding[] {
  const given = givenIn(node.definition)?.value as { coding?: { system?: string }[] } | undefined;
  const pairs = pairsIn(given);
  if (pairs.length) return pairs;
  const system = given?.coding?.[0]?.system;
  if (system) return boundCodings(node.definition, system, codesOf);
  const coding = node.children.get('coding');
  return coding ? withSlices(coding).flatMap((one) => codingsOf(one, codesOf)) : [];
}

/** What chooses a profile: the key of an element, and the codes in it. */
export interface Choice {
  readonly element: string;
  readonly codings: readonly Coding[];
}

/**
 * The codes that tell a profile: codes of our own in any slice of an element, and the code, whosever it is, that it
 * demands as what the resource is about. Other codes of others say nothing about whose resource it is.
 * @returns undefined when only a claim in meta.profile tells
 */
export function choiceOf(definition: StructureDefinition, codesOf: CodesOf): Choice | undefined {
  const root = treeOf(definition);
  const ours = definition.url!.slice(0, definition.url!.indexOf('StructureDefinition/'));
  for (const [name, element] of ELEMENTS) {
    const node = root.children.get(name);
    if (!node) continue;
    const codingsIn = (withSlices: WithSlices) =>
      withSlices(node).flatMap((one) => conceptCodings(one, codesOf, withSlices));
    const codings = new Map(
      [
        ...(name === 'code' ? codingsIn(demanded) : []),
        ...codingsIn(allowed).filter(([system]) => system.startsWith(ours)),
      ].map((coding) => [coding.join('|'), coding]),
    );
    if (codings.size) return { element, codings: [...codings.values()] };
  }
  return undefined;
}

/** URLs of profiles by `system|code`. */
type ByCode = Map<string, string[]>;
type ByElement = Map<string, ByCode>;

const entryOf = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
};

/** Adds the profiles that the codings of a CodeableConcept, or of a list of them, choose. */
function choose(value: unknown, byCode: ByCode, chosen: string[]): void {
  if (Array.isArray(value)) {
    for (const item of value) choose(item, byCode, chosen);
    return;
  }
  const coding = (value as { coding?: unknown } | null | undefined)?.coding;
  if (!Array.isArray(coding)) return;
  for (const entry of coding as ({ system?: string; code?: string } | null)[]) {
    const found = byCode.get(`${entry?.system}|${entry?.code}`);
    if (found) chosen.push(...found);
  }
}

const NOTHING: readonly string[] = [];

/**
 * Derives the table of codes from the profiles of ours.
 * @returns for a resource, the URLs of the profiles that its codes choose. Where a profile and one derived from it
 * demand the same code, the more general one is chosen.
 */
export function createSelection(
  profiles: readonly StructureDefinition[],
  codesOf: CodesOf,
): (resource: Json) => readonly string[] {
  const byType = new Map<string, ByElement>();
  const bases = new Map(profiles.map(({ url, baseDefinition }) => [url!, baseDefinition]));
  const isAbove = (above: string, url: string) => {
    for (let base = bases.get(url); base; base = bases.get(base)) if (base === above) return true;
    return false;
  };
  for (const definition of profiles) {
    const choice = choiceOf(definition, codesOf);
    if (!choice) continue;
    const url = definition.url!;
    const byElement = entryOf(byType, definition.type!, (): ByElement => new Map());
    const byCode = entryOf(byElement, choice.element, (): ByCode => new Map());
    for (const [system, code] of choice.codings) {
      const key = `${system}|${code}`;
      const rivals = byCode.get(key) ?? [];
      if (rivals.some((rival) => rival === url || isAbove(rival, url))) continue;
      byCode.set(key, [...rivals.filter((rival) => !isAbove(url, rival)), url]);
    }
  }
  return (resource) => {
    const byElement = byType.get(resource.resourceType as string);
    if (!byElement) return NOTHING;
    const chosen: string[] = [];
    for (const [name, byCode] of byElement) choose(resource[name], byCode, chosen);
    return chosen;
  };
}
