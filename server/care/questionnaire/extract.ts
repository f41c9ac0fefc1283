// Observations out of a form: what its items say with observationExtract, by their codes; pure.
// https://hl7.org/fhir/uv/sdc/extraction.html#observation-based-extraction
import type {
  CodeableConcept,
  Observation,
  ObservationComponent,
  Quantity,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  Reference,
} from '@medplum/fhirtypes';
import { BARRIER_TYPE } from '../barrier/barrier.ts';
import { calculated } from './calculate.ts';
import { isEnabled } from './enabled.ts';
import { type Item, type Placed, placed } from './form.ts';
import { categoriesOf, type Extraction, extensionValue, extractionOf, UNIT } from './sdc.ts';
import { choiceIn, type Value } from './value.ts';

/** One Observation to be, under a key that is the same each time the response is extracted. */
export interface Extracted {
  readonly key: string;
  readonly observation: Observation;
  /** Keys of the Observations that are members of it. */
  readonly members: readonly string[];
}

/** What is made of one item, before it is put together. */
interface Draft {
  readonly key: string;
  readonly question: QuestionnaireItem;
  readonly extraction: Extraction;
  readonly value: Value | undefined;
  /** Paths of the items around it, the nearest first. */
  readonly around: readonly string[];
  /** Path of its item. */
  readonly path: string;
  readonly categories: readonly CodeableConcept[];
}

const SURVEY: CodeableConcept = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'survey' }],
};

/** The values of Observations by the type of an answer; an answer that none can carry is not extracted. */
const VALUES: Readonly<Record<string, (value: never, question: QuestionnaireItem) => Partial<Observation>>> =
  {
    Coding: (value: object) => ({ valueCodeableConcept: { coding: [value] } }),
    Boolean: (valueBoolean: boolean) => ({ valueBoolean }),
    Integer: (valueInteger: number) => ({ valueInteger }),
    Decimal: (value: number, question) => ({ valueQuantity: quantityOf(value, question) }),
    Quantity: (valueQuantity: Quantity) => ({ valueQuantity }),
    String: (valueString: string) => ({ valueString }),
    Uri: (valueString: string) => ({ valueString }),
    Date: (valueDateTime: string) => ({ valueDateTime }),
    DateTime: (valueDateTime: string) => ({ valueDateTime }),
    Time: (valueTime: string) => ({ valueTime }),
  };

/** A number in the unit of its question; without one it counts ones. */
function quantityOf(value: number, question: QuestionnaireItem): Quantity {
  const unit = extensionValue(question, UNIT)?.value as
    | { system?: string; code?: string; display?: string }
    | undefined;
  if (!unit) return { value, system: 'http://unitsofmeasure.org', code: '1' };
  const { system, code, display } = unit;
  return { value, ...(display && { unit: display }), ...(system && code && { system, code }) };
}

const valueIn = ({ value, question }: Draft): Partial<Observation> =>
  (value && VALUES[value.type]?.(value.value as never, question)) ?? {};

/** The code of a question; codes of barriers stand beside those of findings, and are no findings. */
function codeFor({ code = [], text }: QuestionnaireItem): CodeableConcept | undefined {
  const coding = code.filter(({ system }) => system !== BARRIER_TYPE);
  return coding.length ? { coding, ...(text && { text }) } : undefined;
}

/** Where an item is in its form, whichever places its neighbours have: linkIds, with the place where a group repeats. */
function keyOf({ question, path, ancestors }: Placed): string {
  const place = question.repeats && question.type === 'group' ? (/\[(\d+)\]$/.exec(path)?.[1] ?? '') : '';
  const around = ancestors.at(-1);
  return `${around ? `${keyOf(around)}/` : ''}${question.linkId}${place && `[${place}]`}`;
}

/** The drafts of one item: one for each answer, one for a group, and for a computed item one even when it is not answered. */
function draftsOf(questionnaire: Questionnaire, totals: ReadonlyMap<string, Value>, one: Placed): Draft[] {
  const { question, item, path, ancestors, level } = one;
  const extraction = extractionOf(question) ?? (extractionOf(questionnaire) || undefined);
  if (!extraction || !codeFor(question) || isEnabled(question, level) === false) return [];
  const own = [question, ...ancestors.map((ancestor) => ancestor.question).reverse(), questionnaire];
  const draft = {
    question,
    extraction,
    path,
    around: ancestors.map((ancestor) => ancestor.path).reverse(),
    categories: own.map(categoriesOf).find((list) => list.length) ?? [SURVEY],
  };
  const key = keyOf(one);
  if (question.type === 'group') return [{ ...draft, key, value: undefined }];
  const values = (item.answer ?? []).flatMap((answer) => choiceIn(answer) ?? []);
  const total = totals.get(question.linkId ?? '');
  return (values.length ? values : total ? [total] : [])
    .filter(({ type }) => VALUES[type])
    .map((value, n) => ({ ...draft, key: n ? `${key}#${n}` : key, value }));
}

