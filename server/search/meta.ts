// The profiles, tags and security labels that are in use, on one type or on all, within what the caller may read.
// https://hl7.org/fhir/R4/resource-operation-meta.html
import type { Coding, Meta } from '@medplum/fhirtypes';
import type { Sql } from '../db/pool.ts';
import { plainArray, Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import type { Registry } from './registry.ts';

export interface MetaDependencies {
  sql: Sql;
  registry: Registry;
}

/** Most values of each kind that are answered. */
const MOST = 1000;

/** Rows `i` of the types' parameters of one code, those that the caller may read. */
function readable(
  { registry }: MetaDependencies,
  code: string,
  types: readonly string[],
  visibility: Visibility,
  statement: Statement,
): { join: string; test: string } {
  const ids = plainArray(types.flatMap((type) => registry.find(type, code)?.id ?? []));
  const visible = visibility.sql('r', statement);
  return {
    join: visible ? 'join resource r on r.rid = i.rid' : '',
    test: `i.param = any('${ids}'::smallint[])${visible ? ` and ${visible}` : ''}`,
  };
}

async function codings(
  deps: MetaDependencies,
  code: string,
  types: readonly string[],
  visibility: Visibility,
): Promise<Coding[]> {
  const statement = new Statement();
  const { join, test } = readable(deps, code, types, visibility, statement);
  const rows = await deps.sql.unsafe(
    `select distinct s.url, i.code from index_token i ${join} left join code_system s on s.id = i.system
    where ${test} order by s.url, i.code limit ${MOST}`,
    statement.values,
    { prepare: true },
  );
  return rows.map((row) => ({
    ...(row.url !== null && { system: row.url as string }),
    ...(row.code !== '' && { code: row.code as string }),
  }));
}

/**
 * Profiles, tags and security labels of present resources, each once, by system and code.
 * @param visibility what the caller may read of `types`
 */
export async function usedMeta(
  deps: MetaDependencies,
  types: readonly string[],
  visibility: Visibility,
): Promise<Meta> {
  const statement = new Statement();
  const { join, test } = readable(deps, '_profile', types, visibility, statement);
  const profiles = await deps.sql.unsafe(
    // A profile with a version has a row without it too.
    `select distinct i.value from index_uri i ${join}
    where ${test} and not exists (select from index_uri v
      where v.rid = i.rid and v.param = i.param and starts_with(v.value, i.value || '|')) order by i.value limit ${MOST}`,
    statement.values,
    { prepare: true },
  );
  const security = await codings(deps, '_security', types, visibility);
  const tag = await codings(deps, '_tag', types, visibility);
  return {
    ...(profiles.length && { profile: profiles.map((row) => row.value as string) }),
    ...(security.length && { security }),
    ...(tag.length && { tag }),
  };
}
