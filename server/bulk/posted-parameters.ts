// Keeps the searchable parameters in step with the SearchParameter resources of this server, however they were written:
// a transaction, another process, an import. https://hl7.org/fhir/R4/searchparameter.html
import { isDeepStrictEqual } from 'node:util';
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Sql, Transaction } from '../db/pool.ts';
import { plainArray, textArray } from '../db/statement.ts';
import { parseJson } from '../fhir/json.ts';
import type { Job, Jobs } from '../job/index.ts';
import { basesOf, type Definition, definitionOf } from '../search/definition.ts';
import type { Registry } from '../search/registry.ts';
import { REINDEX, type ReindexInput, removeRetired } from './reindex.ts';

const LOCK = 7_205_762;

export interface PostedParametersDependencies {
  sql: Sql;
  registry: Registry;
  jobs: Jobs;
  /** Small number of the resource type SearchParameter. */
  typeId: number;
  log: { error(details: object, message: string): void };
}

/** A definition of one resource type, and the row of search_parameter that may stand for it. */
interface Posted {
  type: string;
  definition: Definition;
}
interface Row extends Posted {
  id: number;
  code: string;
  state: 'active' | 'building';
}

const keyOf = ({ type, definition }: Posted): string => `${type}.${definition.code}`;
const isSameRow = (row: Row, posted: Posted | undefined): boolean =>
  posted !== undefined && isDeepStrictEqual(row.definition, posted.definition);

/** What has to be done so that the rows stand for what is posted. A changed definition leaves the active row until it is replaced. */
export function difference(
  posted: readonly Posted[],
  rows: readonly Row[],
): { retire: number[]; add: Posted[] } {
  const wanted = new Map(posted.map((one) => [keyOf(one), one]));
  const present = Map.groupBy(rows, keyOf);
  const retire = rows.filter((row) => {
    const one = wanted.get(keyOf(row));
    return !one || (row.state === 'building' && !isSameRow(row, one));
  });
  const add = [...wanted.values()].filter(
    (one) => !present.get(keyOf(one))?.some((row) => isSameRow(row, one)),
  );
  return { retire: retire.map(({ id }) => id), add };
}

export class PostedParameters {
  readonly #deps: PostedParametersDependencies;
  /** Changes of transactions below this one have been looked at. */
  #from = '0';

  constructor(deps: PostedParametersDependencies) {
    this.#deps = deps;
  }

