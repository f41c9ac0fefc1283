// How many tasks each list holds; read again when something was done and every minute.
// https://hl7.org/fhir/R4/search.html#summary
import { useQueries } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { query } from '../../fhir/client.ts';
import { clockOf } from './clock.ts';
import { needsRole, paramsOf, VIEWS, type ViewName } from './views.ts';

const EVERY = 60_000;

export type Counts = Readonly<Partial<Record<ViewName, number>>>;

/** @param enabled not before the first rows are there: they come first */
export function useCounts(enabled: boolean): Counts {
  const { client, me, user } = useApp();
  return useQueries({
    queries: VIEWS.map((view) => ({
      queryKey: ['work-list', 'count', view, me, user?.role],
      queryFn: async () => {
        const params = paramsOf(view, { me: me!, role: user?.role }, clockOf(new Date()));
        return (await client.page(`Task?${query({ ...params, _summary: 'count' })}`)).total ?? 0;
      },
      enabled: enabled && me !== undefined && (!needsRole(view) || user !== undefined),
      refetchInterval: EVERY,
    })),
    combine: (results) => Object.fromEntries(VIEWS.map((view, n) => [view, results[n]?.data])) as Counts,
  });
}
