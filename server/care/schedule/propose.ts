// Visits that could be booked: a free slot of a schedule as a proposed Appointment, which nobody has stored.
// https://hl7.org/fhir/R4/appointment.html
import type {
  Appointment,
  AppointmentParticipant,
  CodeableConcept,
  Coding,
  Reference,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import { dateRange } from '../../fhir/datetime.ts';
import { CATEGORY, concept, referenceTo } from '../code.ts';
import { anyMeans, offeredBy } from './service.ts';
import { PARTICIPATION } from './visit.ts';

/** What somebody looks for. */
export interface Wanted {
  serviceType: readonly Coding[];
  specialty: readonly Coding[];
  /** Kind of visit, Appointment.appointmentType. */
  visitType: readonly Coding[];
  patient?: string | undefined;
}

/** What actors of a schedule take part as, by their type; others say it by what they are. */
const PART: Readonly<Record<string, string>> = {
  Practitioner: 'PPRF',
  PractitionerRole: 'PPRF',
  HealthcareService: 'PPRF',
  Location: 'LOC',
};

const participant = (actor: Reference): AppointmentParticipant => {
  const type = PART[actor.reference?.split('/').at(-2) ?? ''];
  return {
    ...(type && { type: [concept(PARTICIPATION, type)] }),
    actor: actor as AppointmentParticipant['actor'] & object,
    required: 'required',
    status: 'needs-action',
  };
};

/** Those who take part in a visit of a schedule: its actors. */
export const participantsOf = ({ actor }: Schedule): AppointmentParticipant[] => actor.map(participant);

/** A patient as they take part. */
export const patientParticipant = (patient: string): AppointmentParticipant => ({
  actor: { reference: patient },
  required: 'required',
  status: 'needs-action',
});

/** Whether a schedule offers a time. */
export function isOffered({ start, end }: Slot, { active, planningHorizon }: Schedule): boolean {
  const from = dateRange(planningHorizon?.start ?? '')?.low;
  const until = dateRange(planningHorizon?.end ?? '')?.high;
  return (
    active !== false &&
    (!from || Date.parse(start) >= Date.parse(from)) &&
    (!until || Date.parse(end) <= Date.parse(until))
  );
}

/** Whether a slot is for what somebody looks for. */
export function isWanted(slot: Slot, schedule: Schedule, wanted: Wanted): boolean {
  const { serviceType, specialty } = offeredBy(slot, schedule);
  return (
    anyMeans(serviceType, wanted.serviceType) &&
    anyMeans(specialty, wanted.specialty) &&
    (!slot.appointmentType || anyMeans([slot.appointmentType], wanted.visitType))
  );
}

/** Whole minutes of a time. */
export const minutesOf = (start: string, end: string): number =>
  Math.max(1, Math.round((Date.parse(end) - Date.parse(start)) / 60_000));

const listed = (name: string, concepts: readonly CodeableConcept[]) =>
  concepts.length && { [name]: concepts };

/** The visit that could be booked in a slot. */
export function proposed(slot: Slot, schedule: Schedule, { visitType, patient }: Wanted): Appointment {
  const { serviceType, specialty } = offeredBy(slot, schedule);
  const type = slot.appointmentType ?? (visitType[0] && { coding: [visitType[0]] });
  return {
    resourceType: 'Appointment',
    status: 'proposed',
    serviceCategory: [concept(CATEGORY, 'appointment')],
    ...listed('serviceType', serviceType),
    ...listed('specialty', specialty),
    ...(type && { appointmentType: type }),
    start: slot.start,
    end: slot.end,
    minutesDuration: minutesOf(slot.start, slot.end),
    slot: [referenceTo(slot)],
    participant: [...(patient ? [patientParticipant(patient)] : []), ...participantsOf(schedule)],
  };
}
