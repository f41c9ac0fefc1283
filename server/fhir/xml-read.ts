// Reads FHIR's XML: the same resource as JSON text, so that the text of numbers survives. https://hl7.org/fhir/R4/xml.html
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { type Element, isPrimitive, propertiesOf, resourceTypes, typeOf } from './elements.ts';
import { badRequest } from './errors.ts';
import { MAX_DEPTH } from './json.ts';
import { NarrativeText } from './xml-narrative.ts';

export const FHIR_NAMESPACE = 'http://hl7.org/fhir';
export const XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';
/** Attributes of these are about the document, not of it (`xsi:schemaLocation`). */
const IGNORED_NAMESPACES = new Set([
  'http://www.w3.org/2000/xmlns/',
  'http://www.w3.org/2001/XMLSchema-instance',
]);

/** The elements that XML writes as attributes: the ids of all but resources, and the URL of an extension. */
export const isAttribute = (type: string, name: string): boolean =>
  (name === 'id' && typeOf(type)?.kind !== 'resource') || (name === 'url' && type === 'Extension');

/** The values of one property, as JSON text. */
interface Values {
  element: Pick<Element, 'array'>;
  values: string[];
  /** Ids and extensions of primitives, by the same places. */
  siblings: string[];
}

/** An element that is open. */
interface Frame {
  tag: string;
  /** FHIR type of the element; `Resource` for one that holds a resource. */
  type: string;
  attributes: Record<string, string>;
  properties: Map<string, Values>;
  /** The resource that an element of type Resource holds. */
  resource?: string;
}

/** Most attributes of one element, narratives included. */
const MAX_ATTRIBUTES = 100;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const numberText = (text: string): string | undefined => (NUMBER.test(text) ? text : undefined);
/** How a value is written in JSON, by type; all others are strings. */
const jsonOf: Readonly<Record<string, (text: string) => string | undefined>> = {
  boolean: (text) => (text === 'true' || text === 'false' ? text : undefined),
  integer: numberText,
  positiveInt: numberText,
  unsignedInt: numberText,
  decimal: numberText,
};
const text = JSON.stringify;
const isBlank = (chars: string): boolean => /^[ \t\r\n]*$/.test(chars);

/**
 * Reads an XML document.
 * @returns the resource as JSON text
 * @throws FhirError 400 that names line and column: malformed, a document type or entity, another namespace, an element,
 * attribute or text that the type does not have
 */
export function xmlToJson(xml: string): string {
  const reader = new Reader();
  const parser = new SaxesParser({ xmlns: true });
  const where = () => `line ${parser.line}, column ${parser.column}`;
  const refuse = (sentence: string) => badRequest(`The XML is refused at ${where()}: ${sentence}`);
  parser.on('error', ({ message }) => {
    throw badRequest(`The XML is malformed at ${where()}: ${message.replace(/^\d+:\d+: /, '')}`);
  });
  parser.on('doctype', () => {
    throw refuse('a document type (DOCTYPE) is not read, nor are entities of its own. Leave it out.');
  });
  let attributes = 0;
  parser.on('opentagstart', () => {
    attributes = 0;
  });
  parser.on('attribute', () => {
    if (++attributes > MAX_ATTRIBUTES) throw refuse(`an element has more than ${MAX_ATTRIBUTES} attributes.`);
  });
  parser.on('opentag', (tag) => reader.open(tag, refuse));
  parser.on('closetag', (tag) => reader.close(tag, refuse));
  parser.on('text', (chars) => reader.text(chars, refuse));
  parser.on('cdata', (chars) => reader.text(chars, refuse));
  parser.on('comment', (comment) => reader.comment(comment));
  parser.write(xml).close();
  return reader.json;
}

type Refuse = (sentence: string) => Error;

class Reader {
  json = '';
  readonly #open: Frame[] = [];
  #narrative: NarrativeText | undefined;

