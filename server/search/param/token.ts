// Token search: codes, identifiers, booleans, and what terminology says of them. https://hl7.org/fhir/R4/search.html#token
import type { CodeableConcept, Coding, ContactPoint, Identifier } from '@medplum/fhirtypes';
import { textArray } from '../../db/statement.ts';
import { badRequest } from '../../fhir/errors.ts';
import type { TypedValue } from '../../fhir/path/index.ts';
import { containsTest } from './string.ts';
import {
  escaped,
  type IndexRow,
  type IndexTable,
  indexedText,
  type MatchContext,
  type ParamType,
  type PrepareContext,
  type SearchParam,
  type SystemCode,
  splitEscaped,
  withoutEscapes,
} from './type.ts';

/** System of values that carry none of their own but imply one (`code`, `boolean`): any system that is asked for matches. */
const IMPLIED = '*';
const NO_SYSTEM = '';
/** The ids that `Systems` gives to the two. */
const IMPLIED_ID = -1;
const NO_SYSTEM_ID = 0;

/** A value of which only the system, or neither, is there keeps a row: it is not missing, and `system|` finds it. */
const row = (system: string | undefined, code: unknown): IndexRow => [
  indexedText(system ?? NO_SYSTEM),
  indexedText(String(code ?? '')),
];
const coding = ({ system, code }: Coding): IndexRow[] => [row(system, code)];
const primitive = (value: unknown): IndexRow[] => [row(IMPLIED, value)];

/** Strings are found whatever their case: as they are, and folded. */
const text = (value: string): IndexRow[] => [...new Set([value, value.toLowerCase()])].flatMap(primitive);

/** Row of an identifier or reference's identifier: its system and value. */
export const identifierRow = ({ system, value }: Identifier): IndexRow => row(system, value);

/** Rows (system URL, code) of a value by its FHIR type. */
const rowsOf: Record<string, (value: never) => IndexRow[]> = {
  code: primitive,
  boolean: primitive,
  string: text,
  id: primitive,
  uri: primitive,
  url: primitive,
  oid: primitive,
  canonical: primitive,
  markdown: primitive,
  integer: primitive,
  positiveInt: primitive,
  unsignedInt: primitive,
  Coding: coding,
  CodeableConcept: ({ coding: codings }: CodeableConcept) =>
    codings?.length ? codings.flatMap(coding) : [row(undefined, undefined)],
  Identifier: (value: Identifier) => [identifierRow(value)],
  ContactPoint: ({ value }: ContactPoint) => [row(IMPLIED, value)],
};

/** Parameters of R4 on elements of type string, which are not case sensitive. */
const FOLDED: ReadonlySet<string> = new Set(
  'version fhirversion altid site lot-number monitoring-program-name base-path path'.split(' '),
);

/** Words beside the codes of a value, by its FHIR type. */
const displaysByType: Record<string, (value: never) => (string | undefined)[]> = {
  CodeableConcept: ({ text, coding = [] }: CodeableConcept) => [
    text,
    ...coding.map(({ display }) => display),
  ],
  Coding: ({ display }: Coding) => [display],
  Identifier: ({ type }: Identifier) => [type?.text],
};

/** The words that `:text` searches: CodeableConcept.text, Coding.display, Identifier.type.text. */
export function displaysOf(values: readonly TypedValue[]): string[] {
  const displays: string[] = [];
  for (const { type, value } of values)
    for (const words of displaysByType[type]?.(value as never) ?? [])
      if (words !== undefined) displays.push(words);
  return displays;
}

/** What `:of-type` is compared with. */
const ofTypeKey = (system: string, code: string, value: string): string =>
  indexedText(`${system}|${code}|${value}`);

/** Rows in the table of URIs for `:of-type`: `system|code|value` of each identifier and each code of its type. */
function ofTypeRows(values: readonly TypedValue[]): [IndexTable, IndexRow][] {
  const rows: [IndexTable, IndexRow][] = [];
  for (const { type, value } of values) {
    if (type !== 'Identifier') continue;
    const { type: kind, value: own = '' } = value as Identifier;
    for (const { system = '', code = '' } of kind?.coding ?? [])
      rows.push(['index_uri', [ofTypeKey(system, code, own)]]);
  }
  return rows;
}

