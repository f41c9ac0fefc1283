// What a text is to those who ask for one: the keys are those of the English file, so a missing or misspelt one does not compile.
// https://www.w3.org/International/questions/qa-lang-why
import en from './en.json' with { type: 'json' };
import { CORE, i18n } from './i18n.ts';

/** Keys that have a singular and a plural are asked for without their ending. */
type Plural<K> = K extends `${infer Stem}_one` ? Stem : never;
/** The keys of a file of texts. */
export type KeyOf<E> = Exclude<keyof E & string, `${string}_one` | `${string}_other`> | Plural<keyof E>;
export type Values = Readonly<Record<string, string | number>>;

/** Looks up a text; `{name}` is replaced by `values.name`, and `values.count` picks singular or plural. */
export type TextOf<K extends string> = (key: K, values?: Values) => string;

/** A key of the texts that every screen has. */
export type Key = KeyOf<typeof en>;
export type Text = TextOf<Key>;

export const LOCALES = ['en', 'es'] as const;
export type Locale = (typeof LOCALES)[number];

/** The first supported language of a list of language tags (`es-MX` is `es`); English when there is none. */
export function pickLocale(tags: readonly (string | null | undefined)[]): Locale {
  const languages = tags.map((tag) => tag?.toLowerCase().split('-')[0]);
  return languages.find((one): one is Locale => LOCALES.includes(one as Locale)) ?? 'en';
}

/** The texts of one language; `area` are those of a screen (`locales/area.ts`). */
export const textIn = <K extends string = Key>(locale: Locale, area: string = CORE): TextOf<K> =>
  i18n.getFixedT(locale, area) as unknown as TextOf<K>;

/** A key that is made from a code, where the texts have one for it. */
export const knownKey = (key: string): Key | undefined => (key in en ? (key as Key) : undefined);
