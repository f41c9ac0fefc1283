// What is wrong with the answers before they are sent: what must be answered still, and what is no number.
// https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.required
import type { Questionnaire } from '@medplum/fhirtypes';
import { type Answers, asked, progressOf, shown, standing } from '../../fhir/form.ts';

/** A sentence, and the linkId of the question that it is about. */
interface Wrong {
  readonly field?: string;
  readonly sentence: string;
}

type Say = (key: 'required' | 'whole' | 'number' | 'nothing') => string;

const NUMBERS: Readonly<Record<string, 'whole' | 'number'>> = { integer: 'whole', decimal: 'number' };

export function wrongAnswers(questionnaire: Questionnaire, answers: Answers, w: Say): readonly Wrong[] {
  const given = standing(questionnaire, answers);
  if (Object.keys(given).length === 0) return [{ sentence: w('nothing') }];
  const missing = new Set(progressOf(questionnaire, given).missing);
  return asked(shown(questionnaire, given)).flatMap(({ linkId: field = '', type = '' }): Wrong[] => {
    if (missing.has(field)) return [{ field, sentence: w('required') }];
    const number = NUMBERS[type];
    const isText = given[field]?.some(({ valueString }) => valueString !== undefined);
    return number && isText ? [{ field, sentence: w(number) }] : [];
  });
}
