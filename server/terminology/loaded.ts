// Code systems in tables: their content is asked for by SQL, so that half a million concepts cost no memory.
// https://hl7.org/fhir/R4/codesystem.html
import type { CodeSystem } from '@medplum/fhirtypes';
import { isTimeout, type Sql } from '../db/pool.ts';
import { Statement, textArray } from '../db/statement.ts';
import { badRequest, issue, unprocessable } from '../fhir/errors.ts';
import { MAX_PAGED, tooManyCodes } from './composition.ts';
import type { Concept, Content, Filter } from './content.ts';
import { filterSql } from './loaded-filter.ts';
import { Fetched, Pending } from './pending.ts';
import type { Loaded } from './sources.ts';

/** Milliseconds for one question; patterns and large hierarchies may take long. */
const TIME = 5_000;
/** PostgreSQL's failure for a pattern that it cannot read. */
const BAD_PATTERN = '2201B';

const NUL = String.fromCharCode(0);

interface System {
  readonly id: number;
  readonly header: CodeSystem & { url: string };
}

const RELATED = {
  ancestors: ['concept_closure', 'descendant', 'ancestor'],
  descendants: ['concept_closure', 'ancestor', 'descendant'],
  children: ['concept_parent', 'parent', 'child'],
} as const;

/** The content of one loaded code system, for one question. */
class LoadedContent implements Content {
  readonly header: Content['header'];
  readonly isComplete: boolean;
  readonly isListed = true;
  /** The looking is PostgreSQL's. */
  readonly size = 1_000;
  readonly #sql: Sql;
  readonly #system: number;
  readonly #most: number;
  readonly #concepts = new Map<string, Concept | undefined>();
  readonly #parents = new Map<string, readonly string[]>();
  readonly #lists = new Fetched<readonly string[]>();

  constructor(sql: Sql, { id, header }: System, most: number) {
    this.#most = most;
    this.#sql = sql;
    this.#system = id;
    this.header = header;
    this.isComplete = header.content === 'complete';
  }

  load(codes: readonly string[]): void {
    const missing = codes.filter((code) => !this.#concepts.has(code) && !code.includes(NUL));
    if (missing.length) throw new Pending(this.#fetch([...new Set(missing)]));
  }

  async #fetch(codes: readonly string[]): Promise<void> {
    const rows = await this.#sql`select c.code, c.display, c.definition, c.designation, c.property,
        array(select p.code from concept_parent l join concept p on p.id = l.parent
          where l.child = c.id and p.id <> c.id and p.defined order by p.id) as parents
      from concept c where c.system = ${this.#system} and c.code = any(${textArray(codes)}::text[]) and c.defined`;
    for (const code of codes) this.#concepts.set(code, undefined);
    for (const { parents, ...row } of rows) {
      const said = Object.entries(row).filter(([, value]) => value !== null);
      this.#concepts.set(row.code as string, Object.fromEntries(said) as unknown as Concept);
      this.#parents.set(row.code as string, parents as string[]);
    }
  }

  concept(code: string): Concept | undefined {
    this.load([code]);
    return this.#concepts.get(code);
  }

  select(filters: readonly Filter[], words: readonly string[], user: string): readonly string[] {
    return this.#lists.get(JSON.stringify([filters, words]), () =>
      this.#select(filters, words, user, undefined),
    );
  }

  holds(code: string, filters: readonly Filter[], user: string): boolean {
    if (!filters.length) return this.concept(code) !== undefined;
    const key = JSON.stringify([filters, code, 'one']);
    return this.#lists.get(key, () => this.#select(filters, [], user, code)).length > 0;
  }

  /** The codes that pass, or the one that is asked for. */
  async #select(
    filters: readonly Filter[],
    words: readonly string[],
    user: string,
    code: string | undefined,
  ): Promise<string[]> {
    const statement = new Statement();
    const tests = [filterSql(filters, this.header.url, { statement, system: this.#system, user })];
    if (code !== undefined) tests.push(`c.code = ${statement.add(code, 'text')}`);
    if (words.length) {
      const query = words.map((word) => `'${word}':*`).join(' & ');
      tests.push(
        `(c.words @@ ${statement.add(query, 'tsquery')} or lower(c.code) = ${statement.add(words.join(''), 'text')})`,
      );
    }
    const query = `select c.code from concept c where ${tests.join(' and ')} order by c.id limit ${this.#most}`;
    return this.#within(query, statement.values, user);
  }

  /** Runs a query that gives codes, in bounded time. */
  async #within(query: string, values: string[], user: string): Promise<string[]> {
    try {
      const rows = await this.#sql.begin(async (transaction) => {
        await transaction.unsafe(`set local statement_timeout = ${TIME}`);
        return transaction.unsafe(query, values);
      });
      return (rows as unknown as { code: string }[]).map(({ code }) => code);
    } catch (error) {
      if ((error as { code?: unknown }).code === BAD_PATTERN)
        throw badRequest(`${user} filters by a regular expression that cannot be read. Correct the pattern.`);
      if (!isTimeout(error)) throw error;
      throw unprocessable([
        issue(
          'too-costly',
          `${user} asks for more of ${this.header.url} than can be found in ${TIME / 1_000} seconds. Use a smaller value set or a simpler filter.`,
        ),
      ]);
    }
  }

  ancestors(code: string): readonly string[] {
    return [code, ...this.#related('ancestors', code)];
  }

  descendants(code: string): readonly string[] {
    return [code, ...this.#related('descendants', code)];
  }

  parents(code: string): readonly string[] {
    this.load([code]);
    return this.#parents.get(code) ?? [];
  }

  children(code: string): readonly string[] {
    return this.#related('children', code);
  }

  #related(relation: keyof typeof RELATED, code: string): readonly string[] {
    const [table, from, to] = RELATED[relation];
    return this.#lists.get(`${relation} ${code}`, async () => {
      const found = await this.#within(
        `select c.code from concept one join ${table} l on l.${from} = one.id join concept c on c.id = l.${to}
         where one.system = ${this.#system} and one.code = $1::text and c.id <> one.id and c.defined
         order by c.id limit ${this.#most}`,
        [code],
        `The code ${code}`,
      );
      if (found.length >= this.#most) throw tooManyCodes(`of all ${relation} of ${code}`, this.#most - 1);
      return found;
    });
  }
}

/** Finds code systems that are loaded. @param most codes that a question gets: one more than what is too much */
export const loadedFrom = (sql: Sql, most = MAX_PAGED + 1): Loaded => ({
  async find(url, version) {
    if (url.includes(NUL)) return undefined;
    const [row] = await sql`select id, header from terminology_system where url = ${url}`;
    if (!row) return undefined;
    const system = row as unknown as System;
    const isOther =
      version !== undefined && system.header.version !== undefined && system.header.version !== version;
    return isOther ? undefined : new LoadedContent(sql, system, most);
  },
});
