// The rules of an object or a value that the JSON Schema and the explanations share, so that they cannot disagree.
// https://hl7.org/fhir/R4/json.html · https://hl7.org/fhir/R4/extensibility.html#Extension (ext-1) · https://hl7.org/fhir/R4/domainresource.html (dom-2)
import { type CodesOf, isBound } from './codes.ts';
import { narrativeProblem } from './narrative.ts';
import { referenceProblem } from './reference.ts';
import { type Group, isResourceType, type Property, type Shape, type Shapes } from './shape.ts';

type Json = Record<string, unknown>;

/** What the rules look things up in. */
export interface Tables {
  readonly shapes: Shapes;
  readonly codesOf: CodesOf;
}

/** The names of a group that are present, `_name` counted as `name`. */
export function presentNames(object: Json, { names }: Group): string[] {
  return names.filter((name) => object[name] !== undefined || object[`_${name}`] !== undefined);
}

/** Whether every required element is there and no choice has two forms. Looks at the object's keys, not at fifty names. */
export function groupCheck({ groups, properties }: Shape): (object: Json) => boolean {
  const groupOf = new Map<string, number>();
  for (const [index, { names }] of groups.entries()) {
    for (const name of names) {
      groupOf.set(name, index);
      if (properties.get(name)?.primitive) groupOf.set(`_${name}`, index);
    }
  }
  const required = groups.flatMap((group, index) => (group.required ? [index] : []));
  return (object) => {
    const found: (string | undefined)[] = [];
    for (const key in object) {
      const index = groupOf.get(key);
      if (index === undefined || object[key] === undefined) continue;
      const name = key.charCodeAt(0) === 95 ? key.slice(1) : key;
      if (found[index] !== undefined && found[index] !== name) return false;
      found[index] = name;
    }
    return required.every((index) => found[index] !== undefined);
  };
}

/** Extension (ext-1): a value or extensions, one of the two. */
export function isExtensionFilled(object: Json): boolean {
  const hasValue = Object.keys(object).some((key) => /^_?value[A-Z]/.test(key));
  return hasValue !== Object.hasOwn(object, 'extension');
}

/**
 * What is wrong with a well-typed value beyond its type: binding, reference, narrative.
 * @returns the issue code and the end of a sentence whose subject is the element
 */
export function valueProblem(
  { codesOf }: Tables,
  { type, valueSet, targets }: Property,
  value: unknown,
): { code: 'code-invalid' | 'value' | 'invariant'; problem: string } | undefined {
  const codes = valueSet === undefined ? undefined : codesOf(valueSet);
  if (codes && !isBound(codes, type, value)) {
    const shown = type === 'code' ? ` "${String(value).slice(0, 60)}"` : '';
    const allowed = codes.list.length <= 20 ? codes.list.join(', ') : `the codes of ${valueSet}`;
    return { code: 'code-invalid', problem: `${shown} is not one of ${allowed}`.trimStart() };
  }
  if (type === 'Reference') {
    const { reference } = value as { reference?: unknown };
    if (typeof reference !== 'string') return undefined;
    const problem = referenceProblem(reference, targets, isResourceType);
    return problem ? { code: 'value', problem } : undefined;
  }
  if (type === 'xhtml') {
    const problem = narrativeProblem(value as string);
    return problem ? { code: 'invariant', problem } : undefined;
  }
  return undefined;
}

/** Whether `valueProblem` can find anything for such a property. */
export function hasValueRule({ codesOf }: Tables, { type, valueSet }: Property): boolean {
  return (
    type === 'Reference' || type === 'xhtml' || (valueSet !== undefined && codesOf(valueSet) !== undefined)
  );
}
