// The content of a code system as questions are put to it, wherever it is kept. https://hl7.org/fhir/R4/codesystem.html
import type { CodeSystem, CodeSystemConcept, CodeSystemConceptProperty } from '@medplum/fhirtypes';

/** A concept without those below it. */
export type Concept = Omit<CodeSystemConcept, 'concept'>;

/** What a value set asks of concepts. https://hl7.org/fhir/R4/valueset.html#filter */
export interface Filter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}

/** The words of a text filter, in lower case without accents; each must begin a word of the display. */
export type Words = readonly string[];

/**
 * The content of one version of a code system. Functions of content that is not in memory throw Pending; those that cannot
 * be answered throw FhirError.
 */
export interface Content {
  /** The CodeSystem without its concepts. */
  readonly header: CodeSystem & { url: string };
  /** A code that is not here is wrong; false where only a part, or only the shape of codes, is known. */
  readonly isComplete: boolean;
  /** The codes can be listed. */
  readonly isListed: boolean;
  /** Concepts that a look through all of them looks at. */
  readonly size: number;
  /** Fetches what `concept` is then asked for. */
  load(codes: readonly string[]): void;
  concept(code: string): Concept | undefined;
  /** The codes that pass all filters. @param words leaves out, where that saves work, what has not these words */
  select(filters: readonly Filter[], words: Words, user: string): readonly string[];
  /** Whether a code passes all filters. */
  holds(code: string, filters: readonly Filter[], user: string): boolean;
  /** The code and all above it; the code alone when it is unknown. */
  ancestors(code: string): readonly string[];
  /** The code and all below it. */
  descendants(code: string): readonly string[];
  /** The codes right above a code. */
  parents(code: string): readonly string[];
  /** The codes right below a code. */
  children(code: string): readonly string[];
}

/** The value of a property as text; a Coding's code. */
export function propertyText({ code: _, ...choice }: CodeSystemConceptProperty): string {
  const [value] = Object.values(choice) as unknown[];
  return typeof value === 'object' && value !== null
    ? String((value as { code?: string }).code ?? '')
    : String(value);
}

/** Properties that say what a concept stands below. https://hl7.org/fhir/R4/codesystem-concept-properties.html */
export const PARENTS: ReadonlySet<string> = new Set(['parent', 'subsumedBy']);

const ABSTRACT = new Set(['notSelectable', 'abstract']);
/** Whether a concept only groups others. */
export const isAbstract = ({ property = [] }: Pick<Concept, 'property'>): boolean =>
  property.some((one) => ABSTRACT.has(one.code ?? '') && propertyText(one) === 'true');

const NOT_IN_USE = new Set(['retired', 'inactive', 'withdrawn', 'nullified']);
/** Whether a concept is no longer used. A deprecated one is: it will be retired. */
export const isInactive = ({ property = [] }: Pick<Concept, 'property'>): boolean =>
  property.some((one) => {
    const value = propertyText(one);
    return one.code === 'inactive' ? value === 'true' : one.code === 'status' && NOT_IN_USE.has(value);
  });

const MARKS = /\p{M}/gu;
const folded = (text: string): string => text.normalize('NFD').replace(MARKS, '').toLowerCase();

/** The words of a text. */
export const wordsOf = (text: string): string[] => folded(text).match(/[\p{L}\p{N}]+/gu) ?? [];

/** Whether each of the words begins a word of one of the texts. */
export function hasWords(words: Words, texts: readonly (string | undefined)[]): boolean {
  if (!words.length) return true;
  const all = texts.flatMap((text) => (text === undefined ? [] : wordsOf(text)));
  return words.every((word) => all.some((one) => one.startsWith(word)));
}
