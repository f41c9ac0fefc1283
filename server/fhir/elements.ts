// What elements each FHIR R4 type has: typed look-ups in the table that scripts/definitions.ts derives from the
// StructureDefinitions. https://hl7.org/fhir/R4/elementdefinition.html
import { elementTable } from './element-table.ts';

/** One element of a type, as its ElementDefinition says. */
export interface Element {
  /** FHIR types it may have; a backbone element's type is named by its path (`Task.input`). */
  readonly types: readonly string[];
  /** 1 when the element is required. */
  readonly min?: 1;
  /** 1 when the element repeats. */
  readonly array?: 1;
  /** 1 for a choice (`value[x]`), which is named here without `[x]`. */
  readonly choice?: 1;
  /** Types that a Reference or canonical may point to; absent when any. */
  readonly targets?: readonly string[];
  /** Canonical URL of the value set of a required binding. */
  readonly required?: string;
  /** 1 when the element belongs to a resource's summary. */
  readonly summary?: 1;
}

/** One FHIR type: a resource, a datatype, or a backbone element. */
export interface Type {
  readonly kind: 'resource' | 'complex-type' | 'primitive-type' | 'backbone' | 'logical';
  /** The type it specialises; absent for Element, Resource and backbone elements. */
  readonly base?: string;
  /** Its elements by name, inherited ones included; choices without `[x]`. */
  readonly elements: Readonly<Record<string, Element>>;
}

/** A JSON property of a type: the element it carries and the FHIR type of its value. */
export interface Property {
  /** Name of the element, without `[x]` and without the type (`value` for `valueQuantity`). */
  readonly name: string;
  readonly type: string;
  readonly element: Element;
}

const TABLE = new Map(Object.entries(elementTable));
const ABSTRACT_RESOURCES = ['Resource', 'DomainResource'];

/** Names of the concrete R4 resource types. */
export const resourceTypes: ReadonlySet<string> = new Set(
  [...TABLE].flatMap(([name, type]) =>
    type.kind === 'resource' && !ABSTRACT_RESOURCES.includes(name) ? [name] : [],
  ),
);

/** The type of that name (`Task`, `Period`, `Task.input`), or undefined when R4 has none. */
export function typeOf(name: string): Type | undefined {
  return TABLE.get(name);
}

/**
 * The element `name` of `type`, inherited ones included; choices are named without `[x]`.
 * Undefined when the type is unknown or has no such element.
 */
export function elementOf(type: string, name: string): Element | undefined {
  const entry = TABLE.get(type);
  if (!entry) return undefined;
  if (Object.hasOwn(entry.elements, name)) return entry.elements[name];
  return entry.base ? elementOf(entry.base, name) : undefined;
}

/** The FHIR type of `type.name` when it has exactly one (`Task.input` → `Task.input`, `code` → `CodeableConcept`). */
export function childType(type: string, name: string): string | undefined {
  const types = elementOf(type, name)?.types;
  return types?.length === 1 ? types[0] : undefined;
}

/** The JSON name of a choice element for one of its types: `value` and `dateTime` make `valueDateTime`. */
export function choiceName(name: string, type: string): string {
  return name + type[0]!.toUpperCase() + type.slice(1);
}

const NO_PROPERTIES: ReadonlyMap<string, Property> = new Map();
const propertiesByType = new Map<string, ReadonlyMap<string, Property>>();

/**
 * All JSON properties that `type` may have (choices spelled out, `_` siblings not), by JSON name.
 * Empty for an unknown type.
 */
export function propertiesOf(type: string): ReadonlyMap<string, Property> {
  const known = propertiesByType.get(type);
  if (known) return known;
  const entry = TABLE.get(type);
  if (!entry) return NO_PROPERTIES;
  const properties = new Map<string, Property>(entry.base ? propertiesOf(entry.base) : []);
  for (const [name, element] of Object.entries(entry.elements)) {
    for (const valueType of element.types) {
      properties.set(element.choice ? choiceName(name, valueType) : name, { name, type: valueType, element });
    }
  }
  propertiesByType.set(type, properties);
  return properties;
}

/** Whether `type` is `base` or specialises it (`code` is a `string`, `Task` a `DomainResource`, `Age` a `Quantity`). */
export function isA(type: string, base: string): boolean {
  for (let name: string | undefined = type; name; name = TABLE.get(name)?.base)
    if (name === base) return true;
  return false;
}

/** Whether values of the type are JSON strings, numbers or booleans. */
export function isPrimitive(type: string): boolean {
  return TABLE.get(type)?.kind === 'primitive-type';
}