/** What a token is searched by. */
export interface TokenValue {
  /** undefined: any system; '': explicitly none. */
  system: string | undefined;
  /** '' with a system: any code of it. */
  code: string;
}

/**
 * Reads `code`, `system|code`, `|code` or `system|`.
 * @throws FhirError 400 for more than one bar
 */
export function parseToken(value: string): TokenValue {
  const parts = splitEscaped(value, '|');
  if (parts.length > 2)
    throw badRequest(
      `The token "${value}" has more than one "|". Write system|code, and \\| for a bar inside a value.`,
    );
  const [first, second] = parts.map((part) => indexedText(withoutEscapes(part)));
  return second === undefined ? { system: undefined, code: first! } : { system: first!, code: second };
}

const anyOf = (tests: readonly string[]): string =>
  tests.length === 1 ? tests[0]! : `(${tests.map((test) => `(${test})`).join(' or ')})`;

/** `column = value`, or `column = any(values)`. */
function oneOf(column: string, values: readonly string[], { statement }: MatchContext): string {
  return values.length === 1
    ? `${column} = ${statement.add(values[0]!, 'text')}`
    : `${column} = any(${statement.add(textArray(values), 'text[]')})`;
}

/** Condition of `system|code`, `|code` or `system|` with all the codes that are asked of one system. */
function systemTest(system: string, codes: readonly string[], context: MatchContext): string {
  const { systemOf, column } = context;
  const id = systemOf(system);
  if (codes.includes('')) return id === undefined ? 'false' : `${column('system')} = ${id}`;
  const codeTest = oneOf(column('code'), codes, context);
  if (system === NO_SYSTEM) return `${codeTest} and ${column('system')} = ${NO_SYSTEM_ID}`;
  return `${codeTest} and ${column('system')} ${id === undefined ? `= ${IMPLIED_ID}` : `in (${id}, ${IMPLIED_ID})`}`;
}

/** Whether a row is what a token asks for, as `systemTest` says it in SQL. */
export function isTokenRow([system, code]: IndexRow, { system: asked, code: wanted }: TokenValue): boolean {
  if (asked === undefined) return code === wanted;
  if (wanted === '') return system === asked;
  return code === wanted && (system === asked || (asked !== NO_SYSTEM && system === IMPLIED));
}

/** Condition on (system, code): one test a system, however many codes a value set has. */
function codeTest(values: readonly string[], { code: param }: SearchParam, context: MatchContext): string {
  const bySystem = new Map<string | undefined, string[]>();
  for (const value of values) {
    const { system, code } = parseToken(value);
    if (!system && !code)
      throw badRequest(`The search parameter "${param}" has an empty value. Give a code, or leave it out.`);
    const codes = bySystem.get(system) ?? [];
    bySystem.set(system, codes);
    codes.push(code);
    if (FOLDED.has(param) && code.toLowerCase() !== code) codes.push(code.toLowerCase());
  }
  // A value set without codes holds nothing.
  if (!bySystem.size) return 'false';
  const tests = [...bySystem].map(([system, codes]) =>
    system === undefined ? oneOf(context.column('code'), codes, context) : systemTest(system, codes, context),
  );
  return anyOf(tests);
}

/** Condition on the words beside codes. */
function textTest(values: readonly string[], param: SearchParam, context: MatchContext): string {
  return anyOf(values.map((value) => containsTest(value, param, context)));
}

/** Condition on `system|code|value` of identifiers. */
function ofTypeTest(values: readonly string[], { code }: SearchParam, context: MatchContext): string {
  const keys = values.map((value) => {
    const parts = splitEscaped(value, '|').map(withoutEscapes);
    if (parts.length !== 3 || parts.includes(''))
      throw badRequest(
        `"${code}:of-type" is "${value}". Write all of system|code|value: the identifier type's system and code, and the identifier's value.`,
      );
    return ofTypeKey(parts[0]!, parts[1]!, parts[2]!);
  });
  return oneOf(context.column('value'), keys, context);
}

