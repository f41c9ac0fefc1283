// The list as it stands: it follows the rows, except while somebody is at work in it.
import { useMemo, useState } from 'react';
import type { Clock } from './clock.ts';
import { type Entry, entriesOf, keyOf } from './entries.ts';
import type { Row } from './row.ts';

interface Following {
  /** Rows keep their places until the next command. */
  readonly held: boolean;
  /** Rows come at the end only: they do not move those that are there. */
  readonly growing: boolean;
  /** Changes whenever the user does something that may move rows. */
  readonly command: unknown;
}

/** How many rows would come or go. */
function difference(shown: readonly Entry[], latest: readonly Entry[]): number {
  const before = new Set(shown.map(keyOf));
  const added = latest.filter((one) => one.kind === 'row' && !before.has(one.id)).length;
  const rows = (entries: readonly Entry[]) => entries.filter(({ kind }) => kind === 'row').length;
  return added + (rows(shown) + added - rows(latest));
}

/** @returns what is shown, and how many rows wait to come or to go */
export function useEntries(
  rows: readonly Row[],
  clock: Clock | undefined,
  { held, growing, command }: Following,
): { entries: readonly Entry[]; waiting: number } {
  const latest = useMemo(() => entriesOf(rows, clock), [rows, clock]);
  const [shown, setShown] = useState({ entries: latest, command });
  const follows = !held || growing || shown.command !== command || shown.entries.length === 0;
  if (follows && (shown.entries !== latest || shown.command !== command))
    setShown({ entries: latest, command });
  const { entries } = shown;
  const waiting = useMemo(() => (entries === latest ? 0 : difference(entries, latest)), [entries, latest]);
  return { entries, waiting };
}
