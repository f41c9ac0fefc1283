// A Questionnaire with a response to it, as everything that reads both walks them: each item beside its question.
// https://hl7.org/fhir/R4/questionnaireresponse.html#notes
import type {
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from '@medplum/fhirtypes';

export type Item = QuestionnaireResponseItem;
export type Answer = QuestionnaireResponseItemAnswer;

/** Statuses of a response that is done: everything in it is held against the form. */
export const isDone = (response: Pick<QuestionnaireResponse, 'status'> | undefined): boolean =>
  response?.status === 'completed' || response?.status === 'amended';

/** Where items stand: the form, a group, or below an answer. */
export interface Level {
  /** The items of the response there. */
  readonly items: readonly Item[];
  /** The level around it. */
  readonly around?: Level;
}

/** An item of a response beside its question. */
export interface Placed {
  readonly question: QuestionnaireItem;
  readonly item: Item;
  /** FHIRPath of the item. */
  readonly path: string;
  /** The level that it stands on. */
  readonly level: Level;
  /** The items around it, the outermost first. */
  readonly ancestors: readonly Placed[];
}

/** The questions below one, or at the root. */
export const questionsOf = (
  of: Pick<Questionnaire | QuestionnaireItem, 'item'>,
): readonly QuestionnaireItem[] => of.item ?? [];

/** All questions of a form, each before those below it. */
export function allQuestions(of: Pick<Questionnaire | QuestionnaireItem, 'item'>): QuestionnaireItem[] {
  return questionsOf(of).flatMap((question) => [question, ...allQuestions(question)]);
}

/** The lists of items below an item: its own, and those of each answer; with the FHIRPath of each list. */
export function listsBelow(
  { item = [], answer = [] }: Item,
  path: string,
): [items: readonly Item[], path: string][] {
  const below = answer.map((one, n): [readonly Item[], string] => [
    one.item ?? [],
    `${path}.answer[${n}].item`,
  ]);
  return [[item, `${path}.item`], ...below].filter(([items]) => items.length) as [Item[], string][];
}

/** The items of a response that have a question where they stand, in the order of the response. */
export function placed(questionnaire: Questionnaire, response: QuestionnaireResponse): Placed[] {
  const found: Placed[] = [];
  const walk = (
    questions: readonly QuestionnaireItem[],
    level: Level,
    path: string,
    ancestors: readonly Placed[],
  ): void => {
    const byLinkId = new Map(questions.map((question) => [question.linkId, question]));
    for (const [n, item] of level.items.entries()) {
      const question = byLinkId.get(item.linkId);
      if (!question) continue;
      const one: Placed = { question, item, path: `${path}[${n}]`, level, ancestors };
      found.push(one);
      for (const [items, below] of listsBelow(item, one.path))
        walk(questionsOf(question), { items, around: level }, below, [...ancestors, one]);
    }
  };
  walk(questionsOf(questionnaire), { items: response.item ?? [] }, 'QuestionnaireResponse.item', []);
  return found;
}
