// Search: a query string becomes one statement, its rows become a page. Access is required.

import type { Systems } from '../db/intern.ts';
import type { Sql, Transaction } from '../db/pool.ts';
import type { RidOf } from '../db/rid.ts';
import type { Visibility } from '../db/visibility.ts';
import { type Access, type Letter, reach } from '../fhir/access.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { forbidden, type Issue, issue } from '../fhir/errors.ts';
import { type CompileContext, type Compiled, compileMatches, compileMovers, compilePage } from './compile.ts';
import type { Cursor, Cursors } from './cursor.ts';
import { effectiveSort, keysOf, mergeMovers, type PlacedRow } from './horizon.ts';
import { fetchIncludes } from './include.ts';
import { paramTypes } from './param/index.ts';
import { readQuery, type SearchQuery } from './query.ts';
import type { Registry } from './registry.ts';

/** One page of a search. Contents are the stored bytes. */
export interface SearchPage {
  matches: string[];
  included: string[];
  total: number | undefined;
  /** Query of the self link, and of the next one when there are more rows. */
  self: string;
  next: string | undefined;
  /** What the client should know of this page: parameters that were ignored, includes that did not fit. */
  outcomes: Issue[];
}

export interface SearchDependencies {
  sql: Sql;
  registry: Registry;
  systems: Systems;
  cursors: Cursors;
  ridOf: RidOf;
  typeId: (type: string) => number;
  base: string;
  now: () => Date;
}

type Row = Record<string, unknown> & { rid: string; last_updated: Date; content: string };

/** Tells of parameters that were left out, as `Prefer: handling=lenient` asks. */
const ignoredOf = ({ ignored }: SearchQuery): Issue[] =>
  ignored.length
    ? [
        {
          ...issue('not-supported', `These parameters were ignored: ${ignored.join(', ')}.`),
          severity: 'warning',
        },
      ]
    : [];

export class Search {
  readonly #deps: SearchDependencies;

  constructor(deps: SearchDependencies) {
    this.#deps = deps;
  }

  get registry(): Registry {
    return this.#deps.registry;
  }

  /** Access as the store's numbers. @param letter what the caller wants to do */
  visibility(access: Access, letter: Letter, types: Iterable<string> = resourceTypes): Visibility {
    if (access.scopes.some((s) => s.level !== 'patient' && s.type === '*' && s.letters.has(letter)))
      return { all: undefined, confined: [] };
    const all: number[] = [];
    const confined: number[] = [];
    for (const type of types) {
      const reached = reach(access, type, letter);
      if (reached !== 'none') (reached === 'all' ? all : confined).push(this.#deps.typeId(type));
    }
    return {
      all,
      confined,
      ...(access.patient && { patient: this.#deps.ridOf(`Patient/${access.patient}`) }),
    };
  }

  /**
   * Runs a type-level search.
   * @param executor the pool, or the transaction that the search belongs to
   * @throws FhirError 400 for a query that cannot be read, 403 without a scope for the type
   */
  async type(
    type: string,
    parameters: Iterable<[string, string]>,
    access: Access,
    { lenient = false, executor }: { lenient?: boolean; executor?: Transaction } = {},
  ): Promise<SearchPage> {
    if (reach(access, type, 's') === 'none')
      throw forbidden(`Your access does not cover searching ${type}. Ask for the scope user/${type}.rs.`);
    const query = readQuery(type, parameters, this.registry, lenient);
    await this.#findSystems(query);
    const scope = `${type}?${new URLSearchParams(query.used)}`;
    const visibility = this.#narrow(this.visibility(access, 's', [type]));
    const run = (compiled: Compiled) =>
      (executor ?? this.#deps.sql).unsafe(compiled.text, compiled.values, {
        prepare: true,
      }) as unknown as Promise<Row[]>;
    const context = this.#context();
    const cursor = query.cursor === undefined ? undefined : this.#deps.cursors.read(query.cursor, scope);

    const [placed, horizon] =
      query.count === 0 ? [[], ''] : await this.#page(query, visibility, context, cursor, run);
    const rows = placed.slice(0, query.count);
    const last = placed.length > query.count ? rows.at(-1)! : undefined;
    const next =
      last &&
      new URLSearchParams([
        ...query.used,
        ['_cursor', this.#deps.cursors.write({ keys: last.keys, rid: last.rid, horizon }, scope)],
      ]);
    const { contents, overflow } = await fetchIncludes(
      query.includes,
      rows.map(({ rid }) => rid),
      { registry: this.registry, typeId: this.#deps.typeId, visibility: this.visibility(access, 'r'), run },
    );
    return {
      matches: rows.map((row) => row.content),
      included: contents,
      total: query.total === 'none' ? undefined : await this.#total(query, visibility, context, run),
      self: new URLSearchParams(query.used).toString(),
      next: next?.toString(),
      outcomes: [...ignoredOf(query), ...overflow],
    };
  }

  /** A type whose every row may be seen needs no condition. */
  #narrow(visibility: Visibility): Visibility {
    return visibility.confined.length ? visibility : { all: undefined, confined: [] };
  }

  #context(): CompileContext {
    const { ridOf, base, systems, typeId, registry, now } = this.#deps;
    return {
      ridOf,
      base,
      typeId,
      systemOf: (url) => systems.known(url),
      compartment: registry.compartment,
      now: now(),
    };
  }

  async #findSystems(query: SearchQuery): Promise<void> {
    const urls = query.criteria.flatMap((c) =>
      c.kind === 'index' && c.modifier !== 'missing'
        ? (paramTypes[c.param.type]!.systems?.(c.values) ?? [])
        : [],
    );
    if (urls.length) await this.#deps.systems.find(urls);
  }

  /** The rows of a page and the one after it, in order, and the horizon of this walk through the pages. */
  async #page(
    query: SearchQuery,
    visibility: Visibility,
    context: CompileContext,
    cursor: Cursor | undefined,
    run: (compiled: Compiled) => Promise<Row[]>,
  ): Promise<[PlacedRow[], string]> {
    const found = await run(compilePage(query, visibility, context, cursor));
    const keyCount = effectiveSort(query.sort).length - 1;
    const placed = found.map((row): PlacedRow => {
      const keys = Array.from({ length: keyCount }, (_, n) => row[`k${n}`] as string | null);
      return { rid: row.rid, content: row.content, keys: [...keys, row.last_updated.toISOString()] };
    });
    if (!cursor) return [placed, String(found[0]?.snapshot ?? '')];
    const moved = await run(compileMovers(query, visibility, context, cursor));
    if (!moved.length) return [placed, cursor.horizon];
    const sort = effectiveSort(query.sort);
    const movers = moved.map(
      (row): PlacedRow => ({
        rid: row.rid,
        content: row.content,
        keys: keysOf(JSON.parse(row.before as string), row.before_updated as Date, sort),
      }),
    );
    return [mergeMovers(placed, movers, cursor, query), cursor.horizon];
  }

  async #total(
    query: SearchQuery,
    visibility: Visibility,
    context: CompileContext,
    run: (compiled: Compiled) => Promise<Row[]>,
  ): Promise<number> {
    const { text, values } = compileMatches(query, visibility, context);
    // An estimate knows the resources of others too: within a compartment it is counted.
    if (query.total === 'accurate' || visibility.confined.length) {
      const [counted] = await run({ text: `select count(*)::int as total from (${text}) m`, values });
      return counted!.total as number;
    }
    const [plan] = await run({ text: `explain (format json) ${text}`, values });
    return (plan!['QUERY PLAN'] as { Plan: { 'Plan Rows': number } }[])[0]!.Plan['Plan Rows'];
  }
}
