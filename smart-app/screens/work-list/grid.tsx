// The grid: sorted rows of which only those in sight are drawn; arrows move from row to row.
// https://www.w3.org/WAI/ARIA/apg/patterns/grid/
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useApp } from '../../context.tsx';
import { clockOf } from './clock.ts';
import type { Sort } from './filter.ts';
import classes from './grid.module.css';
import { GridHead } from './grid-head.tsx';
import { GridRows, type RowsProps } from './grid-rows.tsx';
import type { Row } from './row.ts';
import { useDrawn } from './use-drawn.ts';
import { useEntries } from './use-entries.ts';
import { useHeld } from './use-held.ts';
import { useRoving } from './use-roving.ts';
import { useSorted } from './use-sorted.ts';

export interface GridHandle {
  /** Moves by a number of rows from the one that has the focus; 0: to where it was. */
  readonly move: (by: number) => void;
}

export interface GridProps extends Omit<RowsProps, 'clock'> {
  readonly rows: readonly Row[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  /** The row that takes part in the tab order. */
  readonly active: string | undefined;
  readonly onActive: (id: string) => void;
  /** More rows are being read. */
  readonly growing: boolean;
  /** Changes whenever the user does something after which rows may move. */
  readonly command: unknown;
  /** Whether rows keep their places at the moment. */
  readonly onHeld: (held: boolean) => void;
  /** How many rows wait to come or to go. */
  readonly onWaiting: (count: number) => void;
  readonly ref: Ref<GridHandle>;
}

/** The rows as they stand, held while somebody is at work in them. */
function useStanding({ rows, sort, words, now, me, growing, command, onHeld, onWaiting }: GridProps) {
  const clock = useMemo(() => clockOf(now), [now]);
  const { user } = useApp();
  const sorted = useSorted(rows, sort, clock, words, me, user?.role);
  const byId = useMemo(() => new Map(rows.map((row) => [row.id, row])), [rows]);
  const grouped = sort.id === 'due' && !sort.desc;
  const { held, handlers } = useHeld();
  const following = { held, growing: growing && grouped, command };
  const { entries, waiting } = useEntries(sorted, grouped ? clock : undefined, following);
  useEffect(() => onHeld(held), [held, onHeld]);
  useEffect(() => onWaiting(waiting), [waiting, onWaiting]);
  return { clock, byId, entries, handlers };
}

export function Grid(props: GridProps) {
  const { actions, shape, sort, onSort, words, active, onActive, commands } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [tall] = useState(() => new Set<string>());
  const { clock, byId, entries, handlers } = useStanding(props);
  const roving = useRoving({ entries, active, onActive, body, isOpen: actions.isOpen });
  const { current } = roving;
  const { virtual, top, page } = useDrawn(entries, shape, body, current);

  const moveTo = (from: number, step: number) =>
    roving.moveTo(from, step, (index) => virtual.scrollToIndex(index, { align: 'auto' }));
  const move = (by: number) => moveTo(roving.isWithin() ? current + by : current, Math.sign(by) || 1);
  useImperativeHandle(props.ref, () => ({ move }));
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(page),
    PageUp: () => move(-page),
    Home: () => moveTo(0, 1),
    End: () => moveTo(entries.length - 1, -1),
    Enter: () => active !== undefined && commands.open(active),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isRow = (event.target as Element).matches('tr');
    if (!isRow || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]!();
  };

  return (
    <table
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: it is a table whose rows are gone through by arrows
      role="grid"
      aria-label={words.w('grid')}
      aria-rowcount={entries.length + 1}
      aria-colcount={shape.columns.length}
      className={classes.grid}
      data-blocks={shape.blocks || undefined}
      data-roomy={shape.roomy || undefined}
      onKeyDown={onKeyDown}
      {...handlers}
    >
      <GridHead shape={shape} sort={sort} onSort={onSort} words={words} />
      <tbody ref={body} style={{ height: virtual.getTotalSize() }} {...roving.handlers}>
        <GridRows
          {...props}
          {...{ clock, byId, entries, top, current, tall }}
          items={virtual.getVirtualItems()}
          measure={virtual.measureElement}
        />
      </tbody>
    </table>
  );
}
