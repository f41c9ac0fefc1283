// String search: starts with, ignoring case and accents; `:exact`, `:contains`. https://hl7.org/fhir/R4/search.html#string
import type { Address, HumanName } from '@medplum/fhirtypes';
import { badRequest } from '../../fhir/errors.ts';
import {
  type IndexRow,
  type MatchContext,
  type ParamType,
  type SearchParam,
  withoutEscapes,
} from './type.ts';

/** Characters of a value that are indexed: a B-tree entry has at most 2,704 bytes. The column `exact` has them all. */
const INDEXED_LENGTH = 400;

const COMBINING = /\p{M}/gu;
/** Folds case, accents and runs of white space. */
export function normalizeString(text: string): string {
  return text
    .normalize('NFD')
    .replace(COMBINING, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, INDEXED_LENGTH);
}

const texts = (...values: (string | string[] | undefined)[]): string[] =>
  values.flat().filter((value) => value !== undefined);

/** The searchable parts of a value by its FHIR type. */
const partsOf: Record<string, (value: never) => string[]> = {
  string: (value: string) => [value],
  markdown: (value: string) => [value],
  code: (value: string) => [value],
  HumanName: (value: HumanName) => texts(value.family, value.given, value.text, value.prefix, value.suffix),
  Address: (value: Address) =>
    texts(value.line, value.city, value.district, value.state, value.postalCode, value.country, value.text),
};

/** Escapes what LIKE reads as a pattern. */
const likePattern = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The normalized text of a search value. @throws FhirError 400 when nothing is left to search by */
function searched(escaped: string, { code }: SearchParam): { text: string; value: string } {
  const text = withoutEscapes(escaped);
  if (!text)
    throw badRequest(`The search parameter "${code}" has an empty value. Give a text, or leave it out.`);
  return { text, value: normalizeString(text) };
}
function normalized(escaped: string, param: SearchParam): string {
  const { value } = searched(escaped, param);
  if (!value)
    throw badRequest(
      `The search parameter "${param.code}" has a value without a letter or digit. Give a text.`,
    );
  return value;
}

type Test = (value: string, param: SearchParam, context: MatchContext) => string;

/** The text stands anywhere in the column `value`. */
export const containsTest: Test = (escaped, param, { statement, column }) =>
  `${column('value')} like ${statement.add(`%${likePattern(normalized(escaped, param))}%`, 'text')}`;

/** Condition on where the whole text has a search value that is longer than what is indexed; undefined for the others. */
function wholeTest(escaped: string, place: string, { statement, column }: MatchContext): string | undefined {
  const text = withoutEscapes(escaped);
  if (text.length <= INDEXED_LENGTH) return undefined;
  return `strpos(fold(${column('exact')}), fold(${statement.add(text, 'text')})) ${place}`;
}

/** What each modifier compares; '' is none. */
const tests: Readonly<Record<string, Test>> = {
  '': (escaped, param, context) => {
    const { statement, column } = context;
    const value = normalized(escaped, param);
    const begins = `${column('value')} >= ${statement.add(value, 'text')} and ${column('value')} < ${statement.add(`${value}\u{10FFFF}`, 'text')}`;
    const whole = wholeTest(escaped, '= 1', context);
    return whole ? `${begins} and ${whole}` : begins;
  },
  exact: (escaped, param, { statement, column }) => {
    const { text, value } = searched(escaped, param);
    return `${column('value')} = ${statement.add(value, 'text')} and ${column('exact')} = ${statement.add(text, 'text')}`;
  },
  contains: (escaped, param, context) =>
    wholeTest(escaped, '> 0', context) ?? containsTest(escaped, param, context),
};

export const string: ParamType = {
  table: 'index_string',
  columns: [
    ['value', 'text'],
    ['exact', 'text'],
  ],
  sortColumn: 'value',
  modifiers: ['exact', 'contains'],
  rows: (values): IndexRow[] =>
    values
      .flatMap(({ type, value }) => partsOf[type]?.(value as never) ?? [])
      .map((text) => [normalizeString(text), text]),
  match(values, modifier, param, context) {
    const test = tests[modifier ?? '']!;
    const made = values.map((value) => test(value, param, context));
    return made.length === 1 ? made[0]! : `(${made.map((one) => `(${one})`).join(' or ')})`;
  },
  single: () => false,
};
