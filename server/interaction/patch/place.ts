// The places in a resource that a FHIRPath names: a path of elements, filtered and indexed, that can be changed there.
// https://hl7.org/fhir/R4/fhirpatch.html · https://hl7.org/fhirpath/N1/#path-selection
import { choiceName, elementOf, isA, isPrimitive } from '../../fhir/elements.ts';
import { badRequest } from '../../fhir/errors.ts';
import { Unsupported } from '../../fhir/path/code.ts';
import { compile } from '../../fhir/path/compile.ts';
import { limited } from '../../fhir/path/limited.ts';
import { truthOf } from '../../fhir/path/operator.ts';
import type { Node } from '../../fhir/path/parser.ts';
import { type Holder, isHolder, plainOf } from './document.ts';

/** An element that stands in the resource, with what holds it. The resource itself has no holder. */
export interface Place {
  /** FHIR type of the element; a backbone element's is its path. */
  type: string;
  holder?: Holder;
  /** JSON property of the element in its holder. */
  property: string;
  /** Position in the list, for elements that repeat. */
  index?: number;
  /** The place of the element around it, which is pruned when this one was its last. */
  parent?: Place;
}

/** What a path is followed in. */
interface Walk {
  /** The place of the resource. */
  root: Place;
  resource: Holder;
}

const entryOf = (holder: Holder, property: string, index: number | undefined): unknown => {
  const value = Object.hasOwn(holder, property) ? holder[property] : undefined;
  return index === undefined ? value : Array.isArray(value) ? value[index] : undefined;
};

/** The object below a place that holds its elements; of a primitive that is its `_` sibling. */
export function holderAt(place: Place, resource: Holder): Holder | undefined {
  const { holder, property, index, type } = place;
  if (!holder) return resource;
  const found = entryOf(holder, isPrimitive(type) ? `_${property}` : property, index);
  return isHolder(found) ? found : undefined;
}

/** The type whose elements stand below a place: a contained resource says it itself. */
export function typeAt(place: Place, resource: Holder): string {
  if (!isA(place.type, 'Resource')) return place.type;
  const stated = holderAt(place, resource)?.resourceType;
  return typeof stated === 'string' ? stated : place.type;
}

/** The element `name` below a place of `type`; primitives have an id and extensions. @throws FhirError 400 */
export function elementBelow(type: string, name: string) {
  const element = isPrimitive(type) && name === 'value' ? undefined : elementOf(type, name);
  if (element) return element;
  throw badRequest(
    `The path names "${name}", which is no element of ${type}. Choices are named without their type, such as value.`,
  );
}

/** The JSON properties that an element may stand in, with the type of each. */
export function propertiesFor(type: string, name: string): { property: string; type: string }[] {
  const { types, choice } = elementBelow(type, name);
  return types.map((own) => ({ property: choice ? choiceName(name, own) : name, type: own }));
}

/** The places of `name` below a place. */
function step(place: Place, name: string, { resource }: Walk): Place[] {
  const candidates = propertiesFor(typeAt(place, resource), name);
  const holder = holderAt(place, resource);
  if (!holder) return [];
  return candidates.flatMap(({ property, type }) => {
    const values = [holder[property], isPrimitive(type) ? holder[`_${property}`] : undefined];
    const length = Math.max(...values.map((value) => (Array.isArray(value) ? value.length : -1)));
    if (length >= 0)
      return Array.from({ length }, (_, index): Place => ({ type, holder, property, index, parent: place }));
    return values.some((value) => value !== undefined) ? [{ type, holder, property, parent: place }] : [];
  });
}

/** The value at a place as an expression's item: of a primitive with an `_` sibling only the value. */
const valueAt = ({ holder, property, index }: Place, resource: Holder): unknown =>
  plainOf(holder ? entryOf(holder, property, index) : resource);

const only = (places: readonly Place[]): Place[] => places.slice(0, 1);

function integer(node: Node | undefined): number {
  if (node?.kind === 'literal' && Number.isInteger(node.value)) return node.value as number;
  throw badRequest('In a path of a patch an index is a number, such as name[0].');
}

