// What the rules that a new server begins with mean; a rule of somebody's own is called by its name.
// docs/access.md
import { useLanguage } from '../../../locales/index.tsx';
import en from './rules.en.json' with { type: 'json' };
import es from './rules.es.json' with { type: 'json' };

const TEXTS: Readonly<Record<'en' | 'es', Readonly<Record<string, string>>>> = { en, es };

/** A function that says what a rule means. */
export function useMeaning(): (name: string) => string {
  const { locale } = useLanguage();
  return (name) => TEXTS[locale][name] ?? name;
}
