// What a clinician must hear of at once: a symptom or a crisis as the topic of a record, or thoughts of death or self-harm in
// the ninth answer of a PHQ-9. Pure. https://loinc.org/44260-8
import type {
  CodeableConcept,
  Communication,
  Observation,
  ObservationComponent,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { hasCode, system } from '../code.ts';

/** The pressing topics, the more pressing first: codes of cn-query-topic. */
export type Topic = 'crisis' | 'symptom';
export const TOPICS: readonly Topic[] = ['crisis', 'symptom'];
export const QUERY_TOPIC = system('cn-query-topic');

const LOINC = 'http://loinc.org';
const ITEM_9 = '44260-8';
/** An item of a form: `44260-8`, `/44260-8` or `phq9.44260-8`. */
const ITEM_9_LINK = /(?:^|[^0-9])44260-8$/;
/** The answers above "not at all". */
const POSITIVE: ReadonlySet<string> = new Set(['LA6569-3', 'LA6570-1', 'LA6571-9']);
const ORDINAL: ReadonlySet<string> = new Set([
  'http://hl7.org/fhir/StructureDefinition/ordinalValue',
  'http://hl7.org/fhir/StructureDefinition/itemWeight',
]);

const topicIn = (concepts: readonly (CodeableConcept | undefined)[]): Topic | undefined =>
  TOPICS.find((topic) => concepts.some((one) => one && hasCode(one, QUERY_TOPIC, topic)));

const isAbove = (value: unknown): boolean => value !== undefined && Number(value) > 0;

type Coded = { code?: string; extension?: readonly { url?: string; valueDecimal?: number }[] } | undefined;
const isPositive = (coding: Coded): boolean =>
  POSITIVE.has(coding?.code ?? '') ||
  (coding?.extension ?? []).some(({ url, valueDecimal }) => ORDINAL.has(url ?? '') && isAbove(valueDecimal));

const isPositiveAnswer = ({
  valueCoding,
  valueInteger,
  valueDecimal,
  valueQuantity,
}: QuestionnaireResponseItemAnswer): boolean =>
  isPositive(valueCoding) || isAbove(valueInteger) || isAbove(valueDecimal) || isAbove(valueQuantity?.value);

function hasPositiveItem(items: readonly QuestionnaireResponseItem[] | undefined): boolean {
  return (items ?? []).some(
    ({ linkId, definition, answer = [], item }) =>
      ((ITEM_9_LINK.test(linkId ?? '') || ITEM_9_LINK.test(definition ?? '')) &&
        answer.some(isPositiveAnswer)) ||
      hasPositiveItem(item) ||
      answer.some((one) => hasPositiveItem(one.item)),
  );
}

const isPositiveFinding = ({
  code,
  valueCodeableConcept,
  valueInteger,
  valueQuantity,
}: Observation | ObservationComponent): boolean =>
  hasCode(code, LOINC, ITEM_9) &&
  ((valueCodeableConcept?.coding ?? []).some(isPositive) ||
    isAbove(valueInteger) ||
    isAbove(valueQuantity?.value));

/** Records that were entered by mistake, or of something that did not happen, press nobody. */
const VOID: ReadonlySet<string | undefined> = new Set(['entered-in-error', 'not-done', 'cancelled']);

/** The pressing topic of an inbound question or any other task: an input says so. */
export function taskTopic({ input }: Task): Topic | undefined {
  return input && topicIn(input.map(({ valueCodeableConcept }) => valueCodeableConcept));
}

const READERS: Readonly<Record<string, (resource: never) => Topic | undefined>> = {
  Task: taskTopic,
  Communication: ({ topic, reasonCode = [] }: Communication) => topicIn([topic, ...reasonCode]),
  QuestionnaireResponse: ({ item }: QuestionnaireResponse) => (hasPositiveItem(item) ? 'crisis' : undefined),
  Observation: (observation: Observation) =>
    isPositiveFinding(observation) || (observation.component ?? []).some(isPositiveFinding)
      ? 'crisis'
      : undefined,
};

/** What a record presses for; undefined when it can wait, is void, or is of another kind. */
export function topicOf(resource: Resource | undefined): Topic | undefined {
  if (!resource || VOID.has((resource as { status?: string }).status)) return undefined;
  return READERS[resource.resourceType]?.(resource as never);
}
