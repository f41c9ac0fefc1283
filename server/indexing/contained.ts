// The index rows of contained resources, which chains look into. https://hl7.org/fhir/R4/search.html#contained
//
// Each has a surrogate of its own, which the references of its container and of its siblings are indexed by. Its rows stand
// under that surrogate and the negated ids of its type's parameters, so that no search of its type meets them. A row of the
// container, under the parameter `_contained` of its type, says that it is there, and whose it is.
import type { Rid, RidOf } from '../db/rid.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { type FhirError, issue, unprocessable } from '../fhir/errors.ts';
import { forEachReference } from '../fhir/reference.ts';
import { containedKey, keyOf } from '../search/param/reference.ts';
import type { RowContext, SearchParam } from '../search/param/type.ts';
import { type IndexRows, indexResource, type TableRow } from './index.ts';

/** A resource inside another one. */
export interface Contained {
  type: string;
  rid: Rid;
  /** With the siblings that it refers to in it, by which the types of these references are told. */
  resource: object;
}

/** The index rows of one contained resource. */
export interface ContainedRows {
  rid: Rid;
  rows: IndexRows;
}

/** What rows are made by: the parameters of each type, and the ids of `_contained` of the types that are contained anywhere. */
export interface IndexParameters {
  indexed: (type: string) => readonly SearchParam[];
  contained: () => ReadonlyMap<string, number>;
}

/** The list of types that are contained anywhere; what is added stays. */
export interface ContainedTypes {
  contained: () => ReadonlyMap<string, number>;
  addContained: (types: readonly string[]) => Promise<void>;
}

/** Most resources that one contains: as many as a bundle has entries. */
const MAX_CONTAINED = 5_000;

const NONE: readonly never[] = [];

interface Container {
  readonly contained?: unknown;
}
interface Inner {
  readonly resourceType: string;
  readonly id: string;
}

/** Whether a resource contains any. */
export const isContainer = (resource: object): boolean => (resource as Container).contained !== undefined;

const isInner = (value: unknown): value is Inner => {
  const { resourceType, id } = (value ?? {}) as Partial<Inner>;
  return typeof id === 'string' && typeof resourceType === 'string' && resourceTypes.has(resourceType);
};

/** The resources in `contained` that a reference can name, by their ids; of two with one id the first. */
function innerOf(container: object): Map<string, Inner> {
  const { contained } = container as Container;
  const list: readonly unknown[] = Array.isArray(contained) ? contained : NONE;
  return new Map(
    list
      .filter(isInner)
      .toReversed()
      .map((inner) => [inner.id, inner]),
  );
}

/** The siblings that a contained resource refers to. */
function siblingsOf(inner: Inner, byId: ReadonlyMap<string, Inner>): Inner[] {
  const siblings = new Set<Inner>();
  forEachReference(inner, '', (reference) => {
    const sibling = reference.startsWith('#') && byId.get(reference.slice(1));
    if (sibling) siblings.add(sibling);
  });
  return [...siblings];
}

/** The contained resources that a reference can name. */
export function containedIn(container: object, ridOf: RidOf): readonly Contained[] {
  if (!isContainer(container)) return NONE;
  const key = keyOf(container);
  const byId = innerOf(container);
  return [...byId].map(([id, inner]) => ({
    type: inner.resourceType,
    rid: ridOf(containedKey(key, id)),
    resource: { ...inner, contained: siblingsOf(inner, byId) },
  }));
}

/** Adds the types that are contained in any of the resources, and in none before: their rows can be made then. */
export async function addContainedTypes(
  containers: Iterable<object>,
  { contained, addContained }: ContainedTypes,
): Promise<void> {
  const missing = new Set<string>();
  for (const container of containers) {
    for (const { resourceType } of innerOf(container).values())
      if (!contained().has(resourceType)) missing.add(resourceType);
  }
  if (missing.size) await addContained([...missing]);
}

/** Parameters that are about access, which contained resources have none of their own to: their container's rows count. */
const ABOUT_ACCESS: ReadonlySet<string> = new Set(['_compartment', '_sensitivity', '_directive']);
const isOwn = ({ code }: SearchParam): boolean => !ABOUT_ACCESS.has(code);

const negated = (rows: IndexRows): IndexRows =>
  new Map(
    [...rows].map(([table, list]) => [table, list.map(({ param, values }) => ({ param: -param, values }))]),
  );

/** The rows of one contained resource by some parameters of its type. @param container `Type/id` */
export const indexContained = (
  { rid, resource }: Contained,
  params: readonly SearchParam[],
  context: RowContext,
  container: string,
): ContainedRows => ({
  rid,
  rows: negated(indexResource(resource, params.filter(isOwn), { ...context, container })),
});

/** The row of the container that says that a contained resource is its own. @throws Error for a type that was not added */
export function linkTo({ type, rid }: Contained, types: ReadonlyMap<string, number>): TableRow {
  const param = types.get(type);
  if (param === undefined) throw new Error(`The type ${type} is not among those that are contained.`);
  return { param, values: [rid] };
}

const tooMany = (count: number, resourceType: string): FhirError =>
  unprocessable([
    issue(
      'too-costly',
      `The resource contains ${count} resources; at most ${MAX_CONTAINED} are taken. Store them by themselves, and refer to them.`,
      `${resourceType}.contained`,
    ),
  ]);

/**
 * All index rows of a resource and of what it contains. The types of the latter have been added before.
 * @throws FhirError 422 for more contained resources than are taken
 */
export function indexWhole(
  resource: object,
  { indexed, contained }: IndexParameters,
  context: RowContext,
): { rows: IndexRows; contained: readonly ContainedRows[] } {
  const { resourceType } = resource as { resourceType: string };
  const rows = indexResource(resource, indexed(resourceType), context);
  const list = containedIn(resource, context.ridOf);
  if (!list.length) return { rows, contained: NONE };
  if (list.length > MAX_CONTAINED) throw tooMany(list.length, resourceType);
  const links = list.map((inner) => linkTo(inner, contained()));
  const container = keyOf(resource);
  return {
    rows: new Map(rows).set('index_reference', [...(rows.get('index_reference') ?? []), ...links]),
    contained: list.map((inner) => indexContained(inner, indexed(inner.type), context, container)),
  };
}
