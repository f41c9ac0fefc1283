// Token search: codes, identifiers, booleans. https://hl7.org/fhir/R4/search.html#token
import type { CodeableConcept, Coding, ContactPoint, Identifier } from '@medplum/fhirtypes';
import { textArray } from '../../db/statement.ts';
import { badRequest } from '../../fhir/errors.ts';
import {
  type IndexRow,
  indexedText,
  type MatchContext,
  type ParamType,
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

/** Rows (system URL, code) of a value by its FHIR type. */
const rowsOf: Record<string, (value: never) => IndexRow[]> = {
  code: primitive,
  boolean: primitive,
  string: primitive,
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
  Identifier: ({ system, value }: Identifier) => [row(system, value)],
  ContactPoint: ({ value }: ContactPoint) => [row(IMPLIED, value)],
};

interface TokenValue {
  /** undefined: any system; '': explicitly none. */
  system: string | undefined;
  /** '' with a system: any code of it. */
  code: string;
}

function parse(text: string): TokenValue {
  const parts = splitEscaped(text, '|');
  if (parts.length > 2)
    throw badRequest(
      `The token "${text}" has more than one "|". Write system|code, and \\| for a bar inside a value.`,
    );
  const [first, second] = parts.map((part) => indexedText(withoutEscapes(part)));
  return second === undefined ? { system: undefined, code: first! } : { system: first!, code: second };
}

/** Condition of `system|code`, `|code` or `system|`. */
function systemTest(system: string, code: string, { statement, systemOf, column }: MatchContext): string {
  const codeTest = code && `${column('code')} = ${statement.add(code, 'text')}`;
  if (system === '') return `${codeTest} and ${column('system')} = ${NO_SYSTEM_ID}`;
  const id = systemOf(system);
  if (!code) return id === undefined ? 'false' : `${column('system')} = ${id}`;
  return `${codeTest} and ${column('system')} ${id === undefined ? `= ${IMPLIED_ID}` : `in (${id}, ${IMPLIED_ID})`}`;
}

export const token: ParamType = {
  table: 'index_token',
  columns: [
    ['system', 'system'],
    ['code', 'text'],
  ],
  sortColumn: 'code',
  modifiers: ['not'],
  rows: (values) => values.flatMap(({ type, value }) => rowsOf[type]?.(value as never) ?? []),
  systems: (values) => values.flatMap((value) => parse(value).system || []),
  match(values, _modifier, param, context) {
    const { statement, column } = context;
    const codes: string[] = [];
    const tests: string[] = [];
    for (const text of values) {
      const { system, code } = parse(text);
      if (!system && !code)
        throw badRequest(
          `The search parameter "${param.code}" has an empty value. Give a code, or leave it out.`,
        );
      if (system === undefined) codes.push(code);
      else tests.push(systemTest(system, code, context));
    }
    if (codes.length === 1) tests.push(`${column('code')} = ${statement.add(codes[0]!, 'text')}`);
    else if (codes.length)
      tests.push(`${column('code')} = any(${statement.add(textArray(codes), 'text[]')})`);
    return tests.length === 1 ? tests[0]! : `(${tests.map((test) => `(${test})`).join(' or ')})`;
  },
  // Not with a system either: a value that implies its system and one that has it may both match.
  single: (values) => values.length === 1 && parse(values[0]!).system === NO_SYSTEM,
};
