// Small integer ids for resource types, search parameters and code systems, kept in PostgreSQL and in every process.
import type { Sql } from './pool.ts';

/** Ids of all `names` of resource types, made where missing. */
export async function internTypes(sql: Sql, names: readonly string[]): Promise<Map<string, number>> {
  await sql`insert into resource_type (name) select name from unnest(${names as string[]}::text[]) as name
    where not exists (select from resource_type t where t.name = name.name) on conflict do nothing`;
  const rows = await sql`select id, name from resource_type`;
  return new Map(rows.map((row) => [row.name as string, row.id as number]));
}

/** Ids of search parameters by `Type.code`, made where missing. */
export async function internParameters(
  sql: Sql,
  keys: readonly (readonly [type: string, code: string])[],
): Promise<Map<string, number>> {
  const types = keys.map(([type]) => type);
  const codes = keys.map(([, code]) => code);
  await sql`insert into search_parameter (type, code)
    select k.type, k.code from unnest(${types}::text[], ${codes}::text[]) as k(type, code)
    where not exists (select from search_parameter p where p.type = k.type and p.code = k.code) on conflict do nothing`;
  const rows = await sql`select id, type, code from search_parameter`;
  return new Map(rows.map((row) => [`${row.type}.${row.code}`, row.id as number]));
}

/** Code systems that a process remembers at least, and at most twice as many; others are asked for again. */
const REMEMBERED = 10_000;

/** Not URLs: '' is 'no system', '*' 'implied by the element' (a `code`). */
const RESERVED = [
  ['', 0],
  ['*', -1],
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
