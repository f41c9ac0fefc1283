// Fetches what is included beside a page: one statement a level, under the caller's access. https://hl7.org/fhir/R4/search.html#revinclude
import type { Rid, RidOf } from '../db/rid.ts';
import { plainArray, Statement, textArray } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import { type Issue, issue } from '../fhir/errors.ts';
import type { Compiled } from './compile.ts';
import type { Include } from './include.ts';
import { indexedText, type SearchParam } from './param/type.ts';
import type { Registry } from './registry.ts';

/** A resource that references are followed from. */
export interface Source {
  rid: Rid;
  content: string;
}

export interface IncludeContext {
  readonly registry: Registry;
  readonly typeId: (type: string) => number;
  readonly ridOf: RidOf;
  /** What the caller may read, of any type. */
  readonly visibility: Visibility;
  readonly run: (compiled: Compiled) => Promise<Record<string, unknown>[]>;
}

/** Most resources that are included beside one page. */
const MAX_INCLUDED = 1000;
/** Most steps of `:iterate` from a match. */
export const MAX_LEVELS = 8;

const incomplete = (diagnostics: string): Issue => ({
  ...issue('too-costly', diagnostics),
  severity: 'warning',
});
const TOO_MANY = incomplete(
  `More than ${MAX_INCLUDED} resources belong beside this page, and only ${MAX_INCLUDED} of them are on it. Ask for a smaller page with _count, or search for the included type itself by its reference parameter, which has pages.`,
);
const TOO_DEEP = incomplete(
  `The references were followed ${MAX_LEVELS} steps from the matches, and more follow. Ask for the included resources themselves to go on from there.`,
);

/**
 * What the includes of a page bring, each resource once, no match among them.
 * @param page the matches
 * @returns the stored bytes, and a warning when there is more than a page holds
 */
export async function fetchIncludes(
  includes: readonly Include[],
  page: readonly Source[],
  context: IncludeContext,
): Promise<{ contents: string[]; overflow: Issue[] }> {
  const seen = new Set(page.map(({ rid }) => rid));
  const contents: string[] = [];
  let from = page;
  for (let level = 1, active = includes; active.length && from.length; level++) {
    const sources = sourcesSql(active, from, context);
    if (!sources) break;
    const found = await context.run(levelStatement(sources, seen, MAX_INCLUDED - contents.length, context));
    const fitting = found.slice(0, MAX_INCLUDED - contents.length) as unknown as Source[];
    if (level > MAX_LEVELS) return { contents, overflow: found.length ? [TOO_DEEP] : [] };
    contents.push(...fitting.map(({ content }) => content));
    if (fitting.length < found.length) return { contents, overflow: [TOO_MANY] };
    for (const { rid } of fitting) seen.add(rid);
    from = fitting;
    active = includes.filter(({ iterate }) => iterate);
  }
  return { contents, overflow: [] };
}

/** Sub-selects of the rids that a level finds, and the values they use. */
interface Sources {
  selects: readonly string[];
  statement: Statement;
}

function levelStatement(
  { selects, statement }: Sources,
  seen: ReadonlySet<Rid>,
  room: number,
  { visibility }: IncludeContext,
): Compiled {
  const visible = visibility.sql('r', statement);
  const text = `select r.rid::text as rid, r.content from (select distinct rid from (${selects.join(' union all ')}) f) t
    join resource r on r.rid = t.rid and not r.deleted
    where r.rid <> all(${statement.add(plainArray([...seen]), 'bigint[]')}) ${visible ? `and ${visible}` : ''}
    order by r.rid limit ${room + 1}`;
  return { text, values: statement.values };
}

