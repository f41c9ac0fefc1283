// The text of a narrative, put together again from the events of an XML parser. https://hl7.org/fhir/R4/narrative.html#xhtml
import type { SaxesTagNS } from 'saxes';

const XHTML = 'http://www.w3.org/1999/xhtml';
const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';
/** Deepest nesting of a narrative's elements. */
const MAX_DEPTH = 200;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => ENTITIES[char]!);
const quoted = (text: string): string =>
  `"${text.replace(/[&<>"]/g, (char) => ENTITIES[char]!).replace(/[\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`)}"`;

/** A `<div>` and what is inside. */
export class NarrativeText {
  text = '';
  #depth = 0;

  /** @param refuse makes the failure for a sentence */
  constructor(root: SaxesTagNS, refuse: (sentence: string) => Error) {
    this.open(root, refuse);
  }

  open({ local, uri, attributes, isSelfClosing }: SaxesTagNS, refuse: (sentence: string) => Error): void {
    if (uri !== XHTML) throw refuse(`<${local}> in a narrative is not in the namespace ${XHTML}.`);
    if (this.#depth >= MAX_DEPTH) throw refuse(`the narrative is nested deeper than ${MAX_DEPTH} levels.`);
    this.text += `<${local}`;
    if (!this.#depth) this.text += ` xmlns="${XHTML}"`;
    for (const { name, uri: namespace, value } of Object.values(attributes)) {
      if (namespace === XMLNS) continue;
      if (namespace && namespace !== XML) throw refuse(`<${local}> has no attribute "${name}".`);
      this.text += ` ${name}=${quoted(value)}`;
    }
    this.text += isSelfClosing ? '/>' : '>';
    this.#depth++;
  }

  /** @returns true when that was the end of the narrative */
  close({ local, isSelfClosing }: SaxesTagNS): boolean {
    if (!isSelfClosing) this.text += `</${local}>`;
    return --this.#depth === 0;
  }

  characters(text: string): void {
    this.text += escaped(text);
  }

  comment(comment: string): void {
    this.text += `<!--${comment}-->`;
  }
}
