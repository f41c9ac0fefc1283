// Documents as text: what a summary says, and a summary as the data of an attachment.
// https://hl7.org/fhir/R4/documentreference.html · https://hl7.org/fhir/R4/composition.html
import type { Composition, CompositionSection, DocumentReference } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { WrongPatient } from './failure.ts';

/** UTF-8 text as base64. */
export const encodeText = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

const decodeText = (data: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));

/**
 * The text of a document; undefined when it carries none that can be shown.
 * @param reference `DocumentReference/…` or `Composition/…`
 * @throws WrongPatient when the document is about somebody else
 */
export async function documentText(
  client: Client,
  reference: string,
  patient: string,
): Promise<string | undefined> {
  const [type, id = ''] = reference.split('/');
  if (type !== 'DocumentReference' && type !== 'Composition') return undefined;
  const document = await client.read(type, id);
  if (document.subject?.reference !== `Patient/${patient}`) throw new WrongPatient();
  return document.resourceType === 'Composition' ? composed(document) : attached(document);
}

function attached({ content }: DocumentReference): string | undefined {
  const plain = content.find(({ attachment }) => attachment.contentType?.startsWith('text/plain'));
  return plain?.attachment.data && decodeText(plain.attachment.data);
}

/** The sections one after the other; without any, the document's own narrative. */
function composed({ section, text }: Composition): string | undefined {
  return section?.flatMap(sectionLines).join('\n\n') || (text && plainText(text.div));
}

const sectionLines = ({ title, text, section }: CompositionSection): readonly string[] => [
  [title, text && plainText(text.div)].filter(Boolean).join('\n'),
  ...(section?.flatMap(sectionLines) ?? []),
];

/** A narrative without its mark-up. It is parsed as a document of its own, so nothing in it is loaded or run. */
const plainText = (div: string): string =>
  new DOMParser().parseFromString(div, 'text/html').body.textContent?.trim() ?? '';
