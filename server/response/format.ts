// The bytes of an answer in the format that was asked for: JSON as it stands or indented, or XML.
// https://hl7.org/fhir/R4/http.html#mime-type
import { indentJson } from './indent.ts';
import { FHIR_JSON, type Rendered } from './index.ts';

/** How an answer is written. */
export interface Representation {
  /** Media type without parameters: `application/fhir+json`, `application/xml`, … */
  mediaType: string;
  /** Indented, for people. */
  pretty: boolean;
  /** No FHIR type was asked for by name: a Binary is answered as what it holds. */
  native: boolean;
}

/**
 * Puts a rendered answer into the format; bodies that are no FHIR resource stay as they are. XML is loaded by the first
 * answer in XML.
 */
export async function inFormat(rendered: Rendered, { mediaType, pretty }: Representation): Promise<Rendered> {
  const { headers, body } = rendered;
  const asItStands = !pretty && mediaType === 'application/fhir+json';
  if (asItStands || typeof body !== 'string' || !body || headers['content-type'] !== FHIR_JSON)
    return rendered;
  const written = mediaType.endsWith('xml')
    ? (await import('../fhir/xml-write.ts')).jsonToXml(body, pretty)
    : pretty
      ? indentJson(body)
      : body;
  return {
    ...rendered,
    headers: { ...headers, 'content-type': `${mediaType}; charset=utf-8` },
    body: written,
  };
}
