// References of an import to resources that are not here: allowed, since files come in any order, but counted.
// https://hl7.org/fhir/R4/references.html#literal
import type { Sql } from '../db/pool.ts';
import type { RidOf } from '../db/rid.ts';

/** References that are held before they are looked up. */
const WINDOW = 100_000;
/** Absent ones that are remembered until the end. */
const MAX_ABSENT = 1_000_000;

/** What is referred to and not here, by resource type. `capped`: there are more. */
export interface AbsentReferences {
  byType: ReadonlyMap<string, number>;
  total: number;
  capped: boolean;
}

/** Collects what imported resources refer to. */
export class References {
  readonly #sql: Sql;
  readonly #ridOf: RidOf;
  readonly #absent = new Set<string>();
  #recent = new Set<string>();
  #capped = false;

  constructor(sql: Sql, ridOf: RidOf) {
    this.#sql = sql;
    this.#ridOf = ridOf;
  }

  /** @param keys `Type/id` */
  async add(keys: Iterable<string>): Promise<void> {
    for (const key of keys) this.#recent.add(key);
    if (this.#recent.size < WINDOW) return;
    const looked = this.#recent;
    this.#recent = new Set();
    for (const key of await this.#missing([...looked])) {
      if (this.#absent.size < MAX_ABSENT) this.#absent.add(key);
      else this.#capped = true;
    }
  }

  /** Those that are still not here, now that everything is read. */
  async absent(): Promise<AbsentReferences> {
    const byType = new Map<string, number>();
    const left = [...new Set([...this.#absent, ...this.#recent])];
    let total = 0;
    for (let start = 0; start < left.length; start += WINDOW) {
      for (const key of await this.#missing(left.slice(start, start + WINDOW))) {
        const type = key.slice(0, key.indexOf('/'));
        byType.set(type, (byType.get(type) ?? 0) + 1);
        total++;
      }
    }
    return { byType, total, capped: this.#capped };
  }

  async #missing(keys: readonly string[]): Promise<string[]> {
    const byRid = new Map(keys.map((key) => [this.#ridOf(key), key]));
    const rows = await this.#sql.unsafe(
      `select target::text as rid from unnest($1::bigint[]) as target
      where not exists (select from resource r where r.rid = target and not r.deleted)`,
      [`{${[...byRid.keys()].join(',')}}`],
    );
    return rows.map((row) => byRid.get(row.rid as string)!);
  }
}
