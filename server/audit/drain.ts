// Drains journals: lines become AuditEvents and Provenances, stored and indexed like any resource, and links of the chain, all
// in one transaction with the position in the file. So each line is stored once, whatever is killed in between.
import { setImmediate } from 'node:timers/promises';
import { CopyRows } from '../bulk/import-rows.ts';
import type { Sql, Transaction } from '../db/pool.ts';
import { textArray } from '../db/statement.ts';
import { stringifyJson } from '../fhir/json.ts';
import { indexResource } from '../indexing/index.ts';
import type { StoreDependencies } from '../store/index.ts';
import { unknownSystems } from '../store/index-columns.ts';
import { methodCodes } from '../store/write.ts';
import { AUDIT_LOCK, extendChain } from './chain.ts';
import { type JournalFile, keepUnreadable, linesFrom, removeFile } from './files.ts';
import { type Line, type RequestLine, readLine } from './line.ts';
import { type LookUpDependencies, resourcesOf } from './resources.ts';

export interface DrainDependencies
  extends Omit<StoreDependencies, 'writers' | 'compartment' | 'parameters'>,
    LookUpDependencies {
  parameters: Pick<StoreDependencies['parameters'], 'generation' | 'refresh'>;
  /** Folder of the journals. */
  folder: string;
  /** Address of this server that its clients use. */
  publicUrl: string;
  now: () => Date;
  newId: () => string;
  log: { error(details: object, message: string): void };
}

/** Lines that one transaction stores. */
const BATCH = 250;
/** Resources that are made into rows at a time, before sockets get their turn. */
const SLICE = 16;

/** Lines of a file that one transaction stores, and where it stands then. */
interface Part {
  file: JournalFile;
  lines: Line[];
  end: number;
}

/** The list of search parameters changed while rows were made. */
class StaleParameters extends Error {
  readonly code = '40001';
}

async function positions(sql: Sql | Transaction): Promise<Map<string, number>> {
  const rows = await sql`select file, position::text from audit_position`;
  return new Map(rows.map(({ file, position }) => [file as string, Number(position)]));
}

/** A line that cannot be read or stored, torn by a full disk or changed by somebody, leaves an event that says so. */
const unreadable = (newId: () => string, now: Date): RequestLine => ({
  kind: 'request',
  id: newId(),
  from: now.getTime(),
  at: now.getTime(),
  request: '',
  address: '',
  method: '',
  url: '',
  status: 500,
  code: 'exception',
  rule: 'unreadable-journal-line',
});

/** How lines are taken from files. */
interface Taking {
  /** How many at most. */
  most: number;
  /** They could not be stored as they are. */
  asUnreadable: boolean;
}

/** The next lines of a file. */
async function partOf(
  file: JournalFile,
  position: number,
  { most, asUnreadable }: Taking,
  deps: DrainDependencies,
): Promise<Part> {
  const read = (await linesFrom(deps.folder, file, position)).slice(0, most);
  const lines: Line[] = [];
  for (const { text } of read) {
    const line = asUnreadable ? undefined : readLine(text);
    if (line) lines.push(line);
    if (line || !text) continue;
    await keepUnreadable(deps.folder, text);
    lines.push(unreadable(deps.newId, deps.now()));
  }
  return { file, lines, end: read.at(-1)?.end ?? position };
}

/** Sorts out what was begun: begun and ended in this part needs nothing, begun only is kept, ended only is taken from what is kept. */
async function settleBegun(transaction: Transaction, { file, lines }: Part): Promise<Line[]> {
  const events = lines.filter(({ kind }) => kind !== 'begin');
  const ended = new Set(events.map(({ id }) => id));
  const begun = lines.filter(({ kind, id }) => kind === 'begin' && !ended.has(id));
  if (begun.length)
    await transaction`insert into audit_begun (id, writer, line)
      select t.id, ${file.writer}, t.line from unnest(${textArray(begun.map(({ id }) => id))}::text[],
        ${textArray(begun.map((line) => JSON.stringify(line)))}::text[]) as t(id, line) on conflict do nothing`;
  await transaction`delete from audit_begun where writer = ${file.writer} and id = any(${textArray([...ended])}::text[])`;
  return events;
}

/** What a process that has ended had begun: whether it was done is not known. */
async function neverAnswered(
  transaction: Transaction,
  writers: readonly string[],
  { most, asUnreadable }: Taking,
  deps: DrainDependencies,
): Promise<Line[]> {
  const rows = await transaction`with gone as (
      select id from audit_begun where writer = any(${textArray(writers)}::text[]) order by id limit ${most}
    ) delete from audit_begun b using gone where b.id = gone.id returning b.line`;
  return rows.flatMap(({ line }) =>
    asUnreadable ? unreadable(deps.newId, deps.now()) : (readLine(line as string) ?? []),
  );
}

/** Lines with ids that no stored event has: a process that was thought to have ended may go on, and nothing is left out. */
async function withOwnIds(
  transaction: Transaction,
  lines: readonly Line[],
  newId: () => string,
): Promise<Line[]> {
  const rows = await transaction`select id from audit_chain
    where id = any(${textArray(lines.map(({ id }) => id))}::text[])`;
  const taken = new Set(rows.map(({ id }) => id as string));
  return lines.map((line) => {
    const own = taken.has(line.id) ? { ...line, id: newId() } : line;
    taken.add(own.id);
    return own;
  });
}

