// Elements as they stand in JSON: a value with its `_` sibling, alone or in lists that are kept in step.
// https://hl7.org/fhir/R4/json.html#primitive
import { isPrimitive } from '../../fhir/elements.ts';
import type { Holder } from './document.ts';
import type { Place } from './place.ts';

/** One element: its value, and of a primitive its id and extensions. */
export interface Item {
  value?: unknown;
  sibling?: unknown;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const given = (value: unknown): boolean => value !== undefined && value !== null;

/** The items of an element that repeats; none when it is not there. */
export function readItems(holder: Holder, property: string, type: string): Item[] {
  const values = listOf(holder[property]);
  const siblings = isPrimitive(type) ? listOf(holder[`_${property}`]) : [];
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, n) => ({
    value: values[n],
    sibling: siblings[n],
  }));
}

/** Writes the items of an element that repeats; lists without content are left out, as FHIR asks. */
export function writeItems(holder: Holder, property: string, items: readonly Item[]): void {
  const lists = [
    [property, items.map(({ value }) => value ?? null)],
    [`_${property}`, items.map(({ sibling }) => sibling ?? null)],
  ] as const;
  for (const [name, list] of lists) {
    if (list.some(given)) holder[name] = list;
    else delete holder[name];
  }
}

/** Writes an element that does not repeat. */
export function writeItem(holder: Holder, property: string, { value, sibling }: Item): void {
  for (const [name, part] of [
    [property, value],
    [`_${property}`, sibling],
  ] as const) {
    if (given(part)) holder[name] = part;
    else delete holder[name];
  }
}

/** Puts another item at a place, or none. */
export function putAt({ holder, property, index, type }: Place, item: Item | undefined): void {
  if (!holder) return;
  if (index === undefined) {
    writeItem(holder, property, item ?? {});
    return;
  }
  const items = readItems(holder, property, type);
  items.splice(index, 1, ...(item ? [item] : []));
  writeItems(holder, property, items);
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

/** Removes the element at a place, and what around it has no content any more. */
export function removeAt(place: Place): void {
  putAt(place, undefined);
  const { holder, parent } = place;
  if (!holder || !parent?.holder || !isEmpty(holder)) return;
  if (!isPrimitive(parent.type)) {
    removeAt(parent);
    return;
  }
  const value =
    parent.index === undefined
      ? parent.holder[parent.property]
      : listOf(parent.holder[parent.property])[parent.index];
  if (given(value)) putAt(parent, { value });
  else removeAt(parent);
}
