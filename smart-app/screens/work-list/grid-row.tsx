// One row: the cells of a task, its next step, what has just happened to it, and its details where they have no place beside.
// https://www.w3.org/WAI/ARIA/apg/patterns/grid/
import { memo, type ReactNode } from 'react';
import type { Done } from '../../actions/index.tsx';
import { useApp } from '../../context.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { CELLS, type CellProps, rowTitle } from './cells.tsx';
import type { Moved } from './changes.ts';
import type { Shape } from './columns.ts';
import type { ColumnName } from './filter.ts';
import classes from './grid.module.css';
import { nextVerb } from './next-step.ts';
import type { Words } from './words.ts';

/** What can be done with a row; the functions stay the same, so that rows are not drawn again for them. */
export interface Commands {
  readonly open: (id: string) => void;
  readonly next: (id: string) => void;
  readonly undo: (id: string) => void;
  readonly dismiss: (id: string) => void;
}

export interface GridRowProps extends CellProps {
  readonly shape: Shape;
  readonly index: number;
  /** Where it begins, in px from the top of the rows. */
  readonly start: number;
  readonly open: boolean;
  readonly busy: boolean;
  readonly moved: Moved | undefined;
  readonly done: Done | undefined;
  readonly notice: string | undefined;
  readonly commands: Commands;
  /** Given when the height is measured, and not known. */
  readonly measure: ((element: HTMLElement | null) => void) | undefined;
  readonly details: ReactNode;
}

/** What has happened to the row, in words. */
export const movedSaid = ({ what, name = '' }: Moved, w: Words['w']): string =>
  what === 'taken' && !name ? w('moved.taken-by-somebody') : w(`moved.${what}`, { name });

function What({ row, words: { w, t }, active, busy, moved, done, commands }: GridRowProps) {
  const title = rowTitle(row, t);
  if (done)
    return (
      <>
        <span className={classes.title}>{done.sentence}</span>
        <button
          type="button"
          className={classes.undo}
          tabIndex={active ? 0 : -1}
          aria-busy={busy}
          aria-label={t('action.undoFor', { title })}
          onClick={() => commands.undo(row.id)}
        >
          {t('action.undo')}
        </button>
      </>
    );
  return (
    <>
      <span className={classes.title}>{title}</span>
      {moved && <strong className={classes.moved}>{movedSaid(moved, w)}</strong>}
    </>
  );
}

function Next({ row, words: { t }, me, active, busy, moved, done, commands }: GridRowProps) {
  const { user } = useApp();
  const verb = moved?.leaves && !done ? '' : nextVerb(row.task, me, user?.role, t);
  if (!verb) return null;
  return (
    <button
      type="button"
      className={classes.button}
      tabIndex={active ? 0 : -1}
      aria-busy={busy}
      aria-label={`${verb}: ${rowTitle(row, t)}`}
      onClick={() => commands.next(row.id)}
    >
      {verb}
    </button>
  );
}

function cellOf(name: ColumnName, props: GridRowProps): ReactNode {
  if (name === 'what') return <What {...props} />;
  if (name === 'next') return <Next {...props} />;
  return CELLS[name](props);
}

const isControl = (target: EventTarget): boolean =>
  (target as Element).closest('a, button, input, td[data-wide]') !== null;

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { row, shape, index, start, active, open, moved, done, notice, commands, measure, details, words } =
    props;
  const wide = notice !== undefined || (open && details !== undefined);
  return (
    <tr
      ref={measure}
      data-index={index}
      data-id={row.id}
      data-open={open || undefined}
      data-leaves={(moved?.leaves && !done) || undefined}
      aria-rowindex={index + 2}
      aria-selected={open}
      tabIndex={active ? 0 : -1}
      className={classes.row}
      style={{
        transform: `translateY(${start}px)`,
        gridTemplateColumns: shape.blocks ? undefined : shape.template,
      }}
      onClick={(event) => {
        if (!isControl(event.target)) commands.open(row.id);
      }}
    >
      {shape.columns.map((name) => (
        <td key={name} data-column={name}>
          {shape.blocks && name !== 'what' && name !== 'next' && (
            <span className="visually-hidden">{words.w(`column.${name}`)}: </span>
          )}
          {cellOf(name, props)}
        </td>
      ))}
      {wide && (
        <td data-wide colSpan={shape.columns.length}>
          {notice !== undefined && <Refusal sentence={notice} onClose={() => commands.dismiss(row.id)} />}
          {open && details}
        </td>
      )}
    </tr>
  );
});

/** The line before a group. */
export const GroupRow = memo(function GroupRow({
  index,
  start,
  said,
  icon,
  columns,
}: {
  index: number;
  start: number;
  said: string;
  icon: 'late' | 'soon' | undefined;
  columns: number;
}) {
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      className={classes.group}
      style={{ transform: `translateY(${start}px)` }}
    >
      <th scope="rowgroup" colSpan={columns} data-near={icon}>
        {icon && <Icon name={icon} />} {said}
      </th>
    </tr>
  );
});
