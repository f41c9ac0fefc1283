// Loads the concepts of a code system into tables, in parts, and makes the closure of their hierarchy, in batches: memory
// stays bounded, and whoever takes the job over carries on. https://hl7.org/fhir/R4/codesystem.html#hierarchy
import type {
  CodeSystem,
  CodeSystemConcept,
  CodeSystemConceptDesignation,
  CodeSystemConceptProperty,
} from '@medplum/fhirtypes';
import type { Sql, Transaction } from '../db/pool.ts';
import { PARENTS, propertyText, wordsOf } from './content.ts';

/** A concept on its way into the tables. */
export interface Entry {
  readonly code: string;
  /** Absent: nothing is said of the concept itself, only of its properties. */
  readonly display?: string;
  readonly definition?: string;
  readonly designation?: readonly CodeSystemConceptDesignation[];
  readonly property?: readonly CodeSystemConceptProperty[];
  readonly parent?: readonly string[];
  /** Only adds properties to a concept. */
  readonly adds?: true;
}

/** Concepts of one part of an import, and of one batch of the closure. */
const PART = 2_000;
const BATCH = 2_000;

/** A concept and those below it, each with what stands above it; the hierarchy's properties become links. */
export function* entriesOf(
  concepts: Iterable<CodeSystemConcept>,
  above: string | undefined = undefined,
): Generator<Entry> {
  for (const { concept = [], property = [], ...own } of concepts) {
    const parent = property.filter(({ code }) => PARENTS.has(code ?? '')).map(propertyText);
    const rest = property.filter(({ code }) => !PARENTS.has(code ?? '') && code !== 'child');
    yield {
      ...(own as Entry),
      ...(rest.length && { property: rest }),
      parent: above === undefined ? parent : [above, ...parent],
    };
    for (const one of property)
      if (one.code === 'child') yield { code: propertyText(one), parent: [own.code!], adds: true };
    yield* entriesOf(concept, own.code);
  }
}

/** What a job is told. */
export interface ImportInput {
  /** Under which its concepts are kept. */
  readonly import: string;
  readonly system: number;
  /** What was there before and does not come again is no longer there. */
  readonly replaces: boolean;
}

/** Keeps an import's concepts for the job that loads them. @returns how many there are */
export async function keepImport(
  transaction: Transaction,
  id: string,
  header: CodeSystem & { url: string },
  entries: Iterable<Entry>,
  replaces: boolean,
): Promise<{ system: number; concepts: number }> {
  const [row] =
    await transaction`insert into terminology_system (url, header) values (${header.url}, ${JSON.stringify(header)}::text::jsonb)
    on conflict (url) do update set header = case when ${replaces} then excluded.header else terminology_system.header end
    returning id`;
  let part: Entry[] = [];
  let [parts, concepts] = [0, 0];
  const flush = async () => {
    if (part.length)
      await transaction`insert into concept_import (import, part, concepts) values (${id}, ${parts++}, ${JSON.stringify(part)}::text::jsonb)`;
    part = [];
  };
  for (const entry of entries) {
    part.push(entry);
    concepts++;
    if (part.length === PART) await flush();
  }
  await flush();
  return { system: row!.id as number, concepts };
}

/** A run of the job that imports. */
export interface ImportRun {
  readonly input: unknown;
  readonly checkpoint: unknown;
  readonly counts: Readonly<Record<string, number>>;
  save(checkpoint: unknown, counts: Readonly<Record<string, number>>, executor?: Transaction): Promise<void>;
}

/** Where an import has come to: parts that are loaded, then the last concept whose closure is made. */
interface Checkpoint {
  readonly part: number;
  readonly closure: number;
}

/** The words of a concept as a tsvector's text, each quoted: they are letters and digits. */
const vectorOf = ({ display, designation = [] }: Entry): string =>
  [...new Set([display, ...designation.map(({ value }) => value)].flatMap((one) => wordsOf(one ?? '')))]
    .map((word) => `'${word}'`)
    .join(' ');

/** One entry a code: what comes twice in a part is put together. */
function merged(entries: readonly Entry[]): Entry[] {
  const byCode = new Map<string, Entry>();
  for (const entry of entries) {
    const before = byCode.get(entry.code);
    if (!before) {
      byCode.set(entry.code, entry);
      continue;
    }
    const { adds: _a, ...first } = before;
    const { adds: _b, ...second } = entry;
    byCode.set(entry.code, {
      ...first,
      ...second,
      property: [...(before.property ?? []), ...(entry.property ?? [])],
      parent: [...(before.parent ?? []), ...(entry.parent ?? [])],
      ...(before.adds && entry.adds && { adds: true }),
    });
  }
  return [...byCode.values()];
}

