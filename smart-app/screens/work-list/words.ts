// The texts of the work list.
import { area } from '../../locales/area.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

export const useWords = area('work-list', { en, es });

/** The language of the work list. */
export type Words = ReturnType<typeof useWords>;
