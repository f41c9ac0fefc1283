// Rescheduling: a new visit in place of one that is called off or was missed, once, with the link kept.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, CodeableConcept, Slot } from '@medplum/fhirtypes';
import { reach } from '../../fhir/access.ts';
import { businessRule, forbidden } from '../../fhir/errors.ts';
import { concept, keyOf, referenceTo } from '../code.ts';
import { tailOf } from '../reference.ts';
import type { Change, Desk, Reaction } from '../write.ts';
import { complete, openTasks } from './finish.ts';
import { RECOVERY } from './missed.ts';
import { isBusy, isKept } from './slot.ts';
import {
  CANCELLATION_REASON,
  claimsOf,
  isVisit,
  OCCUPYING,
  patientOf,
  replacedBy,
  type VisitStatus,
} from './visit.ts';
import { doneBy, enrolled } from './work.ts';

/** Statuses of a visit that is called off when another takes its place. */
const STANDING: readonly VisitStatus[] = ['proposed', 'pending', 'booked', 'waitlist'];
/** Statuses of a visit that another may take the place of. */
const REPLACEABLE: readonly VisitStatus[] = [...STANDING, 'cancelled', 'noshow'];
const LINK = 'Appointment.extension';

/** Why a visit was called off when nothing else is said. */
const RESCHEDULED = concept(CANCELLATION_REASON, 'other', 'Rescheduled');

/** A visit that is called off because another takes its place; as it is when it had ended already. */
export const calledOff = (visit: Appointment, reason: CodeableConcept = RESCHEDULED): Appointment =>
  STANDING.includes(visit.status) ? { ...visit, status: 'cancelled', cancelationReason: reason } : visit;

const namesVisit = (reference: string | undefined, visit: Appointment): boolean =>
  reference !== undefined && tailOf({ reference }) === keyOf(visit);

/** @throws FhirError 409 when a visit cannot take the place of another */
async function checkReplaces(visit: Appointment, old: Appointment, desk: Desk): Promise<void> {
  if (
    !isVisit(old) ||
    tailOf({ reference: patientOf(old) }) !== tailOf({ reference: patientOf(visit) }) ||
    keyOf(old) === keyOf(visit)
  )
    throw businessRule(
      'A visit takes the place of another visit of the same patient. Name that one, or leave rescheduled-from out.',
      LINK,
      'rescheduled-from',
    );
  if (!REPLACEABLE.includes(old.status))
    throw businessRule(
      `A visit that is ${old.status} is not rescheduled. Book another one without rescheduled-from.`,
      LINK,
      'rescheduled-from',
    );
  const all = await desk.find('Appointment', `patient=${patientOf(visit)}&_sort=-date&_count=1000`);
  const others = [...all, ...desk.written('Appointment')].filter(
    (one) =>
      keyOf(one) !== keyOf(visit) && one.status !== 'entered-in-error' && namesVisit(replacedBy(one), old),
  );
  // One that is only proposed is nobody's visit yet; booking it is held to the same rule.
  if (!others.some(({ status }) => status !== 'proposed' && status !== 'waitlist')) return;
  throw businessRule(
    'This visit was rescheduled before. Reschedule the one that took its place.',
    LINK,
    'rescheduled-once',
  );
}

/** Frees the slots that a visit leaves to the one that takes its place; the others are freed because it is called off. */
async function giveBack(old: Appointment, visit: Appointment, desk: Desk): Promise<void> {
  // One that had ended before has nothing to give.
  if (!desk.written('Appointment').some(({ id }) => id === old.id)) return;
  const wanted = new Set([...claimsOf(visit).keys()].map((reference) => tailOf({ reference })));
  for (const reference of old.slot ?? []) {
    const key = tailOf(reference);
    const slot = key && wanted.has(key) ? await desk.lock<Slot>(key) : undefined;
    if (slot && isBusy(slot) && !(await isKept(keyOf(slot), keyOf(visit), desk)))
      desk.update({ ...slot, status: 'free' });
  }
}

async function replace({ after }: Change<Appointment>, desk: Desk): Promise<void> {
  const old = await desk.lock<Appointment>(replacedBy(after)!);
  // One that is not there is refused as a reference to nothing.
  if (!old) return;
  await checkReplaces(after, old, desk);
  const ended = calledOff(old);
  if (ended !== old) {
    if (reach(desk.caller, 'Appointment', 'u') === 'none')
      throw forbidden('Your access does not let you call off the visit that is rescheduled.', LINK, 'scope');
    desk.update(ended);
  }
  await giveBack(old, after, desk);
  const who = await enrolled(desk, after);
  if (!who) return;
  for (const task of await openTasks(desk, RECOVERY, keyOf(old)))
    await complete(desk, task, referenceTo(after), await doneBy(desk, who, 'navigator'));
}

const stands = (visit: Appointment | undefined): boolean =>
  isVisit(visit) && OCCUPYING.includes(visit.status);

/** A visit that takes the place of another calls that one off, once; the work to win a missed visit back is done. */
export const visitsReplaceOthers: Reaction<Appointment> = {
  rule: 'rescheduled-once',
  type: 'Appointment',
  when: ({ before, after }) =>
    stands(after) &&
    replacedBy(after) !== undefined &&
    !(stands(before) && replacedBy(before!) === replacedBy(after)),
  react: replace,
};
