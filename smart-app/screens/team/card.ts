// What a card of the dashboard holds: bars to look at, and the table behind them, which is what the file says too.
// https://www.w3.org/WAI/tutorials/images/complex/
import type { Absent } from '../../fhir/figures.ts';
import type { Look } from '../work-list/filter.ts';

export const CARDS = ['open', 'clocks', 'referrals', 'barriers', 'network', 'savings', 'minutes'] as const;
export type CardName = (typeof CARDS)[number];

/** How a part of a bar is drawn; each tone has a shade, and a stripe, a pattern or an outline of its own. */
export type Tone =
  | 'plain'
  | 'step-1'
  | 'step-2'
  | 'step-3'
  | 'step-4'
  | 'step-5'
  | 'missed'
  | 'late'
  | 'out'
  | 'blank';

/** What the parts of the bars of a chart are. */
export interface Series {
  readonly key: string;
  readonly label: string;
  readonly tone: Tone;
}

export interface Bar {
  readonly key: string;
  readonly label: string;
  /** One for each series, none below zero. */
  readonly values: readonly number[];
  /** What stands at the end of the line. */
  readonly said: string;
  /** What is late of it, as words. */
  readonly late?: string | undefined;
  /** The work list that shows what was counted. */
  readonly look?: Look | undefined;
}

export interface Chart {
  readonly key: string;
  readonly title?: string | undefined;
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
  /** The numbers are amounts: they stand at the end of the line only. */
  readonly amounts?: boolean | undefined;
  /** What a bar of full length stands for; the longest bar when absent. */
  readonly most?: number | undefined;
  /** A sentence below the bars. */
  readonly after?: string | undefined;
  /** What is said instead of bars when there are none. */
  readonly empty?: string | undefined;
}

export interface Column {
  readonly key: string;
  readonly label: string;
  /** How its numbers are written in the table; in the file they are plain. */
  readonly kind: 'text' | 'number' | 'share' | 'month';
}

/** Empty text: there is nothing to say in this cell. */
export type Cell = string | number;

/** The table behind the bars. */
export interface Sheet {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Card {
  readonly name: CardName;
  /** What the bars say in one sentence. */
  readonly lead?: string | undefined;
  /** Without charts, nothing of the figure may be seen: `absent` says so. */
  readonly charts: readonly Chart[];
  readonly sheet: Sheet;
  readonly absent: readonly Absent[];
}

/** For each chart the series to explain above it: those that have something, once for charts that share them. */
export function legendsOf(charts: readonly Chart[]): readonly (readonly Series[])[] {
  return charts.map(({ series }, place) => {
    if (series.length < 2 || charts.findIndex((one) => one.series === series) < place) return [];
    const bars = charts.filter((one) => one.series === series).flatMap((one) => one.bars);
    return series.filter((_one, part) => bars.some(({ values }) => values[part]! > 0));
  });
}

/** How long a bar is. */
export const lengthOf = ({ values }: Bar): number => values.reduce((sum, value) => sum + value, 0);

const EMPTY: Sheet = { columns: [], rows: [] };

/** A card of a figure that the user cannot have. */
export const withheld = (name: CardName, absent: readonly Absent[]): Card => ({
  name,
  charts: [],
  sheet: EMPTY,
  absent,
});
