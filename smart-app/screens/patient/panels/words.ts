// The texts of the panels. https://www.i18next.com/principles/namespaces
import { area } from '../../../locales/area.ts';
import type { KeyOf } from '../../../locales/text.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

export const useWords = area('patient-panels', { en, es });
export type Words = ReturnType<typeof useWords>;
export type Word = KeyOf<typeof en>;

/** A key that is made from a code, where there are words for it. */
export const knownWord = (key: string): Word | undefined => (key in en ? (key as Word) : undefined);
