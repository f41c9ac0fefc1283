// The parameters of $find, $book and the decisions on a network, from the address or a Parameters resource, each read by its type.
// https://hl7.org/fhir/R4/operations.html#request
import type { CodeableConcept, Coding, ParametersParameter } from '@medplum/fhirtypes';
import { dateRange } from '../../../fhir/datetime.ts';
import { badRequest, notSupported } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { FhirRequest } from '../../../interaction/context.ts';
import { bodyParameters, REPRESENTATION } from '../../parameters.ts';

/** Types of values by what they are read to. */
interface Values {
  /** Its first instant, or the end of the day or month that it names, ISO 8601. */
  dateTime: string;
  Coding: Coding;
  CodeableConcept: CodeableConcept;
  /** `Type/id` of a resource of this server. */
  Reference: string;
  integer: number;
  boolean: boolean;
  string: string;
  resource: object;
}
type Kind = keyof Values;

/** What a parameter may be, and which types of resources a reference may name; `many` times or once. */
export interface Row {
  readonly kind: Kind;
  readonly types?: readonly string[];
  readonly many?: true;
  /** A day stands for its end. */
  readonly whole?: true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 4_000 && !value.includes('\u0000');
const isTextOrNone = (value: unknown): boolean => value === undefined || isText(value);

const isCoding = (value: unknown): value is Coding =>
  isObject(value) &&
  [value.system, value.code, value.display].every(isTextOrNone) &&
  (value.code !== undefined || value.display !== undefined);

/** `system|code` or `code`, as in a search. */
function codingIn(text: string): Coding | undefined {
  const bar = text.indexOf('|');
  const [system, code] = bar < 0 ? [undefined, text] : [text.slice(0, bar), text.slice(bar + 1)];
  return code ? { ...(system && { system }), code } : undefined;
}

type Read = (value: unknown, row: Row, base: string) => unknown;
const reads: Readonly<Record<Kind, Read>> = {
  dateTime(value, { whole }) {
    const range = isText(value) ? dateRange(value.replaceAll(' ', '+')) : undefined;
    return whole && !String(value).includes('T') ? range?.high : range?.low;
  },
  Coding: (value) => (isText(value) ? codingIn(value) : isCoding(value) ? value : undefined),
  CodeableConcept(value) {
    if (isText(value)) return { text: value };
    if (!isObject(value)) return undefined;
    const { coding = [], text } = value;
    const isWell = Array.isArray(coding) && coding.every(isCoding) && isTextOrNone(text);
    return isWell && (coding.length || text) ? value : undefined;
  },
  Reference(value, { types = [] }, base) {
    const text = isObject(value) ? value.reference : value;
    const local = isText(text) ? localReference(text, base) : undefined;
    return local && types.includes(local.type) ? `${local.type}/${local.id}` : undefined;
  },
  integer: (value) => (/^\d{1,4}$/.test(String(value)) ? Number(value) : undefined),
  boolean: (value) => (/^(true|false)$/.test(String(value)) ? String(value) === 'true' : undefined),
  string: (value) => (isText(value) ? value : undefined),
  resource: (value) => (isObject(value) ? value : undefined),
};
const WORDS: Readonly<Record<Kind, string>> = {
  dateTime: 'a date or an instant, such as 2026-03-14T15:00:00Z',
  Coding: 'a valueCoding, or system|code in the address',
  CodeableConcept: 'a valueCodeableConcept with a coding or a text, or a text',
  Reference: 'a reference to',
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'a text that is not empty',
  resource: 'a resource',
};

/** The one value of a parameter of a body. */
function valueIn(parameter: ParametersParameter): unknown {
  if (parameter.resource !== undefined) return parameter.resource;
  const values = Object.entries(parameter).filter(([name]) => name.startsWith('value'));
  return values.length === 1 ? values[0]![1] : undefined;
}

/** What was given, by name. */
export interface Given<T extends Readonly<Record<string, Row>>> {
  all<K extends keyof T & string>(name: K): Values[T[K]['kind']][];
  one<K extends keyof T & string>(name: K): Values[T[K]['kind']] | undefined;
}

/**
 * Reads the parameters of an operation.
 * @throws FhirError 400 that names the parameter and what is allowed
 */
export function readGiven<T extends Readonly<Record<string, Row>>>(
  request: FhirRequest,
  operation: string,
  table: T,
  base: string,
): Given<T> {
  const asked: [string, unknown][] = [
    ...[...request.query].filter(([name]) => !REPRESENTATION.has(name)),
    ...bodyParameters(request).map((one): [string, unknown] => [one.name!, valueIn(one)]),
  ];
  const given = new Map<string, unknown[]>();
  for (const [name, sent] of asked) {
    if (!Object.hasOwn(table, name))
      throw notSupported(
        `${operation} has no parameter "${name}". It takes ${Object.keys(table).join(', ')}.`,
      );
    const row = table[name]!;
    const value = reads[row.kind](sent, row, base);
    if (value === undefined)
      throw badRequest(
        `The parameter ${name} of ${operation} must be ${WORDS[row.kind]}${row.types ? ` ${row.types.join(' or ')}` : ''}.`,
        'Parameters.parameter',
      );
    const list = given.get(name) ?? [];
    if (list.length >= (row.many ? 50 : 1))
      throw badRequest(`The parameter ${name} of ${operation} is given too often.`, 'Parameters.parameter');
    given.set(name, [...list, value]);
  }
  return {
    all: (name) => (given.get(name) ?? []) as never,
    one: (name) => given.get(name)?.[0] as never,
  };
}
