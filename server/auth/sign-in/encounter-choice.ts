// Which visit a standalone launch is about: asked when the app asks for the scope launch/encounter.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#requesting-context-with-scopes
import { choice, form, submit } from '../page/form.ts';
import type { SignInWords } from './words.ts';

/** What a list of visits shows; `start` as FHIR writes it. */
export interface EncounterChoice {
  id: string;
  /** What kind of visit, in words. */
  label: string;
  start?: string;
}

/** Look-up of visits, given by the composition root. */
export interface EncounterDirectory {
  /** Visits of a patient, the latest first, a first page of them. */
  list(patientId: string, account?: string): Promise<EncounterChoice[]>;
}

/** The value that stands for no visit; not a logical id, as those have no space. */
export const NO_VISIT = 'no visit';

/** The form; "no particular visit" stands last. */
export function encounterForm(words: SignInWords, encounters: readonly EncounterChoice[]): string {
  const options = encounters.map(({ id, label, start }) => ({
    value: id,
    label: [start?.slice(0, 16).replace('T', ' '), label].filter(Boolean).join(', '),
  }));
  const none = { value: NO_VISIT, label: words.noVisit };
  return `<p>${words.visits}</p>${form(choice('encounter', words.whichVisit, [...options, none]) + submit(words.continueOn))}`;
}
