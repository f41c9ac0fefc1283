// A questionnaire as it is filled in: what is asked at this moment, what was answered, and the response that says so.
// https://hl7.org/fhir/R4/questionnaireresponse.html#notes
import type {
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
  Reference,
} from '@medplum/fhirtypes';
import { isEnabled } from '../../server/care/questionnaire/enabled.ts';
import type { Level } from '../../server/care/questionnaire/form.ts';
import { extensionValue, isCalculated } from '../../server/care/questionnaire/sdc.ts';

export type Answer = QuestionnaireResponseItemAnswer;

/** What was answered, by linkId. Groups that repeat are asked once. */
export type Answers = Readonly<Record<string, readonly Answer[]>>;

/** An item as it is shown. */
export interface Shown {
  readonly question: QuestionnaireItem;
  /** Items of a group, or below an answer. */
  readonly below: readonly Shown[];
}

const HIDDEN = 'http://hl7.org/fhir/StructureDefinition/questionnaire-hidden';
const UNASKED = new Set(['group', 'display']);

const isHidden = (question: QuestionnaireItem): boolean => extensionValue(question, HIDDEN)?.value === true;

/** Items of the response to some questions, whatever is asked. */
function itemsFor(
  questions: readonly QuestionnaireItem[] = [],
  answers: Answers,
): QuestionnaireResponseItem[] {
  return questions.flatMap((question): QuestionnaireResponseItem[] => {
    const { linkId = '', type, item } = question;
    if (type === 'display' || isCalculated(question)) return [];
    const below = itemsFor(item, answers);
    if (type === 'group') return below.length ? [{ linkId, item: below }] : [];
    const given = answers[linkId] ?? [];
    if (!given.length) return [];
    const [first, ...others] = given;
    return [{ linkId, answer: [{ ...first, ...(below.length && { item: below }) }, ...others] }];
  });
}

/** The level of a response below an item of it. */
const levelBelow = (level: Level, { linkId }: QuestionnaireItem): Level => {
  const item = level.items.find((one) => one.linkId === linkId);
  return { items: item?.item ?? item?.answer?.[0]?.item ?? [], around: level };
};

function shownAt(questions: readonly QuestionnaireItem[] = [], level: Level): readonly Shown[] {
  return questions
    .filter((question) => !isHidden(question) && isEnabled(question, level) !== false)
    .map((question) => ({ question, below: shownAt(question.item, levelBelow(level, question)) }));
}

/** What is asked after these answers, in the order of the form. */
export const shown = ({ item }: Questionnaire, answers: Answers): readonly Shown[] =>
  shownAt(item, { items: itemsFor(item, answers) });

const flat = (items: readonly Shown[]): readonly QuestionnaireItem[] =>
  items.flatMap(({ question, below }) => [question, ...flat(below)]);

/** The questions that somebody answers. */
export const asked = (items: readonly Shown[]): readonly QuestionnaireItem[] =>
  flat(items).filter((question) => !UNASKED.has(question.type ?? '') && !isCalculated(question));

/** Answers to what is not asked any more are left out, and with them what hangs on those. */
export function standing(questionnaire: Questionnaire, answers: Answers): Answers {
  const visible = new Set(asked(shown(questionnaire, answers)).map(({ linkId }) => linkId));
  const kept = Object.entries(answers).filter(([linkId, given]) => visible.has(linkId) && given.length);
  const next = Object.fromEntries(kept);
  const before = Object.values(answers).filter((given) => given.length).length;
  return kept.length < before ? standing(questionnaire, next) : next;
}

/** Who answers about whom, and when. */
export interface Answering {
  readonly subject: Reference;
  /** Who asked and wrote it down. */
  readonly author: Reference;
  /** Who answered; absent where nobody in particular did. */
  readonly source?: Reference;
  readonly authored: string;
}

/** The completed response. What the form computes is left to the server. */
export const responseOf = (
  questionnaire: Questionnaire,
  answers: Answers,
  { subject, author, source, authored }: Answering,
): QuestionnaireResponse =>
  ({
    resourceType: 'QuestionnaireResponse',
    questionnaire: [questionnaire.url, questionnaire.version].filter(Boolean).join('|'),
    status: 'completed',
    ...{ subject, authored, author },
    ...(source && { source }),
    item: itemsFor(questionnaire.item, standing(questionnaire, answers)),
  }) as QuestionnaireResponse;

/** How far it is: answered of asked, and what must be answered still. */
export interface Progress {
  readonly answered: number;
  readonly asked: number;
  /** linkIds of what is required and not answered. */
  readonly missing: readonly string[];
}

export function progressOf(questionnaire: Questionnaire, answers: Answers): Progress {
  const questions = asked(shown(questionnaire, answers));
  const isAnswered = ({ linkId }: QuestionnaireItem) => Boolean(answers[linkId ?? '']?.length);
  return {
    answered: questions.filter(isAnswered).length,
    asked: questions.length,
    missing: questions
      .filter((question) => question.required && !isAnswered(question))
      .map(({ linkId }) => linkId ?? ''),
  };
}
