// The words of a concept in the language that is asked for. https://hl7.org/fhir/R4/valueset-operation-expand.html
import type { CodeSystemConceptDesignation } from '@medplum/fhirtypes';
import type { Member } from './composition.ts';
import type { Concept, Content } from './content.ts';

/** Whether a language is one that was asked for: `es-MX` is Spanish. */
const isLanguage = (given: string | undefined, asked: string): boolean => {
  const [a, b] = [given?.toLowerCase() ?? '', asked.toLowerCase()];
  return a === b || a.startsWith(`${b}-`);
};

/** Languages of an Accept-Language-like list, dearest first. */
const languagesOf = (asked: string): string[] => asked.split(',').map((one) => one.split(';')[0]!.trim());

/** All designations of a concept: the value set's own first. */
export const designationsOf = (
  concept: Concept | undefined,
  member?: Member,
): readonly CodeSystemConceptDesignation[] => [
  ...(member?.listed?.designation ?? []),
  ...(concept?.designation ?? []),
];

/** The display: a designation in the language asked for, the value set's own, or the code system's. */
export function displayOf(
  concept: Concept | undefined,
  { header }: Pick<Content, 'header'>,
  language: string | undefined,
  member?: Member,
): string | undefined {
  const usual = member?.listed?.display ?? concept?.display;
  if (language === undefined) return usual;
  for (const asked of languagesOf(language)) {
    if (isLanguage(header.language ?? 'en', asked)) return usual;
    const found = designationsOf(concept, member).find((one) => isLanguage(one.language, asked));
    if (found) return found.value;
  }
  return usual;
}

/** Designations that were asked for: by `use|code` or by language. */
export function chosenDesignations(
  all: readonly CodeSystemConceptDesignation[],
  asked: readonly string[] | undefined,
): CodeSystemConceptDesignation[] {
  if (!asked?.length) return [...all];
  return all.filter(({ language, use }) =>
    asked.some((token) => {
      const bar = token.indexOf('|');
      if (bar < 0) return isLanguage(language, token) || use?.code === token;
      const [system, code] = [token.slice(0, bar), token.slice(bar + 1)];
      if (system === 'urn:ietf:bcp:47') return isLanguage(language, code);
      return use?.system === system && (!code || use.code === code);
    }),
  );
}
