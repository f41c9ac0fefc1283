// Puts a computed value into a resource, at the path that a dynamic value names.
// https://hl7.org/fhir/R4/activitydefinition-definitions.html#ActivityDefinition.dynamicValue.path
import { choiceName, elementOf, isPrimitive } from '../../fhir/elements.ts';
import type { TypedValue } from '../../fhir/path/index.ts';
import { notApplicable } from './given.ts';

/** One step of a path: an element, and which of its repetitions. */
interface Step {
  readonly name: string;
  readonly index: number | undefined;
}

const PATH = /^[A-Za-z]\w*(\[\d{1,3}\])?(\.[A-Za-z]\w*(\[\d{1,3}\])?)*$/;

/** The steps of a path of identifiers and indexers, without the name of the type that it may begin with. @throws FhirError 422 */
function stepsOf(path: string, type: string): Step[] {
  if (!PATH.test(path))
    throw notApplicable(
      `The path ${path} of a dynamic value is not made of element names and indexes alone.`,
    );
  const steps = path.split('.').map((part) => {
    const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(part)!;
    return { name: name!, index: index === undefined ? undefined : Number(index) };
  });
  return steps[0]!.name === type && steps.length > 1 ? steps.slice(1) : steps;
}

type Holder = Record<string, unknown>;

/** The JSON name of an element, and its types. @throws FhirError 422 when the type has no such element */
function propertyOf(type: string, name: string, valueType: string) {
  const element = elementOf(type, name);
  if (element && !element.choice) return { key: name, element, type: element.types[0]! };
  const chosen = element?.types.find((one) => one === valueType) ?? element?.types[0];
  if (element && chosen) return { key: choiceName(name, chosen), element, type: chosen };
  throw notApplicable(`${type} has no element ${name}, where a dynamic value is to go.`);
}

/** Numbers and texts that FHIRPath computes fit the like primitives; whatever else does not fit is refused. */
function checkFits(path: string, type: string, { type: given, value }: TypedValue): void {
  const isText = typeof value !== 'object';
  if (isPrimitive(type) === isText) return;
  throw notApplicable(`A dynamic value for ${path} is a ${given}, but the element is a ${type}.`);
}

/**
 * Sets the element that a path names; without values nothing is set. A list takes all values, unless the path says which.
 * @param root a resource, or an element of a type
 * @throws FhirError 422 when the path or the value does not fit
 */
export function setElement(root: object, type: string, path: string, values: readonly TypedValue[]): void {
  if (!values.length) return;
  const steps = stepsOf(path, type);
  let [holder, holderType] = [root as Holder, type];
  for (const step of steps.slice(0, -1)) {
    const property = propertyOf(holderType, step.name, '');
    holder = childOf(holder, property.key, property.element.array ? (step.index ?? 0) : undefined);
    holderType = property.type;
  }
  const last = steps.at(-1)!;
  const { key, element, type: elementType } = propertyOf(holderType, last.name, values[0]!.type);
  for (const value of values) checkFits(path, elementType, value);
  const plain = values.map(({ value }) => value);
  if (!element.array) {
    if (plain.length > 1)
      throw notApplicable(`A dynamic value for ${path} gives ${plain.length} values; it takes one.`);
    holder[key] = plain[0];
  } else if (last.index === undefined) holder[key] = plain;
  else itemsOf(holder, key, last.index)[last.index] = plain[0];
}

/** The list of an element, which may grow by one. @throws FhirError 422 for an index beyond that */
function itemsOf(holder: Holder, key: string, index: number): unknown[] {
  holder[key] ??= [];
  const items = holder[key] as unknown[];
  if (index > items.length)
    throw notApplicable(`A dynamic value names ${key}[${index}], but there are ${items.length} before it.`);
  return items;
}

function childOf(holder: Holder, key: string, index: number | undefined): Holder {
  if (index === undefined) {
    holder[key] ??= {};
    return holder[key] as Holder;
  }
  const items = itemsOf(holder, key, index);
  items[index] ??= {};
  return items[index] as Holder;
}
