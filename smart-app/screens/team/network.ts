// Which providers were picked: the tiers of the network by service, and why it was left.
// https://hl7.org/fhir/R4/insuranceplan.html
import {
  type DecisionLine,
  type Named,
  networkShare,
  type ReasonLine,
  type TeamFigures,
} from '../../fhir/figures.ts';
import { TIERS, type Tier } from '../work-list/row.ts';
import {
  type Bar,
  type Card,
  type Chart,
  lengthOf,
  type Series,
  type Sheet,
  type Tone,
  withheld,
} from './card.ts';
import { codeSaid, numberSaid, type Said, shareSaid } from './said.ts';

const TONES: Readonly<Record<Tier, Tone>> = {
  'direct-contract': 'step-5',
  preferred: 'step-3',
  'in-network': 'step-2',
  'out-of-network': 'out',
  unknown: 'blank',
};

/** The word for a service; all of them stand together where the user may not see which it was. */
export const serviceSaid = (service: Named | undefined, isSeen: boolean, said: Said): string =>
  service ? codeSaid('service', service, said) : said.w(isSeen ? 'network.none' : 'network.all');

/** A decision that names no tier counts among those whose tier nobody knows. */
const tierOf = ({ tier }: DecisionLine): string => tier?.code ?? 'unknown';

function servicesOf(decisions: readonly DecisionLine[], isSeen: boolean, said: Said): Chart {
  const { w, locale } = said;
  const series: readonly Series[] = TIERS.map((tier) => ({
    key: tier,
    label: w(`tier.${tier}`),
    tone: TONES[tier],
  }));
  const services = new Map(decisions.map(({ service }) => [service?.code, service]));
  const bars: Bar[] = [...services].map(([code, service]) => {
    const of = decisions.filter((one) => one.service?.code === code);
    const values = TIERS.map((tier) =>
      of.reduce((sum, one) => sum + (tierOf(one) === tier ? one.count : 0), 0),
    );
    const { told, inNetwork } = networkShare(of);
    const share = told > 0 ? shareSaid(inNetwork / told, locale) : '';
    return {
      key: code ?? '',
      label: serviceSaid(service, isSeen, said),
      values,
      said: share ? w('share', { count: inNetwork, all: told, share }) : w('tier.unknown'),
    };
  });
  return {
    key: 'services',
    title: w('network.services'),
    series,
    bars: bars.sort((a, b) => lengthOf(b) - lengthOf(a)),
  };
}

const reasonSaid = ({ of }: ReasonLine, said: Said): string =>
  of ? codeSaid('reason', of, said) : said.w('network.words');

function reasonsOf(reasons: readonly ReasonLine[], said: Said): readonly Chart[] {
  const { w, locale } = said;
  if (!reasons.length) return [];
  return [
    {
      key: 'reasons',
      title: w('network.reasons'),
      series: [{ key: 'count', label: w('network.reason'), tone: 'out' }],
      bars: [...reasons]
        .sort((a, b) => b.count - a.count)
        .map((line) => ({
          key: line.of?.code ?? '',
          label: reasonSaid(line, said),
          values: [line.count],
          said: numberSaid(line.count, locale),
        })),
    },
  ];
}

function sheetOf({ decisions = [], offNetwork = [] }: TeamFigures, isSeen: boolean, said: Said): Sheet {
  const { w } = said;
  const text = (key: 'about' | 'service' | 'tier') =>
    ({ key, label: w(`column.${key}`), kind: 'text' }) as const;
  return {
    columns: [
      text('about'),
      text('service'),
      text('tier'),
      { key: 'times', label: w('column.times'), kind: 'number' },
    ],
    rows: [
      ...decisions.map((line) => [
        w('column.choice'),
        serviceSaid(line.service, isSeen, said),
        line.tier ? codeSaid('tier', line.tier, said) : w('tier.unknown'),
        line.count,
      ]),
      ...offNetwork.map((line) => [w('column.reason'), '', reasonSaid(line, said), line.count]),
    ],
  };
}

function leadOf(decisions: readonly DecisionLine[], { w, locale }: Said): string {
  const { told, inNetwork, direct } = networkShare(decisions);
  if (told === 0) return w('network.lead-none');
  const share = shareSaid(inNetwork / told, locale);
  return w('network.lead', { count: inNetwork, all: told, share, direct });
}

export function networkCard(figures: TeamFigures, said: Said): Card {
  const { decisions, offNetwork = [] } = figures;
  const absent = figures.absent.filter(({ figure }) => figure === 'network-decision');
  if (!decisions) return withheld('network', absent);
  const service = figures.absent.filter(({ figure }) => figure === 'service');
  const isSeen = service.length === 0;
  const empty: Chart = { key: 'none', series: [], bars: [], empty: said.w('network.empty') };
  const charts = [servicesOf(decisions, isSeen, said), ...reasonsOf(offNetwork, said)];
  return {
    name: 'network',
    ...(decisions.length > 0 && { lead: leadOf(decisions, said) }),
    charts: decisions.length > 0 ? charts : [empty],
    sheet: sheetOf(figures, isSeen, said),
    absent: decisions.length > 0 ? service : [],
  };
}
