// The figures that are asked for, and the organisations that they can be counted for.
// https://hl7.org/fhir/R4/search.html#has
import type { Organization, Parameters } from '@medplum/fhirtypes';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApp } from '../../context.tsx';
import type { Client } from '../../fhir/client.ts';
import { figuresPath, readFigures } from '../../fhir/figures.ts';
import { type Asked, daysOf, todayIn, wrongWith } from './period.ts';

const START: Asked = { period: '90', own: {} };
/** What a session asked for last: who comes back from the work list has lost nothing. */
const KEPT = new WeakMap<Client, Asked>();
/** Organisations that can be chosen among. */
const MOST = 100;

export function useAsked() {
  const { client } = useApp();
  const [asked, ask] = useState(() => KEPT.get(client) ?? START);
  useEffect(() => {
    KEPT.set(client, asked);
  }, [client, asked]);
  return [asked, ask] as const;
}

/** The last figures stay until others are there; days that make no sense are not asked for. */
export function useFigures(asked: Asked) {
  const { client } = useApp();
  const [timeZone, setTimeZone] = useState<string>();
  const { start, end } = daysOf(asked, todayIn(new Date(), timeZone));
  const { organization } = asked;
  const figures = useQuery({
    queryKey: ['team', 'figures', organization, start, end],
    queryFn: async () =>
      readFigures(await client.operation<Parameters>(figuresPath({ organization, start, end }))),
    enabled: wrongWith(asked) === undefined,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
  const zone = figures.data?.timeZone;
  useEffect(() => {
    if (zone) setTimeZone(zone);
  }, [zone]);
  return figures;
}

export interface Organizations {
  readonly list: readonly Pick<Organization, 'id' | 'name'>[];
  /** There are more than were read. */
  readonly more: boolean;
}

/** Organisations that manage somebody's enrolment. */
export function useOrganizations() {
  const { client } = useApp();
  return useQuery({
    queryKey: ['team', 'organizations'],
    queryFn: async (): Promise<Organizations> => {
      const params = {
        '_has:EpisodeOfCare:organization:status': 'planned,waitlist,active,onhold,finished,cancelled',
        _elements: 'name',
        _sort: 'name',
        _count: String(MOST),
      };
      const { resources, more } = await client.search('Organization', params, 1);
      const list = resources.filter((one): one is Organization => one.resourceType === 'Organization');
      return { list, more };
    },
    staleTime: 300_000,
  });
}
