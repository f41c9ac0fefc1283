// The language of the app: chosen by the launch or the browser, switched by the user, known to every screen.
// https://react.dev/reference/react/createContext
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type Locale, pickLocale, type Text, textIn } from './text.ts';

export interface Language {
  readonly locale: Locale;
  readonly t: Text;
  readonly setLocale: (locale: Locale) => void;
}

const LanguageContext = createContext<Language | undefined>(undefined);

/** Gives its children a language; `asked` is what the launch asked for. */
export function LanguageProvider({ asked, children }: { asked?: string; children: ReactNode }) {
  const [locale, setLocale] = useState(() => pickLocale([asked, ...navigator.languages]));
  const language = useMemo(() => ({ locale, t: textIn(locale), setLocale }), [locale]);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}

/** The current language. */
export function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error('useLanguage needs a LanguageProvider above it');
  return language;
}
