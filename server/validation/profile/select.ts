// Which profiles apply: those that meta.profile names, and those that the codes of the resource choose.
// https://hl7.org/fhir/R4/profiling.html#resources
import type { StructureDefinition } from '@medplum/fhirtypes';
import type { Json } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';
import { givenIn } from './match.ts';
import { type Node, treeOf } from './node.ts';

type Coding = readonly [system: string, code: string];
interface Profile {
  readonly url: string;
  readonly type: string;
  readonly base: string | undefined;
  readonly codings: readonly Coding[];
}

const withoutVersion = (canonical: string) => canonical.split('|')[0]!;

/** The codes that a slice of `code.coding` demands: a pattern, a fixed code, or a required binding, of one system. */
function codingsOf(slice: Node, codesOf: CodesOf): Coding[] {
  const given = (givenIn(slice.definition)?.value ?? {}) as { system?: string; code?: string };
  const [system, code] = (['system', 'code'] as const).map((name) => {
    const child = slice.children.get(name);
    return (child && (givenIn(child.definition)?.value as string | undefined)) ?? given[name];
  });
  if (!system) return [];
  if (code) return [[system, code]];
  const { binding } = slice.definition;
  const codes =
    binding?.strength === 'required' ? codesOf(withoutVersion(binding.valueSet ?? '')) : undefined;
  return (codes?.list ?? [])
    .filter((listed) => codes!.hasCoding({ system, code: listed }))
    .map((listed) => [system, listed]);
}

/** The codes that choose a profile: those of the mandatory slice of `code.coding`. */
function profileOf(
  { url, type, baseDefinition }: StructureDefinition,
  root: Node,
  codesOf: CodesOf,
): Profile {
  const slices = [...(root.children.get('code')?.children.get('coding')?.slices.values() ?? [])];
  const codings = slices
    .filter(({ definition }) => definition.min)
    .flatMap((slice) => codingsOf(slice, codesOf));
  return { url: url!, type: type!, base: baseDefinition, codings };
}

/**
 * Derives the table of codes from the profiles.
 * @returns for a resource, the URLs of the profiles that its `code` chooses. Where a profile and one derived from it
 * demand the same code, the more general one is chosen.
 */
export function createSelection(
  profiles: readonly StructureDefinition[],
  codesOf: CodesOf,
): (resource: Json) => string[] {
  const byCode = new Map<string, string[]>();
  const bases = new Map(profiles.map(({ url, baseDefinition }) => [url!, baseDefinition]));
  const isAbove = (above: string, url: string) => {
    for (let base = bases.get(url); base; base = bases.get(base)) if (base === above) return true;
    return false;
  };
  for (const definition of profiles) {
    const { url, type, codings } = profileOf(definition, treeOf(definition), codesOf);
    for (const [system, code] of codings) {
      const key = `${type} ${system} ${code}`;
      const rivals = byCode.get(key) ?? [];
      if (rivals.some((rival) => isAbove(rival, url))) continue;
      byCode.set(key, [...rivals.filter((rival) => !isAbove(url, rival)), url]);
    }
  }
  return ({ resourceType, code }) => {
    const coding = (code as { coding?: unknown } | undefined)?.coding;
    if (!Array.isArray(coding)) return [];
    return coding.flatMap(
      (entry: { system?: string; code?: string } | null) =>
        byCode.get(`${resourceType} ${entry?.system} ${entry?.code}`) ?? [],
    );
  };
}