const HEAD = /^\{"resourceType":"([A-Za-z]+)"/;
const typeOf = ({ content }: Source): string => HEAD.exec(content)![1]!;

/** @returns undefined when no include starts from any of these resources */
function sourcesSql(
  includes: readonly Include[],
  from: readonly Source[],
  context: IncludeContext,
): Sources | undefined {
  const statement = new Statement();
  const byType = Map.groupBy(from, typeOf);
  const selects = includes.flatMap((include) =>
    include.reverse
      ? referringSql(include, byType, statement, context)
      : [
          ...targetSql(include, byType, statement, context),
          ...canonicalSql(include, byType, statement, context),
        ],
  );
  return selects.length ? { selects, statement } : undefined;
}

/** Which index rows are followed; the compartment's are no references of their own. */
const followed = (params: readonly SearchParam[] | undefined, { registry }: IncludeContext): string =>
  params
    ? `i.param = any('{${params.map(({ id }) => id)}}'::smallint[])`
    : `i.param <> ${registry.compartment}`;

/** `_include`: what the sources refer to. */
function targetSql(
  { params, target }: Include,
  byType: ReadonlyMap<string, Source[]>,
  statement: Statement,
  context: IncludeContext,
): string[] {
  const starting = params?.filter(({ resourceType }) => byType.has(resourceType));
  if (starting && !starting.length) return [];
  const rids = statement.add(plainArray([...byType.values()].flat().map(({ rid }) => rid)), 'bigint[]');
  const wanted = target ? ` join resource x on x.rid = i.target and x.type = ${context.typeId(target)}` : '';
  return [
    `select i.target as rid from index_reference i${wanted} where i.rid = any(${rids}) and ${followed(starting, context)}`,
  ];
}

/** `_revinclude`: what refers to the sources, by address or by canonical URL. */
function referringSql(
  { params, target }: Include,
  byType: ReadonlyMap<string, Source[]>,
  statement: Statement,
  context: IncludeContext,
): string[] {
  const sources = target ? (byType.get(target) ?? []) : [...byType.values()].flat();
  if (!sources.length) return [];
  const rids = statement.add(plainArray(sources.map(({ rid }) => rid)), 'bigint[]');
  const select = `select i.rid from index_reference i where ${followed(params, context)} and`;
  const byAddress = `${select} i.target = any(${rids})`;
  const canonicals = sources.flatMap((source) => canonicalOf(source, context));
  if (!canonicals.length) return [byAddress];
  const column = (texts: (string | null)[]) => statement.add(textArray(texts), 'text[]');
  const targets = statement.add(plainArray(canonicals.map(({ url }) => context.ridOf(url))), 'bigint[]');
  const plain = column(canonicals.map(({ url }) => JSON.stringify(url)));
  const versioned = column(
    canonicals.map(({ url, version }) => (version ? JSON.stringify(`${url}|${version}`) : null)),
  );
  // A reference to another version has the same index row; its text tells.
  return [
    byAddress,
    `${select} exists (select from unnest(${targets}, ${plain}, ${versioned}) c(target, plain, versioned)
      join resource o on o.rid = i.rid and (strpos(o.content, c.plain) > 0 or strpos(o.content, c.versioned) > 0)
      where c.target = i.target) and i.target = any(${targets})`,
  ];
}

/** The canonical URL and version of a resource that has one. */
function canonicalOf(source: Source, { registry }: IncludeContext): { url: string; version?: string }[] {
  if (!registry.find(typeOf(source), 'url')) return [];
  const { url, version } = JSON.parse(source.content) as { url?: string; version?: string };
  return url ? [{ url, ...(version && { version }) }] : [];
}

/** `_include` by canonical URL: the resources of that `url`, and of that version where one is named. */
function canonicalSql(
  { params, target }: Include,
  byType: ReadonlyMap<string, Source[]>,
  statement: Statement,
  context: IncludeContext,
): string[] {
  const { registry } = context;
  const canonicals = new Set<string>();
  const targets = new Set<string>();
  for (const [type, sources] of byType) {
    const own = (params ?? registry.of(type)).filter(
      (param) => param.resourceType === type && param.type === 'reference',
    );
    for (const param of own) {
      const types = (param.target ?? []).filter(
        (name) => (!target || name === target) && registry.find(name, 'url'),
      );
      if (!types.length) continue;
      for (const name of types) targets.add(name);
      for (const { content } of sources)
        for (const { type: valueType, value } of param.extract(JSON.parse(content)))
          if (valueType !== 'Reference' && typeof value === 'string') canonicals.add(value);
    }
  }
  if (!canonicals.size) return [];
  const pairs = [...canonicals].map((text) => text.split('|', 2) as [string, string?]);
  const urls = statement.add(textArray(pairs.map(([url]) => indexedText(url))), 'text[]');
  const versions = statement.add(textArray(pairs.map(([, version]) => version ?? null)), 'text[]');
  const idsOf = (code: string) => [...targets].flatMap((name) => registry.find(name, code)?.id ?? []);
  return [
    `select u.rid from unnest(${urls}, ${versions}) c(url, version)
      join index_uri u on u.value = c.url and u.param = any('{${idsOf('url')}}'::smallint[])
      where c.version is null or exists (select from index_token v where v.rid = u.rid
        and v.param = any('{${idsOf('version')}}'::smallint[]) and v.code = c.version)`,
  ];
}
