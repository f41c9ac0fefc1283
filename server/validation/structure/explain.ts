// Says what is wrong with a resource that the compiled check refused: one plain sentence and one FHIRPath an issue, at most 100.
// https://hl7.org/fhir/R4/validation.html
import { type Issue, issue } from '../../fhir/errors.ts';
import { isPrimitive, primitives } from './primitive.ts';
import { isExtensionFilled, presentNames, type Tables, valueProblem } from './rules.ts';
import { MAX_ISSUES } from './scan.ts';
import { isResourceType, type Property, type Shape } from './shape.ts';

type Json = Record<string, unknown>;
interface Explanation {
  readonly tables: Tables;
  readonly issues: Issue[];
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFull = ({ issues }: Explanation) => issues.length >= MAX_ISSUES;

function add(
  to: Explanation,
  code: Issue['code'],
  path: string,
  problem: string,
  at: string = path,
  rule?: string,
): void {
  if (!isFull(to)) to.issues.push(issue(code, `${path} ${problem}.`, at, rule));
}

function explainGroups(to: Explanation, shape: Shape, object: Json, path: string): void {
  for (const group of shape.groups) {
    const present = presentNames(object, group);
    const name =
      group.names.length > 1 || !shape.properties.has(group.element) ? `${group.element}[x]` : group.element;
    if (group.required && !present.length)
      add(to, 'required', `${path}.${name}`, 'is required', `${path}.${group.element}`);
    if (present.length > 1) {
      add(
        to,
        'structure',
        `${path}.${name}`,
        `may have one form only; here are ${present.join(' and ')}`,
        `${path}.${group.element}`,
      );
    }
  }
}

function explainNested(to: Explanation, property: Property, value: unknown, path: string): void {
  const type = isObject(value) ? value.resourceType : undefined;
  if (!isResourceType(type)) {
    add(to, 'structure', path, 'must be a resource with a resourceType of FHIR R4');
    return;
  }
  if (property.element === 'contained' && Object.hasOwn(value as Json, 'contained')) {
    add(
      to,
      'invariant',
      `${path}.contained`,
      'is not allowed: a contained resource contains no other',
      `${path}.contained`,
      'dom-2',
    );
  }
  explainObject(to, type, value, path);
}

function explainValue(to: Explanation, property: Property, value: unknown, path: string): void {
  if (property.type === 'Resource') {
    explainNested(to, property, value, path);
    return;
  }
  const before = to.issues.length;
  if (!property.primitive) explainObject(to, property.type, value, path);
  else if (!isPrimitive(primitives[property.type]!, value))
    add(to, 'value', path, `must be ${primitives[property.type]!.expected}`);
  if (to.issues.length > before) return;
  const found = valueProblem(to.tables, property, value);
  if (found) add(to, found.code, path, found.problem, path, property.type === 'xhtml' ? 'txt-1' : undefined);
}

/** `_status`: the id and extensions of a primitive. */
function explainSibling(to: Explanation, property: Property, value: unknown, path: string): void {
  if (!property.array) explainObject(to, 'Element', value, path);
  else if (!Array.isArray(value) || !value.length)
    add(to, 'structure', path, 'repeats, so its extensions must be a list that is not empty');
  else
    for (const [index, item] of value.entries())
      if (item !== null) explainObject(to, 'Element', item, `${path}[${index}]`);
}

function explainProperty(to: Explanation, property: Property, value: unknown, path: string): void {
  if (!property.array) {
    if (Array.isArray(value)) add(to, 'structure', path, 'does not repeat; give one value, not a list');
    else explainValue(to, property, value, path);
    return;
  }
  if (!Array.isArray(value)) add(to, 'structure', path, 'repeats; give a list');
  else if (!value.length) add(to, 'structure', path, 'is an empty list; leave the element out');
  else {
    for (const [index, item] of value.entries()) {
      if (isFull(to)) return;
      if (item !== null || !property.primitive) explainValue(to, property, item, `${path}[${index}]`);
    }
  }
}

function explainObject(to: Explanation, type: string, object: unknown, path: string): void {
  const shape = to.tables.shapes(type)!;
  if (!isObject(object)) {
    add(to, 'structure', path, `must be a JSON object (${type})`);
    return;
  }
  const keys = Object.keys(object);
  if (!keys.length) add(to, 'invariant', path, 'is empty; leave the element out', path, 'ele-1');
  for (const key of keys) {
    if (isFull(to)) return;
    if (key === 'resourceType' && shape.isResource) continue;
    const property = shape.properties.get(key);
    if (property && object[key] === undefined) continue;
    const sibling = key.startsWith('_') ? shape.properties.get(key.slice(1)) : undefined;
    if (property) explainProperty(to, property, object[key], elementPath(path, property, key));
    else if (sibling?.primitive)
      explainSibling(to, sibling, object[key], elementPath(path, sibling, key.slice(1)));
    else
      add(
        to,
        'structure',
        `${path}.${key.slice(0, 80)}`,
        `is not an element of ${type}; check the spelling`,
        path,
      );
  }
  explainGroups(to, shape, object, path);
  if (type === 'Extension' && !isExtensionFilled(object)) {
    add(to, 'invariant', path, 'must have a value or extensions, one of the two', path, 'ext-1');
  }
}

/** FHIRPath names a choice without its type: `Observation.value`, not `Observation.valueQuantity`. */
const elementPath = (path: string, property: Property, key: string) =>
  `${path}.${key === property.element ? key : property.element}`;

/** All issues of a resource, in the order of its elements. Depth must be bounded before. */
export function explain(tables: Tables, type: string, resource: unknown): Issue[] {
  const explanation: Explanation = { tables, issues: [] };
  explainObject(explanation, type, resource, type);
  return explanation.issues;
}
