// `:above` and `:below` on references: what refers to a resource, or to one below it or above it in the hierarchy of its type.
// https://hl7.org/fhir/R4/search.html#recursive
import { plainArray } from '../../db/statement.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import { ID, localReference, referenceKey } from '../../fhir/reference.ts';
import { namesOf } from '../../fhir/refusal.ts';
import { type SearchParam, withoutEscapes } from '../param/type.ts';
import type { Registry } from '../registry.ts';
import { notCovered } from './known.ts';
import { type HierarchyCriterion, idsOf, paramTest, type ReadContext, type Sql } from './type.ts';

type Direction = HierarchyCriterion['direction'];
const DIRECTIONS: readonly string[] = ['above', 'below'] satisfies Direction[];

/** Codes of the parameters by which resources refer to the one of their own type that they are part of. */
const PARENTS = ['partof', 'part-of'];

/** Most values of one criterion: each may be the root of a tree. */
const MAX_ROOTS = 1000;

const refersTo = ({ target }: SearchParam, type: string): boolean => !target || target.includes(type);

/** The parameter by which resources of a type refer to their parent; undefined when the type has no hierarchy. */
const parentOf = (type: string, { find }: Pick<Registry, 'find'>): SearchParam | undefined =>
  PARENTS.map((code) => find(type, code)).find(
    (param) => param?.type === 'reference' && refersTo(param, type),
  );

/** The types with a hierarchy that a parameter may refer to. */
const treesOf = (param: SearchParam, registry: Pick<Registry, 'find'>): string[] =>
  [...(param.target ?? resourceTypes)].filter((type) => parentOf(type, registry));

/** Whether a modifier walks hierarchies of resources: canonical URLs have versions below them instead. */
export const walks = (param: SearchParam, modifier: string | undefined): modifier is Direction =>
  modifier !== undefined &&
  DIRECTIONS.includes(modifier) &&
  param.type === 'reference' &&
  !param.isCanonical?.();

/** Whether a reference parameter can have a modifier of its type: to walk it needs a hierarchy, and versions go only `:below`. */
export const isFollowed = (
  param: SearchParam,
  modifier: string,
  registry: Pick<Registry, 'find'>,
): boolean => (walks(param, modifier) ? treesOf(param, registry).length > 0 : modifier !== 'above');

/** 400: nothing that a parameter refers to has a hierarchy. */
export function withoutHierarchy(code: string, modifier: string, registry: Registry): Error {
  const known = [...resourceTypes].filter((type) => parentOf(type, registry));
  return notSupported(
    `"${code}" has no modifier ":${modifier}": nothing that it refers to has a hierarchy. These types have one: ${known.join(', ')}.`,
  );
}

/**
 * Reads `location:below=42`.
 * @param params reference parameters of one code and the same targets
 * @throws FhirError 400 for too many values, 403 when the caller may search none of the types that are walked
 */
export function readHierarchy(
  params: readonly SearchParam[],
  direction: Direction,
  values: readonly string[],
  { registry, covers }: ReadContext,
): HierarchyCriterion {
  const [{ code }] = params as [SearchParam];
  const name = `${code}:${direction}`;
  if (values.length > MAX_ROOTS)
    throw badRequest(`"${name}" has ${values.length} values. Give at most ${MAX_ROOTS}.`);
  const all = treesOf(params[0]!, registry);
  const types = all.filter((type) => covers(type, 's'));
  if (!types.length) throw notCovered(all, name);
  const parents = types.map((type) => parentOf(type, registry)!.id);
  return { kind: 'hierarchy', params, direction, values, types, parents };
}

/** The rids of the resources that the values name. @throws FhirError 400 for a value that is no resource of a hierarchy */
function rootsOf(
  { params, direction, values, types }: HierarchyCriterion,
  { ridOf, base }: Parameters<typeof hierarchySql>[2],
): string[] {
  const name = `${params[0]!.code}:${direction}`;
  return values.flatMap((escaped) => {
    const value = withoutEscapes(escaped);
    if (!value)
      throw badRequest(
        `The search parameter "${name}" has an empty value. Give an id or Type/id, or leave it out.`,
      );
    if (ID.test(value)) return types.map((type) => ridOf(`${type}/${value}`));
    const type = localReference(value, base)?.type;
    if (type && !types.includes(type))
      throw badRequest(
        `"${name}" is ${value}, and ${type} has no hierarchy that it could follow. Give the id of a resource of ${namesOf(types)}.`,
      );
    return [ridOf(referenceKey(value, base))];
  });
}

/** The columns of a link that a step starts from, and leads to. */
const STEPS: Readonly<Record<Direction, readonly [from: string, to: string]>> = {
  above: ['rid', 'target'],
  below: ['target', 'rid'],
};

/**
 * Each step goes to a present resource of the same type that the caller may see. A resource that refers to what is named is
 * found as without the modifier, whether that is there or not.
 */
export const hierarchySql: Sql<HierarchyCriterion> = (criterion, row, context) => {
  const { params, direction, types, parents } = criterion;
  const { statement, visibilityOf } = context;
  const roots = statement.add(plainArray(rootsOf(criterion, context)), 'bigint[]');
  const visible = visibilityOf(types, 's').sql('node', statement);
  const present = `not node.deleted${visible ? ` and ${visible}` : ''}`;
  const [from, to] = STEPS[direction];
  return `exists (select from index_reference i where i.rid = ${row.rid} and ${paramTest('i', idsOf(params, row))} and i.target = any(array(
    with recursive tree(rid, type) as (
      select node.rid, node.type from resource node where node.rid = any(${roots}) and ${present}
      union
      select node.rid, node.type
      from tree join index_reference link on link.${from} = tree.rid and ${paramTest('link', parents)}
        join resource node on node.rid = link.${to} and node.type = tree.type and ${present})
    select rid from tree union all select unnest(${roots}))))`;
};
