// Holds a QuestionnaireResponse against its Questionnaire: response, questionnaire -> Issue[].
// https://hl7.org/fhir/R4/questionnaireresponse.html#notes
import type { Questionnaire, QuestionnaireItem, QuestionnaireResponse } from '@medplum/fhirtypes';
import { type Issue, issue } from '../../fhir/errors.ts';
import { wrongAnswer, wrongTogether, wrongType } from './answer.ts';
import { targetOf } from './bound.ts';
import { calculated } from './calculate.ts';
import { isEnabled } from './enabled.ts';
import { allQuestions, type Item, isDone, type Level, listsBelow, questionsOf } from './form.ts';
import { extensionValue, isCalculated, MAX_OCCURS, MIN_OCCURS } from './sdc.ts';
import { choiceIn, isSame, type Value } from './value.ts';

/** Name of the rule that refusals carry. */
export const RESPONSE_RULE = 'questionnaire-response';

/** Most issues of one response. */
const MOST = 100;

/** What a walk through a response works with. */
interface Walk {
  readonly questionnaire: Questionnaire;
  /** All linkIds of the form, to tell what is unknown from what is in the wrong place. */
  readonly known: ReadonlySet<string>;
  /** Whether the response is done, so that everything is asked of it. */
  readonly isWhole: boolean;
  readonly totals: ReadonlyMap<string, Value>;
  readonly issues: Issue[];
}

type Code = Issue['code'];

function report({ issues }: Walk, code: Code, sentence: string, path: string): void {
  if (issues.length < MOST) issues.push(issue(code, sentence, path, RESPONSE_RULE));
}

/** How the sentence about a question begins. */
const named = ({ linkId }: { linkId?: string }): string => `The item "${linkId}"`;

/** Items that have no question where they stand, and questions that stand in another order than the form has them. */
function checkPlaces(
  walk: Walk,
  questions: readonly QuestionnaireItem[],
  { items }: Level,
  path: string,
): void {
  const places = new Map(questions.map(({ linkId }, place) => [linkId, place]));
  let last = -1;
  for (const [n, item] of items.entries()) {
    const place = places.get(item.linkId);
    const at = `${path}[${n}]`;
    if (place === undefined && walk.known.has(item.linkId ?? ''))
      report(
        walk,
        'structure',
        `${named(item)} belongs elsewhere in the form. Move it to where its question is.`,
        at,
      );
    else if (place === undefined)
      report(
        walk,
        'not-found',
        `${named(item)} is not in the form. Use the linkIds of the questionnaire.`,
        at,
      );
    else if (place < last)
      report(
        walk,
        'structure',
        `${named(item)} comes too late. Give the items in the order of the form.`,
        at,
      );
    else last = place;
  }
}

/** Whether an item holds any answer, in itself or below. */
const isAnswered = (item: Item): boolean =>
  Boolean(item.answer?.length) || (item.item ?? []).some((below) => isAnswered(below));

/** An item with its FHIRPath. */
type Found = readonly [item: Item, path: string];

/** How often a question may be answered, or a group occur; its items, or their answers, are counted. */
function checkCount(walk: Walk, question: QuestionnaireItem, found: readonly Found[], path: string): void {
  const isGroup = question.type === 'group';
  const count = isGroup ? found.length : answersOf(found);
  const at = found[0]?.[1] ?? path;
  if (!isGroup && found.length > 1)
    report(
      walk,
      'structure',
      `${named(question)} occurs ${found.length} times. Give its answers in one item.`,
      at,
    );
  if (count > 1 && !question.repeats)
    report(
      walk,
      'structure',
      `${named(question)} ${isGroup ? 'occurs' : 'is answered'} ${count} times, and does not repeat.`,
      at,
    );
  const most = extensionValue(question, MAX_OCCURS)?.value;
  if (walk.isWhole && typeof most === 'number' && count > most)
    report(
      walk,
      'structure',
      `${named(question)} is answered ${count} times; ${most} is the most allowed.`,
      at,
    );
}

/** Whether what is required is there, and what is not asked is not. */
function checkPresence(
  walk: Walk,
  question: QuestionnaireItem,
  found: readonly Found[],
  level: Level,
  path: string,
): void {
  const enabled = isEnabled(question, level);
  const answered = found.filter(([item]) => isAnswered(item));
  if (enabled === false) {
    for (const [, at] of answered)
      report(
        walk,
        'business-rule',
        `${named(question)} is not asked after the other answers. Leave its answer out.`,
        at,
      );
    return;
  }
  const least = extensionValue(question, MIN_OCCURS)?.value;
  const wanted = question.required ? 1 : 0;
  const count = question.type === 'group' ? answered.length : answersOf(answered);
  if (enabled && question.type !== 'display' && count < Math.max(wanted, Number(least) || 0))
    report(
      walk,
      'required',
      least && count
        ? `${named(question)} is answered ${count} times; ${least} is the least allowed.`
        : `${named(question)} must be answered before the form is complete.`,
      found[0]?.[1] ?? path,
    );
}

