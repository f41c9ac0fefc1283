// Open work by how long ago it was asked for, in the order of the track, of the lanes, or of how much there is.
// https://hl7.org/fhir/R4/task-definitions.html#Task.authoredOn
import { AGES, type Age, type OpenLine, type TeamFigures } from '../../fhir/figures.ts';
import { STAGES, stageOfCode } from '../../fhir/referral.ts';
import { OPEN } from '../../fhir/task.ts';
import { BY_DUE, type Filter, type Look } from '../work-list/filter.ts';
import { type Bar, type Card, type Cell, type Series, type Sheet, type Tone, withheld } from './card.ts';
import { codeSaid, coreSaid, numberSaid, type Said, stageSaid } from './said.ts';

/** What open work can be told apart by. */
export const GROUPINGS = ['stage', 'lane', 'code', 'status'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const TONES: Readonly<Record<Age, Tone>> = {
  '0-2': 'step-1',
  '3-7': 'step-2',
  '8-14': 'step-3',
  '15-30': 'step-4',
  'over-30': 'step-5',
};

type Counts = Pick<OpenLine, 'count' | 'ages' | 'late' | 'today' | 'later' | 'undated'>;

/** Lines that stand together, under one name. */
interface Row extends Counts {
  readonly key: string;
  readonly label: string;
  readonly rank: number;
  readonly filter?: Filter | undefined;
}

type NameOf = (of: NonNullable<OpenLine['of']>, said: Said) => Pick<Row, 'key' | 'label' | 'rank' | 'filter'>;

const LANES: readonly string[] = ['navigation', 'handoff', 'coordination'];

const NAMES: Readonly<Record<Grouping, NameOf>> = {
  // The track has fewer stages than the code system has codes.
  stage: (of, said) => {
    const at = stageOfCode(of.code);
    const name = at?.fork ?? at?.stage;
    const place = at ? STAGES.indexOf(at.stage) : STAGES.length;
    return {
      key: name ?? of.code,
      label: stageSaid(of, said),
      rank: at?.fork ? STAGES.length + 1 + place : place,
      ...(name && { filter: { stage: name } }),
    };
  },
  lane: (of, said) => ({
    key: of.code,
    label: coreSaid('lane', of, said),
    rank: LANES.indexOf(of.code),
    ...((of.code === 'navigation' || of.code === 'coordination') && { filter: { lane: of.code } }),
  }),
  code: (of, said) => ({ key: of.code, label: codeSaid('code', of, said), rank: 0 }),
  status: (of, said) => ({
    key: of.code,
    label: coreSaid('status', of, said),
    rank: (OPEN as readonly string[]).indexOf(of.code),
  }),
};

const NOTHING: Counts = {
  count: 0,
  ages: { '0-2': 0, '3-7': 0, '8-14': 0, '15-30': 0, 'over-30': 0 },
  late: 0,
  today: 0,
  later: 0,
  undated: 0,
};

const added = (a: Counts, b: Counts): Counts => ({
  count: a.count + b.count,
  ages: Object.fromEntries(AGES.map((age) => [age, a.ages[age] + b.ages[age]])) as Record<Age, number>,
  late: a.late + b.late,
  today: a.today + b.today,
  later: a.later + b.later,
  undated: a.undated + b.undated,
});

/** The lines of a grouping in their order: by their place, then the most first; work of none comes last. */
function rowsOf(lines: readonly OpenLine[], by: Grouping, said: Said): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const line of lines) {
    if (line.by !== by) continue;
    const name = line.of
      ? NAMES[by](line.of, said)
      : { key: '', label: said.w(`open.none.${by}`), rank: Number.POSITIVE_INFINITY };
    const before = rows.get(name.key);
    rows.set(name.key, { ...name, ...added(before ?? NOTHING, line) });
  }
  return [...rows.values()].sort((a, b) =>
    a.rank === b.rank ? b.count - a.count || a.label.localeCompare(b.label, said.locale) : a.rank - b.rank,
  );
}

const lookOf = (filter: Filter | undefined): Look | undefined =>
  filter && { view: 'open', filter, sort: BY_DUE };

const barOf = (
  { key, label, count, ages, late, filter }: Row,
  isWhole: boolean,
  { w, locale }: Said,
): Bar => ({
  key,
  label,
  values: AGES.map((age) => ages[age]),
  said: numberSaid(count, locale),
  ...(late > 0 && { late: w('late', { count: late }) }),
  ...(isWhole && { look: lookOf(filter) }),
});

const seriesOf = ({ w }: Said): readonly Series[] =>
  AGES.map((age) => ({ key: age, label: w(`age.${age}`), tone: TONES[age] }));

const cells = ({ count, ages, late, today, later, undated }: Counts): readonly Cell[] => [
  count,
  ...AGES.map((age) => ages[age]),
  late,
  today,
  later,
  undated,
];

function sheetOf(lines: readonly OpenLine[], said: Said): Sheet {
  const { w } = said;
  const number = (key: string, label: string) => ({ key, label, kind: 'number' as const });
  const all = lines.filter(({ by }) => by === 'all').map((line) => ['', w('open.all'), ...cells(line)]);
  return {
    columns: [
      { key: 'by', label: w('column.by'), kind: 'text' },
      { key: 'what', label: w('column.what'), kind: 'text' },
      number('count', w('column.count')),
      ...AGES.map((age) => number(age, w(`age.${age}`))),
      ...(['late', 'today', 'later', 'undated'] as const).map((key) => number(key, w(`column.${key}`))),
    ],
    rows: [
      ...all,
      ...GROUPINGS.flatMap((by) =>
        rowsOf(lines, by, said).map((row) => [w(`open.by.${by}`), row.label, ...cells(row)]),
      ),
    ],
  };
}

/** @param isWhole nothing was left out that the work list shows, so a bar leads to what it counts */
export function openCard(figures: TeamFigures, by: Grouping, isWhole: boolean, said: Said): Card {
  const { w } = said;
  const absent = figures.absent.filter(({ figure }) => figure === 'open-work');
  const { open } = figures;
  if (!open) return withheld('open', absent);
  const rows = rowsOf(open, by, said);
  // Most work is no referral: its bar would leave nothing to see of the others.
  const beside = by === 'stage' ? rows.find(({ key }) => key === '') : undefined;
  const count = beside?.count ?? 0;
  const chart = {
    key: by,
    series: seriesOf(said),
    bars: rows.filter((row) => row !== beside).map((row) => barOf(row, isWhole, said)),
    ...(count > 0 && { after: w('open.beside', { count }) }),
    empty: by === 'stage' && count > 0 ? w('open.empty.stage') : w('open.empty'),
  };
  return { name: 'open', charts: [chart], sheet: sheetOf(open, said), absent };
}
