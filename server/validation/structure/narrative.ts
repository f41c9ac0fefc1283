// The markup that a narrative's div may hold: basic HTML formatting only, well formed, no scripts and nothing that loads or runs code.
// https://hl7.org/fhir/R4/narrative.html#xhtml (constraints txt-1, txt-2)

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const ELEMENTS = words(
  'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var',
);
const ATTRIBUTES = words(
  'abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan rules scope shape span src start style summary tabindex title type valign value vspace width xmlns xml:lang xml:space xml:id',
);
const ADDRESSES = words('href src cite longdesc');
const ALLOWED_ADDRESS =
  /^(?:https?:|ftp:|urn:|mailto:|tel:|#|data:image\/(?:png|gif|jpe?g)[;,]|cid:|(?![a-z][a-z0-9+.-]*:))/i;
/** An image of a style, inside it or beside the narrative like that of an <img>, with its whitespace taken out. */
const STYLE_IMAGE =
  /url\((?:data:image\/(?:png|gif|jpe?g);base64,[A-Za-z0-9+/=]*|['"]?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.(?:png|gif|jpe?g)['"]?)\)/gi;
/** Style text that browsers have run or loaded: `url(`, `expression(`, `@import`, `behavior`, escapes. */
const ACTIVE_STYLE = /url\s*\(|expression\s*\(|@import|behavior\s*:|-moz-binding|\\|javascript:/i;
const TAG =
  /^<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][A-Za-z0-9_:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>$/;
const ATTRIBUTE = /([A-Za-z_:][A-Za-z0-9_:.-]*)\s*=\s*("[^"<]*"|'[^'<]*')/g;
/** An ampersand that begins no reference that XML knows: `&nbsp;` is `&#160;` there. https://hl7.org/fhir/R4/xml.html */
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/;
/** More tags inside one another than a reader's page ever has. */
const MAX_OPEN = 200;
const MAX_TAG = 1024 * 1024;

/** Named and numeric character references, resolved as far as an address could hide its scheme behind them. */
function decoded(text: string): string {
  return text
    .replace(/&#x([0-9a-f]{1,6});?/gi, (_, hex: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
    )
    .replace(/&#([0-9]{1,7});?/g, (_, decimal: string) =>
      String.fromCodePoint(Math.min(Number(decimal), 0x10ffff)),
    )
    .replace(/[\s\p{Cc}]/gu, '');
}

function attributeProblem(element: string, attributes: string): string | undefined {
  for (const [, name, quoted] of attributes.matchAll(ATTRIBUTE)) {
    const value = quoted!.slice(1, -1);
    if (!ATTRIBUTES.has(name!))
      return `has the attribute "${name!.slice(0, 40)}" on <${element}>, which a narrative may not have`;
    if (ADDRESSES.has(name!) && !ALLOWED_ADDRESS.test(decoded(value))) {
      return `has an address on <${element}> that is not a web, mail, telephone or image address`;
    }
    if (name === 'style' && ACTIVE_STYLE.test(decoded(value).replace(STYLE_IMAGE, '')))
      return `has a style on <${element}> that loads or runs something`;
  }
  return undefined;
}

function tagProblem(tag: string, open: string[]): string | undefined {
  const parts = tag.length <= MAX_TAG && !BARE_AMPERSAND.test(tag) ? TAG.exec(tag) : null;
  if (!parts) return 'is not well-formed XHTML';
  const [, closing, element, attributes, selfClosing] = parts as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  if (!ELEMENTS.has(element))
    return `has the element <${element.slice(0, 40)}>, which a narrative may not have`;
  if (closing)
    return open.pop() === element && !attributes && !selfClosing ? undefined : 'is not well-formed XHTML';
  if (!selfClosing) open.push(element);
  if (open.length > MAX_OPEN) return `has more than ${MAX_OPEN} elements inside one another`;
  return attributeProblem(element, attributes);
}

/** Where the tag or comment that starts at `start` ends (exclusive), or 0 when it does not. A `>` in quotation marks does not end a tag. */
function endOf(text: string, start: number): number {
  if (text.startsWith('<!--', start)) return text.indexOf('-->', start + 4) + 3;
  let quote = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]!;
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at + 1;
  }
  return 0;
}

/**
 * What is wrong with a narrative's div, as the end of a sentence ("is empty"), or undefined.
 * Time is linear in the length of the text.
 */
export function narrativeProblem(div: string): string | undefined {
  const text = div.trim();
  if (!/^<div[\s>]/.test(text)) return 'must start with <div xmlns="http://www.w3.org/1999/xhtml">';
  const open: string[] = [];
  let hasContent = false;
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('<', at);
    if (start < 0 || BARE_AMPERSAND.test(text.slice(at, start))) return 'is not well-formed XHTML';
    if (start > at && text.slice(at, start).trim() !== '') hasContent = true;
    const end = endOf(text, start);
    if (end <= start) return 'is not well-formed XHTML';
    if (!text.startsWith('<!--', start)) {
      const tag = text.slice(start, end);
      const problem = tagProblem(tag, open);
      if (problem) return problem;
      if (/^<img\s[^>]*src/.test(tag)) hasContent = true;
    }
    at = end;
    if (!open.length && at < text.length) return 'must be one <div> with nothing after it';
  }
  if (open.length) return 'is not well-formed XHTML';
  return hasContent ? undefined : 'is empty; write what the resource says, or leave the narrative out';
}
