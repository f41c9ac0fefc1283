// An independent judge of structure: FHIR types -> JSON Schema, which ajv compiles.
// https://hl7.org/fhir/R4/json.html
import { Ajv, type SchemaObject } from 'ajv';
import { primitives } from '../../validation/structure/primitive.ts';
import {
  groupCheck,
  hasValueRule,
  isExtensionFilled,
  type Tables,
  valueProblem,
} from '../../validation/structure/rules.ts';
import { isResourceType, type Property, type Shape } from '../../validation/structure/shape.ts';

type Json = Record<string, unknown>;

/** Whether the object is a right instance of the type or backbone path. Never changes it. Depth must be bounded before. */
export type IsValid = (type: string, object: unknown) => boolean;

const formats = Object.fromEntries(
  Object.entries(primitives).flatMap(([name, { json, test }]) =>
    json === 'boolean' ? [] : [[name, { type: json, validate: test as (value: string | number) => boolean }]],
  ),
) as Record<string, { type: 'string'; validate: (value: string) => boolean }>;

/** Schema of one value of a property. */
function valueSchema(tables: Tables, property: Property, nullable: boolean): SchemaObject {
  const { type, primitive, element } = property;
  if (type === 'Resource') return { nestedResource: element };
  const rule = hasValueRule(tables, property) ? { valueRule: property } : {};
  if (!primitive) return { $ref: type, ...rule };
  const { json } = primitives[type]!;
  return { type: json, ...(nullable && { nullable }), ...(json !== 'boolean' && { format: type }), ...rule };
}

const listOf = (items: SchemaObject): SchemaObject => ({ type: 'array', minItems: 1, items });
const SIBLING: SchemaObject = { $ref: 'Element' };
const SIBLINGS = listOf({ anyOf: [{ type: 'null' }, SIBLING] });

function schemaOf(tables: Tables, shape: Shape): SchemaObject {
  const properties: Record<string, SchemaObject> = shape.isResource
    ? { resourceType: { const: shape.type } }
    : {};
  for (const [name, property] of shape.properties) {
    const value = valueSchema(tables, property, property.array);
    properties[name] = property.array ? listOf(value) : value;
    if (property.primitive) properties[`_${name}`] = property.array ? SIBLINGS : SIBLING;
  }
  return {
    $id: shape.type,
    type: 'object',
    minProperties: 1,
    properties,
    additionalProperties: false,
    ...(shape.groups.length && { groups: shape.type }),
    ...(shape.type === 'Extension' && { filledExtension: true }),
  };
}

function addKeywords(ajv: Ajv, tables: Tables, isValid: IsValid): void {
  ajv.addKeyword({
    keyword: 'groups',
    type: 'object',
    schemaType: 'string',
    errors: false,
    compile: (type: string) => groupCheck(tables.shapes(type)!),
  });
  ajv.addKeyword({
    keyword: 'valueRule',
    schemaType: 'object',
    errors: false,
    // The type is another keyword's business, and ajv may ask this one first.
    compile: (property: Property) => {
      const json = property.primitive ? 'string' : 'object';
      return (value: unknown) =>
        value === null || typeof value !== json || valueProblem(tables, property, value) === undefined;
    },
  });
  ajv.addKeyword({
    keyword: 'filledExtension',
    type: 'object',
    schemaType: 'boolean',
    errors: false,
    compile: () => (object: Json) => isExtensionFilled(object),
  });
  ajv.addKeyword({
    keyword: 'nestedResource',
    schemaType: 'string',
    errors: false,
    compile: (element: string) => (value: Json | null) =>
      isResourceType(value?.resourceType) &&
      (element !== 'contained' || !Object.hasOwn(value!, 'contained')) &&
      isValid(value!.resourceType as string, value),
  });
}

/** Makes the check; each type is compiled on its first use, each datatype once for all types that use it. */
export function createSchemas(tables: Tables): IsValid {
  const isValid: IsValid = (type, object) => validatorOf(type)(object);
  const ajv = new Ajv({
    formats,
    meta: false,
    validateSchema: false,
    inlineRefs: false,
    strict: false,
    logger: false,
  });
  addKeywords(ajv, tables, isValid);
  const added = new Set<string>();
  const compiled = new Map<string, (object: unknown) => boolean>();

  function add(type: string): void {
    const shape = tables.shapes(type);
    if (!shape || added.has(type)) return;
    added.add(type);
    ajv.addSchema(schemaOf(tables, shape));
    for (const property of shape.properties.values())
      if (!property.primitive && property.type !== 'Resource') add(property.type);
  }
  function validatorOf(type: string): (object: unknown) => boolean {
    const known = compiled.get(type);
    if (known) return known;
    add('Element');
    add(type);
    const validate = ajv.getSchema(type) as (object: unknown) => boolean;
    compiled.set(type, validate);
    return validate;
  }
  return isValid;
}