/** Stores events with everything that belongs to them. */
async function store(
  transaction: Transaction,
  read: readonly Line[],
  deps: DrainDependencies,
): Promise<void> {
  const { systems, ridOf, typeId, indexed, base, now, parameters } = deps;
  const at = now();
  const generation = parameters.generation();
  const lines = await withOwnIds(transaction, read, deps.newId);
  const resources = await resourcesOf(transaction, lines, at, deps);
  const rows = new CopyRows(systems, at);
  const events: { rid: string; id: string; content: string }[] = [];
  for (let start = 0; start < resources.length; start += SLICE) {
    const made = resources.slice(start, start + SLICE).map((resource) => {
      const { resourceType: type, id } = resource as { resourceType: string; id: string };
      const version = {
        rid: ridOf(`${type}/${id}`),
        typeId: typeId(type),
        id,
        method: methodCodes.POST,
        content: stringifyJson(resource),
        rows: indexResource(resource, indexed(type), { ridOf, base }),
        contained: [],
      };
      if (type === 'AuditEvent') events.push(version);
      return version;
    });
    await systems.intern([
      ...unknownSystems(
        made.map((version) => version.rows),
        systems,
      ),
    ]);
    for (const version of made) rows.add(version);
    await setImmediate();
  }
  const [row] = await transaction`select value from search_parameter_generation for share`;
  if (row!.value !== generation) throw new StaleParameters('the search parameters changed');
  await extendChain(transaction, events);
  await rows.copy(transaction);
}

/** Files whose lines are all stored and to which nothing will be added go. */
async function removeDrained(sql: Sql, files: readonly JournalFile[], folder: string): Promise<void> {
  const at = await positions(sql);
  for (const { name, removable, size } of files) {
    if (!removable || (at.get(name) ?? 0) < size) continue;
    await removeFile(folder, name);
    await sql`delete from audit_position where file = ${name}`;
  }
}

/** Bytes of journals that are not stored yet. */
export async function backlog(sql: Sql, files: readonly JournalFile[]): Promise<number> {
  const at = await positions(sql);
  return files.reduce((sum, { name, size }) => sum + Math.max(size - (at.get(name) ?? 0), 0), 0);
}

/** Stores the next lines of files, and when there are none, what will never be answered. @returns how many events */
async function storeNext(
  transaction: Transaction,
  files: readonly JournalFile[],
  taking: Taking,
  deps: DrainDependencies,
): Promise<number> {
  const { most } = taking;
  const at = await positions(transaction);
  const events: Line[] = [];
  let read = 0;
  for (const file of files) {
    const position = at.get(file.name) ?? 0;
    const part = await partOf(file, position, { ...taking, most: most - read }, deps);
    if (part.end === position) continue;
    read += part.lines.length;
    events.push(...(await settleBegun(transaction, part)));
    await transaction`insert into audit_position (file, position) values (${file.name}, ${part.end})
      on conflict (file) do update set position = excluded.position`;
    if (read >= most) break;
  }
  const ended = new Set(files.flatMap(({ writer, dead }) => (dead ? [writer] : [])));
  if (!read && ended.size) events.push(...(await neverAnswered(transaction, [...ended], taking, deps)));
  if (events.length) await store(transaction, events, deps);
  return Math.max(read, events.length);
}

/** What PostgreSQL says of values that it does not take (data exceptions, constraints, limits), and what a line of another shape does. */
const isOfLines = (error: unknown): boolean =>
  error instanceof TypeError || /^(?:22|23|54)/.test(String((error as { code?: unknown }).code ?? ''));

/** Stores lines unless another process is at it. */
const take = (deps: DrainDependencies, files: readonly JournalFile[], taking: Taking) =>
  deps.sql.begin(async (begun): Promise<number | undefined> => {
    const transaction = begun as Transaction;
    const [row] = await transaction`select pg_try_advisory_xact_lock(${AUDIT_LOCK}) as taken`;
    if (!row!.taken) return undefined;
    await transaction`set local statement_timeout = 0`;
    return storeNext(transaction, files, taking, deps);
  });

/** Stores lines; one that cannot be stored is found by halves, and leaves an event that says so, so that it holds up no other. */
async function takeStorable(
  deps: DrainDependencies,
  files: readonly JournalFile[],
  taking: Taking,
): Promise<number | undefined> {
  try {
    return await take(deps, files, taking);
  } catch (error) {
    if (!isOfLines(error) || taking.asUnreadable) throw error;
    const { most } = taking;
    if (most > 1) return takeStorable(deps, files, { ...taking, most: most >> 1 });
    deps.log.error({ reason: (error as Error).message }, 'audit journal line not stored');
    return take(deps, files, { most, asUnreadable: true });
  }
}

/**
 * Stores the next lines of journals.
 * @param files of this process and of others, as long as they were when they were listed
 * @param most how many lines
 * @returns how many lines were stored; undefined when another process is at it
 */
export async function drain(
  deps: DrainDependencies,
  files: readonly JournalFile[],
  most: number,
): Promise<number | undefined> {
  const { sql, folder, parameters } = deps;
  try {
    const taking = { most: Math.min(most, BATCH), asUnreadable: false };
    const stored = await takeStorable(deps, files, taking);
    if (stored === 0) await removeDrained(sql, files, folder);
    return stored;
  } catch (error) {
    if (!(error instanceof StaleParameters)) throw error;
    await parameters.refresh();
    return 1;
  }
}
