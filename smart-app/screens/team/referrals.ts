// How far the referrals of a period have come: a funnel of stages, and beside it those that missed a visit or left the track.
// https://hl7.org/fhir/R4/task-definitions.html#Task.businessStatus
import type { Funnel, StageLine, TeamFigures } from '../../fhir/figures.ts';
import { stageOfCode } from '../../fhir/referral.ts';
import { type Bar, type Card, type Chart, type Sheet, withheld } from './card.ts';
import { numberSaid, type Said, shareSaid, stageSaid } from './said.ts';

interface Row {
  readonly key: string;
  readonly label: string;
  readonly standing: number;
  readonly reached: number;
}

const labelOf = ({ of }: StageLine, said: Said): string =>
  of ? stageSaid(of, said) : said.w('referrals.none');

/** Codes that are one stage of the track stand together: whoever reached any of them has come this far. */
function rowsOf(lines: readonly StageLine[], said: Said): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const line of lines) {
    const at = line.of && stageOfCode(line.of.code);
    const key = at?.fork ?? at?.stage ?? line.of?.code ?? '';
    const before = rows.get(key);
    rows.set(key, {
      key,
      label: labelOf(line, said),
      standing: line.standing + (before?.standing ?? 0),
      reached: Math.max(line.reached ?? 0, before?.reached ?? 0),
    });
  }
  return [...rows.values()];
}

function funnelOf({ opened, stages }: Funnel, said: Said): Chart {
  const { w, locale } = said;
  const reached = (count: number) =>
    w('share', { count: numberSaid(count, locale), all: opened, share: shareSaid(count / opened, locale) });
  const bars: Bar[] = rowsOf(stages, said).map((row) => ({
    key: row.key,
    label: row.label,
    values: [row.reached - row.standing, row.standing],
    said: reached(row.reached),
  }));
  return {
    key: 'funnel',
    series: [
      { key: 'reached', label: w('referrals.further'), tone: 'plain' },
      { key: 'standing', label: w('referrals.forked'), tone: 'step-5' },
    ],
    bars,
    most: opened,
  };
}

function forksOf({ opened, forks }: Funnel, said: Said): Chart {
  const { w, locale } = said;
  return {
    key: 'forks',
    title: w('referrals.forks'),
    series: [{ key: 'standing', label: w('referrals.forked'), tone: 'out' }],
    bars: rowsOf(forks, said)
      .filter(({ standing }) => standing > 0)
      .map(({ key, label, standing }) => ({
        key,
        label,
        values: [standing],
        said: numberSaid(standing, locale),
      })),
    most: opened,
  };
}

function sheetOf({ stages, forks }: Funnel, said: Said): Sheet {
  const { w } = said;
  return {
    columns: [
      { key: 'stage', label: w('column.stage'), kind: 'text' },
      { key: 'track', label: w('column.track'), kind: 'text' },
      { key: 'standing', label: w('column.standing'), kind: 'number' },
      { key: 'reached', label: w('column.reached'), kind: 'number' },
    ],
    rows: [
      ...rowsOf(stages, said).map(({ label, standing, reached }) => [label, w('yes'), standing, reached]),
      ...rowsOf(forks, said).map(({ label, standing }) => [label, w('no'), standing, '']),
    ],
  };
}

export function referralsCard({ referrals, absent: all }: TeamFigures, said: Said): Card {
  const absent = all.filter(({ figure }) => figure === 'referral');
  if (!referrals) return withheld('referrals', absent);
  const { opened } = referrals;
  const forks = forksOf(referrals, said);
  const charts = [funnelOf(referrals, said), ...(forks.bars.length ? [forks] : [])];
  const empty: Chart = { key: 'none', series: [], bars: [], empty: said.w('referrals.empty') };
  return {
    name: 'referrals',
    ...(opened > 0 && { lead: said.w('referrals.lead', { count: opened }) }),
    charts: opened > 0 ? charts : [empty],
    sheet: sheetOf(referrals, said),
    absent,
  };
}
