// The value that a patch operation brings: a value[x], or parts for elements that have no type of their own.
// https://hl7.org/fhir/R4/fhirpatch.html
import { isPrimitive, propertiesOf } from '../../fhir/elements.ts';
import { badRequest } from '../../fhir/errors.ts';
import { doesNotApply, type Holder, isHolder, malformedPatch } from './document.ts';
import { type Item, putAt, readItems, writeItem, writeItems } from './items.ts';
import { elementBelow, holderAt, type Place, propertiesFor, typeAt } from './place.ts';

const VALUE = /^_?(value[A-Z]\w*)$/;

/** The `value[x]` of a part: its FHIR type and the element. */
function statedValue(part: Holder): { type: string; item: Item } | undefined {
  const property = Object.keys(part)
    .map((key) => VALUE.exec(key)?.[1])
    .find((name) => name !== undefined);
  const type = property && propertiesOf('Parameters.parameter').get(property)?.type;
  if (!property || !type) return undefined;
  return { type, item: { value: part[property], sibling: part[`_${property}`] } };
}

/**
 * The item that a part gives for the element `name` of `type`, and the JSON property that it belongs in.
 * @throws FhirError 400 when the part gives no value, or one whose type the element cannot have
 */
export function itemFor(
  type: string,
  name: string,
  part: Holder,
  expression: string,
): { property: string; type: string; item: Item } {
  const candidates = propertiesFor(type, name);
  const given = statedValue(part);
  const { choice } = elementBelow(type, name);
  const target = choice ? candidates.find((candidate) => candidate.type === given?.type) : candidates[0];
  if (!target)
    throw malformedPatch(
      `${expression}: ${type}.${name}[x] takes a value of one of its types: ${candidates.map((c) => c.type).join(', ')}.`,
      expression,
    );
  if (given) return { ...target, item: isPrimitive(target.type) ? given.item : { value: given.item.value } };
  if (isHolder(part.resource)) return { ...target, item: { value: part.resource } };
  if (!Array.isArray(part.part) || !part.part.length)
    throw malformedPatch(
      `${expression}: "${String(part.name)}" has neither a value[x] nor parts.`,
      expression,
    );
  return { ...target, item: { value: built(target.type, part.part, expression) } };
}

/** An element put together from parts, each named like the element that it gives. */
function built(type: string, parts: readonly unknown[], expression: string): Holder {
  if (isPrimitive(type)) throw badRequest(`A ${type} is no element of parts. Give it as value[x].`);
  const holder: Holder = {};
  for (const part of parts) {
    if (!isHolder(part) || typeof part.name !== 'string')
      throw malformedPatch(`${expression}: a part of the value has no name.`, expression);
    addTo(holder, type, part.name, part, expression);
  }
  return holder;
}

/** Adds an element to the object that holds elements of `type`: to the end of a list, or where there is none yet. */
function addTo(holder: Holder, type: string, name: string, part: Holder, expression: string): void {
  const { property, type: own, item } = itemFor(type, name, part, expression);
  if (elementBelow(type, name).array) {
    writeItems(holder, property, [...readItems(holder, property, own), item]);
    return;
  }
  const present = propertiesFor(type, name).find(
    (candidate) =>
      Object.hasOwn(holder, candidate.property) || Object.hasOwn(holder, `_${candidate.property}`),
  );
  if (present)
    throw doesNotApply(
      `${expression}: ${type} has a ${name} already, and it does not repeat. Replace it instead.`,
      expression,
    );
  writeItem(holder, property, item);
}

/** Adds an element below a place; a primitive's id and extensions get their `_` sibling. */
export function addElement(
  place: Place,
  resource: Holder,
  name: string,
  part: Holder,
  expression: string,
): void {
  const holder = holderAt(place, resource);
  if (holder) {
    addTo(holder, typeAt(place, resource), name, part, expression);
    return;
  }
  const sibling: Holder = {};
  addTo(sibling, place.type, name, part, expression);
  const list = place.index === undefined ? undefined : place.holder![place.property];
  const value = Array.isArray(list) ? list[place.index!] : place.holder![place.property];
  putAt(place, { value, sibling });
}
