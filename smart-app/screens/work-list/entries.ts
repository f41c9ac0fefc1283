// The list as it stands on the screen: rows in their order, with a line before each group of them.
import type { Clock } from './clock.ts';
import { GROUPS, type Group, groupOf, type Row } from './row.ts';

export type Entry =
  | { readonly kind: 'group'; readonly group: Group; readonly count: number }
  | { readonly kind: 'row'; readonly id: string };

/** Name of an entry that stays the same while others come and go. */
export const keyOf = (entry: Entry): string => (entry.kind === 'row' ? entry.id : `#${entry.group}`);

/**
 * @param rows in their order
 * @param clock of the groups; undefined: the rows stand in another order than that of their groups, and get none
 */
export function entriesOf(rows: readonly Row[], clock: Clock | undefined): readonly Entry[] {
  const entry = ({ id }: Row): Entry => ({ kind: 'row', id });
  if (!clock) return rows.map(entry);
  const members: Record<Group, Row[]> = { late: [], today: [], week: [], later: [], none: [], waiting: [] };
  for (const row of rows) members[groupOf(row, clock)].push(row);
  return GROUPS.filter((group) => members[group].length).flatMap((group) => [
    { kind: 'group', group, count: members[group].length } as const,
    ...members[group].map(entry),
  ]);
}
