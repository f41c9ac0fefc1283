// The table behind a chart: every number, for those who read it that way.
// https://www.w3.org/WAI/tutorials/tables/one-header/
import type { Cell, Column, Sheet } from './card.ts';
import { monthSaid, numberSaid, shareSaid } from './said.ts';
import classes from './table.module.css';
import { useWords } from './words.ts';

const WRITTEN: Readonly<Record<Column['kind'], (cell: Cell, locale: string) => string>> = {
  text: String,
  number: (cell, locale) => (typeof cell === 'number' ? numberSaid(cell, locale) : cell),
  share: (cell, locale) => (typeof cell === 'number' ? shareSaid(cell, locale) : cell),
  month: (cell, locale) => monthSaid(String(cell), locale),
};

/** How many columns at the beginning say what the line is about. */
const heads = ({ columns }: Sheet): number =>
  Math.max(
    columns.findIndex(({ kind }) => kind !== 'text' && kind !== 'month'),
    1,
  );

/** @param title what the table is about, for those who come to it out of its place */
export function DataTable({ sheet, title, empty }: { sheet: Sheet; title: string; empty: string }) {
  const { locale } = useWords();
  const { columns, rows } = sheet;
  if (rows.length === 0) return <p className={classes.quiet}>{empty}</p>;
  const last = heads(sheet) - 1;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section className={classes.scroll} aria-label={title} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ key, label, kind }) => (
              <th key={key} scope="col" data-kind={kind}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr key={cells.join('|')}>
              {columns.map(({ key, kind }, place) =>
                place === last ? (
                  <th key={key} scope="row" data-kind={kind}>
                    {WRITTEN[kind](cells[place]!, locale)}
                  </th>
                ) : (
                  <td key={key} data-kind={kind}>
                    {WRITTEN[kind](cells[place]!, locale)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
