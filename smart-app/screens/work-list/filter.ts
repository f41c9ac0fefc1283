// What narrows a list: words, lane, tier, urgency and safety; kept as part of a saved view.
import { FORK_NAMES, type Fork, STAGES, type Stage, stageOf } from '../../fhir/referral.ts';
import { type Lane, placeOf } from '../../fhir/task.ts';
import { folded, isUrgent, type Row, TIERS, type Tier } from './row.ts';
import type { ViewName } from './views.ts';
import { VIEWS } from './views.ts';

export interface Filter {
  /** Words that all have to be in the row. */
  readonly text?: string;
  readonly lane?: Lane;
  readonly tier?: Tier;
  /** A stage of the track, or a way off it. */
  readonly stage?: Stage | Fork;
  readonly urgent?: true;
  readonly flagged?: true;
}

/** How rows are ordered: a column, and whether from its end. */
export interface Sort {
  readonly id: ColumnName;
  readonly desc: boolean;
}

export const COLUMNS = [
  'priority',
  'due',
  'patient',
  'stage',
  'what',
  'next',
  'owner',
  'tier',
  'safety',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

export const BY_DUE: Sort = { id: 'due', desc: false };

/** What a person looks at: a list, narrowed and ordered. */
export interface Look {
  readonly view: ViewName;
  readonly filter: Filter;
  readonly sort: Sort;
}

/** A look that a person has given a name. */
export interface Saved extends Look {
  readonly name: string;
}

const LANES: readonly string[] = ['navigation', 'coordination'];

/** Makes the test of a filter. */
export function filterOf({ text = '', lane, tier, stage, urgent, flagged }: Filter): (row: Row) => boolean {
  const words = folded(text).split(/\s+/).filter(Boolean);
  return (row) =>
    words.every((word) => row.text.includes(word)) &&
    (!lane || placeOf(row.task) === lane) &&
    (!tier || row.tier === tier) &&
    (!stage || standsAt(row, stage)) &&
    (!urgent || isUrgent(row)) &&
    (!flagged || row.flags.length > 0);
}

function standsAt({ task }: Row, stage: Stage | Fork): boolean {
  const at = stageOf(task);
  return (at?.fork ?? at?.stage) === stage;
}

/** How many things narrow the list, words left aside. */
export const countOf = ({ text: _text, ...others }: Filter): number => Object.keys(others).length;

export const isSame = (a: Look, b: Look): boolean =>
  a.view === b.view &&
  a.sort.id === b.sort.id &&
  a.sort.desc === b.sort.desc &&
  JSON.stringify(Object.entries(a.filter).sort()) === JSON.stringify(Object.entries(b.filter).sort());

const isOneOf = <T extends string>(values: readonly T[], value: unknown): value is T =>
  values.includes(value as T);

/** Reads looks that were kept; what an older version kept, or a hand has changed, is left out and breaks nothing. */
export function savedOf(value: unknown): readonly Saved[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const { name, view, filter, sort } = (one ?? {}) as Partial<Record<keyof Saved, unknown>>;
    if (typeof name !== 'string' || !name || !isOneOf(VIEWS, view)) return [];
    return [{ name, view, filter: filterIn(filter), sort: sortIn(sort) }];
  });
}

function filterIn(value: unknown): Filter {
  const { text, lane, tier, stage, urgent, flagged } = (value ?? {}) as Partial<
    Record<keyof Filter, unknown>
  >;
  return {
    ...(typeof text === 'string' && text && { text }),
    ...(isOneOf(LANES, lane) && { lane: lane as Lane }),
    ...(isOneOf(TIERS, tier) && { tier }),
    ...(isOneOf([...STAGES, ...FORK_NAMES], stage) && { stage }),
    ...(urgent === true && { urgent }),
    ...(flagged === true && { flagged }),
  };
}

function sortIn(value: unknown): Sort {
  const { id, desc } = (value ?? {}) as Partial<Record<keyof Sort, unknown>>;
  return isOneOf(COLUMNS, id) ? { id, desc: desc === true } : BY_DUE;
}
