// The rules of our profiles in plain words, and the values that no record takes; loaded with the forms that need them.
// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.details
import en from './en-rules.json' with { type: 'json' };
import es from './es-rules.json' with { type: 'json' };
import type { Locale } from './text.ts';

const TEXTS: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { en, es };

/** A rule, or an issue type, in plain words; undefined where the validator's own sentence stands. */
export const ruleSaid = (locale: Locale, key: string | undefined): string | undefined =>
  key === undefined ? undefined : TEXTS[locale][key];
