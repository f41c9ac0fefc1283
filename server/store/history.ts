// Pages of versions, newest first: of one resource, of types, of the whole store. One statement a page, on one snapshot.
// https://hl7.org/fhir/R4/http.html#history
import type { Sql, Transaction } from '../db/pool.ts';
import type { Rid } from '../db/rid.ts';
import { plainArray, Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import type { DateRange } from '../fhir/datetime.ts';
import { methodOf } from './method.ts';
import type { Method } from './write.ts';

/** One version in a history. */
export interface HistoryVersion {
  rid: Rid;
  type: string;
  id: string;
  version: number;
  lastUpdated: Date;
  deleted: boolean;
  method: Method;
  /** The exact bytes that are served; empty when deleted. */
  content: string;
}

/** Which versions are asked for. */
export interface HistoryWindow {
  /** `_since`: written at this instant (ISO 8601) or later. */
  since?: string;
  /** `_at`: current at some instant of this range. */
  at?: DateRange;
  /** `_list`: of resources that this List names, if the caller may see it. */
  list?: { rid: Rid; visibility: Visibility };
}

/** Position after the last version of a page. */
export interface HistoryCursor {
  lastUpdated: string;
  rid: Rid;
  version: number;
  /** `pg_snapshot` of the first page: later versions belong to no page. */
  horizon: string;
}

export interface HistoryDependencies {
  sql: Sql;
  ridOf: (reference: string) => Rid;
  typeId: (type: string) => number;
  /** All resource types. */
  types: Iterable<string>;
  /** Parameter id of the compartment's index rows. */
  compartment: number;
  /** Parameter id of `List.item`. */
  listItem: () => number;
}

export interface HistoryRequest {
  window: HistoryWindow;
  /** Most versions that are read. */
  count: number;
  after: HistoryCursor | undefined;
  executor?: Transaction | undefined;
}

/** Versions of a page, and the snapshot that it was read on. */
export interface HistoryPage {
  versions: HistoryVersion[];
  horizon: string;
}

/** Columns of a version before its content is fetched. */
const KEYS = 'rid, type, version, last_updated, method, xid';
const NEWEST_FIRST = 'v.last_updated desc, v.rid desc, v.version desc';
/** Of one resource the versions count themselves, whatever its clocks said. */
const LATEST_FIRST = 'v.version desc';

export class VersionHistory {
  readonly #deps: HistoryDependencies;
  readonly #typeNames: ReadonlyMap<number, string>;

  constructor(deps: HistoryDependencies) {
    this.#deps = deps;
    this.#typeNames = new Map([...deps.types].map((type) => [deps.typeId(type), type]));
  }

  /** A page of one resource's versions, the latest first; visibility is that of the resource now. */
  async instance(
    type: string,
    id: string,
    visibility: Visibility,
    request: HistoryRequest,
  ): Promise<HistoryPage> {
    const { ridOf, typeId } = this.#deps;
    const statement = new Statement();
    const rid = statement.add(ridOf(`${type}/${id}`), 'bigint');
    const { after } = request;
    const where = [
      `v.type = ${typeId(type)}`,
      ...this.#window(request, statement),
      ...(after ? [`v.version < ${statement.add(after.version, 'integer')}`] : []),
    ];
    const visible = visibility.sql('v', statement);
    if (visible) where.push(visible);
    const from = `select v.* from (${versionsOf(`= ${rid}`)}) v where ${where.join(' and ')}
      order by ${LATEST_FIRST} limit ${request.count}`;
    return this.#page(from, LATEST_FIRST, statement, request);
  }

  /**
   * A page of the versions of several types, newest first.
   * Where some are hidden it holds the versions of the resources that are seen now; whether they were when they were
   * written, their contents tell.
   * @param types the types that are asked for; undefined: all
   */
  async types(
    types: readonly string[] | undefined,
    visibility: Visibility,
    request: HistoryRequest,
  ): Promise<HistoryPage> {
    const statement = new Statement();
    const asked = (types ?? [...this.#typeNames.values()]).map(this.#deps.typeId);
    const conditions = this.#window(request, statement);
    const { after } = request;
    if (after) {
      conditions.push(
        `(v.last_updated, v.rid, v.version) < (${statement.add(after.lastUpdated, 'timestamptz')}, ${statement.add(after.rid, 'bigint')}, ${statement.add(after.version, 'integer')})`,
      );
    }
    const { types: seen, chart } = visibility;
    const having = (visible: string | undefined) => (visible ? [...conditions, visible] : conditions);
    const inChart = asked.filter((type) => chart?.types.includes(type));
    const others = asked.filter((type) => (!seen || seen.includes(type)) && !inChart.includes(type));
    const sources = [
      ...(others.length
        ? [this.#ofTypes(others, having(visibility.sql('v', statement)), request.count)]
        : []),
      ...(inChart.length
        ? [
            this.#ofChart(
              inChart,
              chart!.patient,
              having(chart!.sql('v', statement)),
              request.count,
              statement,
            ),
          ]
        : []),
    ];
    if (!sources.length) return { versions: [], horizon: after?.horizon ?? '' };
    const from = sources.map((source) => `(${source})`).join(' union all ');
    return this.#page(from, NEWEST_FIRST, statement, request);
  }

  /** The newest of each type from the change feed, by its index. */
  #ofTypes(types: readonly number[], conditions: readonly string[], count: number): string {
    return `select v.* from unnest('${plainArray(types)}'::smallint[]) as t(type) cross join lateral (
      select ${KEYS} from change v where ${['v.type = t.type', ...conditions].join(' and ')}
      order by ${NEWEST_FIRST} limit ${count}) v order by ${NEWEST_FIRST} limit ${count}`;
  }

  /** The newest of one patient's chart, from its resources: they are few beside everybody's. */
  #ofChart(
    types: readonly number[],
    patient: Rid,
    conditions: readonly string[],
    count: number,
    statement: Statement,
  ): string {
    const resources = `select distinct i.rid from index_reference i where i.param = ${this.#deps.compartment} and i.target = ${statement.add(patient, 'bigint')}`;
    return `select v.* from (${resources}) a cross join lateral (${versionsOf('= a.rid')}) v
      where ${[`v.type = any('${plainArray(types)}'::smallint[])`, ...conditions].join(' and ')}
      order by ${NEWEST_FIRST} limit ${count}`;
  }

  /** Conditions on a version `v` that the request states; those of the horizon go first. */
  #window({ window, after }: HistoryRequest, statement: Statement): string[] {
    const { since, at, list } = window;
    const horizon = after && statement.add(after.horizon, 'pg_snapshot');
    const seen = (xid: string) => (horizon ? ` and pg_visible_in_snapshot(${xid}, ${horizon})` : '');
    const conditions = horizon ? [`pg_visible_in_snapshot(v.xid, ${horizon})`] : [];
    if (since) conditions.push(`v.last_updated >= ${statement.add(since, 'timestamptz')}`);
    if (at) {
      const low = statement.add(at.low, 'timestamptz');
      conditions.push(`v.last_updated < ${statement.add(at.high, 'timestamptz')}`);
      for (const table of ['resource', 'history']) {
        conditions.push(`not exists (select from ${table} n where n.rid = v.rid and n.version = v.version + 1
          and n.last_updated <= ${low}${seen('n.xid')})`);
      }
    }
    if (list) {
      const visible = list.visibility.sql('l', statement);
      conditions.push(`exists (select from index_reference i join resource l on l.rid = i.rid
        where i.rid = ${statement.add(list.rid, 'bigint')} and i.param = ${this.#deps.listItem()} and i.target = v.rid${visible ? ` and ${visible}` : ''})`);
    }
    return conditions;
  }

  async #page(
    from: string,
    order: string,
    statement: Statement,
    { count, after, executor }: HistoryRequest,
  ): Promise<HistoryPage> {
    const rows = await (executor ?? this.#deps.sql).unsafe(
      `select v.rid::text, v.type, r.id, v.version, v.last_updated, v.method, v.method = 'D' as deleted,
        case when r.version = v.version then r.content else h.content end as content,
        ${after ? 'null' : 'pg_current_snapshot()::text'} as snapshot
      from (select * from (${from}) v order by ${order} limit ${count}) v
      join resource r on r.rid = v.rid left join history h on h.rid = v.rid and h.version = v.version
      order by ${order}`,
      statement.values,
      { prepare: true },
    );
    const versions = rows.map((row) => this.#version(row));
    return { versions, horizon: after?.horizon ?? String(rows[0]?.snapshot ?? '') };
  }

  #version(row: Record<string, unknown>): HistoryVersion {
    return {
      rid: row.rid as string,
      type: this.#typeNames.get(row.type as number)!,
      id: row.id as string,
      version: row.version as number,
      lastUpdated: row.last_updated as Date,
      deleted: row.deleted as boolean,
      method: methodOf(row.method as string),
      content: row.content as string,
    };
  }
}

/** All versions of a resource, past and present. */
const versionsOf = (rid: string): string =>
  `select ${KEYS} from resource where rid ${rid} union all select ${KEYS} from history where rid ${rid}`;
