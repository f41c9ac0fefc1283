// The texts of one screen or dialog, beside it in `en.json` and `es.json`, and loaded with it.
// https://www.i18next.com/principles/namespaces
import { i18n } from './i18n.ts';
import { type Language, useLanguage } from './index.tsx';
import { type KeyOf, type TextOf, textIn } from './text.ts';

/** The language of the app with the texts of an area: `w` for its own, `t` for those that every screen has. */
export interface AreaLanguage<K extends string> extends Language {
  readonly w: TextOf<K>;
}

/**
 * Makes the hook of an area: `export const useWords = area('book', { en, es })` beside its two files.
 * @param name of the area, once in the app
 * @param texts the same keys in every language: a missing one does not compile
 */
export function area<E extends Readonly<Record<string, string>>>(
  name: string,
  texts: { en: E; es: Readonly<Record<keyof E, string>> },
): () => AreaLanguage<KeyOf<E>> {
  for (const [locale, entries] of Object.entries(texts)) i18n.addResourceBundle(locale, name, entries);
  return () => {
    const language = useLanguage();
    return { ...language, w: textIn<KeyOf<E>>(language.locale, name) };
  };
}
