// The words of a resource: its narrative without tags, and every text in it. https://hl7.org/fhir/R4/search.html#content
import type { Narrative } from '@medplum/fhirtypes';

/** Characters of a text, and of all texts of a resource, that are indexed: a tsvector holds a megabyte. */
const MAX_CHARACTERS = 200_000;
/** A text of this length without white space is data (base64), not words. */
const MAX_WORD = 500;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function decoded(entity: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name] ?? entity;
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ';
}

/** The text of an XHTML fragment: tags and comments are white space. */
export const textOfXhtml = (xhtml: string): string =>
  xhtml.replace(/<!--.*?-->|<[^>]*>/gs, ' ').replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[a-z]{2,6});/g, decoded);

/** The narrative of a resource, without tags. */
export function narrativeOf(resource: object): string {
  const { text } = resource as { text?: Narrative };
  return typeof text?.div === 'string' ? textOfXhtml(text.div).slice(0, MAX_CHARACTERS) : '';
}

/** Adds the texts of a value, as far as there is room. @returns the room that is left */
function collect(value: unknown, name: string, texts: string[], room: number): number {
  if (room <= 0) return room;
  if (typeof value === 'string') {
    const text = (name === 'div' ? textOfXhtml(value) : value).slice(0, room);
    if (text.length > MAX_WORD && !/\s/.test(text)) return room;
    texts.push(text);
    return room - text.length;
  }
  let left = room;
  if (Array.isArray(value)) for (const item of value) left = collect(item, name, texts, left);
  else if (value && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) left = collect(inner, key, texts, left);
  return left;
}

/** Every text of a resource, the narrative without tags. */
export function contentOf(resource: object): string {
  const texts: string[] = [];
  collect(resource, '', texts, MAX_CHARACTERS);
  return texts.join('\n');
}
