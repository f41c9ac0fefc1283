// What the form computes from the answers, by the server's own code; loaded when a form is opened.
// https://hl7.org/fhir/uv/sdc/StructureDefinition-sdc-questionnaire-calculatedExpression.html
import type { Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';
import { calculated } from '../../../server/care/questionnaire/calculate.ts';
import { allQuestions } from '../../../server/care/questionnaire/form.ts';
import { isCalculated, type Language, textIn } from '../../../server/care/questionnaire/sdc.ts';

/** A computed item. */
export interface Score {
  readonly linkId: string;
  readonly title: string;
  readonly value: string;
  /** It is about the whole form, not about one group of it. */
  readonly isWhole: boolean;
}

/** The text of a value: a number, or the words of the option that it is. */
function said(value: unknown, language: Language): string {
  const coding = value as { display?: string; code?: string } | undefined;
  return typeof value === 'object' && value !== null
    ? (textIn(coding, 'display', language) ?? coding?.code ?? '')
    : String(value);
}

/** What is computed so far, in the order of the form; nothing of what cannot be told yet. */
export function scoresOf(
  questionnaire: Questionnaire,
  response: QuestionnaireResponse,
  language: Language,
): readonly Score[] {
  const values = calculated(questionnaire, response);
  return allQuestions(questionnaire)
    .filter(isCalculated)
    .flatMap((question): Score[] => {
      const linkId = question.linkId ?? '';
      const found = values.get(linkId);
      const title = textIn(question, 'text', language) ?? linkId;
      const isWhole = questionnaire.item?.includes(question) ?? false;
      return found ? [{ linkId, title, value: said(found.value, language), isWhole }] : [];
    });
}
