// Minutes that were logged, by programme and by month.
// https://hl7.org/fhir/R4/observation.html
import type { MinutesLine, TeamFigures } from '../../fhir/figures.ts';
import { type Bar, type Card, type Chart, withheld } from './card.ts';
import { codeSaid, monthSaid, numberSaid, type Said } from './said.ts';

const programmeSaid = ({ programme }: MinutesLine, said: Said): string =>
  programme ? codeSaid('programme', programme, said) : said.w('minutes.none');

/** Bars of the lines that share a key. */
function barsOf(
  lines: readonly MinutesLine[],
  keyOf: (line: MinutesLine) => string,
  labelOf: (line: MinutesLine) => string,
  { w, locale }: Said,
): Bar[] {
  const groups = new Map<string, { label: string; minutes: number; entries: number }>();
  for (const line of lines) {
    const before = groups.get(keyOf(line)) ?? { label: labelOf(line), minutes: 0, entries: 0 };
    groups.set(keyOf(line), {
      label: before.label,
      minutes: before.minutes + line.minutes,
      entries: before.entries + line.entries,
    });
  }
  return [...groups].map(([key, { label, minutes, entries }]) => ({
    key,
    label,
    values: [minutes],
    said: `${w('minutes.said', { minutes: numberSaid(minutes, locale) })} · ${w('minutes.entries', { count: entries })}`,
  }));
}

function chartsOf(lines: readonly MinutesLine[], said: Said): readonly Chart[] {
  const { w, locale } = said;
  const series = [{ key: 'minutes', label: w('minutes.minutes'), tone: 'plain' }] as const;
  const programmes = barsOf(
    lines,
    ({ programme }) => programme?.code ?? '',
    (line) => programmeSaid(line, said),
    said,
  ).sort((a, b) => b.values[0]! - a.values[0]!);
  const months = barsOf(
    lines,
    ({ month }) => month,
    ({ month }) => monthSaid(month, locale),
    said,
  ).sort((a, b) => a.key.localeCompare(b.key));
  return [
    { key: 'programmes', series, bars: programmes, empty: w('minutes.empty') },
    ...(months.length > 1 ? [{ key: 'months', title: w('minutes.months'), series, bars: months }] : []),
  ];
}

export function minutesCard({ minutes, absent: all }: TeamFigures, said: Said): Card {
  const { w } = said;
  const absent = all.filter(({ figure }) => figure === 'minutes');
  if (!minutes) return withheld('minutes', absent);
  return {
    name: 'minutes',
    charts: chartsOf(minutes, said),
    sheet: {
      columns: [
        { key: 'programme', label: w('column.programme'), kind: 'text' },
        { key: 'month', label: w('column.month'), kind: 'month' },
        { key: 'entries', label: w('column.entries'), kind: 'number' },
        { key: 'minutes', label: w('column.minutes'), kind: 'number' },
      ],
      rows: minutes.map((line) => [programmeSaid(line, said), line.month, line.entries, line.minutes]),
    },
    absent,
  };
}
