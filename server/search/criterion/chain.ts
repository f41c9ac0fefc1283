// Chained parameters and _has: criteria on what a resource refers to, and on what refers to it, to any depth.
// https://hl7.org/fhir/R4/search.html#chaining
import type { Visibility } from '../../db/visibility.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { badRequest, notSupported } from '../../fhir/errors.ts';
import { namesOf } from '../../fhir/refusal.ts';
import type { SearchParam } from '../param/type.ts';
import { anyOf, paramsOf } from './index-parameter.ts';
import { has, notCovered } from './known.ts';
import { isToldByRows } from './presence.ts';
import {
  type ChainCriterion,
  type Criterion,
  type HasCriterion,
  idsOf,
  paramTest,
  type ReadContext,
  type Sql,
  type SqlContext,
  typeTest,
} from './type.ts';

/** Most links between a resource and the one that a criterion is about. */
const MAX_DEPTH = 8;

/** One link deeper. @throws FhirError 400 where that is too deep */
export function deeper(context: ReadContext, partial: boolean): ReadContext {
  if (context.depth === MAX_DEPTH)
    throw badRequest(
      `A chain has more than ${MAX_DEPTH} links. Ask for less, or search the other type itself.`,
    );
  return { ...context, depth: context.depth + 1, partial };
}

/** The reference parameters `code` of the types. @throws FhirError 400 when there is none */
function referencesOf(types: readonly string[], code: string, context: ReadContext): SearchParam[] {
  const params = paramsOf(types, code, context);
  const references = params.filter(({ type }) => type === 'reference');
  if (!references.length || (!context.partial && references.length < params.length))
    throw notSupported(
      `"${code}" is a ${params.find(({ type }) => type !== 'reference')!.type} parameter, which cannot be chained. Only references can.`,
    );
  return references;
}

/** The types that a chain leads to. @throws FhirError 400 for a type that the references never have */
function targetsOf(code: string, params: readonly SearchParam[], only: string | undefined): string[] {
  const targets = new Set(params.flatMap(({ target }) => target ?? [...resourceTypes]));
  if (only === undefined) return [...targets].filter((type) => resourceTypes.has(type));
  if (!targets.has(only) || !resourceTypes.has(only))
    throw notSupported(`"${code}" never refers to ${only}. It refers to ${namesOf([...targets])}.`);
  return [only];
}

/**
 * Reads one link of a chain.
 * @param only the type after the colon, if there is one
 * @param inner reads what the target must meet
 * @throws FhirError 400 for a parameter that cannot be chained, 403 when the caller may search none of its targets
 */
export function readLink(
  types: readonly string[],
  code: string,
  only: string | undefined,
  context: ReadContext,
  inner: (targets: readonly string[], context: ReadContext) => Criterion,
): Criterion {
  const params = referencesOf(types, code, context);
  const all = targetsOf(code, params, only);
  const targets = all.filter((type) => context.covers(type, 's'));
  if (!targets.length) throw notCovered(all, only ? `${code}:${only}` : code);
  const criterion = inner(targets, deeper(context, targets.length > 1));
  const [byUrl, byAddress] = [params.filter(isCanonical), params.filter((param) => !isCanonical(param))];
  const links: ChainCriterion[] = [];
  const known = context.registry.contained();
  const contained = targets
    .filter((type) => known.has(type))
    .map((type) => [type, known.get(type)!] as const);
  const inside = contained.length ? { contained } : {};
  if (byAddress.length) links.push({ kind: 'chain', params: byAddress, targets, ...inside, criterion });
  if (byUrl.length)
    links.push({ kind: 'chain', params: byUrl, targets, urls: urlsOf(targets, context), criterion });
  // What is contained is named by its id in canonicals too, never by a URL.
  if (byUrl.length && contained.length)
    links.push({ kind: 'chain', params: byUrl, targets: [], contained, criterion });
  return anyOf(links);
}

const isCanonical = ({ isCanonical: told }: SearchParam): boolean => told?.() ?? false;

/** Ids of the parameter `url` of the types that have it. */
const urlsOf = (types: readonly string[], { registry }: ReadContext): number[] =>
  types.flatMap((type) => registry.find(type, 'url')?.id ?? []);

/**
 * Reads `_has:Type:parameter:rest`.
 * @param inner reads what the resource that refers must meet
 */
