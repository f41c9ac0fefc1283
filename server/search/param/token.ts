// Token search: codes, identifiers, booleans. https://hl7.org/fhir/R4/search.html#token
import type { CodeableConcept, Coding, ContactPoint, Identifier } from '@medplum/fhirtypes';
import { badRequest } from '../../fhir/errors.ts';
import { type IndexRow, type ParamType, splitEscaped, unescape } from './type.ts';

/** System of values that carry none of their own but imply one (`code`, `boolean`): any system that is asked for matches. */
const IMPLIED = '*';
const NO_SYSTEM = '';
/** The ids that `Systems` gives to the two. */
const IMPLIED_ID = -1;
const NO_SYSTEM_ID = 0;

const coding = (value: Coding): IndexRow[] => (value.code === undefined ? [] : [[value.system ?? NO_SYSTEM, value.code]]);
const primitive = (value: unknown): IndexRow[] => [[IMPLIED, String(value)]];

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
  CodeableConcept: (value: CodeableConcept) => (value.coding ?? []).flatMap(coding),
  Identifier: (value: Identifier) => (value.value === undefined ? [] : [[value.system ?? NO_SYSTEM, value.value]]),
  ContactPoint: (value: ContactPoint) => (value.value === undefined ? [] : [[IMPLIED, value.value]]),
};

interface TokenValue {
  /** undefined: any system; '': explicitly none. */
  system: string | undefined;
  /** '' with a system: any code of it. */
  code: string;
}

function parse(text: string): TokenValue {
  const parts = splitEscaped(text, '|');
  if (parts.length > 2) throw badRequest(`The token "${text}" has more than one "|". Write system|code, and \\| for a bar inside a value.`);
  const [first, second] = parts.map(unescape);
  return second === undefined ? { system: undefined, code: first! } : { system: first!, code: second };
}

export const token: ParamType = {
  table: 'index_token',
  columns: [
    ['system', 'text'],
    ['code', 'text'],
  ],
  sortColumn: 'code',
  modifiers: ['not'],
  rows: (values) => values.flatMap(({ type, value }) => rowsOf[type]?.(value as never) ?? []),
  systems: (values) => values.flatMap((value) => parse(value).system || []),
  match(values, _modifier, param, { statement, systemOf }) {
    const tests = values.map((text) => {
      const { system, code } = parse(text);
      if (!system && !code) throw badRequest(`The search parameter "${param.code}" has an empty value. Give a code, or leave it out.`);
      const codeTest = code && `i.code = ${statement.add(code, 'text')}`;
      if (system === undefined) return codeTest;
      if (system === '') return `${codeTest} and i.system = ${NO_SYSTEM_ID}`;
      const id = systemOf(system);
      if (!code) return id === undefined ? 'false' : `i.system = ${id}`;
      return `${codeTest} and i.system ${id === undefined ? `= ${IMPLIED_ID}` : `in (${id}, ${IMPLIED_ID})`}`;
    });
    return tests.length === 1 ? tests[0]! : `(${tests.map((test) => `(${test})`).join(' or ')})`;
  },
  single: (values) => values.length === 1 && parse(values[0]!).system !== undefined && parse(values[0]!).code !== '',
};
