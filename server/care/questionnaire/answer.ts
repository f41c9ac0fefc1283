// What an answer may be: of the type of its question, one of its options, and within its bounds.
// https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.answerOption
import type { Questionnaire, QuestionnaireItem, ValueSet } from '@medplum/fhirtypes';
import { outOfBounds } from './bound.ts';
import type { Answer } from './form.ts';
import { extensionBy, OPTION_EXCLUSIVE } from './sdc.ts';
import { choiceIn, isSame, type Value } from './value.ts';

/** The types of value that each type of question takes. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  boolean: ['Boolean'],
  decimal: ['Decimal', 'Integer'],
  integer: ['Integer'],
  date: ['Date'],
  dateTime: ['DateTime'],
  time: ['Time'],
  string: ['String'],
  text: ['String'],
  url: ['Uri'],
  choice: ['Coding'],
  'open-choice': ['Coding', 'String'],
  attachment: ['Attachment'],
  reference: ['Reference'],
  quantity: ['Quantity'],
};

/** The values that a question offers, as it lists them; undefined where it lists none. */
function optionsOf({ answerOption }: QuestionnaireItem): Value[] | undefined {
  return answerOption?.length ? answerOption.flatMap((option) => choiceIn(option) ?? []) : undefined;
}

/** The codes of a value set that the form itself contains; undefined where they cannot be told from it. */
function containedCodes(
  { contained = [] }: Questionnaire,
  reference: string | undefined,
): Value[] | undefined {
  if (!reference?.startsWith('#')) return undefined;
  const valueSet = contained.find(
    (one): one is ValueSet => one.resourceType === 'ValueSet' && `#${one.id}` === reference,
  );
  const { include = [], exclude = [] } = valueSet?.compose ?? {};
  const isListed =
    include.length > 0 &&
    !exclude.length &&
    include.every(({ concept, valueSet: others }) => concept && !others);
  if (!isListed) return undefined;
  return include.flatMap(({ system, concept = [] }) =>
    concept.map(({ code }): Value => ({ type: 'Coding', value: { system, code } })),
  );
}

const isOpen = ({ type }: QuestionnaireItem): boolean => type === 'open-choice';

function typeProblem(question: QuestionnaireItem, { type }: Value): string | undefined {
  const options = optionsOf(question) ?? [];
  const allowed = new Set([...(TYPES[question.type ?? ''] ?? []), ...options.map((option) => option.type)]);
  if (allowed.has(type)) return undefined;
  if (!allowed.size) return `takes no answer, for it is of the type ${question.type}`;
  return `takes ${[...allowed].map((name) => `value${name}`).join(' or ')}, not value${type}`;
}

function optionProblem(
  questionnaire: Questionnaire,
  question: QuestionnaireItem,
  value: Value,
): string | undefined {
  if (isOpen(question) && value.type === 'String') return undefined;
  const options = optionsOf(question) ?? containedCodes(questionnaire, question.answerValueSet);
  if (!options || options.some((option) => isSame(option, value))) return undefined;
  return 'has an answer that is none of its options; codes are compared by system and code';
}

/** What is wrong with the type of an answer: the rest of a sentence that names the question; undefined when nothing is. */
export function wrongType(question: QuestionnaireItem, answer: Answer): string | undefined {
  const value = choiceIn(answer);
  return value && typeProblem(question, value);
}

/** What is wrong with an answer of the right type, likewise. */
export function wrongAnswer(
  questionnaire: Questionnaire,
  question: QuestionnaireItem,
  answer: Answer,
): string | undefined {
  const value = choiceIn(answer);
  if (!value) return answer.extension?.length ? undefined : 'has an answer without a value';
  return optionProblem(questionnaire, question, value) ?? outOfBounds(question, value);
}

/** What is wrong with several answers to one question, likewise. */
export function wrongTogether(
  { answerOption = [] }: QuestionnaireItem,
  answers: readonly Answer[],
): string | undefined {
  const exclusive = answerOption.filter((option) => extensionBy(option, OPTION_EXCLUSIVE)?.valueBoolean);
  const values = answers.flatMap((answer) => choiceIn(answer) ?? []);
  const isChosen = exclusive.some((option) =>
    values.some((value) => isSame(choiceIn(option) ?? value, value)),
  );
  return isChosen && values.length > 1
    ? 'has an answer that excludes all others, and others with it'
    : undefined;
}
