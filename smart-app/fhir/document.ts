// Documents as text: the sections of a summary, each with its lines.
// https://hl7.org/fhir/R4/documentreference.html · https://hl7.org/fhir/R4/composition.html
import type { Composition, CompositionSection, DocumentReference, Narrative } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { WrongPatient } from './failure.ts';
import { HANDOFF_SECTION } from './systems.ts';

/** A part of a document. */
export interface Section {
  /** Code of cn-handoff-section, where it has one. */
  readonly code?: string;
  readonly title?: string;
  readonly lines: readonly string[];
  /** It says that nothing is on record. */
  readonly isEmpty?: true;
}

const decodeText = (data: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));

/**
 * The parts of a document; none when it carries nothing that can be shown.
 * @param reference `DocumentReference/…` or `Composition/…`
 * @throws WrongPatient when the document is about somebody else
 */
export async function documentSections(
  client: Client,
  reference: string,
  patient: string,
): Promise<readonly Section[]> {
  const [type, id = ''] = reference.split('/');
  if (type !== 'DocumentReference' && type !== 'Composition') return [];
  const document = await client.read(type, id);
  if (document.subject?.reference !== `Patient/${patient}`) throw new WrongPatient();
  return document.resourceType === 'Composition' ? composed(document) : attached(document);
}

function attached({ content }: DocumentReference): readonly Section[] {
  const plain = content.find(({ attachment }) => attachment.contentType?.startsWith('text/plain'));
  const text = plain?.attachment.data && decodeText(plain.attachment.data);
  return text ? [{ lines: text.split('\n') }] : [];
}

/** The sections one after the other; without any, the document's own narrative. */
function composed({ section, text }: Composition): readonly Section[] {
  return section?.length ? section.flatMap(sectionsIn) : text ? [{ lines: linesOf(text) }] : [];
}

function sectionsIn({ title, code, text, section, emptyReason }: CompositionSection): readonly Section[] {
  const own = code?.coding?.find(({ system }) => system === HANDOFF_SECTION)?.code;
  const part: Section = {
    ...(own && { code: own }),
    ...(title && { title }),
    ...(emptyReason && { isEmpty: true }),
    lines: text ? linesOf(text) : [],
  };
  return [part, ...(section?.flatMap(sectionsIn) ?? [])];
}

/** Elements of a narrative that begin a line. */
const LINES = 'p, li, tr, div, h1, h2, h3, h4, h5, h6, br, pre';

/** As much of a browser's parser as is used here: what is compiled for tests knows no browser. */
interface Parsed {
  readonly textContent: string | null;
  querySelectorAll(selector: string): Iterable<{ before(text: string): void }>;
}
type Parser = new () => { parseFromString(text: string, type: 'text/html'): { body: Parsed } };

/** A narrative without its mark-up. It is parsed as a document of its own, so nothing in it is loaded or run. */
function linesOf({ div }: Narrative): readonly string[] {
  const { DOMParser } = globalThis as unknown as { DOMParser: Parser };
  const { body } = new DOMParser().parseFromString(div, 'text/html');
  for (const element of body.querySelectorAll(LINES)) element.before('\n');
  return (body.textContent ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
