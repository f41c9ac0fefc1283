// Bulk export: a snapshot of the store as NDJSON files, one a resource type, written in the background.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Sql, Transaction } from '../db/pool.ts';
import { Statement } from '../db/statement.ts';
import type { Visibility } from '../db/visibility.ts';
import type { Caller } from '../fhir/access.ts';

export type ExportLevel = 'system' | 'patient';

export interface ExportRequest {
  /** The kick-off address, as the manifest repeats it. */
  url: string;
  level: ExportLevel;
  types: readonly string[];
  /** Only versions from this instant on (ISO 8601). */
  since?: string;
  /** Whose export it is: it holds what they may read when it is made. */
  caller: Caller;
}

export interface ExportJob {
  id: string;
  url: string;
  subject: string;
  status: 'queued' | 'in-progress' | 'completed' | 'failed' | 'cancelled';
  /** Words for the X-Progress header. */
  progress: string;
  transactionTime: Date | undefined;
  output: { type: string; count: number }[];
}

/** How an export stands, for lists. */
export interface ExportSummary {
  id: string;
  url: string;
  subject: string;
  client?: string;
  status: ExportJob['status'];
  requestedAt: Date;
  /** Resource types asked for, and how many of them are written. */
  types: number;
  done: number;
  /** Resources written so far, by type. */
  output: ExportJob['output'];
}

export interface ExportDependencies {
  sql: Sql;
  /** Folder of the files. */
  folder: string;
  typeId: (type: string) => number;
  /** Parameter id of the compartment's index rows. */
  compartment: number;
  /** What a caller may read of a type. */
  visibility: (caller: Caller, type: string) => Promise<Visibility>;
  newId: () => string;
  log: { error(details: object, message: string): void };
}

/** Condition on a resource `r`. */
type Condition = (statement: Statement) => string;

type Run = Omit<ExportRequest, 'url'>;

/** Resources fetched at a time; memory holds one such batch. */
const BATCH = 1000;
/** Most exports that a list shows. */
const LISTED = 100;
/** Seed of the lock that the process holds which runs an export. */
const LOCK = 7_205_760;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FILE = /^[A-Za-z]+\.ndjson$/;

/** The exports of this installation. */
export class Exports {
  readonly #deps: ExportDependencies;
  readonly #running = new Map<string, Promise<void>>();

  constructor(deps: ExportDependencies) {
    this.#deps = deps;
  }

  /** Records a request and begins to run it. @returns the job's id */
  async start({ url, caller, ...request }: ExportRequest): Promise<string> {
    const id = this.#deps.newId();
    await this.#deps
      .sql`insert into export_job (id, url, access, request) values (${id}, ${url}, ${caller as never}, ${request as never})`;
    this.#run(id, { ...request, caller });
    return id;
  }

  /** Takes up the exports that a former process left unfinished: they begin anew. */
  async resume(): Promise<void> {
    const rows = await this.#deps
      .sql`select id, access, request from export_job where status in ('queued', 'in-progress')`;
    for (const row of rows)
      this.#run(row.id as string, { ...(row.request as Run), caller: row.access as Caller });
  }

  async find(id: string): Promise<ExportJob | undefined> {
    if (!UUID.test(id)) return undefined;
    const [row] = await this.#deps.sql`select * from export_job where id = ${id}`;
    return (
      row && {
        id,
        url: row.url as string,
        subject: (row.access as Caller).subject,
        status: row.status as ExportJob['status'],
        progress: row.progress as string,
        transactionTime: (row.transaction_time as Date | null) ?? undefined,
        output: row.output as ExportJob['output'],
      }
    );
  }

