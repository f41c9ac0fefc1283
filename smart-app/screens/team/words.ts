// The texts of the team's figures.
import { area } from '../../locales/area.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

export const useWords = area('team', { en, es });

/** The language of the team's figures. */
export type Words = ReturnType<typeof useWords>;
