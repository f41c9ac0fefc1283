// Visits that are in no calendar of ours: one that was agreed by telephone, and one that is waited for.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, AppointmentParticipant, Coding, Extension, Reference } from '@medplum/fhirtypes';
import { DAYS, type Needs } from './booking.ts';
import { CATEGORY, extensionUrl, PARTICIPANT_TYPE } from './systems.ts';

const DAY = 86_400_000;
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const LOCATION: Coding = { system: PARTICIPATION, code: 'LOC' };
const PERFORMER: Coding = { system: PARTICIPATION, code: 'PPRF' };
const INTERPRETER: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/participant-type',
  code: 'translator',
};
const TRANSPORT: Coding = { system: PARTICIPANT_TYPE, code: 'transport' };

/** What both say. */
interface Visit extends Needs {
  /** `Patient/…`. */
  readonly patient: string;
  /** `ServiceRequest/…`; empty for none. */
  readonly order: string;
  readonly description?: string | undefined;
  /** `Location/…` of the practice, where it has exactly one. */
  readonly place?: string | undefined;
  readonly comment?: string | undefined;
}

/** Somebody or some place that takes part; nobody yet without a reference. */
const taking = (
  reference: string | undefined,
  status: AppointmentParticipant['status'],
  as?: Coding,
): AppointmentParticipant => ({
  ...(as && { type: [{ coding: [as] }] }),
  ...(reference && { actor: { reference } as NonNullable<AppointmentParticipant['actor']> }),
  required: 'required',
  status,
});

const needsExtension = ({ interpreter, transport }: Needs): Extension[] => {
  const parts: Extension[] = [
    ...(interpreter ? [{ url: 'interpreterLanguage', valueCodeableConcept: interpreter }] : []),
    ...(transport ? [{ url: 'transport', valueCodeableConcept: transport }] : []),
  ];
  return parts.length ? [{ url: extensionUrl('access-needs'), extension: parts }] : [];
};

const sharedOf = ({ order, description, comment }: Visit) => ({
  serviceCategory: [{ coding: [{ system: CATEGORY, code: 'appointment' }] }],
  ...(description && { description }),
  ...(order && { basedOn: [{ reference: order } as Reference<never>] }),
  ...(comment && { comment }),
});

/** What somebody waits for, for whom nothing is free. */
export interface Waiting extends Visit {
  /** The first day that suits, `2026-03-05`. */
  readonly from: string;
}

/** The entry of a wait list: a visit without a time. */
export function waitListed(wish: Waiting, now: Date): Appointment {
  const { patient, place, from } = wish;
  const until = new Date(new Date(`${from}T00:00:00Z`).getTime() + DAYS * DAY).toISOString().slice(0, 10);
  const needs = needsExtension(wish);
  return {
    resourceType: 'Appointment',
    status: 'waitlist',
    ...(needs.length && { extension: needs }),
    ...sharedOf(wish),
    created: now.toISOString(),
    requestedPeriod: [{ start: from, end: until }],
    participant: [taking(patient, 'accepted'), ...(place ? [taking(place, 'needs-action', LOCATION)] : [])],
  };
}

/** A time that was agreed with a practice. */
export interface Agreed extends Visit {
  readonly start: Date;
  readonly minutes: number;
  readonly isFirst: boolean;
  /** `HealthcareService/…` that gives it. */
  readonly performer?: string | undefined;
  /** The visit that it takes the place of. */
  readonly replaces?: Appointment | undefined;
  /** The stored visit that waited for a time. */
  readonly waiting?: Appointment | undefined;
}

/** A visit at a time that was agreed. Somebody is still to be found for each need. */
export function agreedVisit(visit: Agreed, now: Date): Appointment {
  const { patient, place, performer, start, minutes, isFirst, replaces, waiting } = visit;
  const { interpreter, transport } = visit;
  const basedOn = (replaces ?? waiting)?.basedOn;
  return {
    resourceType: 'Appointment',
    ...(waiting && { id: waiting.id!, ...(waiting.meta && { meta: waiting.meta }) }),
    status: 'booked',
    extension: [
      ...needsExtension(visit),
      ...(isFirst ? [{ url: extensionUrl('first-contact'), valueBoolean: true }] : []),
      ...(replaces
        ? [
            {
              url: extensionUrl('rescheduled-from'),
              valueReference: { reference: `Appointment/${replaces.id}` },
            },
          ]
        : []),
    ],
    ...sharedOf(visit),
    ...(basedOn && { basedOn }),
    start: start.toISOString(),
    end: new Date(start.getTime() + minutes * 60_000).toISOString(),
    minutesDuration: minutes,
    created: waiting?.created ?? now.toISOString(),
    participant: [
      taking(patient, 'accepted'),
      ...(performer ? [taking(performer, 'accepted', PERFORMER)] : []),
      ...(place ? [taking(place, 'accepted', LOCATION)] : []),
      ...(interpreter ? [taking(undefined, 'needs-action', INTERPRETER)] : []),
      ...(transport ? [taking(undefined, 'needs-action', TRANSPORT)] : []),
    ],
  };
}
