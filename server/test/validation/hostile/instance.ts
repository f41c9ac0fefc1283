// Instances of R4's types that are right and small, but for one list or all lists, which are as long as is asked.
// https://hl7.org/fhir/R4/resourcelist.html
import { readFileSync } from 'node:fs';
import { isPrimitive, type Property, propertiesOf, typeOf } from '../../../fhir/elements.ts';
import { times } from './time.ts';

type Json = Record<string, unknown>;

const CODES = JSON.parse(
  readFileSync(new URL('../../../fhir/r4/codes.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, string[]>>;

const PRIMITIVES: Readonly<Record<string, (n: number) => unknown>> = {
  base64Binary: () => 'YWFh',
  boolean: () => true,
  canonical: (n) => `http://x.example/c${n}`,
  code: (n) => `c${n}`,
  date: () => '2026-01-05',
  dateTime: () => '2026-01-05',
  decimal: (n) => n + 0.5,
  id: (n) => `i${n}`,
  instant: () => '2026-01-05T10:00:00Z',
  integer: (n) => n,
  oid: (n) => `urn:oid:1.2.${n}`,
  positiveInt: (n) => n + 1,
  time: () => '10:00:00',
  unsignedInt: (n) => n,
  uri: (n) => `http://x.example/u${n}`,
  url: (n) => `http://x.example/u${n}`,
  uuid: () => 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  xhtml: () => '<div xmlns="http://www.w3.org/1999/xhtml">a</div>',
};
const textOf = (n: number): string => `s${n}`;

/** Elements that every type has, and that have tests of their own. */
const COMMON = new Set([
  'id',
  'extension',
  'modifierExtension',
  'contained',
  'text',
  'meta',
  'implicitRules',
  'language',
]);

/** A coded value of a required binding. */
function bound({ type, element }: Property): unknown {
  const systems = element.required === undefined ? undefined : CODES[element.required];
  if (!systems) return undefined;
  const [[system, codes]] = Object.entries(systems) as [[string, string[]]];
  const coding = { system, code: codes[0] };
  return { code: codes[0], Coding: coding, CodeableConcept: { coding: [coding] } }[type];
}

const SPECIAL: Readonly<Record<string, (property: Property, n: number) => unknown>> = {
  Resource: (_, n) => ({ resourceType: 'Basic', id: `b${n}`, code: { text: 'x' } }),
  Extension: () => ({ url: 'http://x.example/e', valueString: 's' }),
  Reference: ({ element }, n) => {
    const [target = 'Patient'] = element.targets ?? [];
    return { reference: `${target === 'Any' || target === 'Resource' ? 'Patient' : target}/r${n}` };
  },
};

/** A value of a property; `n` makes it another than its neighbours. */
export function sampleOf(property: Property, n: number, length = 0, depth = 0): unknown {
  const { type } = property;
  const coded = bound(property);
  if (coded !== undefined) return coded;
  if (isPrimitive(type)) return (PRIMITIVES[type] ?? textOf)(n);
  const special = SPECIAL[type];
  if (special) return special(property, n);
  const object = elementsOf(type, n, length, depth);
  if (Object.keys(object).length) return object;
  const some = [...propertiesOf(type)].filter(([, { name }]) => !COMMON.has(name));
  const [json, first] = some.find((one) => isPrimitive(one[1].type)) ?? some[0]!;
  const value = sampleOf(first, n);
  return { [json]: first.element.array ? [value] : value };
}

/** The required elements of a type, and with `length` its lists, each so long; in them, to a depth, lists of one. */
export function elementsOf(type: string, n = 0, length = 0, depth = 2): Json {
  const object: Json = {};
  const seen = new Set<string>();
  for (const [json, property] of propertiesOf(type)) {
    const { name, element } = property;
    const isWanted = element.min || (length && element.array && !COMMON.has(name));
    if (!isWanted || seen.has(name)) continue;
    seen.add(name);
    const count = element.array ? length || 1 : 1;
    const values = times(count, (at) => sampleOf(property, n + at, depth && length && 1, depth - 1));
    object[json] = element.array ? values : values[0];
  }
  return object;
}

/** A resource with one list as long as is asked, by the path of the list. */
export type Long = readonly [path: string, resource: (length: number) => Json];

/** Every list of a type and of its backbone elements, each once. */
export function longLists(type: string): Long[] {
  const found: Long[] = [];
  const visit = (owner: string, path: string, whole: (part: Json) => Json): void => {
    for (const [json, property] of propertiesOf(owner)) {
      const { name, element } = property;
      if (COMMON.has(name) || property.type === 'Resource' || property.type === 'Extension') continue;
      const within = (value: unknown) => whole({ [json]: value });
      if (element.array)
        found.push([`${path}.${json}`, (length) => within(times(length, (n) => sampleOf(property, n)))]);
      const isNested = typeOf(property.type)?.kind === 'backbone' && property.type !== owner;
      if (!isNested || path.split('.').length > 4) continue;
      visit(property.type, `${path}.${json}`, (part) => {
        const inner = { ...elementsOf(property.type), ...part };
        return within(element.array ? [inner] : inner);
      });
    }
  };
  visit(type, type, (part) => ({ resourceType: type, ...elementsOf(type), ...part }));
  return found;
}
