// Whether an item of a form is asked at all, by the answers to others.
// https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen
import type { QuestionnaireItem, QuestionnaireItemEnableWhen } from '@medplum/fhirtypes';
import { type Answer, type Item, type Level, listsBelow } from './form.ts';
import { ENABLE_WHEN_EXPRESSION, extensionBy } from './sdc.ts';
import { choiceIn, compared, isSame, type Value } from './value.ts';

/** The answers to a question anywhere in some items; undefined when it does not occur there. */
function answersIn(items: readonly Item[], linkId: string): readonly Answer[] | undefined {
  for (const item of items) {
    if (item.linkId === linkId) return item.answer ?? [];
    for (const [below] of listsBelow(item, '')) {
      const found = answersIn(below, linkId);
      if (found) return found;
    }
  }
  return undefined;
}

/** The answers to the nearest occurrence of a question, looked for from a level outwards. */
function answersTo(linkId: string, level: Level): readonly Answer[] {
  for (let at: Level | undefined = level; at; at = at.around) {
    const found = answersIn(at.items, linkId);
    if (found) return found;
  }
  return [];
}

type Operator = (answers: readonly Value[], wanted: Value) => boolean;
const some =
  (holds: (difference: number) => boolean): Operator =>
  (answers, wanted) =>
    answers.some((answer) => {
      const difference = compared(answer, wanted);
      return difference !== undefined && holds(difference);
    });

/** https://hl7.org/fhir/R4/valueset-questionnaire-enable-operator.html */
const OPERATORS: Readonly<Record<string, Operator>> = {
  exists: (answers, { value }) => answers.length > 0 === value,
  '=': (answers, wanted) => answers.some((answer) => isSame(answer, wanted)),
  '!=': (answers, wanted) => !answers.some((answer) => isSame(answer, wanted)),
  '>': some((difference) => difference > 0),
  '<': some((difference) => difference < 0),
  '>=': some((difference) => difference >= 0),
  '<=': some((difference) => difference <= 0),
};

function holds(condition: QuestionnaireItemEnableWhen, level: Level): boolean {
  const wanted = choiceIn(condition, 'answer');
  const answers = answersTo(condition.question ?? '', level).flatMap((answer) => choiceIn(answer) ?? []);
  return wanted !== undefined && OPERATORS[condition.operator ?? '']?.(answers, wanted) === true;
}

/**
 * Whether a question is asked where it stands.
 * @returns undefined where an expression decides that is not evaluated here
 */
export function isEnabled(question: QuestionnaireItem, level: Level): boolean | undefined {
  if (extensionBy(question, ENABLE_WHEN_EXPRESSION)) return undefined;
  const { enableWhen = [], enableBehavior } = question;
  if (!enableWhen.length) return true;
  return enableBehavior === 'any'
    ? enableWhen.some((condition) => holds(condition, level))
    : enableWhen.every((condition) => holds(condition, level));
}