/** A response with an empty item for each computed question that it leaves out where its group is answered. */
function withComputed(
  questionnaire: Questionnaire,
  response: QuestionnaireResponse,
  totals: ReadonlyMap<string, Value>,
): QuestionnaireResponse {
  const complete = (questions: readonly QuestionnaireItem[], items: readonly Item[]): Item[] => {
    const there = new Set(items.map(({ linkId }) => linkId));
    const absent = questions.filter(({ linkId }) => totals.has(linkId ?? '') && !there.has(linkId));
    const below = new Map(questions.map((question) => [question.linkId, question]));
    return [
      ...items.map((item) => {
        const group = below.get(item.linkId);
        return group?.type === 'group'
          ? { ...item, item: complete(group.item ?? [], item.item ?? []) }
          : item;
      }),
      ...absent.map(({ linkId }) => ({ linkId })),
    ];
  };
  return { ...response, item: complete(questionnaire.item ?? [], response.item ?? []) };
}

const PERFORMERS = /^(Practitioner|PractitionerRole|Organization|CareTeam|Patient|RelatedPerson)\//;
const isPerformer = (reference: Reference | undefined): boolean =>
  PERFORMERS.test(reference?.reference ?? '');

/** What all Observations of a response have in common. */
function frame(response: QuestionnaireResponse, now: Date): Observation {
  const { subject, encounter, authored, author, source, meta, basedOn } = response;
  const performer = [author, source].find(isPerformer);
  return {
    resourceType: 'Observation',
    ...(meta?.security && { meta: { security: meta.security } }),
    ...(basedOn && { basedOn }),
    status: 'final',
    ...(subject && { subject }),
    ...(encounter && { encounter }),
    effectiveDateTime: authored ?? now.toISOString(),
    issued: now.toISOString(),
    ...(performer && { performer: [performer] }),
    ...(response.id && { derivedFrom: [{ reference: `QuestionnaireResponse/${response.id}` }] }),
  } as Observation;
}

/** The draft that another is a part of: of the nearest item around it that is extracted by itself or as a member. */
function wholeOf(draft: Draft, byPath: ReadonlyMap<string, Draft>): Draft | undefined {
  if (draft.extraction === 'independent') return undefined;
  for (const path of draft.around) {
    const found = byPath.get(path);
    if (found && found.extraction !== 'component') return found;
  }
  return undefined;
}

/**
 * The Observations of a response: one for each coded answer, panels with their members, parts as components, totals as they
 * are computed. A group of which nothing was answered gives none. Interpretations are left to those who may make them.
 * @param now when it is extracted; also the time of a response that states none
 */
export function extracted(
  questionnaire: Questionnaire,
  response: QuestionnaireResponse,
  now: Date,
): Extracted[] {
  const totals = calculated(questionnaire, response);
  const whole = withComputed(questionnaire, response, totals);
  const drafts = placed(questionnaire, whole).flatMap((one) => draftsOf(questionnaire, totals, one));
  const groups = new Map(
    drafts.flatMap((draft) => (draft.question.type === 'group' ? [[draft.path, draft] as const] : [])),
  );
  const parts = Map.groupBy(drafts, (draft) => wholeOf(draft, groups));
  const has = (draft: Draft): boolean =>
    draft.value !== undefined || (parts.get(draft) ?? []).some((part) => has(part));
  const frameOf = frame(response, now);
  return drafts.flatMap((draft): Extracted[] => {
    const around = wholeOf(draft, groups);
    if (!has(draft) || (around && draft.extraction === 'component')) return [];
    const own = (parts.get(draft) ?? []).filter(has);
    const component = own.flatMap((part) => (part.extraction === 'component' ? componentOf(part) : []));
    const observation: Observation = {
      ...frameOf,
      category: [...draft.categories],
      code: codeFor(draft.question)!,
      ...valueIn(draft),
      ...(component.length && { component }),
    };
    const members = own.filter(({ extraction }) => extraction === 'member').map(({ key }) => key);
    return [{ key: draft.key, observation, members }];
  });
}

const componentOf = (draft: Draft): ObservationComponent =>
  ({ code: codeFor(draft.question)!, ...valueIn(draft) }) as ObservationComponent;
