// The language of the app: chosen by the launch or the browser, switched by the user, known to every screen.
// https://react.i18next.com/latest/usetranslation-hook
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { i18n } from './i18n.ts';
import { type Locale, pickLocale, type Text, textIn } from './text.ts';

export interface Language {
  readonly locale: Locale;
  readonly t: Text;
  readonly setLocale: (locale: Locale) => void;
}

const setLocale = (locale: Locale): void => void i18n.changeLanguage(locale);

/** Gives its children a language; `asked` is what the launch asked for. */
export function LanguageProvider({ asked, children }: { asked?: string; children: ReactNode }) {
  useState(() => setLocale(pickLocale([asked, ...navigator.languages])));
  return (
    <I18nextProvider i18n={i18n}>
      <PageLanguage />
      {children}
    </I18nextProvider>
  );
}

function PageLanguage() {
  const { locale } = useLanguage();
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return null;
}

/** The current language. */
export function useLanguage(): Language {
  const { language } = useTranslation().i18n;
  return useMemo(() => {
    const locale = pickLocale([language]);
    return { locale, t: textIn(locale), setLocale };
  }, [language]);
}
