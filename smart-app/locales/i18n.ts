// The texts of the app in one i18next instance: those that every screen needs come with it, the others with their screens.
// https://www.i18next.com/overview/configuration-options
import { createInstance, type i18n as I18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

/** Namespace of the texts that every screen needs. */
export const CORE = 'core';

/** `{name}` is replaced by `values.name`; `count` picks singular or plural (`key_one`, `key_other`). */
export const i18n: I18n = createInstance();

void i18n.use(initReactI18next).init({
  resources: { en: { [CORE]: en }, es: { [CORE]: es } },
  lng: 'en',
  fallbackLng: 'en',
  defaultNS: CORE,
  ns: [CORE],
  keySeparator: false,
  nsSeparator: false,
  contextSeparator: '\u0000',
  initAsync: false,
  interpolation: { prefix: '{', suffix: '}', escapeValue: false },
  react: { useSuspense: false },
});
