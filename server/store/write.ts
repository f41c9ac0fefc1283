// The only writer of the resource tables: one statement writes versions, history, the change feed and all index rows of a
// change set.
import type { Systems } from '../db/intern.ts';
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import { issue, unprocessable } from '../fhir/errors.ts';
import type { ContainedRows } from '../indexing/contained.ts';
import type { IndexRows, TableRow } from '../indexing/index.ts';
import { indexTables } from '../search/param/index.ts';
import type { Column, IndexTable } from '../search/param/type.ts';
import { columnArrays, unknownSystems } from './index-columns.ts';
import { rememberingPart } from './undo.ts';

/** How a version came about, as history tells it. */
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Methods as the one-byte column `method` keeps them. */
export const methodCodes: Readonly<Record<Method, string>> = {
  POST: 'C',
  PUT: 'U',
  PATCH: 'P',
  DELETE: 'D',
};

/** One new version of one resource. */
export interface Change {
  rid: Rid;
  typeId: number;
  id: string;
  /** The new version; it is written only if the present one is `version - 1` (1: there is none). */
  version: number;
  method: Method;
  /** Instant of the version in ISO form, equal to `meta.lastUpdated` in the content. */
  lastUpdated: string;
  /** The bytes that will be served; empty when deleted. */
  content: string;
  rows: IndexRows;
  /** The rows of what it contains. */
  contained: readonly ContainedRows[];
  /** Tables in which the version before, or what it contained, may have rows. */
  tables: ReadonlySet<IndexTable>;
  /** Parameters under which the version before may name what it contained: those of `_contained`. */
  links: readonly number[];
  /** Surrogates that must name present resources, else the change is not written. */
  references: readonly Rid[];
  /** Who may take it back; absent where nobody may. */
  writer?: string | undefined;
}

/** Changes that are written with one statement. Each resource comes once. */
export interface ChangeSet {
  changes: readonly Change[];
  /** Generation of the search parameters that the rows were made with. */
  generation: number;
  /** All or nothing: a reference to nothing in one keeps all from being written. */
  whole: boolean;
}

/** What a write did. */
export interface Written {
  /** By place: whether the change was written. One that was not met another version than expected, or `absent` says why. */
  written: boolean[];
  /** References to nothing, each with the place of its change. */
  absent: { change: number; reference: Rid }[];
  /** False: the search parameters have changed since the rows were made. Nothing was written. */
  current: boolean;
}

/** Most code systems, new to this process, in one write: each is kept for good. */
const MAX_NEW_SYSTEMS = 1_000;

/** Character between contents: JSON text cannot hold it unescaped. */
const SEPARATOR = '\u001e';

/** Rows of one table, each with the place of its change (from 1, as SQL counts). */
interface PlacedRows {
  places: number[];
  rows: TableRow[];
  /** Surrogates that the rows stand under, where those are not the changes' own. */
  rids?: Rid[];
}

/** Index rows of all changes by table. */
function rowsByTable(changes: readonly Change[]): Map<IndexTable, PlacedRows> {
  const tables = new Map<IndexTable, PlacedRows>();
  for (const [place, { rows }] of changes.entries()) {
    for (const [table, list] of rows) {
      let placed = tables.get(table);
      if (!placed) {
        placed = { places: [], rows: [] };
        tables.set(table, placed);
      }
      for (const row of list) {
        placed.places.push(place + 1);
        placed.rows.push(row);
      }
    }
  }
  return tables;
}

/** Index rows of what the changes contain, by table. */
function containedRowsByTable(changes: readonly Change[]): Map<IndexTable, PlacedRows> {
  const tables = new Map<IndexTable, Required<PlacedRows>>();
  for (const [place, { contained }] of changes.entries()) {
    for (const { rid, rows } of contained) {
      for (const [table, list] of rows) {
        const placed = tables.get(table) ?? { places: [], rows: [], rids: [] };
        tables.set(table, placed);
        for (const row of list) {
          placed.places.push(place + 1);
          placed.rows.push(row);
          placed.rids.push(rid);
        }
      }
    }
  }
  return tables;
}

/** Placeholders of the arrays that every part of a write reads. */
interface Arrays {
  rids: string;
  lastUpdated: string;
}

const paramOf = ({ param }: TableRow): number => param;
const nameOf = ([name]: Column): string => name;

