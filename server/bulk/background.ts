// What a process does beside answering requests: jobs, the posted search parameters, the words of what was written.
import type { Systems } from '../db/intern.ts';
import type { Sql } from '../db/pool.ts';
import type { RidOf } from '../db/rid.ts';
import type { TextIndex } from '../indexing/text.ts';
import { createJobs, type JobKind, type Jobs } from '../job/index.ts';
import { repeat } from '../job/timer.ts';
import type { Registry } from '../search/registry.ts';
import type { FhirPackage } from '../validation/package.ts';
import { PostedDefinitions } from './posted-definitions.ts';
import { PostedParameters } from './posted-parameters.ts';
import { reindexKinds } from './reindex.ts';

export interface BackgroundDependencies {
  sql: Sql;
  systems: Systems;
  registry: Registry;
  textIndex: TextIndex;
  ridOf: RidOf;
  base: string;
  /** What packages bring is known without being stored. */
  packages: { readonly list: readonly FhirPackage[] };
  typeId: (type: string) => number;
  newId: () => string;
  /** Jobs of other rooms. */
  kinds: Readonly<Record<string, JobKind>>;
  /** What other rooms look for, again and again. */
  looks: readonly (() => Promise<boolean>)[];
  log: { error(details: object, message: string): void };
}

/** Milliseconds between two looks at what other processes have written. */
const PAUSE = 1_000;

export interface Background {
  posted: PostedParameters;
  definitions: PostedDefinitions;
  jobs: Jobs;
  /** Takes over what was written before this process began, then works until it is stopped. */
  start(): Promise<void>;
  /** Ends in order: another process carries on. */
  stop(): Promise<void>;
}

/** Transactions a second above which words are indexed slowly: writers come first. */
const BUSY = 100;
/** Changes whose words are indexed at a time: by and by while writers are many, faster when words have waited for long. */
const CHANGES = { busy: 100, late: 500, quiet: 10_000 };
/** Milliseconds that words wait before they take time from writers. */
const LATE = 60_000;

/** Tells whether many transactions have begun since it was asked last. */
export function busyGauge(sql: Sql): () => Promise<boolean> {
  let before = { xid: 0n, at: 0 };
  return async () => {
    const [row] = await sql`select pg_snapshot_xmax(pg_current_snapshot())::text as xid`;
    const now = { xid: BigInt(row!.xid as string), at: performance.now() };
    const rate = (Number(now.xid - before.xid) * 1_000) / (now.at - before.at);
    const first = before.at === 0;
    before = now;
    return !first && rate > BUSY;
  };
}

function postedDefinitions({ sql, typeId, ridOf, packages }: BackgroundDependencies): PostedDefinitions {
  const type = 'StructureDefinition';
  const brought = packages.list.flatMap(({ entries }) => entries).filter((entry) => entry.type === type);
  const except = brought.map(({ id }) => ridOf(`${type}/${id}`));
  return new PostedDefinitions({ sql, typeId: typeId(type), except });
}

/** Makes the background work of a process. */
export function createBackground(deps: BackgroundDependencies): Background {
  const { sql, registry, textIndex, typeId, newId, log } = deps;
  const kinds: Record<string, JobKind> = {
    ...deps.kinds,
    ...reindexKinds({ ...deps, jobs: () => jobs }),
  };
  const jobs = createJobs({ sql, kinds, newId, log });
  const posted = new PostedParameters({ sql, registry, jobs, typeId: typeId('SearchParameter'), log });
  const definitions = postedDefinitions(deps);
  const isBusy = busyGauge(sql);
  const indexWords = async (): Promise<boolean> => {
    if (!(await isBusy())) return textIndex.tick(CHANGES.quiet);
    await textIndex.tick((await textIndex.lag()) < LATE ? CHANGES.busy : CHANGES.late);
    return false;
  };
  const failing = (what: string) => (error: Error) => log.error({ reason: error.message }, what);
  const tickers: { stop(): Promise<void> }[] = [jobs];
  return {
    posted,
    definitions,
    jobs,
    async start() {
      await posted.sync();
      await definitions.sync();
      jobs.start();
      tickers.push(
        repeat(() => posted.look(), PAUSE, failing('search parameters not looked at')),
        repeat(() => definitions.look(), PAUSE, failing('definitions not looked at')),
        repeat(indexWords, PAUSE, failing('text not indexed')),
        ...deps.looks.map((look) => repeat(look, PAUSE, failing('not looked'))),
      );
    },
    async stop() {
      await Promise.all(tickers.map((ticker) => ticker.stop()));
    },
  };
}
