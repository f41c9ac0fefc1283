// Import: files of resources into the store by COPY, batch after batch, while the next batch is being read.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-organization
import { appendFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { badRequest, type Issue, outcomeOf } from '../fhir/errors.ts';
import { type BatchDependencies, type Stored, storeBatch } from './import-batch.ts';
import { type Checked, checkItem, type Failure, nameId } from './import-item.ts';
import { type AbsentReferences, References } from './import-references.ts';
import { type LinkEntries, readItems, type SourceFile } from './import-source.ts';

export interface ImportDependencies extends BatchDependencies {
  /** Issues of a resource: structure and profiles. */
  validate: (resource: unknown) => Issue[];
  /** Links the entries of a Bundle, as a transaction does. */
  link: LinkEntries;
}

/** How far an import has come. */
export interface ImportProgress {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** Of the files, as they lie on disk. */
  bytesRead: number;
}

export interface ImportResult extends ImportProgress {
  absent: AbsentReferences;
  /** Files that say what failed. */
  errorFiles: string[];
}

/** Most resources, and about the most bytes, of one batch. */
const BATCH = { resources: 2_000, bytes: 8 << 20 };
/** Batches that are being stored while the next one is read: PostgreSQL has always one at hand. */
const AT_ONCE = 3;
/** Resources after which sockets get their turn. */
const TURN = 64;

/** Resources that are stored together, each `Type/id` once. */
class Batch {
  readonly list: Checked[] = [];
  readonly keys = new Set<string>();
  #bytes = 0;

  get full(): boolean {
    return this.list.length >= BATCH.resources || this.#bytes >= BATCH.bytes;
  }

  add(checked: Checked): void {
    this.list.push(checked);
    this.keys.add(checked.key);
    this.#bytes += checked.size;
  }
}

/** Batches under way. */
class Stores {
  readonly #running = new Map<Batch, Promise<void>>();
  readonly #store: (batch: Batch) => Promise<void>;
  #failed: unknown;

  constructor(store: (batch: Batch) => Promise<void>) {
    this.#store = store;
  }

  /** Takes a batch as soon as there is room, and nothing of it is being stored already: versions keep their order. @throws what made an earlier batch fail */
  async take(batch: Batch): Promise<void> {
    const meets = (other: Batch) => batch.list.some(({ key }) => other.keys.has(key));
    for (;;) {
      const running = [...this.#running.keys()];
      if (running.length < AT_ONCE && !running.some(meets)) break;
      await Promise.race(this.#running.values());
    }
    if (this.#failed) throw this.#failed;
    const run = this.#store(batch)
      .catch((error: unknown) => {
        this.#failed ??= error;
      })
      .finally(() => this.#running.delete(batch));
    this.#running.set(batch, run);
  }

  /** Waits for all. @throws what made one of them fail */
  async end(): Promise<void> {
    await Promise.all(this.#running.values());
    if (this.#failed) throw this.#failed;
  }
}

/** The files of failures, one beside each file of resources. */
class Failures {
  readonly files = new Set<string>();
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  #pathOf({ path, name }: SourceFile): string {
    return join(this.#folder ?? dirname(path), `${name}.errors.ndjson`);
  }

  /** Removes what an earlier import told of a file. */
  begin(file: SourceFile): void {
    const path = this.#pathOf(file);
    if (!this.files.has(path)) rmSync(path, { force: true });
  }

  /** Adds a line: where it was, and its OperationOutcome. */
  add({ place: { file, line, entry }, issues }: Failure): void {
    const path = this.#pathOf(file);
    this.files.add(path);
    const source = [file.name, line ?? (entry && `entry ${entry}`)].filter(Boolean).join(':');
    appendFileSync(path, `${JSON.stringify({ source, outcome: outcomeOf(issues) })}\n`);
  }
}

/** A file that ends early or is no gzip. */
const unreadable = (file: SourceFile, error: unknown): Failure => ({
  place: { file },
  issues: badRequest(
    `The rest of the file cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}. Check that it is whole, and import it again.`,
  ).issues,
});

/** An import on its way. */
class Import {
  readonly #deps: ImportDependencies;
  readonly #failures: Failures;
  readonly #references: References;
  readonly #stores = new Stores((batch) => this.#store(batch));
  readonly progress: ImportProgress = { created: 0, updated: 0, unchanged: 0, failed: 0, bytesRead: 0 };
  #batch = new Batch();
  #turn = 0;

  constructor(deps: ImportDependencies, failures: Failures) {
    this.#deps = deps;
    this.#failures = failures;
    this.#references = new References(deps.sql, deps.ridOf);
  }

  /** Reads a file and stores what it holds, the last batch perhaps later. */
  async file(file: SourceFile): Promise<void> {
    const { link, validate, base } = this.#deps;
    this.#failures.begin(file);
    const items = readItems(file, link, nameId, (count) => {
      this.progress.bytesRead += count;
    });
    const next = () =>
      items.next().catch((error: unknown) => {
        this.#fail(unreadable(file, error));
        return { done: true as const, value: undefined };
      });
    for (let item = await next(); !item.done; item = await next()) {
      const checked = checkItem(item.value, validate, base);
      if ('issues' in checked) this.#fail(checked);
      else await this.#add(checked);
      if (++this.#turn % TURN === 0) await setImmediate();
    }
  }

  /** Stores what is left. */
  async end(): Promise<AbsentReferences> {
    await this.#flush();
    await this.#stores.end();
    return this.#references.absent();
  }

  #fail(failure: Failure): void {
    this.progress.failed++;
    this.#failures.add(failure);
  }

  async #add(checked: Checked): Promise<void> {
    if (this.#batch.full || this.#batch.keys.has(checked.key)) await this.#flush();
    this.#batch.add(checked);
    await this.#references.add(checked.references);
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = new Batch();
    await this.#stores.take(batch);
  }

  async #store({ list }: Batch): Promise<void> {
    const stored: Stored = await storeBatch(list, this.#deps);
    this.progress.created += stored.created;
    this.progress.updated += stored.updated;
    this.progress.unchanged += stored.unchanged;
    for (const failure of stored.failures) this.#fail(failure);
  }
}

/** Tables whose statistics an import changes. */
async function analyze({ sql }: ImportDependencies): Promise<void> {
  const tables =
    await sql`select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
    and (relname in ('resource', 'history', 'change') or relname like 'index\_%')`;
  await sql.begin(async (transaction) => {
    await transaction`set local statement_timeout = 0`;
    for (const { relname } of tables) await transaction.unsafe(`analyze ${relname as string}`);
  });
}

/**
 * Imports files. A batch is whole or not there; run again, an import passes over what is there already, so one that was
 * ended in the middle goes on. A resource whose `Type/id` is there with other content gets a new version. What is invalid
 * is told in `<name>.errors.ndjson` beside its file (or in `errorFolder`) and passed over.
 * @param watch given the counts once, which then change as the import goes on
 * @throws the database's own failure when it cannot be reached
 */
export async function importFiles(
  files: readonly SourceFile[],
  deps: ImportDependencies,
  { errorFolder, watch }: { errorFolder?: string; watch?: (progress: Readonly<ImportProgress>) => void } = {},
): Promise<ImportResult> {
  const failures = new Failures(errorFolder);
  const run = new Import(deps, failures);
  watch?.(run.progress);
  for (const file of files) await run.file(file);
  const absent = await run.end();
  await analyze(deps);
  return { ...run.progress, absent, errorFiles: [...failures.files] };
}
