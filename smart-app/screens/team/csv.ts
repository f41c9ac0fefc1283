// The table behind a chart as a file for a spreadsheet. https://www.rfc-editor.org/rfc/rfc4180
import type { Cell, Sheet } from './card.ts';

/** What a spreadsheet would take for a formula. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

function field(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lines end with CR LF; numbers are plain, with a point. */
export const csvOf = ({ columns, rows }: Sheet): string =>
  [columns.map(({ label }) => label), ...rows].map((cells) => `${cells.map(field).join(',')}\r\n`).join('');

/** The name of the file: what it is about, and the days. */
export const fileOf = (name: string, start: string, end: string): string =>
  `throughline-${name}-${start}-${end}.csv`;
