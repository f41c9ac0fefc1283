// Barriers to care by type: those that stand now, and those that were put out of the way in the period.
// https://hl7.org/fhir/R4/condition.html
import type { BarrierLine, TeamFigures } from '../../fhir/figures.ts';
import { type Card, withheld } from './card.ts';
import { codeSaid, type Said } from './said.ts';

const labelOf = ({ of }: BarrierLine, said: Said): string =>
  of ? codeSaid('barrier', of, said) : said.w('barriers.none');

export function barriersCard({ barriers, absent: all }: TeamFigures, said: Said): Card {
  const { w, locale } = said;
  const absent = all.filter(({ figure }) => figure === 'barrier');
  if (!barriers) return withheld('barriers', absent);
  const rows = barriers
    .map((line) => ({ ...line, key: line.of?.code ?? '', label: labelOf(line, said) }))
    .sort((a, b) => b.open - a.open || b.resolved - a.resolved || a.label.localeCompare(b.label, locale));
  return {
    name: 'barriers',
    charts: [
      {
        key: 'barriers',
        series: [
          { key: 'open', label: w('barriers.open'), tone: 'step-5' },
          { key: 'resolved', label: w('barriers.resolved'), tone: 'plain' },
        ],
        bars: rows.map(({ key, label, open, resolved }) => ({
          key,
          label,
          values: [open, resolved],
          said: w('barriers.said', { open, resolved }),
        })),
        empty: w('barriers.empty'),
      },
    ],
    sheet: {
      columns: [
        { key: 'barrier', label: w('column.barrier'), kind: 'text' },
        { key: 'now', label: w('column.now'), kind: 'number' },
        { key: 'resolved', label: w('column.resolved'), kind: 'number' },
      ],
      rows: rows.map(({ label, open, resolved }) => [label, open, resolved]),
    },
    absent,
  };
}