  /**
   * Takes over what has changed: new and changed definitions are built by a job, those that are gone are no longer
   * searched by. Does nothing where nothing has changed.
   */
  async sync(): Promise<void> {
    const { sql, registry, jobs } = this.#deps;
    await registry.refresh();
    this.#from = (await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(${LOCK})`;
      return this.#step(transaction as never);
    })) as string;
    await registry.refresh();
    jobs.wake();
  }

  /** Looks whether another process has written or synchronized something; cheap. @returns false: no hurry for the next look */
  async look(): Promise<boolean> {
    const { sql, registry, typeId } = this.#deps;
    const [row] = await sql`select value, pg_snapshot_xmin(pg_current_snapshot())::text as oldest,
      exists (select from search_parameter where state = 'building') as building,
      exists (select from change where type = ${typeId} and xid >= ${this.#from}::text::xid8) as written
      from search_parameter_generation`;
    if (row!.written) await this.sync();
    else this.#from = row!.oldest as string;
    if (row!.building || row!.value !== registry.generation()) await registry.refresh();
    return false;
  }

  /** Makes the index rows of a SearchParameter anew; searches use the present ones until that is done. @returns the job, or undefined when the parameter is not indexed */
  async rebuild(url: string): Promise<string | undefined> {
    const { sql, registry, jobs } = this.#deps;
    const job = await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(${LOCK})`;
      const rows = await transaction`select p.type, p.definition, p.state, j.id as job, j.state as job_state
        from search_parameter p left join job j on j.id = p.job
        where p.definition ->> 'url' = ${url} and p.state <> 'retired'`;
      const building = rows.find(({ state }) => state === 'building');
      if (building && ['queued', 'running'].includes(building.job_state as string)) return building.job;
      if (!building)
        await addRows(
          transaction as never,
          rows.map((row) => ({ type: row.type as string, definition: row.definition as Definition })),
        );
      return this.#build(transaction as never);
    });
    await registry.refresh();
    jobs.wake();
    return job as string | undefined;
  }

  /** The job that builds search parameters, by its id. */
  async find(id: string): Promise<Job | undefined> {
    const job = await this.#deps.jobs.find(id);
    return job?.kind === REINDEX ? job : undefined;
  }

  /** @returns the transaction number from which the next look has to look */
  async #step(transaction: Transaction): Promise<string> {
    const { jobs } = this.#deps;
    const [feed] = await transaction`select pg_snapshot_xmin(pg_current_snapshot())::text as oldest`;
    const posted = await this.#posted(transaction);
    const rows = (await transaction`select id, type, code, state, definition from search_parameter
      where definition is not null and state <> 'retired'`) as unknown as Row[];
    const { retire, add } = difference(posted, rows);
    if (retire.length)
      await transaction`update search_parameter set state = 'retired', job = null
        where id = any(${plainArray(retire)}::smallint[])`;
    await addRows(transaction, add);
    await this.#build(transaction);
    if (retire.length && !add.length)
      await transaction`update search_parameter_generation set value = value + 1`;
    await removeRetired(transaction, jobs);
    return feed!.oldest as string;
  }

  /** The definitions of active SearchParameter resources, one a resource type. Of two with one code the first counts. */
  async #posted(transaction: Transaction): Promise<Posted[]> {
    const { registry, typeId, log } = this.#deps;
    const rows = await transaction`select id, content from resource
      where type = ${typeId} and not deleted order by rid`;
    const byKey = new Map<string, Posted>();
    for (const row of rows) {
      const parameter = parseJson(row.content as string) as SearchParameter;
      if (parameter.status !== 'active') continue;
      if (registry.problems(parameter).length) {
        log.error({ parameter: row.id }, 'search parameter not indexed');
        continue;
      }
      const definition = definitionOf(parameter);
      for (const type of basesOf(parameter)) {
        const one = { type, definition };
        if (!registry.isProgram(type, definition.code) && !byKey.has(keyOf(one))) byKey.set(keyOf(one), one);
      }
    }
    return [...byKey.values()];
  }

  /** Adds the job that builds what nobody builds, or what a job has given up. @returns it, or undefined when there is nothing */
  async #build(transaction: Transaction): Promise<string | undefined> {
    const rows = await transaction`select p.id from search_parameter p left join job j on j.id = p.job
      where p.state = 'building' and coalesce(j.state, 'failed') in ('failed', 'cancelled')`;
    if (!rows.length) return undefined;
    const parameters = rows.map((row) => row.id as number);
    const job = await this.#deps.jobs.add(REINDEX, { parameters } satisfies ReindexInput, {
      executor: transaction,
    });
    await transaction`update search_parameter set job = ${job} where id = any(${plainArray(parameters)}::smallint[])`;
    return job;
  }
}

/** Adds rows that are to be built; from the new generation on every writer fills them. */
async function addRows(transaction: Transaction, add: readonly Posted[]): Promise<void> {
  if (!add.length) return;
  await transaction`insert into search_parameter (type, code, state, definition)
    select t.type, t.code, 'building', t.definition from unnest(${textArray(add.map(({ type }) => type))}::text[],
      ${textArray(add.map(({ definition }) => definition.code))}::text[],
      ${textArray(add.map(({ definition }) => JSON.stringify(definition)))}::jsonb[]) as t(type, code, definition)`;
  await transaction`update search_parameter_generation set value = value + 1`;
}
