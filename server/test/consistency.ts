// Whether a database agrees with itself: every index row with its resource, both ways; one row of the change feed a version;
// versions without gaps; contents with their columns. The rows are made anew from the stored bytes and compared by PostgreSQL.
import type { Resource } from '@medplum/fhirtypes';
import { readConfig } from '../config.ts';
import { openPool, type Sql } from '../db/pool.ts';
import { parseJson } from '../fhir/json.ts';
import { indexWhole } from '../indexing/contained.ts';
import { indexTables } from '../search/param/index.ts';
import { createStorage } from '../storage.ts';

const BATCH = 500;
/** Rows that are shown of each kind of disagreement. */
const SHOWN = 3;

type Storage = Awaited<ReturnType<typeof createStorage>>;
type Row = Record<string, string | number | null>;

/** Index rows of a resource, and of what it contains, as they must be, by table. */
async function rowsOf(
  { parts }: Storage,
  content: string,
  rid: string,
  lastUpdated: string,
): Promise<Map<string, Row[]>> {
  const resource = parseJson(content) as Resource;
  const made = new Map<string, Row[]>();
  const { indexed, parameters } = parts;
  const whole = indexWhole(resource, { indexed, contained: parameters.contained }, parts);
  for (const { rid: own, rows: tables } of [{ rid, rows: whole.rows }, ...whole.contained])
    for (const [table, rows] of tables) {
      const { columns } = indexTables.get(table)!;
      const urls = rows.flatMap(({ values }) =>
        values.filter((value, n) => value !== null && columns[n]![1] === 'system'),
      );
      await parts.systems.find(urls as string[]);
      const list = made.get(table) ?? [];
      made.set(table, list);
      for (const { param, values } of rows) {
        const cells = columns.map(([name, type], n) => {
          const value = values[n] as string | null;
          return [name, type === 'system' && value !== null ? (parts.systems.known(value) ?? -999) : value];
        });
        list.push({ param, rid: own, last_updated: lastUpdated, ...Object.fromEntries(cells) });
      }
    }
  return made;
}

/** Fills `expected_<table>` with the index rows of all current resources. @returns how many rows */
async function fillExpected(storage: Storage, sql: Sql): Promise<number> {
  let count = 0;
  for (const table of indexTables.keys())
    await sql.unsafe(`create temp table expected_${table} (like ${table})`);
  let after = '-9223372036854775808';
  for (;;) {
    const rows =
      await sql`select rid::text, last_updated::text, content from resource r where r.rid > ${after}::bigint and not deleted order by r.rid limit ${BATCH}`;
    if (!rows.length) return count;
    after = rows.at(-1)!.rid as string;
    const tables = new Map<string, Row[]>();
    for (const row of rows) {
      const made = await rowsOf(
        storage,
        row.content as string,
        row.rid as string,
        row.last_updated as string,
      );
      for (const [table, list] of made) tables.set(table, [...(tables.get(table) ?? []), ...list]);
    }
    for (const [table, list] of tables) {
      count += list.length;
      await sql.unsafe(
        `insert into expected_${table} select * from json_populate_recordset(null::expected_${table}, $1::text::json)`,
        [JSON.stringify(list)],
      );
    }
  }
}

const VERSIONS =
  '(select rid, version, type, method, last_updated, xid from resource union all select rid, version, type, method, last_updated, xid from history)';
const FEED = '(select rid, version, type, method, last_updated, xid from change)';

/** Queries that find nothing in a database that agrees with itself. */
const RULES: Readonly<Record<string, string>> = {
  'a version without its row in the change feed': `select * from ${VERSIONS} v except all select * from ${FEED} f`,
  'a row of the change feed without its version': `select * from ${FEED} f except all select * from ${VERSIONS} v`,
  'a gap in the versions': `select r.rid, r.version from resource r
    where (select count(*) from history h where h.rid = r.rid and h.version between 1 and r.version - 1) <> r.version - 1`,
  'a past version of nothing': `select h.rid, h.version from history h
    where not exists (select from resource r where r.rid = h.rid and r.version > h.version)`,
  'a past version that another transaction ended than the one that wrote the next': `select h.rid, h.version
    from history h join ${VERSIONS} n on n.rid = h.rid and n.version = h.version + 1 where n.xid <> h.superseded_xid`,
  'a content that disagrees with its columns': `select r.rid, r.version from resource r join resource_type t on t.id = r.type
    where not r.deleted and (content::json ->> 'resourceType', content::json ->> 'id', content::json #>> '{meta,versionId}',
      (content::json #>> '{meta,lastUpdated}')::timestamptz) is distinct from (t.name, r.id, r.version::text, r.last_updated)`,
  'a past content that disagrees with its columns': `select h.rid, h.version from history h
    where not h.deleted and (content::json #>> '{meta,versionId}', (content::json #>> '{meta,lastUpdated}')::timestamptz)
      is distinct from (h.version::text, h.last_updated)`,
  'a deletion with a content': `select rid, version from resource where deleted <> (content = '') union all
    select rid, version from history where deleted <> (content = '')`,
};

async function broken(sql: Sql, rules: Readonly<Record<string, string>>): Promise<string[]> {
  const found: string[] = [];
  for (const [rule, query] of Object.entries(rules)) {
    const rows = await sql.unsafe(`select row_to_json(x)::text as shown from (${query} limit ${SHOWN}) x`);
    found.push(...rows.map((row) => `${rule}: ${row.shown as string}`));
  }
  return found;
}

const indexRules = (table: string): Record<string, string> => ({
  [`${table}: a row is missing`]: `select * from expected_${table} except all select * from ${table}`,
  [`${table}: a row too many`]: `select * from ${table} except all select * from expected_${table}`,
});

/**
 * What disagrees in a database that nobody writes to at the moment; empty when all is well.
 * @param publicUrl address of the server that wrote it
 * @throws Error when there is nothing to compare: a check that looked at nothing says nothing
 */
export async function inconsistencies(databaseUrl: string, publicUrl: string): Promise<string[]> {
  const config = readConfig({ DATABASE_URL: databaseUrl, PUBLIC_URL: publicUrl, DB_CONNECTIONS: '2' });
  const storage = await createStorage({ config, databaseUrl }, `${config.publicUrl}/fhir`, () => new Date());
  const sql = openPool(databaseUrl, { max: 1, statementTimeout: 120_000 });
  try {
    if (!(await fillExpected(storage, sql))) throw new Error('The database has no resource with index rows.');
    const rules = [...indexTables.keys()].map(indexRules);
    return await broken(sql, Object.assign({ ...RULES }, ...rules));
  } finally {
    await sql.end();
    await storage.close();
  }
}