  open(tag: SaxesTagNS, refuse: Refuse): void {
    const parent = this.#open.at(-1);
    if (this.#narrative) this.#narrative.open(tag, refuse);
    else if (this.#open.length >= MAX_DEPTH)
      throw refuse(`it is nested deeper than ${MAX_DEPTH} levels, which no FHIR resource needs.`);
    else if (parent && propertiesOf(parent.type).get(tag.local)?.type === 'xhtml')
      this.#narrative = new NarrativeText(tag, refuse);
    else this.#open.push(frameOf(tag, parent, refuse));
  }

  close(tag: SaxesTagNS, refuse: Refuse): void {
    if (this.#narrative) {
      if (!this.#narrative.close(tag)) return;
      add(this.#open.at(-1)!, tag.local, text(this.#narrative.text), undefined, refuse);
      this.#narrative = undefined;
      return;
    }
    const frame = this.#open.pop()!;
    const parent = this.#open.at(-1);
    if (resourceTypes.has(frame.type)) {
      if (parent) parent.resource = objectText(frame);
      else this.json = objectText(frame);
    } else if (frame.type === 'Resource') {
      if (!frame.resource) throw refuse(`<${frame.tag}> holds no resource.`);
      add(parent!, frame.tag, frame.resource, undefined, refuse);
    } else if (isPrimitive(frame.type)) {
      const [value, sibling] = [primitiveText(frame, refuse), siblingText(frame)];
      if (value === undefined && sibling === undefined)
        throw refuse(`<${frame.tag}> is empty. Give it a value or an extension, or leave it out.`);
      add(parent!, frame.tag, value, sibling, refuse);
    } else add(parent!, frame.tag, objectText(frame), undefined, refuse);
  }

  text(chars: string, refuse: Refuse): void {
    if (this.#narrative) this.#narrative.characters(chars);
    else if (!isBlank(chars))
      throw refuse('there is text between the elements. Values stand in the attribute "value".');
  }

  comment(comment: string): void {
    this.#narrative?.comment(comment);
  }
}

/** What an opening tag begins: the root resource, the resource of an element, or an element. */
function frameOf(tag: SaxesTagNS, parent: Frame | undefined, refuse: Refuse): Frame {
  const { local, uri } = tag;
  if (uri !== FHIR_NAMESPACE)
    throw refuse(`<${local}> is not in the namespace ${FHIR_NAMESPACE}.${uri ? '' : ' Name it as xmlns.'}`);
  const type = typeOfTag(local, parent, refuse);
  const attributes: Record<string, string> = {};
  for (const { local: name, uri: namespace, value } of Object.values(tag.attributes)) {
    if (IGNORED_NAMESPACES.has(namespace)) continue;
    const known = isPrimitive(type) ? name === 'value' || name === 'id' : isAttribute(type, name);
    if (namespace || !known || resourceTypes.has(type) || type === 'Resource')
      throw refuse(`<${local}> has no attribute "${name}".`);
    attributes[name] = value;
  }
  return { tag: local, type, attributes, properties: new Map() };
}

function typeOfTag(local: string, parent: Frame | undefined, refuse: Refuse): string {
  if (!parent || parent.type === 'Resource') {
    if (!resourceTypes.has(local)) throw refuse(`<${local}> is no R4 resource type.`);
    if (parent?.resource) throw refuse(`<${parent.tag}> holds more than one resource.`);
    return local;
  }
  // A primitive has the extensions that every element has; its value stands in an attribute.
  const owner = isPrimitive(parent.type) ? 'Element' : parent.type;
  const property = isAttribute(owner, local) ? undefined : propertiesOf(owner).get(local);
  if (!property) throw refuse(`${parent.type} has no element <${local}>.`);
  return property.type;
}

/** Adds a value to its property in the parent. */
function add(
  parent: Frame,
  name: string,
  value: string | undefined,
  sibling: string | undefined,
  refuse: Refuse,
): void {
  const owner = isPrimitive(parent.type) ? 'Element' : parent.type;
  const { element } = propertiesOf(owner).get(name)!;
  let held = parent.properties.get(name);
  if (!held) {
    held = { element, values: [], siblings: [] };
    parent.properties.set(name, held);
  } else if (!element.array) throw refuse(`<${name}> stands twice, but ${parent.type} has it once.`);
  held.values.push(value ?? 'null');
  held.siblings.push(sibling ?? 'null');
}

function primitiveText({ tag, type, attributes }: Frame, refuse: Refuse): string | undefined {
  const { value } = attributes;
  if (value === undefined) return undefined;
  const json = jsonOf[type] ? jsonOf[type](value) : text(value);
  if (json === undefined) throw refuse(`the value of <${tag}> is no ${type}.`);
  return json;
}

/** Id and extensions of a primitive; undefined when it has none. */
function siblingText({ attributes, properties }: Frame): string | undefined {
  const fields = [
    ...(attributes.id === undefined ? [] : [`"id":${text(attributes.id)}`]),
    ...fieldTexts(properties),
  ];
  return fields.length ? `{${fields.join(',')}}` : undefined;
}

function objectText({ type, attributes, properties }: Frame): string {
  const fields = Object.entries(attributes).map(([name, value]) => `${text(name)}:${text(value)}`);
  if (resourceTypes.has(type)) fields.unshift(`"resourceType":"${type}"`);
  return `{${[...fields, ...fieldTexts(properties)].join(',')}}`;
}

const isPresent = (json: string): boolean => json !== 'null';

function* fieldTexts(properties: Frame['properties']): Generator<string> {
  for (const [name, { element, values, siblings }] of properties) {
    for (const [key, list] of [
      [name, values],
      [`_${name}`, siblings],
    ] as const) {
      if (list.some(isPresent)) yield `"${key}":${element.array ? `[${list.join(',')}]` : list[0]}`;
    }
  }
}
