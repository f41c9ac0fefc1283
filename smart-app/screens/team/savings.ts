// Savings, estimated and adjudicated, each for itself: the two are never added up, nor are amounts of two currencies.
// https://hl7.org/fhir/R4/datatypes.html#Money
import { type SavingLine, type TeamFigures, totals } from '../../fhir/figures.ts';
import { type Card, type Cell, type Chart, type Sheet, withheld } from './card.ts';
import { serviceSaid } from './network.ts';
import { moneySaid, type Said } from './said.ts';

const KINDS = ['estimated', 'adjudicated'] as const;
type Kind = (typeof KINDS)[number];

/** Totals by currency as one text. */
export const totalsSaid = (lines: readonly SavingLine[], locale: string): string =>
  totals(lines)
    .map((amount) => moneySaid(amount, locale))
    .join(' · ');

function chartOf(kind: Kind, lines: readonly SavingLine[], isSeen: boolean, said: Said): readonly Chart[] {
  const { w, locale } = said;
  if (!lines.length) return [{ key: kind, series: [], bars: [], empty: w(`savings.none.${kind}`) }];
  const currencies = [...new Set(lines.map(({ amount }) => amount.currency))];
  return currencies.map((currency) => {
    const of = lines.filter(({ amount }) => amount.currency === currency);
    return {
      key: `${kind} ${currency}`,
      title: w(`savings.${kind}`, { amount: totalsSaid(of, locale) }),
      amounts: true,
      series: [
        { key: 'saved', label: w('savings.saved'), tone: kind === 'estimated' ? 'plain' : 'step-5' },
        { key: 'cost', label: w('savings.cost'), tone: 'out' },
      ],
      bars: of.map(({ service, count, amount }) => ({
        key: service?.code ?? '',
        label: serviceSaid(service, isSeen, said),
        values: [Math.max(amount.value ?? 0, 0), Math.max(-(amount.value ?? 0), 0)],
        said: `${moneySaid(amount, locale)} · ${w('savings.of', { count })}`,
      })),
    };
  });
}

function sheetOf(figures: TeamFigures, isSeen: boolean, said: Said): Sheet {
  const { w } = said;
  return {
    columns: [
      { key: 'basis', label: w('column.basis'), kind: 'text' },
      { key: 'service', label: w('column.service'), kind: 'text' },
      { key: 'times', label: w('column.times'), kind: 'number' },
      { key: 'amount', label: w('column.amount'), kind: 'number' },
      { key: 'currency', label: w('column.currency'), kind: 'text' },
    ],
    rows: KINDS.flatMap((kind) =>
      (figures[kind] ?? []).map(({ service, count, amount }): readonly Cell[] => [
        w(`savings.kind.${kind}`),
        serviceSaid(service, isSeen, said),
        count,
        amount.value ?? 0,
        amount.currency ?? '',
      ]),
    ),
  };
}

export function savingsCard(figures: TeamFigures, said: Said): Card {
  const hidden = figures.absent.filter(({ figure }) =>
    ['network-decision', 'adjudicated-saving'].includes(figure),
  );
  // That services are not told apart is said beside the decisions.
  const isSeen = !figures.absent.some(({ figure }) => figure === 'service');
  const charts = KINDS.flatMap((kind) => {
    const lines = figures[kind];
    return lines ? chartOf(kind, lines, isSeen, said) : [];
  });
  if (!charts.length) return withheld('savings', hidden);
  return {
    name: 'savings',
    lead: said.w('savings.lead'),
    charts,
    sheet: sheetOf(figures, isSeen, said),
    absent: hidden,
  };
}
