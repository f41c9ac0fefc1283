// In which format an answer is asked for: _format, Accept, _pretty. https://hl7.org/fhir/R4/http.html#mime-type
import { FhirError, issue } from '../fhir/errors.ts';
import type { Representation } from '../response/format.ts';

const FHIR_JSON = 'application/fhir+json';
const FHIR_XML = 'application/fhir+xml';

/** Media types and short names that are understood, with the one that is answered. Browsers are shown JSON. */
const ANSWERED: Readonly<Record<string, string>> = {
  'application/fhir+json': FHIR_JSON,
  'application/json+fhir': FHIR_JSON,
  'application/fhir+ndjson': FHIR_JSON,
  'application/json': 'application/json',
  'text/json': 'text/json',
  json: FHIR_JSON,
  '*/*': FHIR_JSON,
  'application/*': FHIR_JSON,
  'text/html': FHIR_JSON,
  'application/xhtml+xml': FHIR_JSON,
  html: FHIR_JSON,
  'application/fhir+xml': FHIR_XML,
  'application/xml+fhir': FHIR_XML,
  'application/xml': 'application/xml',
  'text/xml': 'text/xml',
  xml: FHIR_XML,
};
/** What is said explicitly to be FHIR's own. https://hl7.org/fhir/R4/binary.html#rest */
const FHIRS_OWN: ReadonlySet<string> = new Set([FHIR_JSON, FHIR_XML]);

/** One media range of an Accept header. */
interface Range {
  type: string;
  quality: number;
}

/** The version of FHIR that is spoken here. https://hl7.org/fhir/R4/http.html#version-parameter */
export const isOtherVersion = (mediaType: string): boolean =>
  /;\s*fhirVersion\s*=\s*"?(?!4\.0\b)/i.test(mediaType);

/** The ranges of a header, the dearest first; those of another FHIR version or without quality are left out. */
function rangesOf(header: string): Range[] {
  return header
    .split(',')
    .map((text): Range => {
      // In an address "+" stands for a space.
      const type = text.split(';')[0]!.trim().toLowerCase().replace(' ', '+');
      const quality = Number(/;\s*q\s*=\s*([\d.]+)/i.exec(text)?.[1] ?? 1);
      return { type, quality: isOtherVersion(text) ? 0 : quality };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/** The headers that most requests have. */
const COMMON: Readonly<Record<string, Representation>> = {
  '': { mediaType: FHIR_JSON, pretty: false, native: true },
  '*/*': { mediaType: FHIR_JSON, pretty: false, native: true },
  [FHIR_JSON]: { mediaType: FHIR_JSON, pretty: false, native: false },
};

/** What is asked for and how it is answered; undefined when nothing that is asked for is offered. */
export function negotiate(parameters: URLSearchParams, accept = ''): Representation | undefined {
  if (!parameters.size && Object.hasOwn(COMMON, accept)) return COMMON[accept];
  const format = parameters.get('_format');
  const pretty = parameters.get('_pretty') === 'true';
  const ranges = rangesOf(format || accept || '*/*');
  const found = ranges.find(({ type }) => Object.hasOwn(ANSWERED, type));
  if (!found) return undefined;
  const answered = ANSWERED[found.type]!;
  const isXml = answered.endsWith('xml');
  return {
    mediaType: format ? (isXml ? FHIR_XML : FHIR_JSON) : answered,
    pretty,
    native: !format && !ranges.some(({ type }) => FHIRS_OWN.has(type)),
  };
}

/** 406 that says what is offered. */
export function notAcceptable(parameters: URLSearchParams, accept: string | undefined): FhirError {
  const asked = parameters.get('_format') || accept;
  return new FhirError(406, [
    issue(
      'not-supported',
      `"${asked}" is not offered. Ask for application/fhir+json or application/fhir+xml, of FHIR version 4.0.`,
    ),
  ]);
}
