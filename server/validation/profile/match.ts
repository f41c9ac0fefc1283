// fixed[x] and pattern[x]: whether a value equals, or contains, the value that a profile gives.
// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_

type Json = Record<string, unknown>;

/** fixed[x]: the same value, with the same keys; the order of keys does not matter, the order of lists does. */
export function equals(fixed: unknown, value: unknown): boolean {
  if (typeof fixed !== 'object' || fixed === null || typeof value !== 'object' || value === null)
    return fixed === value;
  if (Array.isArray(fixed)) {
    return (
      Array.isArray(value) &&
      value.length === fixed.length &&
      fixed.every((item, index) => equals(item, value[index]))
    );
  }
  const keys = Object.keys(fixed);
  return (
    !Array.isArray(value) &&
    Object.keys(value).length === keys.length &&
    keys.every((key) => equals((fixed as Json)[key], (value as Json)[key]))
  );
}

/** pattern[x]: everything the pattern holds is in the value; each item of a list in some item, in any order. */
export function contains(pattern: unknown, value: unknown): boolean {
  if (typeof pattern !== 'object' || pattern === null) return pattern === value;
  if (Array.isArray(pattern)) {
    return (
      Array.isArray(value) && pattern.every((item) => value.some((candidate) => contains(item, candidate)))
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(pattern).every((key) => contains((pattern as Json)[key], (value as Json)[key]));
}

/** A value that a profile demands: exactly, or as a pattern. */
export interface Given {
  readonly kind: 'fixed' | 'pattern';
  readonly value: unknown;
}

/** The fixed[x] or pattern[x] of an element definition. */
export function givenIn(definition: object): Given | undefined {
  for (const [key, value] of Object.entries(definition)) {
    const kind = /^(fixed|pattern)[A-Z]/.exec(key)?.[1] as Given['kind'] | undefined;
    if (kind) return { kind, value };
  }
  return undefined;
}

export const isGiven = ({ kind, value }: Given, candidate: unknown): boolean =>
  kind === 'fixed' ? equals(value, candidate) : contains(value, candidate);

/** A short form of a demanded value for a sentence: codes by code, the rest as JSON. */
export function describeGiven({ value }: Given): string {
  if (typeof value !== 'object' || value === null) return `"${String(value)}"`;
  const { coding, code, system } = value as { coding?: { code?: string }[]; code?: string; system?: string };
  return `"${coding?.map((entry) => entry.code).join(', ') ?? code ?? system ?? JSON.stringify(value)}"`;
}
