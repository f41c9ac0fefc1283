// The head of the grid: the names of the columns, each a button that sorts by it.
// https://www.w3.org/WAI/ARIA/apg/patterns/grid/examples/data-grids/
import { Icon } from '../../ui/icons.tsx';
import type { Shape } from './columns.ts';
import type { Sort } from './filter.ts';
import classes from './grid.module.css';
import type { Words } from './words.ts';

interface GridHeadProps {
  readonly shape: Shape;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly words: Words;
}

export function GridHead({ shape, sort, onSort, words: { w } }: GridHeadProps) {
  return (
    <thead className={classes.head}>
      <tr aria-rowindex={1} style={{ gridTemplateColumns: shape.template }}>
        {shape.columns.map((id) => {
          const isSorted = sort.id === id;
          return (
            <th
              key={id}
              scope="col"
              data-column={id}
              aria-sort={isSorted ? (sort.desc ? 'descending' : 'ascending') : undefined}
            >
              <button type="button" onClick={() => onSort({ id, desc: isSorted && !sort.desc })}>
                {w(`column.${id}`)}
                {isSorted && (
                  <span className={classes.sorted} data-desc={sort.desc || undefined}>
                    <Icon name="down" />
                  </span>
                )}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
