// Texts of the app in English and Spanish: the keys are those of en.json, so a missing or misspelt one does not compile.
// https://www.w3.org/International/questions/qa-lang-why
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

type Entry = keyof typeof en;
/** Keys that have a singular and a plural are asked for without their ending. */
type Plural<K> = K extends `${infer Stem}_one` ? Stem : never;
export type Key = Exclude<Entry, `${string}_one` | `${string}_other`> | Plural<Entry>;
export type Values = Readonly<Record<string, string | number>>;

/** Looks up a text; `{name}` is replaced by `values.name`, and `values.n` picks singular or plural. */
export type Text = (key: Key, values?: Values) => string;

const TEXTS = { en, es } satisfies Record<string, Record<Entry, string>>;
export type Locale = keyof typeof TEXTS;
export const LOCALES = Object.keys(TEXTS) as Locale[];

/** The first supported language of a list of language tags (`es-MX` is `es`); English when there is none. */
export function pickLocale(tags: readonly (string | null | undefined)[]): Locale {
  const languages = tags.map((tag) => tag?.toLowerCase().split('-')[0]);
  return languages.find((one): one is Locale => LOCALES.includes(one as Locale)) ?? 'en';
}

/** The texts of one language. */
export function textIn(locale: Locale): Text {
  const texts: Readonly<Record<string, string>> = TEXTS[locale];
  const plural = new Intl.PluralRules(locale);
  return (key, values = {}) => {
    const ending = typeof values.n === 'number' && plural.select(values.n) === 'one' ? '_one' : '_other';
    const text = texts[key] ?? texts[`${key}${ending}`]!;
    return text.replace(/\{(\w+)\}/g, (_match, name: string) => String(values[name] ?? ''));
  };
}

/** A key that is made from a code, where the locales have one for it. */
export const knownKey = (key: string): Key | undefined => (key in en ? (key as Key) : undefined);
