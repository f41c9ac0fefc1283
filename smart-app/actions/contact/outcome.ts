// What came of a contact, in words. https://hl7.org/fhir/R4/codesystem.html
import type { ContactOutcome } from '../../fhir/contact.ts';
import type { Words } from './words.ts';

/** @param isAnswer whether it is about a question that was asked */
export const outcomeSaid = (
  outcome: ContactOutcome,
  { t, w }: Pick<Words, 't' | 'w'>,
  isAnswer = false,
): string => {
  if (isAnswer && outcome === 'reached') return t('outcome.answered');
  return outcome === 'left-message' || outcome === 'wrong-number' || outcome === 'disconnected'
    ? w(`outcome.${outcome}`)
    : t(`outcome.${outcome}`);
};