/**
 * Inserts the rows of one table. What belongs to the change is taken from its arrays by place: no join.
 * @param done condition on `t.n` that the change was written
 */
function insertRows(
  table: IndexTable,
  { places, rows, rids: own }: PlacedRows,
  { rids, lastUpdated }: Arrays,
  done: string,
  statement: Statement,
  systems: Systems,
): string {
  const { columns } = indexTables.get(table)!;
  const params = statement.add(plainArray(rows.map(paramOf)), 'smallint[]');
  const arrays = columnArrays(table, rows, statement, systems);
  const names = columns.map(nameOf).join(', ');
  const [rid, more, name] = own
    ? ['t.rid', `, ${statement.add(plainArray(own), 'bigint[]')}`, ', rid']
    : [`(${rids})[t.n]`, '', ''];
  return `insert into ${table} (param, ${names}, last_updated, rid)
    select t.param, ${names}, (${lastUpdated})[t.n], ${rid}
    from unnest(${statement.add(plainArray(places), 'integer[]')}, ${params}, ${arrays.join(', ')}${more}) as t(n, param, ${names}${name}) where ${done}`;
}

const isReplacing = ({ version }: Change): boolean => version > 1;

/** The parts that touch the versions before: found, kept in history, their index rows dropped. */
function replacingParts(changes: readonly Change[], input: string): { old: string; rest: string[] } {
  const replacing = changes.filter(isReplacing);
  const tables = new Set(replacing.flatMap(({ tables: own }) => [...own]));
  const links = [...new Set(replacing.flatMap(({ links: own }) => own))];
  const dropped = links.length ? 'dropped' : 'put';
  // Where it says `offset 0` PostgreSQL would else read all links as long as it thinks that there are few.
  const found = `dropped as materialized (select rid from put union all select l.target from put cross join lateral (
      select i.target from index_reference i where i.rid = put.rid and i.param = any('{${links.join(',')}}') offset 0) l)`;
  return {
    old: `old as materialized (select r.* from resource r join ${input} on input.rid = r.rid and input.version = r.version + 1 order by r.rid for update of r)`,
    rest: [
      `kept as (insert into history (rid, version, type, last_updated, method, deleted, xid, content)
      select old.rid, old.version, old.type, old.last_updated, old.method, old.deleted, old.xid, old.content from old join put using (rid))`,
      ...(links.length ? [found] : []),
      ...[...tables].map(
        (table) => `drop_${table} as (delete from ${table} i using ${dropped} where i.rid = ${dropped}.rid)`,
      ),
    ],
  };
}

/** A field of all changes. */
function listOf<K extends 'rid' | 'lastUpdated' | 'typeId' | 'id' | 'version' | 'method' | 'content'>(
  changes: readonly Change[],
  key: K,
): Change[K][] {
  const list: Change[K][] = [];
  for (const change of changes) list.push(change[key]);
  return list;
}

const codeOf = (method: Method): string => methodCodes[method];

