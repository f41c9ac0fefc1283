// Search: a query string becomes one statement, its rows become a page. Access is required.
import type { Systems } from '../db/intern.ts';
import type { Sql, Transaction } from '../db/pool.ts';
import type { RidOf } from '../db/rid.ts';
import type { Visibility } from '../db/visibility.ts';
import type { Access, Letter } from '../fhir/access.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { badRequest, type Issue, issue, notFound } from '../fhir/errors.ts';
import { ID } from '../fhir/reference.ts';
import type { SearchSet, Subset } from '../fhir/result.ts';
import { type CompileContext, type Compiled, compileMatches, compileMovers, compilePage } from './compile.ts';
import { compartmentOf, typesIn } from './criterion/compartment.ts';
import { asksWords, prepareAll, systemsOf } from './criterion/prepare.ts';
import type { Cursor, Cursors } from './cursor.ts';
import { effectiveSort, keysOf, mergeMovers, type PlacedRow } from './horizon.ts';
import { fetchIncludes } from './included.ts';
import type { Terminology } from './param/type.ts';
import { readQuery, type Scope, type SearchQuery } from './query.ts';
import type { Registry } from './registry.ts';
import type { Visibilities } from './visibility/index.ts';
import { withinSearch } from './visibility/named-chart.ts';
import { compileWalk, walkedKey } from './walk.ts';

/** One page of a search. Contents are the stored bytes. */
export interface SearchPage extends SearchSet {
  /** Which part of each resource was asked for. */
  subset: Subset | undefined;
}

export interface SearchDependencies {
  sql: Sql;
  registry: Registry;
  systems: Systems;
  cursors: Cursors;
  ridOf: RidOf;
  typeId: (type: string) => number;
  /** What `:in`, `:above` and `:below` ask. */
  terminology: Terminology;
  /** The words of resources, made behind the writes; `catchUp` makes those of everything committed. */
  textIndex: { catchUp(): Promise<void> };
  /** Access compiled. */
  visibilities: Visibilities;
  base: string;
  now: () => Date;
}

export interface SearchOptions {
  /** `Prefer: handling=lenient`: what is not known is left out, and said. */
  lenient?: boolean;
  /** The transaction that the search belongs to. */
  executor?: Transaction;
}

/** Most parameters of one statement that the driver sends; PostgreSQL takes 65,535. */
const MAX_STATEMENT_VALUES = 65_533;

/** @throws FhirError 400 when the values are more than a statement can have */
function checkFits({ values }: Compiled): void {
  if (values.length > MAX_STATEMENT_VALUES)
    throw badRequest(
      `This search compares ${values.length} values. Give fewer: at most ${MAX_STATEMENT_VALUES} fit.`,
    );
}

/** Matches that are rather read in the order of the sort than sorted. */
const MANY = 2_000;

type Row = Record<string, unknown> & { rid: string; last_updated: Date; content: string };
type Run = (compiled: Compiled) => Promise<Row[]>;

/** What one search works with. */
interface Plan {
  query: SearchQuery;
  visibility: Visibility;
  context: CompileContext;
  cursor: Cursor | undefined;
  run: Run;
}

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

type Parameters = Iterable<readonly [string, string]>;

export class Search {
  readonly #deps: SearchDependencies;

  constructor(deps: SearchDependencies) {
    this.#deps = deps;
  }

  get registry(): Registry {
    return this.#deps.registry;
  }

  /** What a caller may see of some types; of all types without a list. @param letter what the caller wants to do */
  visibility(access: Access, letter: Letter, types?: readonly string[]): Visibility {
    return this.#deps.visibilities.of(access, letter, types);
  }

  /** Access compiled: judges what is written, and past versions. */
  get visibilities(): Visibilities {
    return this.#deps.visibilities;
  }

  /**
   * Searches the resources of one type.
   * @throws FhirError 400 for a query that cannot be read, 403 without a scope for the type
   */
  async type(
    type: string,
    parameters: Parameters,
    access: Access,
    options: SearchOptions = {},
  ): Promise<SearchPage> {
    return this.#run({ path: type, types: [type] }, parameters, access, options);
  }

  /**
   * Searches all types, or those that `_type` names; of all, those that the caller may search.
   * @throws FhirError 400 for a query that cannot be read, 403 without a scope for a type that it names
   */
  async system(parameters: Parameters, access: Access, options: SearchOptions = {}): Promise<SearchPage> {
    return this.#run({ path: '', types: [...resourceTypes] }, parameters, access, options);
  }

