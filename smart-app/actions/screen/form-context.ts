// What every question of an open form works with: its language, the answers, and what was wrong with the last try.
// https://react.dev/reference/react/createContext
import { createContext, useContext } from 'react';
import type { Answer, Answers } from '../../fhir/form.ts';
import type { Locale } from '../../locales/text.ts';
import type { Score } from './score.ts';

export interface OpenForm {
  readonly language: Locale;
  readonly answers: Answers;
  readonly answer: (linkId: string, given: readonly Answer[]) => void;
  /** By linkId. */
  readonly scores: ReadonlyMap<string, Score>;
  readonly problem: (linkId: string) => string | undefined;
}

export const FormContext = createContext<OpenForm | undefined>(undefined);

export function useForm(): OpenForm {
  const form = useContext(FormContext);
  if (!form) throw new Error('useForm needs a form around it');
  return form;
}
