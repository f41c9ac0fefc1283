// Slots follow the visits that are held in them: taken by one visit at a time, and free again when it moves or is called off.
// https://hl7.org/fhir/R4/slot.html
import type { Appointment, Schedule, Slot } from '@medplum/fhirtypes';
import { reach } from '../../fhir/access.ts';
import { dateRange } from '../../fhir/datetime.ts';
import { businessRule, type FhirError } from '../../fhir/errors.ts';
import { keyOf } from '../code.ts';
import type { Change, Desk, Reaction } from '../write.ts';
import { CLAIMING, claimsOf, PROMISED, timeOf } from './visit.ts';

/** How many free slots a refusal names. */
const NAMED = 3;
const IN_SLOT = 'Appointment.slot';

export const isBusy = ({ status }: Slot): boolean => status === 'busy' || status === 'busy-tentative';

/** 409 that names the next free slots of the schedule, if the caller may see slots. */
async function slotTaken(slot: Slot, { caller, find, now }: Desk): Promise<FhirError> {
  const from = new Date(Math.max(now.getTime(), Date.parse(slot.start))).toISOString();
  const next =
    reach(caller, 'Slot', 's') === 'all'
      ? await find(
          'Slot',
          `schedule=${slot.schedule.reference}&status=free&start=ge${from}&_sort=start&_count=${NAMED}`,
        )
      : [];
  const others = next.filter(({ id }) => id !== slot.id);
  const named = others.map((one) => `${keyOf(one)} (${one.start})`).join(', ');
  return businessRule(
    `${keyOf(slot)} is not free any more. ${named ? `The next free ones are ${named}.` : 'Ask Appointment/$find for others.'}`,
    IN_SLOT,
    'slot-taken',
  );
}

/** @throws FhirError 409 when a schedule does not offer the time of a slot */
function checkHorizon(slot: Slot, { active, planningHorizon }: Schedule): void {
  const from = planningHorizon?.start && dateRange(planningHorizon.start)?.low;
  const until = planningHorizon?.end && dateRange(planningHorizon.end)?.high;
  const early = from && Date.parse(slot.start) < Date.parse(from);
  const late = until && Date.parse(slot.end) > Date.parse(until);
  if (active !== false && !early && !late) return;
  throw businessRule(
    active === false
      ? `The schedule of ${keyOf(slot)} is not in use any more. Choose a slot of another schedule.`
      : `${keyOf(slot)} lies outside the planning horizon of its schedule. Choose a slot within it.`,
    IN_SLOT,
    'schedule-horizon',
  );
}

/** @throws FhirError 409 when a slot cannot be taken by a visit */
async function checkTakes(visit: Appointment, slot: Slot, desk: Desk): Promise<void> {
  // A slot may say that it is free although a visit keeps it: it was stored so before the visit, or by hand.
  if (slot.status !== 'free' || (await isKept(keyOf(slot), keyOf(visit), desk)))
    throw await slotTaken(slot, desk);
  const schedule = await desk.read<Schedule>(slot.schedule.reference ?? '');
  if (schedule) checkHorizon(slot, schedule);
  if (!PROMISED.includes(visit.status) || Date.parse(slot.start) > desk.now.getTime()) return;
  throw businessRule(
    'A visit cannot be booked in the past. Choose a slot that is still to come.',
    IN_SLOT,
    'visit-in-past',
  );
}

/** @throws FhirError 409 when a visit is not within the time of its slots */
function checkTime(visit: Appointment, slots: readonly Slot[]): void {
  const time = timeOf(visit);
  if (!time || !slots.length) return;
  const from = Math.min(...slots.map(({ start }) => Date.parse(start)));
  const until = Math.max(...slots.map(({ end }) => Date.parse(end)));
  if (time.start >= from && time.end <= until) return;
  throw businessRule(
    'A visit lies within its slots: give a start and an end within them, or the slots of the time that is meant.',
    'Appointment.start',
    'visit-outside-slot',
  );
}

/** Whether a reference, relative or absolute, names a resource by its `Type/id`. */
const isOf = (reference: string, key: string): boolean => reference === key || reference.endsWith(`/${key}`);

/** Whether another visit keeps a slot. */
export async function isKept(slot: string, but: string, { find, written }: Desk): Promise<boolean> {
  const found = await find('Appointment', `slot=${slot}&status=${CLAIMING}`);
  return [...found, ...written('Appointment')].some(
    (visit) => keyOf(visit) !== but && [...claimsOf(visit).keys()].some((reference) => isOf(reference, slot)),
  );
}

async function free(slot: Slot, visit: Appointment, desk: Desk): Promise<void> {
  // A time that has begun cannot be given to anybody else.
  if (!isBusy(slot) || Date.parse(slot.start) <= desk.now.getTime()) return;
  if (!(await isKept(keyOf(slot), keyOf(visit), desk))) desk.update({ ...slot, status: 'free' });
}

/** Takes the slots of a visit, and gives back those that it leaves. @throws FhirError 409 */
async function followVisit({ before, after }: Change<Appointment>, desk: Desk): Promise<void> {
  const [was, will] = [claimsOf(before), claimsOf(after)];
  const slots = new Map<string, Slot>();
  // In one order, so that two visits do not wait for each other. A slot that is not there is refused as a reference to nothing.
  for (const key of [...new Set([...was.keys(), ...will.keys()])].sort()) {
    const slot = await desk.lock<Slot>(key);
    if (slot) slots.set(key, slot);
  }
  for (const [key, status] of will) {
    const slot = slots.get(key);
    if (!slot || (was.has(key) && isBusy(slot) && slot.status === status)) continue;
    if (!was.has(key)) await checkTakes(after, slot, desk);
    desk.update({ ...slot, status });
  }
  checkTime(
    after,
    [...will.keys()].flatMap((key) => slots.get(key) ?? []),
  );
  for (const key of was.keys())
    if (!will.has(key) && slots.has(key)) await free(slots.get(key)!, after, desk);
}

const textOf = (visit: Appointment | undefined): string =>
  JSON.stringify([[...claimsOf(visit)], visit && timeOf(visit)]);

/** A visit takes its slots, each of them by one visit at a time, and gives them back when it moves or is called off. */
export const slotsFollowVisits: Reaction<Appointment> = {
  rule: 'slot-taken',
  type: 'Appointment',
  when: ({ before, after }) =>
    claimsOf(before).size + claimsOf(after).size > 0 && textOf(before) !== textOf(after),
  react: followVisit,
};

/** A slot that a visit keeps becomes free with that visit, and not by hand. */
export const keptSlotsStayTaken: Reaction<Slot> = {
  rule: 'slot-taken',
  type: 'Slot',
  when: ({ before, after, byRules }) =>
    !byRules && before !== undefined && before.status !== 'free' && after.status === 'free',
  async react({ after }, desk) {
    if (!(await isKept(keyOf(after), '', desk))) return;
    throw businessRule(
      'A visit keeps this slot. Call the visit off or move it: the slot is free again with it.',
      'Slot.status',
      'slot-taken',
    );
  },
};
