// Reads what the patient screen shows, all of it before anything is shown, and checks whose it is.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import type { Flag, Patient } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import type { Client } from '../../fhir/client.ts';
import { WrongPatient } from '../../fhir/failure.ts';
import { endedWork, openWork, readPatient, safetyFlags, type Work } from '../../fhir/queries.ts';
import type { Key } from '../../locales/text.ts';
import { SessionEnded } from '../../smart/session.ts';

/** One patient's record, as far as the screen shows it. */
export interface PatientRecord {
  patient: Patient;
  open: Work;
  /** What is done, and what was returned: the gate depends on it. */
  ended: Work;
  /** Undefined when they could not be read. */
  flags: readonly Flag[] | undefined;
  /** Set when the last reading failed: what is shown is as old as `at`. */
  old?: { at: Date; error: unknown; retry: () => void };
}

export type Reading =
  | { state: 'waiting' }
  | { state: 'stopped'; sentence: Key }
  | { state: 'failed'; error: unknown; retry: () => void }
  | { state: 'read'; record: PatientRecord };

const FRESH = { refetchInterval: 60_000 } as const;

/** @param id the patient of the token */
export function useRecord(client: Client, id: string): Reading {
  const patient = useQuery({ queryKey: ['record', id, 'patient'], queryFn: () => readPatient(client, id) });
  const open = useQuery({ queryKey: ['record', id, 'open'], queryFn: () => openWork(client, id), ...FRESH });
  const ended = useQuery({
    queryKey: ['record', id, 'ended'],
    queryFn: () => endedWork(client, id),
    ...FRESH,
  });
  const flags = useQuery({
    queryKey: ['record', id, 'flags'],
    queryFn: () => safetyFlags(client, id),
    ...FRESH,
  });

  const errors = [patient, open, ended, flags].map((query) => query.error);
  if (errors.some((error) => error instanceof WrongPatient))
    return { state: 'stopped', sentence: 'problem.patient' };
  if (errors.some((error) => error instanceof SessionEnded))
    return { state: 'stopped', sentence: 'problem.ended' };
  const retry = () => void Promise.all([patient.refetch(), open.refetch(), ended.refetch(), flags.refetch()]);
  const failed = [patient, open, ended].find((query) => query.error && !query.data);
  if (failed) return { state: 'failed', error: failed.error, retry };
  if (!patient.data || !open.data || !ended.data || flags.isPending) return { state: 'waiting' };
  const stale = [open, ended, flags].find((query) => query.isRefetchError);
  const record = { patient: patient.data, open: open.data, ended: ended.data, flags: flags.data };
  const old = stale && { at: new Date(stale.dataUpdatedAt), error: stale.error, retry };
  return { state: 'read', record: { ...record, ...(old && { old }) } };
}
