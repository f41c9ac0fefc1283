// What the list holds, and what becomes of it when pages arrive and when somebody changes a task that stands in it.
import type { Task } from '@medplum/fhirtypes';
import { isPool, OPEN } from '../../fhir/task.ts';
import type { Row } from './row.ts';

/** What has happened to a row since it was shown. */
export type What = 'taken' | 'mine' | 'released' | 'done' | 'ended' | 'gone' | 'changed';

export interface Moved {
  readonly what: What;
  /** Who has it now, where somebody took it. */
  readonly name?: string;
  /** It belongs to the list no more, and stays only so that nothing jumps. */
  readonly leaves: boolean;
  /** When, in milliseconds. */
  readonly at: number;
}

export interface Listed {
  readonly rows: ReadonlyMap<string, Row>;
  readonly moved: ReadonlyMap<string, Moved>;
}

export const NOTHING: Listed = { rows: new Map(), moved: new Map() };

/** Milliseconds for which a row that leaves says why. */
export const SAID_FOR = 4_000;

/** A page has arrived: its rows, unless a newer version of one is there already. */
export function withPage({ rows, moved }: Listed, page: readonly Row[]): Listed {
  const after = new Map(rows);
  for (const row of page) if ((after.get(row.id)?.version ?? 0) <= row.version) after.set(row.id, row);
  return { rows: after, moved };
}

/** All pages have arrived: what was on none of them is no more in the list. */
export function withOnly({ rows, moved }: Listed, seen: ReadonlySet<string>): Listed {
  const keep = ([id]: readonly [string, unknown]) => seen.has(id) || moved.has(id);
  return { rows: new Map([...rows].filter(keep)), moved };
}

/** What happened to a task between two versions; undefined: nothing that somebody waits for. */
export function whatOf(before: Task, after: Task | undefined, me: string): What | undefined {
  if (!after) return 'gone';
  if (!OPEN.includes(after.status)) return after.status === 'completed' ? 'done' : 'ended';
  if (before.owner?.reference !== after.owner?.reference) {
    if (after.owner?.reference === me) return 'mine';
    return isPool(after) ? 'released' : 'taken';
  }
  return before.status === after.status ? undefined : 'changed';
}

/** What tasks that were read again are held against. */
export interface Reread {
  readonly ids: Iterable<string>;
  /** Those of them that can still be seen. */
  readonly found: ReadonlyMap<string, Row>;
  readonly holds: (task: Task) => boolean;
  readonly me: string;
  /** The user did it here, and needs not to be told. */
  readonly own: boolean;
  /** The moment, in milliseconds. */
  readonly at: number;
}

/** Tasks were read again: rows change in their places, and those that leave say why and stay for the moment. */
export function withReread({ rows, moved }: Listed, reread: Reread): Listed {
  const { ids, found, holds, me, own, at } = reread;
  const nextRows = new Map(rows);
  const nextMoved = new Map(moved);
  for (const id of ids) {
    const before = rows.get(id);
    const after = found.get(id);
    const stays = after !== undefined && holds(after.task);
    if (after && (before || stays)) nextRows.set(id, after);
    if (!before) continue;
    if (own && stays) nextMoved.delete(id);
    const isKnown = before.version === after?.version && (stays || moved.has(id));
    const what = whatOf(before.task, after?.task, me) ?? (stays ? undefined : 'changed');
    if (isKnown || !what || (own && stays)) continue;
    const name = what === 'taken' ? after?.owner?.name : undefined;
    nextMoved.set(id, { what, leaves: !stays, at, ...(name && { name }) });
  }
  return { rows: nextRows, moved: nextMoved };
}

/**
 * Takes away what has left and has said so for long enough.
 * @param keep ids of rows that stay, because what was done to them can be taken back
 */
export function settled(listed: Listed, keep: { has(id: string): boolean }, now: number): Listed {
  const over = [...listed.moved].filter(([id, { at }]) => !keep.has(id) && now - at >= SAID_FOR);
  if (!over.length) return listed;
  const rows = new Map(listed.rows);
  const moved = new Map(listed.moved);
  for (const [id, { leaves }] of over) {
    moved.delete(id);
    if (leaves) rows.delete(id);
  }
  return { rows, moved };
}
