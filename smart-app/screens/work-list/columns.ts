// The columns: what rows are sorted by, how wide they are, and which of them a width has room for.
// https://tanstack.com/table/latest/docs/guide/sorting
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table';
import type { Clock } from './clock.ts';
import { COLUMNS, type ColumnName } from './filter.ts';
import { dueRank, priorityRank, type Row, stageRank, tierRank } from './row.ts';

export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

type Values = Readonly<Record<ColumnName, (row: Row) => string | number>>;

/** What the columns are sorted by. */
export interface Words {
  readonly next: (row: Row) => string;
  readonly owner: (row: Row) => string;
  readonly title: (row: Row) => string;
}

const valuesOf = (clock: Clock, { next, owner, title }: Words): Values => ({
  priority: priorityRank,
  due: (row) => dueRank(row, clock),
  patient: ({ patientName }) => patientName,
  stage: stageRank,
  what: title,
  next,
  owner,
  tier: tierRank,
  safety: ({ flags }) => (flags.length ? 0 : 1),
});

/** The columns of a moment and a language; names are compared as the language does. */
export function columnsOf(clock: Clock, words: Words, locale: string): ColumnDef<typeof features, Row>[] {
  const values = valuesOf(clock, words);
  const { compare } = new Intl.Collator(locale, { numeric: true });
  const order = (a: string | number, b: string | number): number =>
    typeof a === 'number' ? a - (b as number) : compare(a, b as string);
  return COLUMNS.map((id) => ({
    id,
    accessorFn: values[id],
    sortDescFirst: false,
    sortFn: (a, b, column) => order(a.getValue(column), b.getValue(column)),
  }));
}

const WIDTHS: Readonly<Record<ColumnName, string>> = {
  priority: '80px',
  due: '140px',
  patient: 'minmax(96px, 1.2fr)',
  stage: '88px',
  what: 'minmax(108px, 4fr)',
  next: '132px',
  owner: 'minmax(76px, 0.9fr)',
  tier: '104px',
  safety: '72px',
};
/** With room for the date beside `4 days ago`. */
const WIDE_DUE = '168px';

/** From which width of the list on a column is there, in px. The others always are. */
const FROM: Readonly<Partial<Record<ColumnName, number>>> = {
  priority: 690,
  owner: 780,
  stage: 876,
  tier: 1030,
};

/** Below this a row is a small block with all that it says, and not a line of columns. */
const BLOCKS_BELOW = 860;
/** What a line does not say then stands in the details beside it. */
const BLOCKS_BELOW_BESIDE_DETAILS = 606;

export interface Shape {
  readonly blocks: boolean;
  readonly columns: readonly ColumnName[];
  /** There is room for dates beside relative times. */
  readonly roomy: boolean;
  /** CSS value of grid-template-columns. */
  readonly template: string;
}

/** How rows are drawn in a list of a width. @param beside details stand beside the list */
export function shapeOf(width: number, beside: boolean): Shape {
  const blocks = width < (beside ? BLOCKS_BELOW_BESIDE_DETAILS : BLOCKS_BELOW);
  const columns = blocks ? COLUMNS : COLUMNS.filter((name) => width >= (FROM[name] ?? 0));
  const roomy = blocks || width >= FROM.tier!;
  const widths = roomy ? { ...WIDTHS, due: WIDE_DUE } : WIDTHS;
  return { blocks, columns, roomy, template: columns.map((name) => widths[name]).join(' ') };
}
