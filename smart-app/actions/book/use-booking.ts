// Reads what a booking starts from: the record, the calendars, the free times of a practice.
// https://hl7.org/fhir/R4/slot.html
import type { Patient } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { chosenProvider, openOrders, standingConditions, visits } from '../../fhir/background.ts';
import { freeTimes } from '../../fhir/booking.ts';
import { readCalendars } from '../../fhir/practices.ts';
import type { About } from '../action.ts';
import { type Background, providersIn } from './plan.ts';

/** What was read of the record, and the calendars of the directory. */
export function useBooking(about: About, patient: Patient) {
  const { client } = useApp();
  const id = patient.id!;
  const background = useQuery({
    queryKey: ['record', id, 'booking'],
    queryFn: async (): Promise<Background> => {
      const [all, orders, conditions, chosen] = await Promise.all([
        visits(client, id),
        openOrders(client, id),
        standingConditions(client, id),
        chosenProvider(client, id),
      ]);
      return { visits: all, orders, conditions, chosen };
    },
  });
  const providers = background.data && providersIn(about, patient, background.data);
  const calendars = useQuery({
    queryKey: ['calendars', providers],
    queryFn: () => readCalendars(client, providers!),
    enabled: providers !== undefined,
  });
  return {
    background: background.data,
    calendars: calendars.data,
    error: background.error ?? calendars.error,
  };
}

/** The free times of a practice from a day on. @param practice `Organization/…`; undefined: nothing is asked yet */
export function useTimes(patient: string, practice: string | undefined, from: string) {
  const { client } = useApp();
  return useQuery({
    queryKey: ['record', patient, 'times', practice, from],
    queryFn: () => freeTimes(client, { patient: `Patient/${patient}`, practice, from }, new Date()),
    enabled: practice !== undefined,
    // A time that was free a minute ago may be taken: it is asked again each time the dialog opens.
    gcTime: 0,
  });
}