  /**
   * The newest exports, those that were cancelled left out.
   * @param subject whose; absent: everybody's
   */
  async list(subject?: string): Promise<ExportSummary[]> {
    const whose =
      subject === undefined ? this.#deps.sql`true` : this.#deps.sql`access ->> 'subject' = ${subject}`;
    const rows = await this.#deps.sql`
      select id, url, access, request, status, progress, output, requested_at from export_job
      where status <> 'cancelled' and ${whose} order by requested_at desc, id desc limit ${LISTED}`;
    return rows.map((row) => {
      const { subject: who, client } = row.access as Caller;
      const { types } = row.request as Run;
      // The words of the progress begin with the type that is being written; types are written in order.
      const current = types.indexOf((row.progress as string).split(',')[0]!);
      return {
        id: row.id as string,
        url: row.url as string,
        subject: who,
        ...(client && { client }),
        status: row.status as ExportJob['status'],
        requestedAt: row.requested_at as Date,
        types: types.length,
        done: row.status === 'completed' ? types.length : Math.max(current, 0),
        output: row.output as ExportJob['output'],
      };
    });
  }

  /** Marks the job; a running export sees that between two batches and stops. Its files are removed. */
  async cancel(id: string): Promise<void> {
    await this.#deps.sql`update export_job set status = 'cancelled' where id = ${id}`;
    await this.#running.get(id);
    await rm(this.#folderOf(id), { recursive: true, force: true });
  }

  /** Path of a file of a finished export, or undefined when there is none. */
  file(id: string, name: string): string | undefined {
    const path = UUID.test(id) && FILE.test(name) && join(this.#folderOf(id), name);
    return path && existsSync(path) ? path : undefined;
  }

  /** Waits until no export runs in this process. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #folderOf(id: string): string {
    return join(this.#deps.folder, id);
  }

  /** One export at a time: each holds a database connection until its end. */
  #run(id: string, request: Run): void {
    const run = Promise.all(this.#running.values())
      .then(() => this.#export(id, request))
      .catch(async (error: unknown) => {
        this.#deps.log.error({ export: id, reason: (error as Error).message }, 'export failed');
        await this.#deps
          .sql`update export_job set status = 'failed', error = ${(error as Error).message} where id = ${id} and status <> 'cancelled'`.catch(
          () => {},
        );
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, run);
  }

  /**
   * One REPEATABLE READ transaction reads everything: writes meanwhile do not tear the export. Its lock keeps other
   * processes off, and ends with this one, so that whoever resumes can take over.
   */
  async #export(id: string, { level, types, since, caller }: Run): Promise<void> {
    const { sql } = this.#deps;
    const folder = this.#folderOf(id);
    await sql.begin('isolation level repeatable read read only', async (transaction) => {
      await transaction`set local statement_timeout = 0`;
      const [{ now, snapshot, mine }] = (await transaction`
        select now() as now, pg_current_snapshot()::text as snapshot,
          pg_try_advisory_xact_lock(hashtextextended(${id}, ${LOCK})) as mine`) as unknown as [
        { now: Date; snapshot: string; mine: boolean },
      ];
      // Asked outside the snapshot, which may be older than the end of another process's run.
      const [unfinished] =
        await sql`select from export_job where id = ${id} and status in ('queued', 'in-progress')`;
      if (!mine || !unfinished) return;
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const recent = since ? [await this.#recent(since)] : [];
      const output: ExportJob['output'] = [];
      for (const [n, type] of types.entries()) {
        const progress = `${type}, ${n} of ${types.length} types done`;
        const [alive] =
          await sql`update export_job set status = 'in-progress', progress = ${progress}, output = ${output as never} where id = ${id} and status in ('queued', 'in-progress') returning id`;
        if (!alive) return;
        const visibility = await this.#deps.visibility(caller, type);
        const conditions = [(statement: Statement) => visibility.sql('r', statement) ?? 'true', ...recent];
        const path = join(folder, `${type}.ndjson`);
        const count = await this.#writeType(transaction, path, type, level, conditions);
        if (count) output.push({ type, count });
      }
      await sql`update export_job set status = 'completed', transaction_time = ${now}, output = ${output as never}, progress = 'completed',
          request = request || jsonb_build_object('snapshot', ${snapshot}::text)
        where id = ${id} and status = 'in-progress'`;
    });
  }

  /**
   * What `_since` lets pass. When it is the transaction time of a former export, also what that one could not see yet: a
   * write that was on its way has an earlier instant, and belongs to neither export otherwise.
   */
  async #recent(since: string): Promise<Condition> {
    const [former] = await this.#deps.sql`select request->>'snapshot' as snapshot from export_job
      where date_trunc('milliseconds', transaction_time) = ${since}::text::timestamptz and request ? 'snapshot'
      order by transaction_time limit 1`;
    const after = (statement: Statement) => `r.last_updated >= ${statement.add(since, 'timestamptz')}`;
    if (!former) return after;
    return (statement) =>
      `(${after(statement)} or not pg_visible_in_snapshot(r.xid, ${statement.add(former.snapshot as string, 'pg_snapshot')}))`;
  }

  /** @returns the number of resources; no file is left when there is none */
  async #writeType(
    transaction: Transaction,
    path: string,
    type: string,
    level: ExportLevel,
    conditions: readonly Condition[],
  ): Promise<number> {
    const { typeId, compartment } = this.#deps;
    const confined =
      level === 'patient'
        ? `and exists (select from index_reference i where i.rid = r.rid and i.param = ${compartment})`
        : '';
    const statement = new Statement();
    const where = conditions.map((condition) => condition(statement)).join(' and ');
    const query = transaction.unsafe(
      `select r.content from resource r where r.type = ${typeId(type)} and not r.deleted and ${where} ${confined}`,
      statement.values,
    );
    let count = 0;
    async function* lines() {
      for await (const rows of query.cursor(BATCH)) {
        count += rows.length;
        yield rows.map((row) => `${row.content}\n`).join('');
      }
    }
    await pipeline(lines, createWriteStream(path));
    if (!count) await rm(path);
    return count;
  }
}
