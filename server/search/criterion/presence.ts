// What index rows alone tell of a criterion: whether a statement has to look at the resource too.
import { isPositive } from './index-parameter.ts';
import type { Criterion } from './type.ts';

/** True when only present resources of the searched types can meet a criterion: it holds by rows of theirs. */
function impliesPresent(criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'all':
      return criterion.criteria.some(impliesPresent);
    case 'any':
      return criterion.criteria.every(impliesPresent);
    case 'index':
      return isPositive(criterion);
    default:
      return PRESENT.has(criterion.kind);
  }
}
const PRESENT: ReadonlySet<Criterion['kind']> = new Set(['chain', 'hierarchy', 'words', 'overlap']);
const COLUMNS: ReadonlySet<Criterion['kind']> = new Set(['lastUpdated', 'type']);

/** The criteria that a criterion is made of, itself at least; links are not followed. */
export function partsOf(criterion: Criterion): readonly Criterion[] {
  if (criterion.kind === 'not') return partsOf(criterion.criterion);
  if (criterion.kind === 'all' || criterion.kind === 'any') return criterion.criteria.flatMap(partsOf);
  return [criterion];
}

/** Every criterion on values below a list, through chains too. */
export function leavesOf(criteria: readonly Criterion[]): Criterion[] {
  return criteria
    .flatMap(partsOf)
    .flatMap((part) => (part.kind === 'chain' || part.kind === 'has' ? leavesOf([part.criterion]) : [part]));
}

/** True when a criterion needs no look at the resource: its rows prove it present, and no column is asked for. */
export const isToldByRows = (criterion: Criterion): boolean =>
  impliesPresent(criterion) && !partsOf(criterion).some(({ kind }) => COLUMNS.has(kind));
