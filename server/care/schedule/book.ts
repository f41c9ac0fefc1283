// A visit as it is booked: what was proposed, with the time of its slots, those who take part, and what the person needs.
// https://hl7.org/fhir/R4/appointment.html
import type {
  Appointment,
  AppointmentParticipant,
  CodeableConcept,
  Patient,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import { CATEGORY, concept, extensionUrl, hasCode } from '../code.ts';
import { tailOf } from '../reference.ts';
import { minutesOf, participantsOf, patientParticipant } from './propose.ts';
import { offeredBy } from './service.ts';
import { helpersOf, NEED_NAMES, NEEDS, type Need, needOf, patientOf, withNeeds } from './visit.ts';

const INTERPRETER_REQUIRED = 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired';

/** What a visit is booked with. */
export interface Booking {
  /** As it was sent. */
  visit: Appointment;
  slots: readonly Slot[];
  schedules: readonly Schedule[];
  /** `Patient/…`, if the visit does not name one. */
  patient?: string | undefined;
  needs: Readonly<Partial<Record<Need, CodeableConcept>>>;
  /** `Appointment/…` that it takes the place of. */
  replaces?: string | undefined;
  comment?: string | undefined;
}

/** Primary language subtag of a concept, `es` of `es-MX`. */
const tagOf = ({ coding = [] }: CodeableConcept): string | undefined =>
  coding.flatMap(({ code }) => code?.split('-')[0]?.toLowerCase() ?? [])[0];

/**
 * The language that an interpreter has to speak: the patient's, when they need one and nobody of the practice speaks it.
 * @param spoken languages of those whom the visit is with
 */
export function interpreterFor(
  { extension = [], communication = [] }: Patient,
  spoken: readonly CodeableConcept[],
): CodeableConcept | undefined {
  const isNeeded = extension.some(({ url, valueBoolean }) => url === INTERPRETER_REQUIRED && valueBoolean);
  const own = (communication.find(({ preferred }) => preferred) ?? communication[0])?.language;
  if (!isNeeded || !own) return undefined;
  const tag = tagOf(own);
  return tag && spoken.some((language) => tagOf(language) === tag) ? undefined : own;
}

/** What of two lists is missing in the first. */
const missing = (present: readonly AppointmentParticipant[], wanted: readonly AppointmentParticipant[]) => {
  const there = new Set(present.map(({ actor }) => tailOf(actor)));
  return wanted.filter(({ actor }) => !there.has(tailOf(actor)));
};

/** Those who take part: as sent, with the patient, the actors of the schedules, and somebody to be found for each need. */
function participants(visit: Appointment, { schedules, patient }: Booking): AppointmentParticipant[] {
  const actors = schedules.flatMap(participantsOf);
  const who = patient && !patientOf(visit) ? [patientParticipant(patient)] : [];
  const bound = new Set([patientOf(visit) ?? patient, ...actors.map(({ actor }) => tailOf(actor))]);
  const agreed = [...who, ...visit.participant, ...missing(visit.participant, actors)].map((one) =>
    one.status === 'needs-action' && bound.has(tailOf(one.actor))
      ? { ...one, status: 'accepted' as const }
      : one,
  );
  const helpers = NEED_NAMES.filter((need) => needOf(visit, need) && !helpersOf(visit, need).length).map(
    (need): AppointmentParticipant => ({
      type: [concept(NEEDS[need].participant.system!, NEEDS[need].participant.code!)],
      required: 'required',
      status: 'needs-action',
    }),
  );
  return [...agreed, ...helpers];
}

const withLink = (visit: Appointment, replaces: string | undefined): Appointment => {
  const url = extensionUrl('rescheduled-from');
  if (!replaces) return visit;
  const others = (visit.extension ?? []).filter((one) => one.url !== url);
  return { ...visit, extension: [...others, { url, valueReference: { reference: replaces } }] };
};

/** The visit, booked. */
export function booked(booking: Booking, now: Date): Appointment {
  const { slots, schedules, needs, replaces, comment } = booking;
  const visit = withLink(withNeeds(booking.visit, needs), replaces);
  const start = visit.start ?? slots.map((slot) => slot.start).sort(byInstant)[0];
  const end =
    visit.end ??
    slots
      .map((slot) => slot.end)
      .sort(byInstant)
      .at(-1);
  const offered = slots[0] && offeredBy(slots[0], schedules[0]);
  return {
    ...visit,
    status: 'booked',
    serviceCategory: hasCode(visit.serviceCategory, CATEGORY, 'appointment')
      ? visit.serviceCategory!
      : [...(visit.serviceCategory ?? []), concept(CATEGORY, 'appointment')],
    ...(!visit.serviceType && offered?.serviceType.length && { serviceType: [...offered.serviceType] }),
    ...(!visit.specialty && offered?.specialty.length && { specialty: [...offered.specialty] }),
    ...(start && { start }),
    ...(end && { end }),
    ...(start && end && { minutesDuration: visit.minutesDuration ?? minutesOf(start, end) }),
    created: visit.created ?? now.toISOString(),
    ...(comment && { comment }),
    participant: participants(visit, booking),
  };
}

const byInstant = (a: string, b: string): number => Date.parse(a) - Date.parse(b);