  /**
   * Searches what lies in the compartment of a resource.
   * @param member a resource type, or `*` for all types of the compartment
   * @throws FhirError 400 for a query that cannot be read, 403 without a scope for the type, 404 for no compartment
   */
  async compartment(
    [name, id, member]: readonly [name: string, id: string, member: string],
    parameters: Parameters,
    access: Access,
    options: SearchOptions = {},
  ): Promise<SearchPage> {
    const known = typesIn(name);
    if (!known) throw notFound(`${name} has no compartment, so there is nothing at ${name}/${id}/${member}.`);
    if (!ID.test(id))
      throw badRequest(`"${id}" is not an id. Ids have 1 to 64 letters, digits, "-" and ".".`);
    const types = member === '*' ? known : known.filter((type) => type === member);
    if (!types.length)
      throw notFound(`${member} is not in the compartment of ${name}. In it are ${known.join(', ')}.`);
    const compartment = compartmentOf(name, id, types, this.registry);
    return this.#run({ path: `${name}/${id}/${member}`, types, compartment }, parameters, access, options);
  }

  async #run(
    scope: Scope,
    parameters: Parameters,
    access: Access,
    { lenient = false, executor }: SearchOptions,
  ): Promise<SearchPage> {
    const { registry, sql, cursors, ridOf, typeId } = this.#deps;
    const read = readQuery(scope, parameters, { registry, access, lenient });
    const query = { ...read, criteria: await this.#prepare(read, access) };
    const links = `${scope.path}?${new URLSearchParams(query.used)}`;
    const run: Run = async (compiled) => {
      checkFits(compiled);
      const rows = await (executor ?? sql).unsafe(compiled.text, compiled.values, { prepare: true });
      return rows as unknown as Row[];
    };
    const plan: Plan = {
      query,
      visibility: withinSearch(
        this.visibility(access, 's', query.types),
        query.types.map(typeId),
        query.criteria,
        this.#deps,
      ),
      context: this.#context(access),
      cursor: query.cursor === undefined ? undefined : cursors.read(query.cursor, links),
      run,
    };
    const [placed, horizon] = query.count === 0 ? [[], ''] : await this.#page(plan);
    const rows = placed.slice(0, query.count);
    const last = placed.length > query.count ? rows.at(-1)! : undefined;
    const next =
      last &&
      new URLSearchParams([
        ...query.used,
        ['_cursor', cursors.write({ keys: last.keys, rid: last.rid, horizon }, links)],
      ]);
    const visibility = this.visibility(access, 'r');
    const includeContext = { registry, typeId, ridOf, visibility, run };
    const { contents, overflow } = await fetchIncludes(query.includes, rows, includeContext);
    return {
      matches: rows.map((row) => row.content),
      included: contents,
      total: query.total === 'none' ? undefined : await this.#total(plan),
      self: new URLSearchParams(query.used).toString(),
      next: next?.toString(),
      outcomes: [...ignoredOf(query), ...overflow],
      subset: query.subset,
    };
  }

  #context(access: Access): CompileContext {
    const { ridOf, base, systems, typeId, now } = this.#deps;
    return {
      ridOf,
      base,
      typeId,
      systemOf: (url) => systems.known(url),
      visibilityOf: (types, letter) => this.visibility(access, letter, types),
      now: now(),
    };
  }

  /** Finds out what the statement will need: value sets, code systems, and words of what was just written. */
  async #prepare({ criteria }: SearchQuery, access: Access): Promise<SearchQuery['criteria']> {
    const { systems, terminology, textIndex } = this.#deps;
    const prepared = await prepareAll(criteria, { terminology, access });
    const urls = systemsOf(prepared);
    if (urls.length) await systems.find(urls);
    if (asksWords(prepared)) await textIndex.catchUp();
    return prepared;
  }

  /** The rows of a page and the one after it, in order, and the horizon of this walk through the pages. */
  async #page(plan: Plan): Promise<[PlacedRow[], string]> {
    const { query, visibility, context, cursor, run } = plan;
    const key = await this.#walkedKey(plan);
    const compiled = key
      ? compileWalk(query, key, visibility, context, cursor)
      : compilePage(query, visibility, context, cursor);
    const found = await run(compiled);
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

  /** The sort key to read in its order, when so many match that sorting them would take longer. */
  async #walkedKey(plan: Plan): Promise<ReturnType<typeof walkedKey>> {
    const key = walkedKey(plan.query, plan.visibility);
    if (!key || !plan.query.criteria.length) return key;
    return (await this.#estimate(plan)) > MANY ? key : undefined;
  }

  /** How many match, as the planner guesses. */
  async #estimate({ query, visibility, context, run }: Plan): Promise<number> {
    const { text, values } = compileMatches(query, visibility, context);
    const [plan] = await run({ text: `explain (format json) ${text}`, values });
    return (plan!['QUERY PLAN'] as { Plan: { 'Plan Rows': number } }[])[0]!.Plan['Plan Rows'];
  }

  async #total(plan: Plan): Promise<number> {
    const { query, visibility, context, run } = plan;
    // An estimate knows the resources of others too: where some are hidden it is counted.
    if (query.total === 'estimate' && visibility.whole) return this.#estimate(plan);
    const { text, values } = compileMatches(query, visibility, context);
    const [counted] = await run({ text: `select count(*)::int as total from (${text}) m`, values });
    return counted!.total as number;
  }
}
