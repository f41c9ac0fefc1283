// What an import is given: a whole CodeSystem, or concepts and properties to add to one, in Parameters or as NDJSON.
// https://hl7.org/fhir/R4/codesystem.html
import { gunzipSync } from 'node:zlib';
import type { Attachment, CodeSystem, CodeSystemConcept, ParametersParameter } from '@medplum/fhirtypes';
import { badRequest, tooLarge } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';
import { type Entry, entriesOf } from './import.ts';

/** Most characters of a code, and most bytes of a file when it is unpacked. */
const MAX_CODE = 500;
const MAX_FILE = 256 << 20;
const NUL = String.fromCharCode(0);

/** What is to be loaded, into which code system. */
export interface ImportSource {
  readonly header: CodeSystem & { url: string };
  readonly entries: Iterable<Entry>;
  readonly replaces: boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string' && !value.includes(NUL);
const isOptional = (value: unknown): boolean => value === undefined || isText(value);
const isListOfObjects = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null));

/** @throws FhirError 400 that names the concept */
function checkConcept(concept: unknown, place: string): asserts concept is CodeSystemConcept {
  const { code, display, definition, designation, property } = (concept ?? {}) as Record<string, unknown>;
  const isCode = isText(code) && code !== '' && (code as string).length <= MAX_CODE;
  const isWhole =
    isOptional(display) &&
    isOptional(definition) &&
    isListOfObjects(designation) &&
    isListOfObjects(property);
  if (!isCode || !isWhole || JSON.stringify([designation, property]).includes('\\u0000'))
    throw badRequest(
      `${place} is no concept. It has a code of at most ${MAX_CODE} characters, and perhaps display, definition, designation and property as in CodeSystem.concept.`,
    );
}

function* checked(concepts: unknown, place: string): Generator<CodeSystemConcept> {
  if (!Array.isArray(concepts)) throw badRequest(`${place} must be a list of concepts.`, place);
  for (const [n, concept] of concepts.entries()) {
    checkConcept(concept, `${place}[${n}]`);
    if (concept.concept) concept.concept = [...checked(concept.concept, `${place}[${n}].concept`)];
    yield concept;
  }
}

/** A whole CodeSystem: what it no longer has is taken away. @throws FhirError 400 */
export function wholeCodeSystem({ concept = [], text: _, ...header }: CodeSystem): ImportSource {
  const { url } = header;
  if (!url) throw badRequest('The CodeSystem has no url. Give its canonical URL.', 'CodeSystem.url');
  return {
    header: { ...header, url },
    entries: entriesOf(checked(concept, 'CodeSystem.concept')),
    replaces: true,
  };
}

const partOf = (parameter: ParametersParameter, name: string): ParametersParameter | undefined =>
  Array.isArray(parameter.part) ? parameter.part.find((part) => part?.name === name) : undefined;

/** `property` with the parts code, property and value. */
function propertyEntry(parameter: ParametersParameter): Entry {
  const code = partOf(parameter, 'code')?.valueCode ?? partOf(parameter, 'code')?.valueString;
  const name = partOf(parameter, 'property')?.valueCode ?? partOf(parameter, 'property')?.valueString;
  const { name: _, id: _id, extension: _extension, ...value } = partOf(parameter, 'value') ?? { name: '' };
  if (!isText(code) || !isText(name) || !code || !name || Object.keys(value).length !== 1)
    throw badRequest(
      'A property has the parts code (valueCode), property (valueCode) and value (value…).',
      'Parameters.parameter',
    );
  const concept = { code, property: [{ code: name, ...value }] };
  checkConcept(concept, `The property ${name} of ${code}`);
  const [entry] = [...entriesOf([concept])];
  return { ...entry!, adds: true };
}

/** The concepts of a file of NDJSON, a concept a line. */
function* linesOf({ data = '', contentType = '' }: Attachment): Generator<Entry> {
  if (typeof data !== 'string')
    throw badRequest('A file is a valueAttachment with its NDJSON as data, in base64, gzipped or not.');
  let bytes = Buffer.from(data, 'base64');
  if (/gzip/.test(contentType) || (bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: MAX_FILE });
    } catch {
      throw tooLarge(
        `The file cannot be unpacked, or is more than ${MAX_FILE} bytes then. Send it in parts.`,
      );
    }
  }
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    const text = bytes.toString('utf8', start, end < 0 ? bytes.length : end).trim();
    start = end < 0 ? bytes.length : end + 1;
    line++;
    if (!text) continue;
    let concept: unknown;
    try {
      concept = parseJson(text);
    } catch {
      throw badRequest(`Line ${line} of the file is no JSON. Give one concept a line.`);
    }
    checkConcept(concept, `Line ${line} of the file`);
    yield* entriesOf([concept]);
  }
}

function* addedBy(parameters: readonly ParametersParameter[]): Generator<Entry> {
  for (const parameter of parameters) {
    if (parameter.name === 'concept') {
      const { code, display } = parameter.valueCoding ?? {};
      const concept = { code, ...(display !== undefined && { display }) };
      checkConcept(concept, 'A parameter "concept"');
      yield* entriesOf([concept]);
    }
    if (parameter.name === 'property') yield propertyEntry(parameter);
    if (parameter.name === 'file') yield* linesOf(parameter.valueAttachment ?? {});
  }
}

const KNOWN: ReadonlySet<string> = new Set(['system', 'concept', 'property', 'file']);

/** Concepts and properties that are added to a code system. @throws FhirError 400 */
export function addition(parameters: readonly ParametersParameter[]): ImportSource {
  for (const { name } of parameters)
    if (!KNOWN.has(name ?? ''))
      throw badRequest(
        `$import has no parameter "${name}". It takes ${[...KNOWN].join(', ')}, or a CodeSystem as body.`,
      );
  const named = parameters.filter(({ name }) => name === 'system');
  const url = named[0]?.valueUri ?? named[0]?.valueString ?? named[0]?.valueUrl;
  if (named.length !== 1 || !url || !isText(url))
    throw badRequest('$import needs the code system, once: system, as valueUri.', 'Parameters.parameter');
  return {
    // Nobody has said that these are all: who loads all of them says so by a CodeSystem without concepts first.
    header: { resourceType: 'CodeSystem', url, status: 'active', content: 'fragment' },
    entries: addedBy(parameters),
    replaces: false,
  };
}
