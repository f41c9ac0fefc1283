// What the minutes of a person's work need: the programmes of the patient, and what the person has logged of late.
// https://hl7.org/fhir/R4/episodeofcare.html
import type { Consent, EpisodeOfCare, Observation, Resource } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../../context.tsx';
import type { Client } from '../../fhir/client.ts';
import { FhirFailure, WrongPatient } from '../../fhir/failure.ts';
import {
  type Enrolment,
  enrolmentsOf,
  logsMinutes,
  minutesSince,
  type Stretch,
  stretchesOf,
} from '../../fhir/minutes.ts';
import { CATEGORY } from '../../fhir/systems.ts';
import type { About } from '../action.ts';

const DAY = 86_400_000;

/** What somebody may not see is not there for them. */
async function seen<T>(found: Promise<T>, nothing: T): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof FhirFailure && error.status === 403) return nothing;
    throw error;
  }
}

const search = (
  client: Client,
  type: 'EpisodeOfCare' | 'Consent',
  patient: string,
): Promise<readonly Resource[]> =>
  seen(
    client
      .search(type, { patient: `Patient/${patient}`, status: 'active', _count: '50' })
      .then(({ resources }) => resources),
    [],
  );

/** The programmes that a patient is enrolled in. @throws WrongPatient */
async function enrolments(client: Client, patient: string): Promise<readonly Enrolment[]> {
  const found = (
    await Promise.all([search(client, 'EpisodeOfCare', patient), search(client, 'Consent', patient)])
  ).flat();
  const episodes = found.filter((one): one is EpisodeOfCare => one.resourceType === 'EpisodeOfCare');
  const consents = found.filter((one): one is Consent => one.resourceType === 'Consent');
  if ([...episodes, ...consents].some((one) => one.patient?.reference !== `Patient/${patient}`))
    throw new WrongPatient();
  return enrolmentsOf(episodes, consents);
}

/** When the person worked since yesterday, for whomever. */
async function myEntries(client: Client, me: string): Promise<readonly Stretch[]> {
  const since = new Date(Date.now() - DAY).toISOString();
  const params = { performer: me, category: `${CATEGORY}|cn-activity`, date: `ge${since}`, _count: '200' };
  const { resources } = await seen(client.search('Observation', params), { resources: [], more: false });
  return stretchesOf(resources.filter((one): one is Observation => one.resourceType === 'Observation'));
}

export interface Minutes {
  /** Whether the person's work is logged by the minute at all. */
  readonly isLogged: boolean;
  readonly enrolments: readonly Enrolment[];
  /** When the person has worked already. */
  readonly entries: readonly Stretch[];
  /** The minutes since the task was started; undefined where nobody can tell. */
  readonly suggested: number | undefined;
  /** When the form was opened. */
  readonly openedAt: Date;
  readonly failure: unknown;
}

export function useMinutes({ patient, task }: About): Minutes {
  const { client, me, user } = useApp();
  const isLogged = logsMinutes(user?.role) && me !== undefined;
  const [openedAt] = useState(() => new Date());
  const programmes = useQuery({
    queryKey: ['record', patient, 'enrolments'],
    queryFn: () => enrolments(client, patient),
    enabled: isLogged,
  });
  const mine = useQuery({
    queryKey: ['my-minutes', me],
    queryFn: () => myEntries(client, me!),
    enabled: isLogged,
    staleTime: 0,
    gcTime: 0,
  });
  const entries = mine.data ?? [];
  return {
    isLogged,
    enrolments: programmes.data ?? [],
    entries,
    suggested: mine.data && minutesSince(task, me, entries, openedAt),
    openedAt,
    failure: programmes.error ?? mine.error ?? undefined,
  };
}
