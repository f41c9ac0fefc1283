// Makes resources of any R4 type from the element table, with every element filled in and choices taken in turn.
import { choiceName, type Element, typeOf } from '../../../fhir/elements.ts';

type Json = Record<string, unknown>;

/** Elements deeper than this are left out. */
const MAX_DEPTH = 4;

const REFERENCES = [
  'Patient/p1',
  'Practitioner/d2',
  'http://example.org/fhir/Location/l3/_history/2',
  'RelatedPerson/r4',
  'http://example.org/fhir/Patient/p5',
];
const MOMENTS = ['2024', '2024-03', '2024-03-05', '2024-03-05T10:20:30Z', '2024-03-05T10:20:30.125+02:00'];
const pick = <T>(options: readonly T[], seed: number): T => options[seed % options.length]!;

/** Values by primitive type; every other primitive is a short word. */
const PRIMITIVES: Readonly<Record<string, (seed: number) => unknown>> = {
  boolean: (seed) => seed % 2 === 0,
  integer: (seed) => seed - 3,
  positiveInt: (seed) => seed + 1,
  unsignedInt: (seed) => seed,
  decimal: (seed) => seed / 4,
  date: (seed) => pick(MOMENTS.slice(0, 3), seed),
  dateTime: (seed) => pick(MOMENTS, seed),
  instant: (seed) => pick(MOMENTS.slice(3), seed),
  time: (seed) => `10:2${seed % 10}:00`,
  uri: (seed) => `http://example.org/${seed % 7}`,
  xhtml: () => '<div xmlns="http://www.w3.org/1999/xhtml">text</div>',
};
const WORDS = ['alpha', 'Beta', 'gamma delta', 'completed', 'email', 'composed-of', 'min'];

/** A resource of the type; the seed decides choices, values, and which primitives have siblings or no value. */
export function sampleOf(type: string, seed: number): Json {
  return { resourceType: type, ...filled(type, seed, 0) };
}

function filled(type: string, seed: number, depth: number): Json {
  if (type === 'Reference') return reference(seed);
  const object: Json = {};
  const elements = Object.entries(typeOf(type)?.elements ?? {});
  elements.forEach(([name, element], index) => {
    if (name === 'contained' || (depth > 0 && /^(?:modifierE|e)xtension$/.test(name))) return;
    fill(object, name, element, seed + index, depth);
  });
  return object;
}

function reference(seed: number): Json {
  return seed % 11 === 0
    ? { identifier: { system: 'http://example.org', value: `${seed}` }, display: 'no reference' }
    : { reference: pick(REFERENCES, seed), display: `${seed}` };
}

function fill(object: Json, name: string, element: Element, seed: number, depth: number): void {
  const type = pick(element.types, element.choice ? seed : 0);
  const property = element.choice ? choiceName(name, type) : name;
  if (type === 'Resource') {
    object[property] = { resourceType: 'Basic', id: `b${seed}`, code: { text: 'inner' } };
  } else if (typeOf(type)?.kind === 'primitive-type') {
    fillPrimitive(object, property, type, Boolean(element.array), seed);
  } else if (depth < MAX_DEPTH) {
    const make = (offset: number) => filled(type, seed + offset, depth + 1);
    object[property] = element.array ? [make(0), make(3)] : make(0);
  }
}

const SIBLING = { id: 'e1', extension: [{ url: 'http://example.org/e', valueString: 'sibling' }] };

function fillPrimitive(object: Json, property: string, type: string, array: boolean, seed: number): void {
  const make = PRIMITIVES[type] ?? ((own: number) => pick(WORDS, own));
  const isBare = property === 'id' || property === 'url';
  if (array) {
    object[property] = seed % 5 === 0 ? [make(seed), null, make(seed + 1)] : [make(seed), make(seed)];
    if (seed % 5 === 0) object[`_${property}`] = [null, SIBLING];
    return;
  }
  const hasNoValue = !isBare && seed % 13 === 0;
  if (!hasNoValue) object[property] = make(seed);
  if (!isBare && (hasNoValue || seed % 7 === 0)) object[`_${property}`] = SIBLING;
}
