// The rows that are drawn, each where it belongs.
import type { ReactNode } from 'react';
import type { Actions } from '../../actions/index.tsx';
import type { Moved } from './changes.ts';
import type { Clock } from './clock.ts';
import type { Shape } from './columns.ts';
import type { Entry } from './entries.ts';
import { type Commands, GridRow, GroupRow } from './grid-row.tsx';
import type { Group, Row } from './row.ts';
import type { Words } from './words.ts';

/** What every row is drawn with. */
export interface RowsProps {
  readonly moved: ReadonlyMap<string, Moved>;
  readonly actions: Actions;
  readonly shape: Shape;
  readonly words: Words;
  readonly now: Date;
  readonly clock: Clock;
  readonly me: string | undefined;
  /** The row whose details are open. */
  readonly open: string | undefined;
  readonly commands: Commands;
  /** Details inside the row; undefined where they stand beside the list. */
  readonly details: ReactNode;
}

interface GridRowsProps extends RowsProps {
  readonly entries: readonly Entry[];
  readonly byId: ReadonlyMap<string, Row>;
  readonly items: readonly { readonly index: number; readonly start: number }[];
  /** Where the rows begin on the page, in px. */
  readonly top: number;
  readonly current: number;
  readonly measure: (element: HTMLElement | null) => void;
  /** Rows that are, or once were, higher than one line. */
  readonly tall: Set<string>;
}

const ICONS: Readonly<Partial<Record<Group, 'late' | 'soon'>>> = { late: 'late', today: 'soon' };

export function GridRows(props: GridRowsProps) {
  const { entries, byId, items, top, words, shape } = props;
  return items.map(({ index, start }) => {
    const entry = entries[index];
    if (entry?.kind === 'group')
      return (
        <GroupRow
          key={`#${entry.group}`}
          index={index}
          start={start - top}
          said={`${words.w(`group.${entry.group}`)} (${entry.count})`}
          icon={ICONS[entry.group]}
          columns={shape.columns.length}
        />
      );
    const row = entry && byId.get(entry.id);
    return row ? one(props, row, index, start - top) : null;
  });
}

function one(props: GridRowsProps, row: Row, index: number, start: number): ReactNode {
  const { actions, shape, words, now, clock, me, open, moved, commands, current, tall, measure } = props;
  const isOpen = row.id === open;
  const details = isOpen ? props.details : undefined;
  const notice = actions.notices.get(row.id);
  if (notice !== undefined || details !== undefined) tall.add(row.id);
  return (
    <GridRow
      key={row.id}
      {...{ row, index, start, words, now, clock, me, shape, notice, commands, details }}
      active={index === current}
      open={isOpen}
      busy={actions.busy.has(row.id)}
      moved={moved.get(row.id)}
      done={actions.undoable.get(row.id)}
      measure={shape.blocks || tall.has(row.id) ? measure : undefined}
    />
  );
}