/** The text of a write. Everything hangs on `put`: a change whose expected version is not there leaves no trace. */
function writeSql({ changes, generation, whole }: ChangeSet, statement: Statement, systems: Systems): string {
  // Some change replaces a version, so history and old index rows are touched.
  const replaces = changes.some(isReplacing);
  const single = changes.length === 1;
  const arrays: Arrays = {
    rids: statement.add(plainArray(listOf(changes, 'rid')), 'bigint[]'),
    lastUpdated: statement.add(plainArray(listOf(changes, 'lastUpdated')), 'timestamptz[]'),
  };
  const input = `unnest(${arrays.rids}, ${statement.add(plainArray(listOf(changes, 'typeId')), 'smallint[]')},
    ${statement.add(plainArray(listOf(changes, 'id')), 'text[]')}, ${statement.add(plainArray(listOf(changes, 'version')), 'integer[]')},
    ${statement.add(plainArray(listOf(changes, 'method').map(codeOf)), '"char"[]')}, ${arrays.lastUpdated},
    string_to_array(${statement.add(listOf(changes, 'content').join(SEPARATOR), 'text')}, e'\\x1e'))
    with ordinality as input(rid, type, id, version, method, last_updated, content, n)`;
  const parts: string[] = [];
  const conditions = [
    `(select value from search_parameter_generation) = ${statement.add(generation, 'integer')}`,
  ];
  const referring: number[] = [];
  const targets: Rid[] = [];
  for (const [place, { references }] of changes.entries()) {
    for (const target of references) {
      referring.push(place + 1);
      targets.push(target);
    }
  }
  if (referring.length) {
    parts.push(`absent as materialized (select t.n, t.target
      from unnest(${statement.add(plainArray(referring), 'integer[]')}, ${statement.add(plainArray(targets), 'bigint[]')}) as t(n, target)
      where not exists (select from resource r where r.rid = t.target and not r.deleted))`);
    conditions.push(`not exists (select from absent${whole || single ? '' : ' where absent.n = input.n'})`);
  }
  const replacing = replaces ? replacingParts(changes, input) : undefined;
  if (replacing) {
    parts.push(replacing.old);
    conditions.push('(input.version = 1 or old.rid is not null)');
  }
  parts.push(`put as (insert into resource as r (rid, type, id, version, last_updated, method, deleted, content)
    select input.rid, input.type, input.id, input.version, input.last_updated, input.method, input.method = 'D', coalesce(input.content, '')
    from ${input} ${replaces ? 'left join old on old.rid = input.rid' : ''} where ${conditions.join(' and ')}
    on conflict (rid) do ${
      replaces
        ? `update set version = excluded.version, last_updated = excluded.last_updated, method = excluded.method,
      deleted = excluded.deleted, xid = default, content = excluded.content
      where r.version = excluded.version - 1 and r.type = excluded.type and r.id = excluded.id`
        : 'nothing'
    } returning rid, type, version, method, last_updated)`);
  parts.push(
    `fed as (insert into change (rid, type, version, method, last_updated) select rid, type, version, method, last_updated from put)`,
  );
  const remembering = rememberingPart(changes, whole, statement);
  if (remembering) parts.push(remembering);
  if (!single) {
    parts.push(`done as materialized (select array_agg(put.rid is not null order by input.n) as ok
      from ${input} left join put on put.rid = input.rid)`);
  }
  parts.push(...(replacing?.rest ?? []));
  const done = single ? 'exists (select from put)' : '(select ok from done)[t.n]';
  for (const [table, placed] of rowsByTable(changes)) {
    parts.push(`fill_${table} as (${insertRows(table, placed, arrays, done, statement, systems)})`);
  }
  for (const [table, placed] of containedRowsByTable(changes)) {
    parts.push(`fill_contained_${table} as (${insertRows(table, placed, arrays, done, statement, systems)})`);
  }
  const absent = referring.length
    ? `(select array_agg(n) from absent) as absent_of, (select array_agg(target::text) from absent) as absent`
    : 'null as absent_of, null as absent';
  return `with ${parts.join(',\n')} select ${single ? 'array[exists (select from put)]' : '(select ok from done)'} as written, ${absent},
    ${conditions[0]} as current`;
}

/** The index rows of the changes and of what they contain. */
function allRows(changes: readonly Change[]): IndexRows[] {
  const all: IndexRows[] = [];
  for (const { rows, contained } of changes) {
    all.push(rows);
    for (const inner of contained) all.push(inner.rows);
  }
  return all;
}

/** Writes a change set with one statement. */
export async function writeChanges(
  executor: Sql | Transaction,
  systems: Systems,
  set: ChangeSet,
): Promise<Written> {
  const unknown = unknownSystems(allRows(set.changes), systems);
  if (unknown.size > MAX_NEW_SYSTEMS) {
    throw unprocessable([
      issue(
        'too-costly',
        `This write names ${unknown.size} code systems that were not met before; at most ${MAX_NEW_SYSTEMS} are taken at once.`,
      ),
    ]);
  }
  await systems.intern([...unknown]);
  const statement = new Statement();
  const text = writeSql(set, statement, systems);
  const [row] = await executor.unsafe(text, statement.values, { prepare: true });
  const { written, absent_of, absent, current } = row as unknown as {
    written: boolean[];
    absent_of: number[] | null;
    absent: Rid[] | null;
    current: boolean;
  };
  return {
    written,
    absent: (absent ?? []).map((reference, n) => ({ change: absent_of![n]! - 1, reference })),
    current,
  };
}