/** Loads a part. What is loaded again is replaced. */
async function loadPart(
  transaction: Transaction,
  { system, replaces, import: id }: ImportInput,
  entries: readonly Entry[],
): Promise<void> {
  // One import of a system at a time.
  await transaction`select from terminology_system where id = ${system} for no key update`;
  const rows = merged(entries).map((entry) => ({ ...entry, words: vectorOf(entry) }));
  const json = JSON.stringify(rows);
  await transaction`insert into concept as c (system, code, display, definition, designation, property, words, defined, import)
    select ${system}, e.code, e.display, e.definition, e.designation, e.property, e.words::tsvector,
      not coalesce(e.adds, false), ${id}
    from jsonb_to_recordset(${json}::text::jsonb) as e(code text, display text, definition text, designation jsonb, property jsonb, words text, adds boolean)
    on conflict (system, code) do update set
      display = case when excluded.defined then excluded.display else c.display end,
      definition = case when excluded.defined then excluded.definition else c.definition end,
      designation = case when excluded.defined then excluded.designation else c.designation end,
      words = case when excluded.defined then excluded.words else c.words end,
      property = case when ${replaces} and c.import <> ${id} then excluded.property
        else nullif(coalesce(c.property, '[]') || coalesce(excluded.property, '[]'), '[]') end,
      defined = excluded.defined or (c.defined and not (${replaces} and c.import <> ${id})),
      import = ${id}`;
  if (replaces)
    await transaction`delete from concept_parent l using jsonb_to_recordset(${json}::text::jsonb) as e(code text, adds boolean), concept c
      where c.system = ${system} and c.code = e.code and l.child = c.id and e.adds is null`;
  const links = rows.flatMap(({ code, parent = [] }) => parent.map((above) => ({ code, above })));
  if (!links.length) return;
  const pairs = JSON.stringify(links);
  await transaction`insert into concept (system, code, import)
    select distinct ${system}::integer, e.above, ${id} from jsonb_to_recordset(${pairs}::text::jsonb) as e(above text)
    on conflict (system, code) do nothing`;
  await transaction`insert into concept_parent (child, parent)
    select distinct c.id, p.id from jsonb_to_recordset(${pairs}::text::jsonb) as e(code text, above text)
      join concept c on c.system = ${system} and c.code = e.code
      join concept p on p.system = ${system} and p.code = e.above
    on conflict do nothing`;
}

/** Makes the closure of the next concepts. @returns the last one, or undefined when there are no more */
async function closeBatch(
  transaction: Transaction,
  system: number,
  after: number,
): Promise<number | undefined> {
  const [row] = await transaction`with recursive batch as (
      select id from concept where system = ${system} and id > ${after} order by id limit ${BATCH}),
    up(descendant, ancestor) as (
      select child, parent from concept_parent join batch on child = batch.id
      union
      select up.descendant, l.parent from up join concept_parent l on l.child = up.ancestor),
    gone as (
      delete from concept_closure k using batch where k.descendant = batch.id
        and not exists (select from up where up.descendant = k.descendant and up.ancestor = k.ancestor)),
    made as (
      insert into concept_closure (descendant, ancestor) select descendant, ancestor from up on conflict do nothing)
    select max(id) as last from batch`;
  return (row!.last as number | null) ?? undefined;
}

/** Loads what was kept, part after part, then makes the closure, batch after batch. */
export async function runImport(sql: Sql, run: ImportRun): Promise<void> {
  const input = run.input as ImportInput;
  const id = input.import;
  let { part, closure } = (run.checkpoint as Checkpoint | null) ?? { part: 0, closure: 0 };
  let counts = { concepts: run.counts.concepts ?? 0, closed: run.counts.closed ?? 0 };
  for (let more = true; more; ) {
    more = (await sql.begin(async (transaction) => {
      const own = transaction as Transaction;
      await own`set local statement_timeout = 0`;
      const [row] =
        await own`delete from concept_import where import = ${id} and part = ${part} returning concepts`;
      if (!row) return false;
      const entries = row.concepts as Entry[];
      await loadPart(own, input, entries);
      part++;
      counts = { ...counts, concepts: counts.concepts + entries.length };
      await run.save({ part, closure }, counts, own);
      return true;
    })) as boolean;
  }
  if (input.replaces)
    await sql`update concept set defined = false where system = ${input.system} and import <> ${id} and defined`;
  for (;;) {
    const last = (await sql.begin(async (transaction) => {
      const own = transaction as Transaction;
      await own`set local statement_timeout = 0`;
      const found = await closeBatch(own, input.system, closure);
      if (found === undefined) return undefined;
      counts = { ...counts, closed: counts.closed + 1 };
      await run.save({ part, closure: found }, counts, own);
      return found;
    })) as number | undefined;
    if (last === undefined) break;
    closure = last;
  }
  await sql`update terminology_generation set value = value + 1`;
  await sql.begin(async (transaction) => {
    await transaction`set local statement_timeout = 0`;
    for (const table of ['concept', 'concept_parent', 'concept_closure'])
      await transaction.unsafe(`analyze ${table}`);
  });
}
