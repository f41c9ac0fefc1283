// The wait list: a time that becomes free is offered to the first who waits for such a visit; people book, not the server.
// https://hl7.org/fhir/R4/valueset-appointmentstatus.html (waitlist)

import type { Appointment, Schedule, Slot, Task } from '@medplum/fhirtypes';
import { dateRange } from '../../fhir/datetime.ts';
import { businessDaysAfter } from '../calendar.ts';
import { CATEGORY, hasCode, keyOf, referencesOf, referenceTo, TASK_CODE } from '../code.ts';
import { referenceParameter } from '../make.ts';
import { isOpen } from '../state/task.ts';
import type { Desk, Reaction } from '../write.ts';
import { cancel, complete, openTasks, tasksAbout } from './finish.ts';
import { anyMeans, offeredBy, wantedOf } from './service.ts';
import { isVisit, wantedActors } from './visit.ts';
import { addTask, doneBy, enrolled } from './work.ts';

const OFFER = 'nav-schedule';
/** How an offer ends that nobody took. */
const REFUSED: readonly Task['status'][] = ['rejected', 'cancelled', 'failed', 'entered-in-error'];
/** Most people who wait that one free time is held against. */
const MOST = 1000;

/** Place in the order of iCalendar: 1 is first, 9 last but for those without. */
const priorityOf = ({ priority }: Appointment): number => priority || 10;
const sinceOf = ({ created, meta }: Appointment): string =>
  dateRange(created ?? '')?.low ?? meta?.lastUpdated ?? '';

/** Those who wait, the first to be asked first. */
export const inOrder = (visits: readonly Appointment[]): Appointment[] =>
  [...visits].sort(
    (a, b) =>
      priorityOf(a) - priorityOf(b) || (sinceOf(a) < sinceOf(b) ? -1 : sinceOf(a) > sinceOf(b) ? 1 : 0),
  );

/** Whether a free time is what a visit waits for: its days, its length, its service, whom and where it names. */
export function fits(visit: Appointment, slot: Slot, schedule: Schedule | undefined): boolean {
  const [start, end] = [Date.parse(slot.start), Date.parse(slot.end)];
  const isWithin = (visit.requestedPeriod ?? []).some(({ start: from, end: until }) => {
    const low = from && dateRange(from)?.low;
    const high = until && dateRange(until)?.high;
    return (!low || Date.parse(low) <= start) && (!high || end <= Date.parse(high));
  });
  if (visit.requestedPeriod?.length && !isWithin) return false;
  if (visit.minutesDuration && end - start < visit.minutesDuration * 60_000) return false;
  const offered = offeredBy(slot, schedule);
  const actors = new Set(referencesOf(schedule?.actor));
  return (
    anyMeans(offered.serviceType, wantedOf(visit.serviceType)) &&
    anyMeans(offered.specialty, wantedOf(visit.specialty)) &&
    wantedActors(visit).every((actor) => actors.has(actor))
  );
}

const isOffer = (task: Task): boolean => hasCode(task.code, TASK_CODE, OFFER) && slotOf(task) !== undefined;
/** The slot that a task offers: what it is based on. */
const slotOf = (task: Task): string | undefined => referencesOf(task.basedOn, 'Slot')[0];

/** The offers of a slot so far, ended or not. */
async function offersOf(slot: string, desk: Desk): Promise<Task[]> {
  const found = await desk.find('Task', `based-on=${slot}&code=${TASK_CODE}|${OFFER}`);
  const known = new Set(found.map(({ id }) => id));
  return [...found, ...desk.written('Task').filter((one) => !known.has(one.id) && slotOf(one) === slot)];
}

/** Offers a free slot to the first who waits for it, has no other offer and was not offered it before. */
async function offer(key: string, desk: Desk): Promise<void> {
  const slot = await desk.lock<Slot>(key);
  if (slot?.status !== 'free' || Date.parse(slot.start) <= desk.now.getTime()) return;
  const waiting = await desk.find(
    'Appointment',
    `status=waitlist&service-category=${CATEGORY}|appointment&_sort=_lastUpdated&_count=${MOST}`,
  );
  if (!waiting.length) return;
  const schedule = await desk.read<Schedule>(slot.schedule.reference ?? '');
  const before = await offersOf(key, desk);
  if (before.some(isOpen)) return;
  const asked = new Set(before.map(({ focus }) => focus?.reference));
  for (const { id } of inOrder(waiting.filter((one) => isVisit(one) && fits(one, slot, schedule)))) {
    const visit = asked.has(`Appointment/${id}`)
      ? undefined
      : await desk.lock<Appointment>(`Appointment/${id}`);
    if (visit?.status !== 'waitlist' || (await openTasks(desk, OFFER, keyOf(visit))).some(isOffer)) continue;
    const who = await enrolled(desk, visit);
    if (!who) continue;
    const evening = businessDaysAfter(
      desk.now,
      1,
      desk.calendar(who.enrolment.managingOrganization?.reference),
    );
    const start = new Date(slot.start);
    await addTask(desk, who, 'scheduler', {
      code: OFFER,
      title: 'Offer a time that became free',
      description: 'A time that fits has become free: ask the person, and book it if it suits them.',
      basedOn: [referenceTo(slot)],
      due: evening < start ? evening : start,
      input: [referenceParameter('preferred-slot', key)],
    });
    return;
  }
}

/** A slot that becomes free is offered, by a task, to the first on the wait list whom it fits. */
export const freeSlotsAreOffered: Reaction<Slot> = {
  rule: 'wait-list',
  type: 'Slot',
  when: ({ before, after }) => after.status === 'free' && before?.status !== 'free',
  react: ({ after }, desk) => offer(keyOf(after), desk),
};

/** The offer of a slot ends when somebody else takes it. */
export const takenSlotsAreNotOffered: Reaction<Slot> = {
  rule: 'wait-list-taken',
  type: 'Slot',
  when: ({ before, after }) => before?.status === 'free' && after.status !== 'free',
  async react({ after }, desk) {
    for (const task of await offersOf(keyOf(after), desk)) {
      const visit = await desk.read<Appointment>(task.focus?.reference ?? '');
      // Whoever has taken the time themselves has accepted the offer.
      if (visit?.status === 'waitlist') await cancel(desk, task, 'The time is not free any more.');
    }
  },
};

/** The offers to somebody who waits end when they are booked or wait no more. */
export const whoIsBookedWaitsNoMore: Reaction<Appointment> = {
  rule: 'wait-list-left',
  type: 'Appointment',
  when: ({ before, after }) => isVisit(before) && before.status === 'waitlist' && after.status !== 'waitlist',
  async react({ after }, desk) {
    const who = await enrolled(desk, after);
    for (const task of (await tasksAbout(desk, OFFER, keyOf(after))).filter(isOffer)) {
      if (who && after.status === 'booked')
        await complete(desk, task, referenceTo(after), await doneBy(desk, who, 'scheduler'));
      else await cancel(desk, task, 'The person does not wait any more.');
    }
  },
};

/** A slot that nobody took goes to the next on the wait list. */
export const refusedOffersGoOn: Reaction<Task> = {
  rule: 'wait-list-next',
  type: 'Task',
  when: ({ before, after }) =>
    REFUSED.includes(after.status) && before !== undefined && isOpen(before) && isOffer(after),
  react: ({ after }, desk) => offer(slotOf(after)!, desk),
};
