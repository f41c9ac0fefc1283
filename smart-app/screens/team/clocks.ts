// Promises that were kept and missed, by what was promised and the kind of work; the worst first.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { ClockLine, TeamFigures } from '../../fhir/figures.ts';
import { type Bar, type Card, type Chart, type Series, type Sheet, withheld } from './card.ts';
import { codeSaid, type Said, shareSaid } from './said.ts';

const PROMISES = ['due', 'acceptance', 'first-response'] as const;

/** How many came due; what is late now was not kept, whenever it will be done. */
const due = ({ kept, missed, late }: ClockLine): number => kept + missed + late;

/** Kept among those that came due, over several lines; undefined when none did. */
export function keptShare(lines: readonly ClockLine[]): number | undefined {
  const all = lines.reduce((sum, line) => sum + due(line), 0);
  return all === 0 ? undefined : lines.reduce((sum, { kept }) => sum + kept, 0) / all;
}

function kindSaid({ of, urgent }: ClockLine, said: Said): string {
  const kind = of ? codeSaid('code', of, said) : said.w('open.none.code');
  return urgent ? said.w('clocks.urgent', { kind }) : kind;
}

function barOf(line: ClockLine, said: Said): Bar {
  const { w, locale } = said;
  const share = shareSaid(keptShare([line]) ?? 0, locale);
  return {
    key: `${line.of?.code} ${line.urgent}`,
    label: kindSaid(line, said),
    values: [line.kept, line.missed, line.late],
    said: w('clocks.said', { count: line.kept, all: due(line), share }),
    ...(line.late > 0 && { late: w('late', { count: line.late }) }),
  };
}

const worstFirst = (a: ClockLine, b: ClockLine): number =>
  b.missed + b.late - (a.missed + a.late) || due(b) - due(a);

function chartsOf(lines: readonly ClockLine[], said: Said): readonly Chart[] {
  const { w } = said;
  const series: readonly Series[] = [
    { key: 'kept', label: w('clocks.kept'), tone: 'plain' },
    { key: 'missed', label: w('clocks.missed'), tone: 'missed' },
    { key: 'late', label: w('clocks.late'), tone: 'late' },
  ];
  const charts = PROMISES.map((promise) => ({
    key: promise,
    title: w(`clocks.${promise}`),
    series,
    bars: lines
      .filter((line) => line.promise === promise)
      .sort(worstFirst)
      .map((line) => barOf(line, said)),
  })).filter(({ bars }) => bars.length > 0);
  return charts.length ? charts : [{ key: 'none', series, bars: [], empty: w('clocks.empty') }];
}

function sheetOf(lines: readonly ClockLine[], said: Said): Sheet {
  const { w } = said;
  const text = (key: 'promise' | 'kind' | 'urgent') =>
    ({ key, label: w(`column.${key}`), kind: 'text' }) as const;
  const number = (key: 'kept' | 'missed' | 'late-now') =>
    ({ key, label: w(`column.${key}`), kind: 'number' }) as const;
  return {
    columns: [
      text('promise'),
      text('kind'),
      text('urgent'),
      ...(['kept', 'missed', 'late-now'] as const).map(number),
      { key: 'share', label: w('column.share'), kind: 'share' },
    ],
    rows: PROMISES.flatMap((promise) =>
      lines
        .filter((line) => line.promise === promise)
        .map((line) => [
          w(`clocks.${promise}`),
          line.of ? codeSaid('code', line.of, said) : w('open.none.code'),
          w(line.urgent ? 'yes' : 'no'),
          line.kept,
          line.missed,
          line.late,
          keptShare([line]) ?? '',
        ]),
    ),
  };
}

export function clocksCard({ clocks, absent: all }: TeamFigures, said: Said): Card {
  const absent = all.filter(({ figure }) => figure === 'clock' || figure === 'first-response');
  if (!clocks) return withheld('clocks', absent);
  return { name: 'clocks', charts: chartsOf(clocks, said), sheet: sheetOf(clocks, said), absent };
}
