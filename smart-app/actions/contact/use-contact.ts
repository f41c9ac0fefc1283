// What has to be known before somebody is contacted: the flags, who is close to them, the ways that are open, earlier attempts.
// https://hl7.org/fhir/R4/flag.html
import type { Communication, Flag } from '@medplum/fhirtypes';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import type { Client } from '../../fhir/client.ts';
import { attemptsFor, CHANNELS, type Channel, channelOf } from '../../fhir/contact.ts';
import { WrongPatient } from '../../fhir/failure.ts';
import { mayLeaveMessage, type Paths, pathsTo, type Support, supportsOf } from '../../fhir/may-contact.ts';
import { safetyFlags } from '../../fhir/queries.ts';
import type { About } from '../action.ts';
import { type ContactDraft, momentOf } from './draft.ts';

export interface ContactFacts {
  /** Undefined while they are read. */
  readonly flags: readonly Flag[] | undefined;
  readonly supports: readonly Support[];
  /** Undefined while the server is asked. */
  readonly paths: Paths | undefined;
  /** What could not be read. */
  readonly failure: unknown;
  /** The ways that can be chosen. */
  readonly choices: readonly Channel[];
  /** The way that stands there; undefined when none is open. */
  readonly channel: Channel | undefined;
  readonly mayLeaveMessage: boolean;
  /** Attempts for the task that reached nobody. */
  readonly attempts: number;
}

const isContact = (resource: { resourceType: string }): resource is Communication =>
  resource.resourceType === 'Communication';

/** The newest contacts of a patient. @throws WrongPatient */
async function contactsOf(client: Client, patient: string): Promise<readonly Communication[]> {
  const params = { patient: `Patient/${patient}`, _sort: '-sent', _count: '100' };
  const contacts = (await client.search('Communication', params, 1)).resources.filter(isContact);
  if (contacts.some(({ subject }) => subject?.reference !== `Patient/${patient}`)) throw new WrongPatient();
  return contacts;
}

/** The ways by which an answer to the question "may I?" is not needed: the other side has called already. */
const choicesFor = (paths: Paths | undefined, { direction }: ContactDraft): readonly Channel[] =>
  direction === 'inbound' ? CHANNELS : (paths?.open ?? []);

export function useContact({ patient, task }: About, draft: ContactDraft): ContactFacts {
  const { client } = useApp();
  const flags = useQuery({
    queryKey: ['record', patient, 'contact', 'flags'],
    queryFn: () => safetyFlags(client, patient),
  });
  const supports = useQuery({
    queryKey: ['record', patient, 'contact', 'supports'],
    queryFn: () => supportsOf(client, patient),
  });
  const contacts = useQuery({
    queryKey: ['record', patient, 'contact', 'attempts'],
    queryFn: () => contactsOf(client, patient),
    enabled: task !== undefined,
  });
  const plan = { patient, support: draft.support || undefined, topic: draft.topic, at: momentOf(draft) };
  const paths = useQuery({
    queryKey: ['may-contact', patient, plan.support, plan.topic, draft.when],
    queryFn: () => pathsTo(client, plan),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const choices = choicesFor(paths.data, draft);
  const wanted = draft.channel ?? channelOf(task);
  return {
    flags: flags.data,
    supports: supports.data ?? [],
    paths: paths.data,
    failure: flags.error ?? paths.error ?? undefined,
    choices,
    channel: choices.find((one) => one === wanted) ?? choices[0],
    mayLeaveMessage: flags.data !== undefined && mayLeaveMessage(flags.data),
    attempts: task && contacts.data ? attemptsFor(contacts.data, task).length : 0,
  };
}
