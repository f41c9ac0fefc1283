// Languages for which interpreters are asked most, by their codes. https://hl7.org/fhir/R4/valueset-languages.html
import type { CodeableConcept } from '@medplum/fhirtypes';
import { tagOf } from '../../fhir/booking.ts';

export const LANGUAGES = [
  'es',
  'vi',
  'zh',
  'ar',
  'so',
  'ht',
  'fr',
  'pt',
  'ru',
  'uk',
  'ne',
  'am',
  'ase',
] as const;

/** Sign languages are not among the names of every browser. */
const SIGNED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ase: { en: 'American Sign Language', es: 'lengua de signos americana' },
};

/** A language as it is called in another. */
export function languageName(language: CodeableConcept, locale: string): string {
  const tag = tagOf(language);
  if (!tag) return language.text ?? '';
  const name = SIGNED[tag]?.[locale] ?? new Intl.DisplayNames(locale, { type: 'language' }).of(tag);
  return name ?? language.text ?? tag;
}

/** A language by its code, with its English name for a reader who does not know the code. */
export const languageConcept = (tag: string): CodeableConcept => ({
  coding: [{ system: 'urn:ietf:bcp:47', code: tag }],
  text: languageName({ coding: [{ code: tag }] }, 'en'),
});
