// What the computed items of a form come to: their calculatedExpression over the answers of a response.
// https://hl7.org/fhir/uv/sdc/StructureDefinition-sdc-questionnaire-calculatedExpression.html
import type {
  Coding,
  Extension,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireItemAnswerOption,
  QuestionnaireResponse,
} from '@medplum/fhirtypes';
import { compilePath } from '../../fhir/path/index.ts';
import { limited } from '../../fhir/path/limited.ts';
import { WEIGHTS, weightOf } from '../../fhir/path/score-function.ts';
import { type Answer, allQuestions, type Item, placed } from './form.ts';
import { CALCULATED, expressionOf, ORDINAL } from './sdc.ts';
import { choiceIn, isSame, type Value } from './value.ts';

/** What an option weighs, said of the option or of its code. */
const optionWeight = (option: QuestionnaireItemAnswerOption | undefined): number | undefined =>
  weightOf(option) ?? weightOf(option?.valueCoding);

/** What an answer weighs by its question; undefined where the form says nothing. */
export function answerWeight({ answerOption = [] }: QuestionnaireItem, answer: Answer): number | undefined {
  const value = choiceIn(answer);
  const chosen =
    value && answerOption.find((option) => isSame(choiceIn(option) ?? { type: '', value }, value));
  return optionWeight(chosen);
}

/** A code with the weight of its option, whatever weight it claims itself. */
function weighed(coding: Coding, weight: number | undefined): Coding {
  const others = (coding.extension ?? []).filter(({ url }) => !WEIGHTS.includes(url ?? ''));
  const extension: Extension[] =
    weight === undefined ? others : [...others, { url: ORDINAL, valueDecimal: weight }];
  return { ...coding, extension };
}

/** A copy of a response in which each coded answer carries the weight that the form gives it. */
function withWeights(questionnaire: Questionnaire, response: QuestionnaireResponse): QuestionnaireResponse {
  const questions = new Map(placed(questionnaire, response).map(({ item, question }) => [item, question]));
  const answerOf = (question: QuestionnaireItem | undefined, answer: Answer): Answer => ({
    ...answer,
    ...(answer.valueCoding && {
      valueCoding: weighed(answer.valueCoding, question && answerWeight(question, answer)),
    }),
    ...(answer.item && { item: answer.item.map(itemOf) }),
  });
  const itemOf = (item: Item): Item => ({
    ...item,
    ...(item.answer && { answer: item.answer.map((answer) => answerOf(questions.get(item), answer)) }),
    ...(item.item && { item: item.item.map(itemOf) }),
  });
  return { ...response, ...(response.item && { item: response.item.map(itemOf) }) };
}

/** The option of a question that is meant by a code, or by the code of a Coding. */
function chosen(value: unknown, { answerOption = [] }: QuestionnaireItem): Value | undefined {
  const code = typeof value === 'string' ? value : (value as Coding | null)?.code;
  const option = answerOption.find(({ valueCoding }) => valueCoding?.code === code);
  return code !== undefined && option ? choiceIn(option) : undefined;
}

/** What an expression gives as an answer to each type of question. */
const FITS: Readonly<Record<string, (value: unknown, question: QuestionnaireItem) => Value | undefined>> = {
  boolean: (value) => (typeof value === 'boolean' ? { type: 'Boolean', value } : undefined),
  decimal: (value) => (typeof value === 'number' ? { type: 'Decimal', value } : undefined),
  integer: (value) => (Number.isInteger(value) ? { type: 'Integer', value } : undefined),
  string: (value) => (typeof value === 'string' ? { type: 'String', value } : undefined),
  text: (value) => (typeof value === 'string' ? { type: 'String', value } : undefined),
  choice: chosen,
};

type Evaluate = ReturnType<typeof compilePath>;

/** A computed item with its expression, compiled; nothing where this server does not evaluate it. */
function compiled(question: QuestionnaireItem): [question: QuestionnaireItem, evaluate: Evaluate][] {
  const expression = expressionOf(question, CALCULATED);
  if (!expression) return [];
  try {
    return [[question, compilePath(expression, 'QuestionnaireResponse')]];
  } catch {
    return [];
  }
}

/** What an expression comes to as an answer; undefined where it gives nothing, several values, or an error. */
function valueBy(
  evaluate: Evaluate,
  question: QuestionnaireItem,
  scored: QuestionnaireResponse,
): Value | undefined {
  try {
    const values = evaluate(scored);
    return values.length === 1 ? FITS[question.type ?? '']?.(values[0]!.value, question) : undefined;
  } catch {
    return undefined;
  }
}

/** Most computed items of one form that are evaluated. */
const MOST = 100;

/**
 * What the computed items come to, by linkId. Items whose expression gives nothing, or asks for what this server does not
 * evaluate, are not in it. Takes a quarter of a second at most, whatever the expressions are; then it is empty.
 */
export function calculated(
  questionnaire: Questionnaire,
  response: QuestionnaireResponse,
): ReadonlyMap<string, Value> {
  const computed = allQuestions(questionnaire).flatMap(compiled).slice(0, MOST);
  if (!computed.length) return new Map();
  const scored = withWeights(questionnaire, response);
  const valuesOf = () =>
    computed.flatMap(([question, evaluate]): [string, Value][] => {
      const value = valueBy(evaluate, question, scored);
      return value ? [[question.linkId ?? '', value]] : [];
    });
  try {
    return new Map(limited(valuesOf));
  } catch {
    return new Map();
  }
}
