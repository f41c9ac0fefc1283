// Writes a resource, given as JSON text, in FHIR's XML; the text of numbers survives. https://hl7.org/fhir/R4/xml.html
import { SaxesParser } from 'saxes';
import { isPrimitive, type Property, propertiesOf, resourceTypes } from './elements.ts';
import { FHIR_NAMESPACE, isAttribute, XHTML_NAMESPACE } from './xml-read.ts';

type Node = Record<string, unknown>;
/** JSON name, name of the sibling that carries id and extensions, and the property. */
type Row = readonly [name: string, sibling: string, property: Property];
interface Rows {
  /** In the order that XML asks for. */
  list: readonly Row[];
  /** All JSON names, siblings included. */
  names: ReadonlySet<string>;
}

const rowsByType = new Map<string, Rows>();

function rowsOf(type: string): Rows {
  const known = rowsByType.get(type);
  if (known) return known;
  const list = [...propertiesOf(type)].map(([name, property]): Row => [name, `_${name}`, property]);
  const rows = {
    list,
    names: new Set(
      propertiesOf(type)
        .keys()
        .flatMap((name) => [name, `_${name}`]),
    ),
  };
  rowsByType.set(type, rows);
  return rows;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};
const SPECIAL = /[&<>"\n\r\t]/g;
/** What XML 1.0 cannot hold in any way; the replacement character stands for it. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
const escaped = (text: string): string =>
  text.replace(FORBIDDEN, '\uFFFD').replace(SPECIAL, (char) => ENTITIES[char]!);

const isObject = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** Numbers become their source text: in XML every value is text. */
const asText = (_key: string, value: unknown, { source }: { source?: string }): unknown =>
  typeof value === 'number' ? source : value;

/**
 * The resource in `json` as an XML document.
 * @param json a resource of R4's types, as this server serves it
 * @param pretty each element on a line of its own
 * @throws Error for an element that R4 does not have: nothing is left out in silence
 */
export function jsonToXml(json: string, pretty = false): string {
  const resource = JSON.parse(
    json,
    asText as (this: unknown, key: string, value: unknown) => unknown,
  ) as Node;
  const indent: Indent = pretty ? '\n' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>${indent}${resourceXml(resource, indent, ` xmlns="${FHIR_NAMESPACE}"`)}`;
}

/** What a line begins with: a line feed and spaces; empty when everything stands on one line. */
type Indent = string;
const deeper = (indent: Indent): Indent => indent && `${indent}  `;

/** The end of a tag that is open: its children and its closing tag, if it has any. */
const closed = (tag: string, children: string, indent: Indent): string =>
  children ? `>${children}${indent}</${tag}>` : '/>';

function resourceXml({ resourceType, ...node }: Node, indent: Indent, attributes = ''): string {
  const type = String(resourceType);
  if (!resourceTypes.has(type)) throw new Error(`"${type}" is no R4 resource type`);
  return `<${type}${attributes}${closed(type, childrenXml(node, type, deeper(indent)), indent)}`;
}

function childrenXml(node: Node, type: string, indent: Indent): string {
  const { list, names } = rowsOf(type);
  for (const name in node) if (!names.has(name)) throw new Error(`${type} has no element "${name}"`);
  let xml = '';
  for (const [name, sibling, property] of list) {
    const [value, extra] = [node[name], node[sibling]];
    if ((value === undefined && extra === undefined) || isAttribute(type, name)) continue;
    const [values, extras] = [listOf(value), listOf(extra)];
    for (let n = 0; n < Math.max(values.length, extras.length); n++)
      xml += indent + elementXml(name, property.type, values[n] ?? undefined, extras[n] ?? undefined, indent);
  }
  return xml;
}

/** One element. @param extra id and extensions of a primitive */
function elementXml(tag: string, type: string, value: unknown, extra: unknown, indent: Indent): string {
  if (type === 'xhtml') return narrativeXml(String(value));
  const inner = deeper(indent);
  if (type === 'Resource') return `<${tag}>${inner}${resourceXml(value as Node, inner)}${indent}</${tag}>`;
  if (!isPrimitive(type)) {
    const node = value as Node;
    return `<${tag}${attributesXml(node, type)}${closed(tag, childrenXml(node, type, inner), indent)}`;
  }
  const sibling = isObject(extra) ? extra : {};
  const attributes = `${attribute('id', sibling.id)}${attribute('value', value)}`;
  return `<${tag}${attributes}${closed(tag, childrenXml(sibling, 'Element', inner), indent)}`;
}

const attribute = (name: string, value: unknown): string =>
  value === undefined ? '' : ` ${name}="${escaped(String(value))}"`;

function attributesXml(node: Node, type: string): string {
  return `${attribute('id', node.id)}${isAttribute(type, 'url') ? attribute('url', node.url) : ''}`;
}

/** A narrative as it stands; text that is no XML, or in no or another namespace, as plain text. */
function narrativeXml(text: string): string {
  if (isXhtml(text)) return text.replace(FORBIDDEN, '\uFFFD');
  return `<div xmlns="${XHTML_NAMESPACE}">${escaped(text)}</div>`;
}

function isXhtml(text: string): boolean {
  const parser = new SaxesParser({ xmlns: true });
  let right = !/^\s*<[?!]/.test(text);
  let isRoot = true;
  parser.on('error', () => {
    right = false;
  });
  parser.on('opentag', ({ uri, local }) => {
    if (isRoot) right &&= uri === XHTML_NAMESPACE && local === 'div';
    isRoot = false;
  });
  parser.write(text).close();
  return right;
}
