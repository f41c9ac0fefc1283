// Cards in as many columns as there is room for, dealt in their order: what grows moves only what is below it.
// https://www.w3.org/WAI/WCAG22/Understanding/reflow.html
import { useMediaQuery } from '@mantine/hooks';
import type { ReactElement } from 'react';
import classes from './team.module.css';

/** Widths from which on there is one column more. */
const FROM = ['(min-width: 900px)', '(min-width: 1600px)', '(min-width: 2200px)'] as const;

const useRoom = (query: string): boolean =>
  useMediaQuery(query, false, { getInitialValueInEffect: false }) ?? false;

export function Columns({ children }: { children: readonly ReactElement[] }) {
  const room = [useRoom(FROM[0]), useRoom(FROM[1]), useRoom(FROM[2])];
  const count = 1 + room.filter(Boolean).length;
  const columns = Array.from({ length: count }, (_one, column) => ({
    column,
    cards: children.filter((_card, place) => place % count === column),
  }));
  return (
    <div className={classes.columns}>
      {columns.map(({ column, cards }) => (
        <div key={column} className={classes.column}>
          {cards}
        </div>
      ))}
    </div>
  );
}
