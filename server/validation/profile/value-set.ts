// The codes of our value sets, from their own compose and our code systems.
// https://hl7.org/fhir/R4/valueset.html#compose
import type { CodeSystem, CodeSystemConcept, ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import type { CodeTable } from '../structure/codes.ts';

type Systems = Map<string, Set<string>>;

const codesOf = (concepts: readonly CodeSystemConcept[] = []): string[] =>
  concepts.flatMap((concept) => [concept.code!, ...codesOf(concept.concept)]);

/**
 * Lists the codes of each value set that can be listed. One that takes in a code system of others as a whole, or filters
 * one, is left out: its codes are checked by shape only.
 */
export function codeTable(valueSets: readonly ValueSet[], codeSystems: readonly CodeSystem[]): CodeTable {
  const systems = new Map(codeSystems.map((codeSystem) => [codeSystem.url!, codesOf(codeSystem.concept)]));
  const byUrl = new Map(valueSets.map((valueSet) => [valueSet.url!, valueSet]));

  function listed(
    { system, concept, filter, valueSet }: ValueSetComposeInclude,
    above: readonly string[],
  ): Systems | undefined {
    if (filter?.length) return undefined;
    if (!system) return valueSet?.length === 1 ? expand(valueSet[0]!, above) : undefined;
    const codes = concept?.map((entry) => entry.code!) ?? systems.get(system);
    return codes && !valueSet?.length ? new Map([[system, new Set(codes)]]) : undefined;
  }

  function expand(url: string, above: readonly string[] = []): Systems | undefined {
    const compose = byUrl.get(url.split('|')[0]!)?.compose;
    if (!compose || above.includes(url)) return undefined;
    const result: Systems = new Map();
    for (const include of compose.include) {
      const part = listed(include, [...above, url]);
      if (!part) return undefined;
      for (const [system, codes] of part)
        result.set(system, new Set([...(result.get(system) ?? []), ...codes]));
    }
    for (const exclude of compose.exclude ?? []) {
      const part = listed(exclude, [...above, url]);
      if (!part) return undefined;
      for (const [system, codes] of part) for (const code of codes) result.get(system)?.delete(code);
    }
    return result;
  }

  const table: Record<string, Record<string, string[]>> = {};
  for (const url of byUrl.keys()) {
    const expanded = expand(url);
    if (expanded)
      table[url] = Object.fromEntries([...expanded].map(([system, codes]) => [system, [...codes]]));
  }
  return table;
}
