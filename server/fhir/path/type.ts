// Type specifiers: is, as, ofType, and the type of what a reference points to.
// https://hl7.org/fhirpath/N1/#types · https://hl7.org/fhir/R4/fhirpath.html#types · https://hl7.org/fhir/R4/references.html
import { isA, resourceTypes, typeOf } from '../elements.ts';
import { badRequest } from '../errors.ts';
import {
  type Code,
  EMPTY,
  type Environment,
  type Item,
  isAbstract,
  isMixed,
  itemType,
  multiple,
  single,
  Unsupported,
} from './code.ts';
import type { TypedValue } from './typed-value.ts';

/** A type named in an expression, with its namespace where one is given. */
interface Specifier {
  readonly namespace?: string;
  readonly name: string;
}

const SYSTEM_TYPES = new Set([
  'Boolean',
  'String',
  'Integer',
  'Decimal',
  'Date',
  'DateTime',
  'Time',
  'Quantity',
  'Long',
]);
/** System types that FHIR values convert to by themselves; ofType honours them. */
const CONVERSIONS = new Map<string, string>(
  Object.entries({
    Boolean: ['boolean'],
    String: ['string', 'uri', 'code', 'oid', 'id', 'uuid', 'markdown', 'base64Binary'],
    Integer: ['integer', 'unsignedInt', 'positiveInt'],
    Decimal: ['decimal'],
    DateTime: ['date', 'dateTime', 'instant'],
    Time: ['time'],
    Quantity: ['Quantity'],
  }).flatMap(([system, types]) => types.map((type) => [type, system] as const)),
);
/** Supertypes that the element table does not record for backbone elements and datatypes. */
const UNRECORDED = new Set(['Element', 'BackboneElement', 'Type']);

function specifierOf(text: string): Specifier {
  const parts = text.split('.');
  const name = parts.at(-1)!;
  const namespace = parts.length > 1 ? parts.slice(0, -1).join('.') : undefined;
  const known =
    namespace === 'System' ? SYSTEM_TYPES.has(name) : typeOf(name) || (!namespace && SYSTEM_TYPES.has(name));
  if (!known || (namespace && namespace !== 'System' && namespace !== 'FHIR')) {
    throw badRequest(`The FHIRPath expression names ${text}, which is no FHIR R4 type: correct it.`);
  }
  if (UNRECORDED.has(name)) throw new Unsupported(`type ${name}`);
  return { name, ...(namespace && { namespace }) };
}

/** Whether a type, as known statically, is the specified one or specialises it. */
function fits(type: string, { namespace, name }: Specifier, converting: boolean): boolean {
  if (type === 'System.Number') {
    if (name === 'Integer' || name === 'Decimal') throw new Unsupported('type of a computed number');
    return false;
  }
  if (type.startsWith('System.')) return namespace !== 'FHIR' && type === `System.${name}`;
  if (converting && namespace !== 'FHIR' && CONVERSIONS.get(type) === name) return true;
  return namespace !== 'System' && isA(type, name);
}

/** `is`: whether the single item is of the type. */
export function isType(code: Code, text: string): Code {
  const specifier = specifierOf(text);
  const { one, types } = code;
  const fitting = new Set(types.filter((type) => fits(type, specifier, false)));
  if (types.some(isAbstract)) {
    return single(['System.Boolean'], (self, environment) => {
      const item = one(self, environment);
      return item === undefined ? undefined : fits(itemType(item, types), specifier, false);
    });
  }
  if (isMixed(types)) {
    return single(['System.Boolean'], (self, environment) => {
      const item = one(self, environment);
      return item === undefined ? undefined : fitting.has((item as TypedValue).type);
    });
  }
  const answer = fitting.size > 0;
  return single(['System.Boolean'], (self, environment) =>
    one(self, environment) === undefined ? undefined : answer,
  );
}

/** `ofType` (converting) and `as`: the items of the type. */
export function ofType(code: Code, text: string, converting: boolean): Code {
  const specifier = specifierOf(text);
  if (code.types.some(isAbstract)) return resourcesOfType(code, specifier);
  const fitting = code.types.filter((type) => fits(type, specifier, converting));
  if (fitting.length === code.types.length) return code;
  if (fitting.length === 0) return EMPTY;
  if (code.narrowed) return code.narrowed(fitting);
  const wanted = new Set(fitting);
  const unwrap = (item: Item) => (isMixed(fitting) ? item : (item as TypedValue).value);
  const isWanted = (item: Item) => wanted.has((item as TypedValue).type);
  if (code.single) {
    return single(fitting, (self, environment) => {
      const item = code.one(self, environment);
      return item !== undefined && isWanted(item) ? unwrap(item) : undefined;
    });
  }
  return multiple(fitting, (self, environment) => code.many(self, environment).filter(isWanted).map(unwrap));
}

/** Resources among `contained` or `Bundle.entry.resource`, which state their type themselves. */
function resourcesOfType(code: Code, specifier: Specifier): Code {
  if (isMixed(code.types)) throw new Unsupported('resources among other items');
  const isWanted = (item: Item) => fits(itemType(item, code.types), specifier, false);
  const types = [specifier.name];
  if (!code.single)
    return multiple(types, (self, environment) => code.many(self, environment).filter(isWanted));
  return single(types, (self, environment) => {
    const item = code.one(self, environment);
    return item !== undefined && isWanted(item) ? item : undefined;
  });
}

/**
 * `resolve() is Type`, decided without reading the target: by the reference's text, by the contained resource it
 * points to, or by Reference.type; empty where none of them tells.
 */
export function resolvesTo(code: Code, text: string): Code {
  const { name } = specifierOf(text);
  if (code.types.length !== 1 || code.types[0] !== 'Reference') {
    throw badRequest('In FHIRPath this server supports resolve() for elements of type Reference only.');
  }
  return single(['System.Boolean'], (self, environment) => {
    const reference = code.one(self, environment) as Reference | undefined;
    const type = reference && targetType(reference, environment);
    return type === undefined ? undefined : isA(type, name);
  });
}

interface Reference {
  readonly reference?: unknown;
  readonly type?: unknown;
}

/** `Patient/1`, `https://host/fhir/Patient/1/_history/2`, `Patient?identifier=…` */
const TYPED_REFERENCE =
  /(?:^|\/)([A-Z][A-Za-z]+)(?:\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$|\?)/;

function targetType({ reference, type }: Reference, { resource }: Environment): string | undefined {
  if (typeof reference === 'string') {
    const named = reference.startsWith('#')
      ? containedType(resource, reference.slice(1))
      : TYPED_REFERENCE.exec(reference)?.[1];
    if (named && resourceTypes.has(named)) return named;
  }
  return typeof type === 'string' ? type : undefined;
}

interface Container {
  readonly resourceType?: string;
  readonly contained?: readonly (Contained | null)[];
}
interface Contained {
  readonly id?: string;
  readonly resourceType?: string;
}

/** More contained resources are found by a table, which lives as long as their list. */
const FEW = 8;
const tables = new WeakMap<object, ReadonlyMap<string | undefined, Contained>>();

function containedType(resource: unknown, id: string): string | undefined {
  const { resourceType, contained } = resource as Container;
  if (id === '') return resourceType;
  if (!contained || contained.length <= FEW) return contained?.find((one) => one?.id === id)?.resourceType;
  let table = tables.get(contained);
  if (!table) {
    // The first of two with the same id, as above.
    table = new Map(contained.toReversed().flatMap((one) => (one ? [[one.id, one]] : [])));
    tables.set(contained, table);
  }
  return table.get(id)?.resourceType;
}
