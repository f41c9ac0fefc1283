// Rows in the order of a column; those that are equal stand in that of their due times.
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
    () => ({ sorting: sort.id === BY_DUE.id ? [{ ...sort }] : [{ ...sort }, { ...BY_DUE }] }),
    [sort],
  );
  const data = useMemo(() => (rows.length ? [...rows] : NO_ROWS), [rows]);
  const table = useTable({ features, columns, data, state, getRowId: ({ id }) => id });
  const { rows: sorted } = table.getRowModel();
  return useMemo(() => sorted.map(({ original }) => original), [sorted]);
}