/** Condition on MIME types: `text/xml` has `text/xml; charset=utf-8` below it. */
function mimeTest(values: readonly string[], context: MatchContext): string {
  const column = context.column('code');
  return anyOf(
    values.map((value) => {
      const type = parseToken(value).code;
      const { statement } = context;
      return `(${column} = ${statement.add(type, 'text')} or ${column} >= ${statement.add(`${type};`, 'text')} and ${column} < ${statement.add(`${type}<`, 'text')})`;
    }),
  );
}
const isMimeType = (value: string): boolean => /^[\w.+-]+\/[\w.+-]+$/.test(value);

type Test = (values: readonly string[], param: SearchParam, context: MatchContext) => string;
/** What modifiers compare; all others compare codes. */
const tests: Readonly<Record<string, Test>> = {
  text: textTest,
  'of-type': ofTypeTest,
  below: (values, param, context) =>
    values.every(isMimeType) ? mimeTest(values, context) : codeTest(values, param, context),
};

const asToken = ({ system, code }: SystemCode): string => `${escaped(system)}|${escaped(code)}`;

/** Most values of one criterion for which terminology is asked. */
const MAX_ASKED = { in: 100, hierarchy: 1000 } as const;

/** @throws FhirError 400 for more than are followed */
function checkAsked(values: readonly string[], most: number, param: string, modifier: string): void {
  if (values.length > most)
    throw badRequest(`"${param}:${modifier}" has ${values.length} values. Give at most ${most}.`);
}

/** The codes that are above or below each value, in its code system. */
async function related(
  values: readonly string[],
  modifier: 'above' | 'below',
  { code: param }: SearchParam,
  { terminology, access }: PrepareContext,
): Promise<string[]> {
  if (modifier === 'below' && values.every(isMimeType)) return [...values];
  checkAsked(values, MAX_ASKED.hierarchy, param, modifier);
  const follow = modifier === 'below' ? terminology.descendants : terminology.ancestors;
  const lists = await Promise.all(
    values.map(async (value) => {
      const { system, code } = parseToken(value);
      if (!system || !code)
        throw badRequest(
          `"${param}:${modifier}" is "${value}". Write system|code: without its system a code has no hierarchy.`,
        );
      return (await follow(system, code, access)).map((found) => asToken({ system, code: found }));
    }),
  );
  return lists.flat();
}

/** The codes of all the value sets. */
async function members(
  values: readonly string[],
  modifier: 'in' | 'not-in',
  { code: param }: SearchParam,
  { terminology, access }: PrepareContext,
): Promise<string[]> {
  checkAsked(values, MAX_ASKED.in, param, modifier);
  const lists = await Promise.all(
    values.map((value) => {
      if (!value)
        throw badRequest(`"${param}" has an empty value. Give the URL of a value set, or ValueSet/id.`);
      return terminology.expand(withoutEscapes(value), access);
    }),
  );
  return lists.flat().map(asToken);
}

const tokenRows = ({ type, value }: TypedValue): IndexRow[] => rowsOf[type]?.(value as never) ?? [];

export const token: ParamType = {
  table: 'index_token',
  columns: [
    ['system', 'system'],
    ['code', 'text'],
  ],
  sortColumn: 'code',
  modifiers: ['not', 'text', 'in', 'not-in', 'above', 'below', 'of-type'],
  rows: (values) => values.flatMap(tokenRows),
  modifierRows: ofTypeRows,
  tableOf: (modifier) => TABLES[modifier],
  prepare: async (values, modifier, param, context) => {
    if (modifier === 'in' || modifier === 'not-in') return members(values, modifier, param, context);
    if (modifier === 'above' || modifier === 'below') return related(values, modifier, param, context);
    return values;
  },
  systems: (values, modifier) =>
    modifier && TABLES[modifier]
      ? []
      : [...new Set(values.flatMap((value) => parseToken(value).system || []))],
  match: (values, modifier, param, context) => (tests[modifier ?? ''] ?? codeTest)(values, param, context),
  // `system|` has rows under every code.
  inOrder: (values) => values.every((value) => parseToken(value).code !== ''),
  // Not with a system either: a value that implies its system and one that has it may both match.
  single: (values, modifier) =>
    values.length === 1 && (modifier ? modifier === 'of-type' : parseToken(values[0]!).system === NO_SYSTEM),
};

/** Tables of the modifiers that do not search codes. */
const TABLES: Readonly<Record<string, 'index_uri' | 'index_display'>> = {
  'of-type': 'index_uri',
  text: 'index_display',
};