export function readHas(
  types: readonly string[],
  name: string,
  context: ReadContext,
  inner: (source: string, rest: string, context: ReadContext) => Criterion,
): HasCriterion {
  const [, source, code, rest] = /^_has:([A-Za-z]+):([^:.]+):(.+)$/s.exec(name) ?? [];
  if (!source || !code || !rest)
    throw badRequest(
      `"${name}" is no reverse chain. Write _has:Type:reference:parameter, such as _has:Observation:patient:code.`,
    );
  if (!resourceTypes.has(source))
    throw notSupported(`"${name}" names "${source}", which is no R4 resource type.`);
  const next = deeper(context, false);
  const [param] = referencesOf([source], code, next) as [SearchParam];
  if (param.target && !types.some((type) => param.target!.includes(type)))
    throw notSupported(
      `${has([source], `reference "${code}" to ${namesOf(types)}`)}: it refers to ${namesOf(param.target)}.`,
    );
  if (!context.covers(source, 's')) throw notCovered([source], name);
  const urls = isCanonical(param) && { urls: urlsOf(types, context) };
  return { kind: 'has', source, param, ...urls, criterion: inner(source, rest, next) };
}

/** Condition that the caller may see the resource `alias`, led by `and`. */
function visible(visibility: Visibility, alias: string, { statement }: SqlContext): string {
  const sql = visibility.sql(alias, statement);
  return sql ? ` and ${sql}` : '';
}

/** The rows `link` of references, and the SQL of what they refer to: canonical URLs are those of the resources' own `url` and version. */
function linksSql(link: string, urls: readonly number[] | undefined): { from: string; to: string } {
  if (!urls) return { from: `index_reference ${link}`, to: `${link}.target` };
  const own = `${link}u`;
  const join = `join index_uri ${own} on ${own}.value = ${link}.value and ${paramTest(own, urls)}`;
  return { from: `index_uri ${link} ${join}`, to: `${own}.rid` };
}

export const chainSql: Sql<ChainCriterion> = (chain, row, context, test) => {
  const { params, targets, urls, contained, criterion } = chain;
  const depth = row.depth + 1;
  const [link, target] = [`c${depth}`, `t${depth}`];
  const { from, to } = linksSql(link, urls);
  const visibility = context.visibilityOf(targets, 's');
  const where = `where ${link}.rid = ${row.rid} and ${paramTest(link, idsOf(params, row))}`;
  if (targets.length && visibility.whole && isToldByRows(criterion)) {
    const inner = { rid: to, lastUpdated: '', type: '', depth, contained: contained !== undefined };
    return `exists (select from ${from} ${where} and ${test(criterion, inner)})`;
  }
  const type = typeTest(`${target}.type`, targets.map(context.typeId));
  const present = `resource ${target} on ${target}.rid = ${to} and not ${target}.deleted and ${type}`;
  const inner = {
    rid: `${target}.rid`,
    lastUpdated: `${target}.last_updated`,
    type: `${target}.type`,
    depth,
  };
  if (!contained)
    return `exists (select from ${from} join ${present} ${where} and ${test(criterion, inner)}${visible(visibility, target, context)})`;
  const holder = `k${depth}`;
  const held = `index_reference ${holder} on ${holder}.target = ${to} and ${paramTest(
    holder,
    contained.map(([, id]) => id),
  )}`;
  const told = test(criterion, {
    ...inner,
    rid: to,
    type: `coalesce(${inner.type}, ${containedTypeSql(holder, contained, context)})`,
    contained: true,
  });
  return `exists (select from ${from} left join ${present}${visible(visibility, target, context)} left join ${held} ${where} and (${target}.rid is not null or ${holder}.rid is not null) and ${told})`;
};

/** SQL of the type of what the row `holder` says to be contained; the caller may see it wherever its container is seen. */
const containedTypeSql = (
  holder: string,
  contained: NonNullable<ChainCriterion['contained']>,
  { typeId }: SqlContext,
): string =>
  `case ${holder}.param ${contained.map(([type, id]) => `when ${id} then ${typeId(type)}`).join(' ')} end`;

/** Rows of the reference belong to present resources of the source's type: the resource is read for its access only. */
export const hasSql: Sql<HasCriterion> = ({ source, param, urls, criterion }, row, context, test) => {
  const depth = row.depth + 1;
  const [link, origin] = [`h${depth}`, `o${depth}`];
  const { from, to } = linksSql(link, urls);
  const visibility = context.visibilityOf([source], 's');
  const inner = {
    rid: `${link}.rid`,
    lastUpdated: `${link}.last_updated`,
    type: String(context.typeId(source)),
    depth,
  };
  const join = visibility.whole ? '' : ` join resource ${origin} on ${origin}.rid = ${link}.rid`;
  return `exists (select from ${from}${join} where ${to} = ${row.rid} and ${paramTest(link, [param.id])} and ${test(criterion, inner)}${join && visible(visibility, origin, context)})`;
};
