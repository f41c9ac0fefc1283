// The Appointment state machine: a missed or cancelled visit stays so, and is booked again as a new one.
// https://hl7.org/fhir/R4/valueset-appointmentstatus.html
import type { Appointment } from '@medplum/fhirtypes';
import { CATEGORY } from '../code.ts';
import type { Edge, Machine } from './machine.ts';

/** Appointment.status, all ten codes. */
export type AppointmentStatus = Appointment['status'];

const moves = (...to: readonly AppointmentStatus[]): readonly Edge<AppointmentStatus, Appointment>[] =>
  [...to, 'entered-in-error' as const].map((status) => ({ to: status, source: 'D' }));

/** The Appointment machine. */
export const appointmentMachine: Machine<Appointment, AppointmentStatus> = {
  type: 'Appointment',
  rule: 'appointment-transition',
  expression: 'Appointment.status',
  noun: 'appointment',
  about: 'appointments with the serviceCategory appointment of cn-category',
  stateOf: ({ status }) => status,
  isOurs: ({ serviceCategory }) =>
    serviceCategory?.some(({ coding }) =>
      coding?.some(({ system, code }) => system === CATEGORY && code === 'appointment'),
    ) ?? false,
  starts: ['proposed', 'pending', 'waitlist', 'booked'],
  moves: {
    proposed: moves('pending', 'booked', 'waitlist', 'cancelled'),
    pending: moves('booked', 'cancelled'),
    waitlist: moves('booked', 'cancelled'),
    booked: moves('checked-in', 'arrived', 'cancelled', 'noshow'),
    'checked-in': moves('arrived'),
    arrived: moves('fulfilled', 'cancelled'),
    fulfilled: moves(),
    cancelled: moves(),
    noshow: moves(),
    'entered-in-error': [],
  },
};
