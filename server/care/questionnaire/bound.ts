// The bounds that a form sets to an answer: least and most, length, decimal places, units, types of files and of references.
// https://hl7.org/fhir/R4/questionnaire-profiles.html#extensions
import type { Attachment, Coding, Quantity, QuestionnaireItem, Reference } from '@medplum/fhirtypes';
import {
  extensionsBy,
  extensionValue,
  MAX_DECIMAL_PLACES,
  MAX_QUANTITY,
  MAX_SIZE,
  MAX_VALUE,
  MIME_TYPE,
  MIN_LENGTH,
  MIN_QUANTITY,
  MIN_VALUE,
  REFERENCE_RESOURCE,
  UNIT_OPTION,
} from './sdc.ts';
import { compared, type Value } from './value.ts';

/** Finds what is wrong with an answer: the rest of a sentence that names the question; undefined when nothing is. */
type Bound = (question: QuestionnaireItem, value: Value) => string | undefined;

const numberBy = (question: QuestionnaireItem, url: string): number | undefined => {
  const value = extensionValue(question, url)?.value;
  return typeof value === 'number' ? value : undefined;
};
const shown = ({ value }: Value): unknown =>
  typeof value === 'object'
    ? [(value as Quantity).value, (value as Quantity).unit].filter(Boolean).join(' ')
    : value;

/** How an answer stands to a bound: a sentence where it cannot be told. */
function against(value: Value, bound: Value): number | string {
  const difference = compared(value, bound);
  return difference ?? `has an answer that cannot be compared with ${shown(bound)}`;
}

const range: Bound = (question, value) => {
  const least = extensionValue(question, MIN_VALUE) ?? extensionValue(question, MIN_QUANTITY);
  const most = extensionValue(question, MAX_VALUE) ?? extensionValue(question, MAX_QUANTITY);
  const [below, above] = [least && against(value, least), most && against(value, most)];
  if (typeof below === 'string') return below;
  if (typeof above === 'string') return above;
  if (below !== undefined && below < 0) return `has an answer below ${shown(least!)}, the least allowed`;
  if (above !== undefined && above > 0) return `has an answer above ${shown(most!)}, the most allowed`;
  return undefined;
};

const length: Bound = (question, { value }) => {
  if (typeof value !== 'string') return undefined;
  const count = [...value].length;
  const least = numberBy(question, MIN_LENGTH) ?? 0;
  const most = question.maxLength ?? Number.POSITIVE_INFINITY;
  if (count > most) return `has an answer of ${count} characters; ${most} are the most allowed`;
  return count < least ? `has an answer of ${count} characters; ${least} are the least allowed` : undefined;
};

const decimalPlaces: Bound = (question, { value }) => {
  const most = numberBy(question, MAX_DECIMAL_PLACES);
  if (most === undefined || typeof value !== 'number') return undefined;
  const places = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
  return places > most
    ? `has an answer with ${places} decimal places; ${most} are the most allowed`
    : undefined;
};

const unit: Bound = (question, { type, value }) => {
  const units = extensionsBy(question, UNIT_OPTION).map(({ valueCoding }) => valueCoding as Coding);
  if (type !== 'Quantity' || !units.length) return undefined;
  const { code, system } = value as Quantity;
  const isListed = units.some((one) => one?.code === code && one?.system === system);
  return isListed
    ? undefined
    : `has an answer in a unit that is none of ${units.map((one) => one?.code).join(', ')}`;
};

const attachment: Bound = (question, { type, value }) => {
  if (type !== 'Attachment') return undefined;
  const { contentType, size, data } = value as Attachment;
  const types = extensionsBy(question, MIME_TYPE).map(({ valueCode }) => valueCode);
  const most = numberBy(question, MAX_SIZE) ?? Number.POSITIVE_INFINITY;
  const bytes = size ?? Math.floor(((data?.length ?? 0) * 3) / 4);
  if (types.length && contentType && !types.includes(contentType))
    return `has a file that is none of ${types.join(', ')}`;
  return bytes > most ? `has a file of ${bytes} bytes; ${most} are the most allowed` : undefined;
};

const TARGET = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** The type of resource that a reference says it points at. */
export const targetOf = ({ type, reference }: Reference): string | undefined =>
  type ?? TARGET.exec(reference ?? '')?.[1];

const target: Bound = (question, { type, value }) => {
  const types = extensionsBy(question, REFERENCE_RESOURCE).map(({ valueCode }) => valueCode);
  if (type !== 'Reference' || !types.length) return undefined;
  const named = targetOf(value as Reference);
  return !named || types.includes(named)
    ? undefined
    : `has an answer that points at none of ${types.join(', ')}`;
};

const BOUNDS: readonly Bound[] = [range, length, decimalPlaces, unit, attachment, target];

/** What is wrong with an answer by the bounds of its question. */
export function outOfBounds(question: QuestionnaireItem, value: Value): string | undefined {
  for (const bound of BOUNDS) {
    const problem = bound(question, value);
    if (problem) return problem;
  }
  return undefined;
}
