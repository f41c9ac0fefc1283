// Codes and numbers of the figures as a person reads them, in the language of the app.
// https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Intl
import type { Money } from '@medplum/fhirtypes';
import type { Named } from '../../fhir/figures.ts';
import { stageOfCode } from '../../fhir/referral.ts';
import { type KeyOf, knownKey, type Text, type TextOf } from '../../locales/text.ts';
import en from './en.json' with { type: 'json' };

export type Word = TextOf<KeyOf<typeof en>>;

/** What the cards are written with. */
export interface Said {
  readonly w: Word;
  readonly t: Text;
  readonly locale: string;
}

/** A text as the beginning of a line. */
const capital = (text: string, locale: string): string =>
  text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

/** The word for a code of a group of texts; the server's own for one that has none here. */
export function codeSaid(group: string, { code, display }: Named, { w }: Said): string {
  const key = `${group}.${code}`;
  return Object.hasOwn(en, key) ? w(key as KeyOf<typeof en>) : display;
}

/** The word for a status of a task or a lane. */
export function coreSaid(group: 'status' | 'lane', { code, display }: Named, { t, locale }: Said): string {
  const key = code === 'handoff' ? knownKey('gate.name') : knownKey(`${group}.${code}`);
  return capital(key ? t(key) : display, locale);
}

/** The word for a stage or a fork of the track, the same as on the patient's screen. */
export function stageSaid({ code, display }: Named, { t, locale }: Said): string {
  const at = stageOfCode(code);
  if (!at) return display;
  return capital(at.fork ? t(`fork.${at.fork}`) : t(`stage.${at.stage}`), locale);
}

export const numberSaid = (value: number, locale: string): string =>
  new Intl.NumberFormat(locale).format(value);

/** A share of 1 as percent. */
export const shareSaid = (share: number, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);

/** An amount with its currency, cents where it has them. */
export const moneySaid = ({ value = 0, currency }: Money, locale: string): string =>
  new Intl.NumberFormat(locale, {
    ...(currency && { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
    ...(Number.isInteger(value) && { minimumFractionDigits: 0 }),
    maximumFractionDigits: 2,
  }).format(value);

/** A month: `March 2026`. */
export const monthSaid = (month: string, locale: string): string =>
  capital(
    new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
      new Date(`${month}-01T00:00:00Z`),
    ),
    locale,
  );
