// Rows in the order of a column; those that are equal stand in that of their due times, then the urgent first.
// https://tanstack.com/table/latest/docs/guide/sorting
import { useTable } from '@tanstack/react-table';
import { useMemo } from 'react';
import { ownerSaid, rowTitle } from './cells.tsx';
import type { Clock } from './clock.ts';
import { columnsOf, features } from './columns.ts';
import { BY_DUE, type Sort } from './filter.ts';
import { nextVerb } from './next-step.ts';
import type { Row } from './row.ts';
import type { Words } from './words.ts';

const NO_ROWS: Row[] = [];
const TIES: readonly Sort[] = [BY_DUE, { id: 'priority', desc: false }];

/** What is equal in everything else keeps one order, whichever way it was read. */
const byId = (a: Row, b: Row): number => (a.id < b.id ? -1 : 1);

export function useSorted(
  rows: readonly Row[],
  sort: Sort,
  clock: Clock,
  { t, locale }: Words,
  me: string | undefined,
  role: string | undefined,
): readonly Row[] {
  const columns = useMemo(() => {
    const words = {
      title: (row: Row) => rowTitle(row, t),
      owner: (row: Row) => ownerSaid(row, me, t),
      next: (row: Row) => nextVerb(row.task, me, role, t),
    };
    return columnsOf(clock, words, locale);
  }, [clock, t, locale, me, role]);
  const state = useMemo(
    () => ({ sorting: [sort, ...TIES.filter(({ id }) => id !== sort.id)].map((one) => ({ ...one })) }),
    [sort],
  );
  const data = useMemo(() => (rows.length ? [...rows].sort(byId) : NO_ROWS), [rows]);
  const table = useTable({ features, columns, data, state, getRowId: ({ id }) => id });
  const { rows: sorted } = table.getRowModel();
  return useMemo(() => sorted.map(({ original }) => original), [sorted]);
}
