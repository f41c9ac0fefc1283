// The parameters of a terminology operation, from the address or a Parameters resource, each by its type in R4.
// https://hl7.org/fhir/R4/operations.html#request
import type { CodeableConcept, Coding, ParametersParameter, ValueSet } from '@medplum/fhirtypes';
import { badRequest, notSupported, unprocessable } from '../fhir/errors.ts';
import type { Chosen } from '../fhir/terminology.ts';
import type { Context, FhirRequest } from '../interaction/context.ts';
import { bodyParameters, REPRESENTATION } from './parameters.ts';

/** What a parameter holds. */
type Kind = 'text' | 'number' | 'boolean' | 'Coding' | 'CodeableConcept' | 'resource' | 'part';
/** Kinds by the name of the parameter; a name with `*` may be given several times. */
export type Table = Readonly<Record<string, Kind | `${Kind}*`>>;

/** What was given, by name, as text, number, boolean, a Coding and so on. */
export type Given = ReadonlyMap<string, readonly unknown[]>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const NUL = String.fromCharCode(0);
const NUMBER = /^\d{1,9}$/;
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** Reads a value by its kind; undefined when it is of another. */
const readers: Readonly<Record<Kind, (value: unknown) => unknown>> = {
  text: (value) => (typeof value === 'string' && value !== '' && !value.includes(NUL) ? value : undefined),
  number: (value) => (NUMBER.test(String(value)) ? Number(value) : undefined),
  boolean: (value) => (Object.hasOwn(BOOLEANS, String(value)) ? BOOLEANS[String(value)] : undefined),
  Coding: (value) => (isObject(value) ? value : undefined),
  CodeableConcept: (value) => (isObject(value) ? value : undefined),
  resource: (value) => (isObject(value) ? value : undefined),
  part: (value) => (Array.isArray(value) && value.every(isObject) ? value : undefined),
};
const WORDS: Readonly<Record<Kind, string>> = {
  text: 'a text that is not empty',
  number: 'a whole number from 0',
  boolean: 'true or false',
  Coding: 'a valueCoding, in a Parameters resource by POST',
  CodeableConcept: 'a valueCodeableConcept, in a Parameters resource by POST',
  resource: 'a resource, in a Parameters resource by POST',
  part: 'parts, in a Parameters resource by POST',
};

/** What a parameter of a body holds, whichever its kind. */
function givenIn(parameter: ParametersParameter, kind: Kind): unknown {
  if (kind === 'resource') return parameter.resource;
  if (kind === 'part') return parameter.part;
  const values = Object.entries(parameter).filter(([name]) => name.startsWith('value'));
  if (values.length !== 1) return undefined;
  const [name, value] = values[0]!;
  const isOwn = kind !== 'Coding' && kind !== 'CodeableConcept' ? true : name === `value${kind}`;
  return isOwn ? (value as unknown) : undefined;
}

/**
 * Reads the parameters of an operation.
 * @param operation its name, for messages
 * @throws FhirError 400 for parameters that it has not, that are given too often, or that are of another type
 */
export function readParameters(request: FhirRequest, operation: string, table: Table): Given {
  const given = new Map<string, unknown[]>();
  const add = (name: string, valueFor: (kind: Kind) => unknown): void => {
    const entry = Object.hasOwn(table, name) ? table[name]! : undefined;
    if (!entry)
      throw notSupported(
        `${operation} has no parameter "${name}" here. It takes ${Object.keys(table).join(', ')}.`,
      );
    const kind = entry.replace('*', '') as Kind;
    const value = readers[kind](valueFor(kind));
    if (value === undefined)
      throw badRequest(`The parameter "${name}" of ${operation} must be ${WORDS[kind]}.`);
    checkLength(name, value, operation);
    const list = given.get(name) ?? [];
    if (list.length && !entry.endsWith('*'))
      throw badRequest(`The parameter "${name}" of ${operation} is given twice. Give it once.`);
    if (list.length >= MAX_REPEATED)
      throw badRequest(
        `The parameter "${name}" of ${operation} is given more than ${MAX_REPEATED} times. Give fewer.`,
      );
    list.push(value);
    given.set(name, list);
  };
  for (const [name, value] of request.query)
    if (!REPRESENTATION.has(name)) add(name, (kind) => (isComplex(kind) ? undefined : value));
  for (const parameter of bodyParameters(request)) add(parameter.name!, (kind) => givenIn(parameter, kind));
  return given;
}
/** Most times that a parameter may be repeated. */
const MAX_REPEATED = 100;
/** Most characters of a text, and of those that each code is compared with. */
const MAX_TEXT = 4_000;
const MAX_CHARACTERS: Readonly<Record<string, number>> = { filter: 200, displayLanguage: 200 };

