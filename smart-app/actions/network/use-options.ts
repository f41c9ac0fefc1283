// Reads what a comparison shows: the options of the directory, the first free times of the best, what the plan pays without its networks.
// Operation find-in-network · https://build.fhir.org/ig/HL7/davinci-pdex-plan-net/
import type { Patient } from '@medplum/fhirtypes';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { activeCoverage, openOrders } from '../../fhir/background.ts';
import { freeTimes } from '../../fhir/booking.ts';
import { findInNetwork, knownPlaces, type NetworkWish, type Option, plansOf } from '../../fhir/network.ts';
import type { First } from './compare.ts';

/** Options whose first free time is asked for. */
const ASKED = 5;

/** The patient's orders and coverage, the plans of it, and the places that distances can be measured from. */
export function useNetworkBackground({ id }: Patient) {
  const { client } = useApp();
  const patient = id!;
  const background = useQuery({
    queryKey: ['record', patient, 'network'],
    queryFn: async () => {
      const [orders, coverage] = await Promise.all([
        openOrders(client, patient),
        activeCoverage(client, patient),
      ]);
      return { orders, coverage, plans: coverage ? await plansOf(client, coverage) : [] };
    },
  });
  const places = useQuery({ queryKey: ['places'], queryFn: () => knownPlaces(client) });
  return {
    ...background.data,
    isRead: background.isSuccess,
    places: places.data ?? [],
    error: background.error,
  };
}

/** @param wish undefined: nothing is asked yet */
export function useOptions(wish: NetworkWish | undefined) {
  const { client } = useApp();
  return useQuery({
    queryKey: ['options', wish],
    queryFn: () => findInNetwork(client, wish!),
    enabled: wish !== undefined,
  });
}

/** The first free times of the best options, by provider. */
export function useFirstTimes(patient: string, options: readonly Option[]): (option: Option) => First {
  const { client } = useApp();
  const providers = [...new Set(options.slice(0, ASKED).flatMap(({ provider }) => provider ?? []))];
  const found = useQueries({
    queries: providers.map((practice) => ({
      queryKey: ['record', patient, 'first', practice],
      queryFn: () => freeTimes(client, { patient: `Patient/${patient}`, practice, count: 1 }, new Date()),
    })),
  });
  return ({ provider }) => {
    const query = found[providers.indexOf(provider ?? '')];
    if (!query || query.error) return { state: 'unasked' };
    if (!query.data) return { state: 'reading' };
    const start = query.data[0]?.start;
    return start ? { state: 'free', start } : { state: 'none' };
  };
}
