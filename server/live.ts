// What the server knows from its own resources (policies of care, calendars, plans): read at the start, and again within a
// second of a change by any process.
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { systemAccess } from './fhir/access.ts';
import type { Storage } from './storage.ts';

export interface Live<T> {
  /** What is known now. */
  readonly current: T;
  /** Types whose changes it depends on. */
  readonly types: readonly ResourceType[];
  /** Reads again if one of its resources has changed. */
  look(): Promise<void>;
}

/** What the resources are found by; all pages of each search are read. */
export type LiveQuery = readonly [type: ResourceType, query: string];

/** What is read besides, because of what was found: asked again with what it led to, until it asks for nothing. */
export interface LiveMore {
  readonly types: readonly ResourceType[];
  /** @param found what the last turn found @returns searches that were not made yet */
  next(found: readonly Resource[]): readonly LiveQuery[];
}

/** Newest changes that are compared: those that commit late are among them. */
const LATEST = 50;
const PAGE = '1000';

/**
 * Keeps what is made of some resources up to date.
 * @param make from all resources that are found
 */
export async function createLive<T>(
  { sql, typeId, search }: Pick<Storage, 'sql' | 'typeId' | 'search'>,
  queries: readonly LiveQuery[],
  make: (resources: readonly Resource[]) => T,
  more?: LiveMore,
): Promise<Live<T>> {
  const types = [...new Set([...queries.map(([type]) => type), ...(more?.types ?? [])])];
  const ids = types.map(typeId);
  const stateNow = async (): Promise<string> => {
    const [row] = await sql`
      select string_agg(newest.state, ';') as state from unnest(${ids}::smallint[]) as t(type)
      cross join lateral (select string_agg(rid || ' ' || version, ',') as state from (
        select rid, version from change where change.type = t.type
        order by last_updated desc, rid desc, version desc limit ${LATEST}) latest) newest`;
    return String(row!.state);
  };
  const readSome = async (some: readonly LiveQuery[]): Promise<Resource[]> => {
    const found: Resource[] = [];
    for (const [type, query] of some) {
      let parameters: [string, string][] | undefined = [...new URLSearchParams(query), ['_count', PAGE]];
      while (parameters) {
        const page = await search.type(type, parameters, systemAccess);
        found.push(...page.matches.map((content) => JSON.parse(content) as Resource));
        parameters = page.next === undefined ? undefined : [...new URLSearchParams(page.next)];
      }
    }
    return found;
  };
  const readAll = async (): Promise<Resource[]> => {
    const found: Resource[] = [];
    const asked = new Set<string>();
    let next = queries;
    while (next.length) {
      const some = await readSome(next);
      for (const query of next) asked.add(query.join('?'));
      found.push(...some);
      next = (more?.next(some) ?? []).filter((query) => !asked.has(query.join('?')));
    }
    return found;
  };
  let state = await stateNow();
  let current = make(await readAll());
  return {
    types,
    get current() {
      return current;
    },
    async look() {
      const now = await stateNow();
      if (now === state) return;
      current = make(await readAll());
      state = now;
    },
  };
}
