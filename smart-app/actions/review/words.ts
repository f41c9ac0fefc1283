// The texts of reviewing a report and telling the patient. https://www.i18next.com/principles/namespaces
import { area } from '../../locales/area.ts';
import { textIn } from '../../locales/text.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

const NAME = 'review';
export const useWords = area(NAME, { en, es });

/** What is written to the patient, in the patient's language. */
export const letterIn = (language: 'en' | 'es') =>
  textIn<Extract<keyof typeof en, `letter.${string}`>>(language, NAME);
