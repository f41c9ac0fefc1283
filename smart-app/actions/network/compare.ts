// The columns of a comparison: how options are ordered by each. https://www.w3.org/WAI/ARIA/apg/patterns/table/examples/sortable-table/
import { type Option, TIERS } from '../../fhir/network.ts';

/** The first free time of a provider: asked for, there, or none. */
export type First = { state: 'reading' | 'none' | 'unasked' } | { state: 'free'; start: string };

export const COLUMNS = ['name', 'tier', 'distance', 'accepting', 'languages', 'first', 'amount'] as const;
export type Column = (typeof COLUMNS)[number];

/** Undefined: the order of the server, which is the network's. */
export type Sort = { readonly by: Column; readonly descending: boolean } | undefined;

const ACCEPTS = ['newpt', 'existptfam', 'existptonly', undefined, 'nopt'];

const VALUE: Readonly<Record<Column, (option: Option, first: First) => string | number | undefined>> = {
  name: ({ name }) => name.toLowerCase(),
  tier: ({ tier }) => TIERS.indexOf(tier),
  distance: ({ distance }) => distance,
  accepting: ({ accepting }) => ACCEPTS.indexOf(accepting),
  languages: ({ languages }) => -languages.length,
  first: (_, first) => (first.state === 'free' ? new Date(first.start).getTime() : undefined),
  amount: ({ amount }) => amount?.value,
};

/** The options in an order; what is not known comes last, whichever way round. */
export function sorted(
  options: readonly Option[],
  sort: Sort,
  firstOf: (option: Option) => First,
): readonly Option[] {
  if (!sort) return options;
  const { by, descending } = sort;
  const valued = options.map((option) => ({ option, value: VALUE[by](option, firstOf(option)) }));
  return valued
    .sort(({ value: a }, { value: b }) => {
      if (a === b) return 0;
      if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
      return (a < b ? -1 : 1) * (descending ? -1 : 1);
    })
    .map(({ option }) => option);
}

/** The next sort when the head of a column is pressed: up, down, and back to the network's order. */
export const nextSort = (sort: Sort, by: Column): Sort =>
  sort?.by !== by ? { by, descending: false } : sort.descending ? undefined : { by, descending: true };
