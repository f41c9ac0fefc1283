// The JSON shape of each R4 type: which property names an object may carry, and what each holds.
// https://hl7.org/fhir/R4/json.html
import { choiceName, resourceTypes, type Type, typeOf } from '../../fhir/elements.ts';
import { primitives } from './primitive.ts';

/** One JSON property of an object: `status`, `valueQuantity`; `_status` is its `sibling`. */
export interface Property {
  /** Element name, without the type of a choice: `value`. */
  readonly element: string;
  /** FHIR type, or the path of a backbone element. */
  readonly type: string;
  readonly primitive: boolean;
  readonly array: boolean;
  /** Resource types that a Reference may name; absent when any. */
  readonly targets?: readonly string[];
  /** Value set of a required binding. */
  readonly valueSet?: string;
}
/** An element that must be there, or of which at most one form may be there. */
export interface Group {
  readonly element: string;
  /** The JSON property names, of which at most one may be present. */
  readonly names: readonly string[];
  readonly required: boolean;
}
export interface Shape {
  readonly type: string;
  readonly isResource: boolean;
  readonly properties: ReadonlyMap<string, Property>;
  /** Required elements and choices: all that is counted over the names of an object. */
  readonly groups: readonly Group[];
}

/** Types that elements.json gives as FHIRPath system strings and the specification narrows. */
const NARROWED: Readonly<Record<string, string>> = { 'Extension.url': 'uri' };

function shapeOf(type: string, { kind, elements }: Type): Shape {
  const isResource = kind === 'resource';
  const properties = new Map<string, Property>();
  const groups: Group[] = [];
  for (const [element, { types, min, array, choice, targets, required }] of Object.entries(elements)) {
    const names = choice ? types.map((choiceType) => choiceName(element, choiceType)) : [element];
    for (const [index, name] of names.entries()) {
      const own = isResource && element === 'id' ? 'id' : (NARROWED[`${type}.${element}`] ?? types[index]!);
      properties.set(name, {
        element,
        type: own,
        primitive: Object.hasOwn(primitives, own),
        array: array === 1,
        ...(targets && own === 'Reference' && { targets }),
        ...(required && { valueSet: required }),
      });
    }
    if (min || choice) groups.push({ element, names, required: min === 1 });
  }
  return { type, isResource, properties, groups };
}

/** Looks up the shape of a type or backbone path; made on first use. Undefined when R4 has no such type. */
export type Shapes = (type: string) => Shape | undefined;

/** Makes the shapes of the R4 element table, each on its first use. */
export function createShapes(): Shapes {
  const made = new Map<string, Shape>();
  return (type) => {
    const known = made.get(type);
    const entry = known ? undefined : typeOf(type);
    if (!entry) return known;
    const shape = shapeOf(type, entry);
    made.set(type, shape);
    return shape;
  };
}

/** True when `type` names a resource type that an instance can have. */
export const isResourceType = (type: unknown): type is string => resourceTypes.has(type as string);