function typeName(node: Node | undefined): string {
  if (node?.kind === 'member') return node.input ? `${typeName(node.input)}.${node.name}` : node.name;
  throw badRequest('In a path of a patch ofType() takes the name of a type.');
}

const ofType = (places: readonly Place[], name: string, { resource }: Walk): Place[] =>
  places.filter((place) => isA(typeAt(place, resource), name.replace(/^FHIR\./, '')));

/** The places whose elements meet a criterion. */
function where(places: readonly Place[], criterion: Node | undefined, walk: Walk): Place[] {
  if (!criterion) throw badRequest('In a path of a patch where() takes a criterion.');
  const resource = plainOf(walk.resource);
  return places.filter((place) => {
    const type = typeAt(place, walk.resource);
    const value = valueAt(place, walk.resource);
    const code = compile(criterion, {
      types: [type],
      context: type,
      resource: walk.root.type,
      atRoot: false,
    });
    return value !== undefined && truthOf(code)(value, { resource, context: value }) === true;
  });
}

type Call = (places: Place[], args: readonly Node[], walk: Walk) => Place[];

/** The functions that lead from places to places. */
const calls: Readonly<Record<string, Call>> = {
  where: (places, [criterion], walk) => where(places, criterion, walk),
  first: (places) => only(places),
  last: (places) => places.slice(-1),
  tail: (places) => places.slice(1),
  skip: (places, [count]) => places.slice(Math.max(integer(count), 0)),
  take: (places, [count]) => places.slice(0, Math.max(integer(count), 0)),
  single(places) {
    if (places.length > 1) throw badRequest('The path says single(), but there are several elements.');
    return places;
  },
  ofType: (places, [name], walk) => ofType(places, typeName(name), walk),
  as: (places, [name], walk) => ofType(places, typeName(name), walk),
  extension(places, [url], walk) {
    if (url?.kind !== 'literal') throw badRequest('In a path of a patch extension() takes a URL in quotes.');
    return places
      .flatMap((place) => step(place, 'extension', walk))
      .filter((place) => (valueAt(place, walk.resource) as { url?: unknown } | null)?.url === url.value);
  },
};

/** The functions that a path of a patch may call, for messages. */
const OFFERED = `Paths are made of element names, [index] and ${Object.keys(calls)
  .map((name) => `${name}()`)
  .join(', ')}.`;

type Follow<K extends Node['kind']> = (node: Extract<Node, { kind: K }>, walk: Walk) => Place[];

const followers: { readonly [K in Node['kind']]?: Follow<K> } = {
  this: (_node, { root }) => [root],
  member(node, walk) {
    const { root } = walk;
    if (!node.input && isA(root.type, node.name)) return [root];
    const from = node.input ? follow(node.input, walk) : [root];
    return from.flatMap((place) => step(place, node.name, walk));
  },
  index: ({ input, index }, walk) => follow(input, walk).slice(integer(index), integer(index) + 1),
  type: ({ input, name }, walk) => ofType(follow(input, walk), name, walk),
  call({ input, name, args }, walk) {
    if (!Object.hasOwn(calls, name)) throw badRequest(`The path calls ${name}(). ${OFFERED}`);
    return calls[name]!(input ? follow(input, walk) : [walk.root], args, walk);
  },
};

function follow(node: Node, walk: Walk): Place[] {
  const follower = followers[node.kind] as Follow<Node['kind']> | undefined;
  if (!follower) throw badRequest(`The path computes something instead of naming an element. ${OFFERED}`);
  return follower(node, walk);
}

/**
 * The places that a path names in a resource.
 * @throws FhirError 400 for a path that names no elements of the type, or uses more of FHIRPath than a patch may; 422 for one
 * that takes too long
 */
export function placesOf(path: Node, resource: Holder): Place[] {
  const root: Place = { type: resource.resourceType as string, property: '' };
  try {
    return limited(() => follow(path, { root, resource }));
  } catch (error) {
    if (error instanceof Unsupported)
      throw badRequest(
        'A criterion in the path uses a part of FHIRPath that is not offered in a patch. Compare elements with =, and, or, in.',
      );
    throw error;
  }
}
