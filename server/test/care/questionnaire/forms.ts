// The forms of ours, compiled, and answers to them, for tests.
import { readdirSync, readFileSync } from 'node:fs';
import type {
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
} from '@medplum/fhirtypes';

const FOLDER = new URL('../../../../profiles/definitions/Questionnaire/', import.meta.url);

/** All forms, by id. */
export const forms: ReadonlyMap<string, Questionnaire> = new Map(
  readdirSync(FOLDER).map((name) => {
    const form = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Questionnaire;
    return [form.id!, form];
  }),
);

/** A form by its id. @throws Error when there is none */
export function form(id: string): Questionnaire {
  const found = forms.get(id);
  if (!found) throw new Error(`There is no form ${id}.`);
  return found;
}

/** Answers by linkId: the code of an option, a value, or several of them. */
export type Answers = Readonly<Record<string, Given | readonly Given[]>>;
type Given = string | number | boolean;

function answerOf(
  { type, answerOption = [] }: QuestionnaireItem,
  given: Given,
): QuestionnaireResponseItemAnswer {
  if (typeof given === 'boolean') return { valueBoolean: given };
  if (typeof given === 'number')
    return type === 'decimal' ? { valueDecimal: given } : { valueInteger: given };
  const option = answerOption.find(({ valueCoding }) => valueCoding?.code === given)?.valueCoding;
  if (!option) return type === 'choice' ? { valueCoding: { code: given } } : { valueString: given };
  return { valueCoding: { system: option.system!, code: given } };
}

function itemsOf(questions: readonly QuestionnaireItem[], answers: Answers): QuestionnaireResponseItem[] {
  return questions.flatMap((question): QuestionnaireResponseItem[] => {
    const linkId = question.linkId!;
    if (question.type === 'group') {
      const item = itemsOf(question.item ?? [], answers);
      return item.length ? [{ linkId, item }] : [];
    }
    const given = answers[linkId];
    if (given === undefined) return [];
    const answer = [given].flat().map((one) => answerOf(question, one as Given));
    return [{ linkId, answer }];
  });
}

/** A response that is complete, in the order of the form. */
export function answered(
  questionnaire: Questionnaire,
  answers: Answers,
  others: Partial<QuestionnaireResponse> = {},
): QuestionnaireResponse {
  return {
    resourceType: 'QuestionnaireResponse',
    questionnaire: questionnaire.url!,
    status: 'completed',
    authored: '2026-03-04T09:00:00Z',
    item: itemsOf(questionnaire.item ?? [], answers),
    ...others,
  };
}

/** The nine questions of the PHQ-9, in its order. */
export const PHQ9 = [
  '44250-9',
  '44255-8',
  '44259-0',
  '44254-1',
  '44251-7',
  '44258-2',
  '44252-5',
  '44253-3',
  '44260-8',
];
/** The seven questions of the GAD-7, in its order. */
export const GAD7 = ['69725-0', '68509-9', '69733-4', '69734-2', '69735-9', '69689-8', '69736-7'];
const HOW_OFTEN = ['LA6568-5', 'LA6569-3', 'LA6570-1', 'LA6571-9'];

/** Answers to questions on how often, by their weights from 0 to 3. */
export const howOften = (questions: readonly string[], weights: readonly number[]): Record<string, string> =>
  Object.fromEntries(questions.map((linkId, n) => [linkId, HOW_OFTEN[weights[n] ?? 0]!]));