const answersOf = (found: readonly Found[]): number =>
  found.reduce((sum, [{ answer = [] }]) => sum + answer.length, 0);

function checkAnswers(walk: Walk, question: QuestionnaireItem, item: Item, path: string): void {
  const { answer = [] } = item;
  const isGroup = question.type === 'group';
  if (!isGroup && question.type !== 'display' && item.item?.length)
    report(
      walk,
      'structure',
      `${named(question)} has items of its own. Put them below its answer.`,
      `${path}.item`,
    );
  for (const [n, one] of answer.entries()) {
    const wrong =
      wrongType(question, one) ?? (walk.isWhole ? wrongAnswer(walk.questionnaire, question, one) : undefined);
    if (wrong) report(walk, 'value', `${named(question)} ${wrong}.`, `${path}.answer[${n}]`);
  }
  if (!walk.isWhole) return;
  const together = wrongTogether(question, answer);
  if (together) report(walk, 'value', `${named(question)} ${together}.`, path);
  checkTotal(walk, question, item, path);
}

/** A computed item that is answered is answered with what the form computes. */
function checkTotal(walk: Walk, question: QuestionnaireItem, { answer = [] }: Item, path: string): void {
  if (!isCalculated(question) || !answer.length) return;
  const total = walk.totals.get(question.linkId ?? '');
  const given = choiceIn(answer[0]);
  if (total && given && !isSame(given, total))
    report(
      walk,
      'value',
      `${named(question)} is not what the form computes from the other answers. Compute it anew, or leave it out.`,
      `${path}.answer[0]`,
    );
}

function checkLevel(walk: Walk, questions: readonly QuestionnaireItem[], level: Level, path: string): void {
  checkPlaces(walk, questions, level, path);
  const found = Map.groupBy(
    level.items.map((item, n): [Item, string] => [item, `${path}[${n}]`]),
    ([{ linkId }]) => linkId,
  );
  for (const question of questions) {
    const here = found.get(question.linkId!) ?? [];
    if (walk.isWhole) checkPresence(walk, question, here, level, path);
    checkCount(walk, question, here, path);
    for (const [item, at] of here) {
      checkAnswers(walk, question, item, at);
      for (const [items, below] of belowOf(walk, question, item, at))
        checkLevel(walk, questionsOf(question), { items, around: level }, below);
    }
  }
}

/** The levels below an item; of a group that is complete there is one even when it is empty. */
function belowOf(
  { isWhole }: Walk,
  question: QuestionnaireItem,
  item: Item,
  path: string,
): [readonly Item[], string][] {
  if (question.type === 'group') return [[item.item ?? [], `${path}.item`]];
  if (!isWhole || !question.item?.length) return listsBelow(item, path);
  return (item.answer ?? []).map((answer, n) => [answer.item ?? [], `${path}.answer[${n}].item`]);
}

/** Whose answers the form is for. */
function checkSubject(
  walk: Walk,
  { subjectType = [] }: Questionnaire,
  { subject }: QuestionnaireResponse,
): void {
  const type = subject && targetOf(subject);
  if (!subjectType.length || !type || (subjectType as string[]).includes(type)) return;
  report(
    walk,
    'value',
    `The form is about ${subjectType.join(' or ')}, not ${type}.`,
    'QuestionnaireResponse.subject',
  );
}

/**
 * What is wrong with a response by its form: of one that is done everything is asked, of one under way only that its items
 * and the types of its answers are those of the form. Never throws, and never says what was answered.
 */
export function checkResponse(questionnaire: Questionnaire, response: QuestionnaireResponse): Issue[] {
  if (response.status === 'entered-in-error') return [];
  const isWhole = isDone(response);
  const walk: Walk = {
    questionnaire,
    known: new Set(allQuestions(questionnaire).flatMap(({ linkId }) => linkId ?? [])),
    isWhole,
    totals: isWhole ? calculated(questionnaire, response) : new Map(),
    issues: [],
  };
  checkSubject(walk, questionnaire, response);
  checkLevel(walk, questionsOf(questionnaire), { items: response.item ?? [] }, 'QuestionnaireResponse.item');
  return walk.issues;
}
