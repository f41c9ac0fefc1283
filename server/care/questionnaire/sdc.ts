// The extensions by which a form says how it is scored, what is extracted from it, and what an answer may be.
// https://hl7.org/fhir/uv/sdc/extraction.html · https://hl7.org/fhir/R4/questionnaire-profiles.html#extensions
import type { CodeableConcept, Expression, Extension, QuestionnaireItem } from '@medplum/fhirtypes';
import { choiceIn, type Value } from './value.ts';

const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition';
const CORE = 'http://hl7.org/fhir/StructureDefinition';
export const CALCULATED = `${SDC}/sdc-questionnaire-calculatedExpression`;
export const ENABLE_WHEN_EXPRESSION = `${SDC}/sdc-questionnaire-enableWhenExpression`;
export const EXTRACT = `${SDC}/sdc-questionnaire-observationExtract`;
export const CATEGORY = `${SDC}/sdc-questionnaire-observation-extract-category`;
export const OPTION_EXCLUSIVE = `${CORE}/questionnaire-optionExclusive`;
export const MIN_OCCURS = `${CORE}/questionnaire-minOccurs`;
export const MAX_OCCURS = `${CORE}/questionnaire-maxOccurs`;
export const MIN_VALUE = `${CORE}/minValue`;
export const MAX_VALUE = `${CORE}/maxValue`;
export const MIN_LENGTH = `${CORE}/minLength`;
export const MIN_QUANTITY = `${SDC}/sdc-questionnaire-minQuantity`;
export const MAX_QUANTITY = `${SDC}/sdc-questionnaire-maxQuantity`;
export const MAX_DECIMAL_PLACES = `${CORE}/maxDecimalPlaces`;
export const MAX_SIZE = `${CORE}/maxSize`;
export const MIME_TYPE = `${CORE}/mimeType`;
export const UNIT_OPTION = `${CORE}/questionnaire-unitOption`;
export const REFERENCE_RESOURCE = `${CORE}/questionnaire-referenceResource`;
export const UNIT = `${CORE}/questionnaire-unit`;
export const ORDINAL = `${CORE}/ordinalValue`;
const TRANSLATION = `${CORE}/translation`;

export type Extended = { extension?: Extension[] } | undefined;

/** The first extension of an element by its URL. */
export const extensionBy = (of: Extended, url: string): Extension | undefined =>
  of?.extension?.find((one) => one.url === url);

/** All extensions of an element by their URL. */
export const extensionsBy = (of: Extended, url: string): Extension[] =>
  of?.extension?.filter((one) => one.url === url) ?? [];

/** The value of the first extension by its URL. */
export const extensionValue = (of: Extended, url: string): Value | undefined =>
  choiceIn(extensionBy(of, url));

/** The expression of an extension, if it is one of FHIRPath; undefined for any other. */
export function expressionOf(of: Extended, url: string): string | undefined {
  const value = extensionValue(of, url)?.value as Expression | undefined;
  return value?.language === 'text/fhirpath' ? value.expression : undefined;
}

/** How an item is extracted: by itself, or as a part of the group around it. */
export type Extraction = 'independent' | 'member' | 'component' | 'derived';
const EXTRACTIONS: ReadonlySet<unknown> = new Set<Extraction>([
  'independent',
  'member',
  'component',
  'derived',
]);

/** What an item or a questionnaire says of its extraction; false when it says no, undefined when it says nothing. */
export function extractionOf(of: Extended): Extraction | false | undefined {
  const value = extensionValue(of, EXTRACT)?.value;
  if (EXTRACTIONS.has(value)) return value as Extraction;
  return value === true ? 'independent' : value === false ? false : undefined;
}

/** The categories that an item or a questionnaire gives its Observations. */
export const categoriesOf = (of: Extended): CodeableConcept[] =>
  (of?.extension ?? []).flatMap(({ url, valueCodeableConcept }) =>
    url === CATEGORY && valueCodeableConcept ? [valueCodeableConcept] : [],
  );

/** Whether an item is computed from others. */
export const isCalculated = (item: QuestionnaireItem): boolean => extensionBy(item, CALCULATED) !== undefined;

/** Languages that our own forms and reports are written in. */
export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A text of an element in a language: its translation where it has one, else as it is written. */
export function textIn(holder: object | undefined, element: string, language: Language): string | undefined {
  const of = holder as Record<string, unknown> | undefined;
  const translations = (of?.[`_${element}`] as Extended)?.extension ?? [];
  const found = translations.find(
    (one) =>
      one.url === TRANSLATION &&
      one.extension?.some(({ url, valueCode }) => url === 'lang' && valueCode === language),
  );
  const content = found?.extension?.find(({ url }) => url === 'content');
  return content?.valueString ?? content?.valueMarkdown ?? (of?.[element] as string | undefined);
}
