// Small integer ids for resource types, search parameters and code systems, kept in PostgreSQL and in every process.
import type { Sql } from './pool.ts';

/** Ids of all `names` of resource types, made where missing. */
export async function internTypes(sql: Sql, names: readonly string[]): Promise<Map<string, number>> {
  await sql`insert into resource_type (name) select name from unnest(${names as string[]}::text[]) as name
    where not exists (select from resource_type t where t.name = name.name) on conflict do nothing`;
  const rows = await sql`select id, name from resource_type`;
  return new Map(rows.map((row) => [row.name as string, row.id as number]));
}

/** A search parameter of one resource type that has, or is getting, index rows. */
export interface ParameterRow {
  id: number;
  type: string;
  code: string;
  /** `building`: writers make rows, a job makes those of what is there already. */
  state: 'active' | 'building';
  /** Of one that was posted at run time; null for those that the program brings. */
  definition: unknown;
  /** The job that makes its rows, with what it has counted so far. */
  job: string | null;
  job_state: string | null;
  counts: Readonly<Record<string, number>> | null;
}

/** All search parameters, and the generation that writers of index rows state. */
export interface ParameterTable {
  generation: number;
  rows: ParameterRow[];
}

const PARAMETER_LOCK = 7_205_760;

/** The pseudo parameter of a type that is contained in resources of others: it comes with the first of them. */
export const CONTAINED = '_contained';

/** The present table, or undefined when it is that of `known` and nothing in it is being built. */
async function readParameters(sql: Sql, known?: number): Promise<ParameterTable | undefined> {
  if (known !== undefined) {
    const [row] =
      await sql`select value, exists (select from search_parameter where state = 'building') as building
      from search_parameter_generation`;
    if (row!.value === known && !row!.building) return undefined;
  }
  // One statement, so that generation and list belong together.
  const rows =
    await sql`select g.value as generation, p.id, p.type, p.code, p.state, p.definition, p.job, j.state as job_state, j.counts
    from search_parameter_generation g left join search_parameter p on p.state in ('active', 'building')
    left join job j on j.id = p.job order by p.id`;
  return {
    generation: rows[0]!.generation as number,
    rows: rows.filter((row) => row.id !== null) as unknown as ParameterRow[],
  };
}

type Keys = readonly (readonly [type: string, code: string])[];

/**
 * Adds the parameters that the program brings. On a database with resources their rows are still to be made; only
 * `_contained` is complete from the beginning, since nobody writes its rows before.
 */
async function addParameters(sql: Sql, keys: Keys): Promise<void> {
  const types = keys.map(([type]) => type);
  const codes = keys.map(([, code]) => code);
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${PARAMETER_LOCK})`;
    // What was posted under such a name gives way to the program's own.
    await transaction`update search_parameter p set state = 'retired', job = null from unnest(${types}::text[], ${codes}::text[]) as k(type, code)
      where p.type = k.type and p.code = k.code and p.definition is not null and p.state <> 'retired'`;
    const added = await transaction`insert into search_parameter (type, code, state)
      select k.type, k.code, case when k.code <> ${CONTAINED} and exists (select from resource) then 'building' else 'active' end
      from unnest(${types}::text[], ${codes}::text[]) as k(type, code)
      where not exists (select from search_parameter p where p.type = k.type and p.code = k.code and p.state <> 'retired')
      returning code, state`;
    if (added.some(({ code, state }) => state === 'building' || code === CONTAINED))
      await transaction`update search_parameter_generation set value = value + 1`;
  });
}

/**
 * The table of search parameters; those of `keys` that are missing are added first.
 * @param known a generation: undefined is returned when the table is still that one, and complete
 */
export async function internParameters(sql: Sql, keys: Keys): Promise<ParameterTable>;
export async function internParameters(
  sql: Sql,
  keys: Keys,
  known: number | undefined,
): Promise<ParameterTable | undefined>;
export async function internParameters(sql: Sql, keys: Keys, known?: number) {
  const table = await readParameters(sql, known);
  if (!table || !keys.length) return table;
  const present = new Set(
    table.rows.flatMap(({ type, code, definition }) => (definition ? [] : [`${type}.${code}`])),
  );
  const missing = keys.filter(([type, code]) => !present.has(`${type}.${code}`));
  if (!missing.length) return table;
  await addParameters(sql, missing);
  return (await readParameters(sql))!;
}

/** Code systems that a process remembers at least, and at most twice as many; others are asked for again. */
const REMEMBERED = 10_000;

/** Not URLs: '' is 'no system', '*' 'implied by the element' (a `code`), the last 'canonical UCUM units'. */
const RESERVED = [
  ['', 0],
  ['*', -1],
  ['ucum:canonical', -2],
] as const;

/** Ids of code system URLs. */
export class Systems {
  readonly #sql: Sql;
  #recent = new Map<string, number>(RESERVED);
  /** Those before: kept for as long again, so that what a caller has just looked up is never gone. */
  #older: ReadonlyMap<string, number> = new Map();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** The id of a URL that this process has met, else undefined. */
  known(url: string): number | undefined {
    return this.#recent.get(url) ?? this.#older.get(url);
  }

  /** Looks up the URLs that this process has not met; those in no resource stay unknown. */
  async find(urls: readonly string[]): Promise<void> {
    const missing = urls.filter((url) => this.known(url) === undefined);
    if (missing.length)
      this.#remember(await this.#sql`select id, url from code_system where url = any(${missing}::text[])`);
  }

  /** Gives every URL an id. */
  async intern(urls: readonly string[]): Promise<void> {
    const missing = [...new Set(urls.filter((url) => this.known(url) === undefined))].sort();
    if (!missing.length) return;
    await this.#sql`insert into code_system (url) select unnest(${missing}::text[]) on conflict do nothing`;
    this.#remember(await this.#sql`select id, url from code_system where url = any(${missing}::text[])`);
  }

  #remember(rows: readonly Record<string, unknown>[]): void {
    if (this.#recent.size > REMEMBERED) {
      this.#older = this.#recent;
      this.#recent = new Map(RESERVED);
    }
    for (const row of rows) this.#recent.set(row.url as string, row.id as number);
  }
}
