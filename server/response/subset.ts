// A part of a resource: _summary and _elements, marked SUBSETTED. https://hl7.org/fhir/R4/search.html#summary
import { isPrimitive, propertiesOf } from '../fhir/elements.ts';
import { parseJson, stringifyJson } from '../fhir/json.ts';
import type { Subset } from '../fhir/result.ts';

type Node = Record<string, unknown>;

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

/** In every subset: without them the rest would have no identity, or another meaning. */
const ALWAYS = new Set(['resourceType', 'id', 'meta', 'implicitRules', 'modifierExtension']);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** The name of an element: `birthDate` for `_birthDate` too. */
const plain = (key: string): string => (key.startsWith('_') ? key.slice(1) : key);

/** Whether a subset keeps the JSON property `key` of a resource. */
type Keeps = (key: string, type: string) => boolean;

const isMandatory: Keeps = (key, type) => propertiesOf(type).get(plain(key))?.element.min === 1;

const summaries: Record<NonNullable<Subset['summary']>, Keeps> = {
  true: (key, type) => propertiesOf(type).get(plain(key))?.element.summary === 1 || isMandatory(key, type),
  text: (key, type) => key === 'text' || isMandatory(key, type),
  data: (key) => key !== 'text',
};

/** Names may be led by their type (`Patient.name`), and name a choice with or without its type. */
function keepsElements(elements: readonly string[]): Keeps {
  const names = new Set(elements.map((name) => name.replace('[x]', '')));
  return (key, type) => {
    const name = propertiesOf(type).get(plain(key))?.name ?? key;
    return (
      [plain(key), name].some((n) => names.has(n) || names.has(`${type}.${n}`)) || isMandatory(key, type)
    );
  };
}

/** Without the properties that `keeps` refuses; a copy that keeps the text of its numbers. */
function filtered(node: Node, type: string, keeps: Keeps): Node {
  const copy = { ...node };
  for (const key in copy) if (!ALWAYS.has(key) && !keeps(key, type)) delete copy[key];
  return copy;
}

/** What a summary keeps inside an element; an element of which nothing would be left is kept whole. */
function summaryOf(value: unknown, type: string): unknown {
  if (Array.isArray(value)) return value.map((item) => summaryOf(item, type));
  if (!isNode(value) || isPrimitive(type) || type === 'Extension') return value;
  const ownType = type === 'Resource' ? String(value.resourceType) : type;
  const copy = filtered(value, ownType, summaries.true);
  for (const key in copy) {
    const property = propertiesOf(ownType).get(key);
    if (property) copy[key] = summaryOf(copy[key], property.type);
  }
  return Object.keys(copy).length ? copy : value;
}

/** A reference to a contained resource needs that resource. */
const pointsInside = (resource: object): boolean => /"reference":"#/.test(JSON.stringify(resource));

/**
 * The part of a resource that was asked for.
 * @param content stored bytes of the resource, whole
 * @returns its JSON text with the tag SUBSETTED
 */
export function subsetOf(content: string, { summary, elements }: Subset): string {
  const resource = parseJson(content) as Node;
  const type = String(resource.resourceType);
  const keeps = elements ? keepsElements(elements) : summaries[summary!];
  let part = filtered(resource, type, keeps);
  if (summary === 'true') part = summaryOf(part, type) as Node;
  if (resource.contained && !part.contained && pointsInside(part)) part.contained = resource.contained;
  const meta = (part.meta ?? {}) as { tag?: object[] };
  part.meta = { ...meta, tag: [...(meta.tag ?? []), SUBSETTED] };
  return stringifyJson(part);
}
