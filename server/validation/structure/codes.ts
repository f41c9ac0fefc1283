// Required bindings: whether a code, Coding or CodeableConcept holds a code of its value set.
// https://hl7.org/fhir/R4/terminologies.html#required

/** Value set URL -> code system -> codes. */
export type CodeTable = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** The codes of one value set. */
export interface Codes {
  /** All codes, whatever their system: what a `code` element may be. */
  readonly list: readonly string[];
  has(code: unknown): boolean;
  hasCoding(coding: unknown): boolean;
}

function codesOf(systems: CodeTable[string]): Codes {
  const bySystem = new Map(Object.entries(systems).map(([system, codes]) => [system, new Set(codes)]));
  const list = Object.values(systems).flat();
  const all = new Set<unknown>(list);
  return {
    list,
    has: (code) => all.has(code),
    hasCoding: (coding) => {
      const { system, code } = (coding ?? {}) as { system?: string; code?: string };
      return code !== undefined && (bySystem.get(system ?? '')?.has(code) ?? false);
    },
  };
}

/** Looks up the codes of a value set; undefined when its codes cannot be listed (MIME types, currencies, UCUM). */
export type CodesOf = (valueSet: string) => Codes | undefined;

/** Makes the look-up over tables that are read once; sets are made on first use. */
export function createCodes(...tables: readonly CodeTable[]): CodesOf {
  const made = new Map<string, Codes>();
  return (valueSet) => {
    const known = made.get(valueSet);
    if (known) return known;
    const table = tables.find((candidate) => Object.hasOwn(candidate, valueSet));
    if (!table) return undefined;
    const codes = codesOf(table[valueSet]!);
    made.set(valueSet, codes);
    return codes;
  };
}

/** Whether a value of the type satisfies a required binding. A CodeableConcept with nothing but extensions is left alone. */
export function isBound(codes: Codes, type: string, value: unknown): boolean {
  if (type === 'code') return codes.has(value);
  if (type === 'Coding') return codes.hasCoding(value);
  if (type !== 'CodeableConcept') return true;
  const { coding, text } = (value ?? {}) as { coding?: unknown; text?: unknown };
  if (Array.isArray(coding)) return coding.some((entry) => codes.hasCoding(entry));
  return text === undefined;
}
