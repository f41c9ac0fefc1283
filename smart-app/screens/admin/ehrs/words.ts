// The texts of trusted EHRs. https://www.i18next.com/principles/namespaces
import { area } from '../../../locales/area.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

export const useWords = area('admin.ehrs', { en, es });
