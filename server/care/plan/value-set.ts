// The codes of value sets that list them, for what has to be told without asking anybody.
// https://hl7.org/fhir/R4/valueset.html#compositions
import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';

/** `system|code` of every member. */
export type Codes = ReadonlySet<string>;

/** Gives the codes of a value set by its canonical; undefined when it is not known, or does not list its codes. */
export type CodesIn = (canonical: string) => Codes | undefined;

const withoutVersion = (canonical: string): string => canonical.split('|', 1)[0]!;

/** Makes the look-up of the codes of some value sets, which may name each other. */
export function codesIn(valueSets: readonly ValueSet[]): CodesIn {
  const byUrl = new Map(valueSets.flatMap((one) => (one.url ? [[one.url, one] as const] : [])));
  const known = new Map<string, Codes | undefined>();
  const codesOf = (canonical: string): Codes | undefined => {
    const url = withoutVersion(canonical);
    if (!known.has(url)) {
      known.set(url, undefined);
      known.set(url, listed(byUrl.get(url), codesOf));
    }
    return known.get(url);
  };
  return codesOf;
}

/** The value sets that a value set is made of. */
export const valueSetsIn = ({ compose }: ValueSet): string[] =>
  (compose?.include ?? []).flatMap(({ valueSet = [] }) => valueSet).map(withoutVersion);

function listed(valueSet: ValueSet | undefined, codesOf: CodesIn): Codes | undefined {
  if (!valueSet?.compose || valueSet.compose.exclude?.length) return undefined;
  const parts = valueSet.compose.include.map((include) => included(include, codesOf));
  return parts.every((part) => part !== undefined) ? new Set(parts.flatMap((part) => [...part])) : undefined;
}

/** An include: listed codes, or what is in all the value sets that it names. */
function included(include: ValueSetComposeInclude, codesOf: CodesIn): Codes | undefined {
  const { system, concept = [], valueSet = [], filter = [] } = include;
  if (filter.length || (system && !concept.length)) return undefined;
  const own = system ? [new Set(concept.map(({ code }) => `${system}|${code}`))] : [];
  const others = valueSet.map(codesOf);
  if (others.some((one) => one === undefined)) return undefined;
  const all = [...own, ...(others as Codes[])];
  return new Set([...(all[0] ?? [])].filter((code) => all.every((one) => one.has(code))));
}
