// Nobody is in two visits at once: neither the patient nor a practitioner who has to be there.
// https://hl7.org/fhir/R4/appointment-definitions.html#Appointment.participant.required
import type { Appointment } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { CATEGORY, keyOf } from '../code.ts';
import type { Change, Desk, Reaction } from '../write.ts';
import { isVisit, OCCUPYING, occupiedBy, timeOf } from './visit.ts';

/** Visits that began longer ago than this are over. */
const LONGEST = 2 * 86_400_000;
/** Most visits of one person within such a time that are compared. */
const MOST = 1000;

const occupies = (visit: Appointment | undefined): boolean =>
  isVisit(visit) && OCCUPYING.includes(visit.status) && timeOf(visit) !== undefined;
const textOf = (visit: Appointment): string => JSON.stringify([timeOf(visit), occupiedBy(visit)]);

async function checkDoubleBooking({ after }: Change<Appointment>, desk: Desk): Promise<void> {
  const { start, end } = timeOf(after)!;
  const [from, until] = [start - LONGEST, end].map((at) => new Date(at).toISOString());
  const query = `service-category=${CATEGORY}|appointment&status=${OCCUPYING}&date=ge${from}&date=lt${until}&_count=${MOST}`;
  // In one order, so that two bookings do not wait for each other.
  for (const actor of occupiedBy(after).sort()) {
    await desk.mutex(`visits of ${actor}`);
    const found = await desk.find('Appointment', `actor=${actor}&${query}`);
    const clashes = [...found, ...desk.written('Appointment')].some((other) => {
      const time = occupies(other) && keyOf(other) !== keyOf(after) ? timeOf(other) : undefined;
      return time && time.start < end && start < time.end && occupiedBy(other).includes(actor);
    });
    if (!clashes) continue;
    throw businessRule(
      `${actor.startsWith('Patient/') ? 'The patient' : actor} has another visit at that time. Choose another time: Appointment/$find proposes some.`,
      'Appointment.participant',
      'double-booking',
    );
  }
}

/** Nobody is booked for two visits at once: neither the patient nor a practitioner who has to be there. */
export const nobodyIsBookedTwice: Reaction<Appointment> = {
  rule: 'double-booking',
  type: 'Appointment',
  when: ({ before, after }) =>
    occupies(after) && !(before && occupies(before) && textOf(before) === textOf(after)),
  react: checkDoubleBooking,
};