/** @throws FhirError 400 for a text that is longer than is looked at */
function checkLength(name: string, value: unknown, operation: string): void {
  const most = MAX_CHARACTERS[name] ?? MAX_TEXT;
  if (typeof value === 'string' && value.length > most)
    throw badRequest(
      `The parameter "${name}" of ${operation} has ${value.length} characters. Give at most ${most}.`,
    );
}

const isComplex = (kind: Kind): boolean => !['text', 'number', 'boolean'].includes(kind);

/** The named values, under the keys of a request; those that were not given are left out. */
export function taken<K extends string>(
  given: Given,
  names: Readonly<Record<K, string>>,
  { lists = [] }: { lists?: readonly NoInfer<K>[] } = {},
): Record<K, never> {
  const result: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(names) as [K, string][]) {
    const values = given.get(name);
    if (values) result[key] = lists.includes(key) ? values : values[0];
  }
  return result as Record<K, never>;
}

/** The forms in which operations take a code. */
export const CODE_PARAMETERS = {
  code: 'text',
  system: 'text',
  version: 'text',
  display: 'text',
  coding: 'Coding',
  codeableConcept: 'CodeableConcept',
} as const satisfies Table;

/** @throws FhirError 400 for a coding or concept whose parts are of other types */
export function checkCodings(given: Given): void {
  const [coding] = (given.get('coding') ?? []) as Coding[];
  const [concept] = (given.get('codeableConcept') ?? []) as CodeableConcept[];
  const codings: unknown = concept ? (concept.coding ?? []) : coding ? [coding] : [];
  const isText = (value: unknown) =>
    value === undefined || (typeof value === 'string' && !value.includes(NUL));
  const isCoding = (one: unknown) =>
    isObject(one) && ['system', 'code', 'version', 'display'].every((name) => isText((one as never)[name]));
  if (!Array.isArray(codings) || !codings.every(isCoding))
    throw badRequest(
      'A coding is {"system": …, "code": …, "display": …}, each a text; a codeableConcept has a list of them as coding.',
    );
}

const MANY = 50;
/** What is wrong with the shape of a resource; rules that it breaks, and elements that it lacks, do not matter to a question. */
const OF_SHAPE: ReadonlySet<unknown> = new Set(['structure', 'value', 'invalid']);

/** @throws FhirError 422 for a resource whose elements are of other types */
export function checkShape(resource: unknown, validator: Context['validator']): void {
  const errors = validator.validate(resource).filter(({ severity }) => severity === 'error');
  const wrong = errors.filter(({ code }) => OF_SHAPE.has(code));
  // Of many errors only the first are told: those of shape may be among the others.
  if (wrong.length || errors.length >= MANY) throw unprocessable(wrong.length ? wrong : errors);
}

/**
 * Which resource is meant: that of the address, or by url (with a version), or given whole.
 * @param names parameters that hold its URL, its version, and the resource itself
 * @returns undefined when none is named
 * @throws FhirError 400 when two are, 422 when what is given is malformed
 */
export function chosenResource<T>(
  { validator }: Pick<Context, 'validator'>,
  { path }: FhirRequest,
  given: Given,
  type: string,
  names: { url: string; version: string; resource?: string },
): Chosen<T> | undefined {
  const id = path.length === 3 ? path[1] : undefined;
  const [url] = given.get(names.url) ?? [];
  const [resource] = (names.resource ? given.get(names.resource) : undefined) ?? [];
  const ways = [id, url, resource].filter((one) => one !== undefined);
  if (ways.length > 1)
    throw badRequest(
      `Name one ${type}: by its address, by ${names.url}${names.resource ? `, or as ${names.resource}` : ''}.`,
    );
  if (id !== undefined) return { id };
  if (resource !== undefined) {
    if ((resource as { resourceType?: string }).resourceType !== type)
      throw badRequest(`The parameter "${names.resource}" must be a ${type}.`);
    checkShape(resource, validator);
    return { resource: resource as T };
  }
  if (typeof url !== 'string') return undefined;
  const [version] = given.get(names.version) ?? [];
  const bar = url.indexOf('|');
  if (bar > 0) return { url: url.slice(0, bar), version: url.slice(bar + 1) };
  return { url, ...(typeof version === 'string' && { version }) };
}

/** The value set that is meant. @throws FhirError 400 when none is named, and as `chosenResource` */
export function chosenValueSet(
  context: Pick<Context, 'validator'>,
  request: FhirRequest,
  given: Given,
  operation: string,
): Chosen<ValueSet> {
  const valueSet = chosenResource<ValueSet>(context, request, given, 'ValueSet', {
    url: 'url',
    version: 'valueSetVersion',
    resource: 'valueSet',
  });
  if (valueSet) return valueSet;
  throw badRequest(
    `${operation} needs a value set. Give its canonical url, or the ValueSet itself as valueSet by POST.`,
  );
}
