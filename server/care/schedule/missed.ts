// What follows a visit: one that was missed is won back, a first one that was kept is confirmed with the person.
// https://hl7.org/fhir/R4/valueset-appointmentstatus.html
import type { Appointment } from '@medplum/fhirtypes';
import { businessDaysAfter } from '../calendar.ts';
import { keyOf, referenceTo } from '../code.ts';
import { mayContact } from '../contact/may-contact.ts';
import type { Change, Desk, Reaction } from '../write.ts';
import { tasksAbout } from './finish.ts';
import { isFirstContact, isVisit, type VisitStatus } from './visit.ts';
import { addTask, enrolled } from './work.ts';

export const RECOVERY = 'nav-no-show-recovery';
const RECEIPT = 'nav-receipt-check';

const becomes = ({ before, after }: Change<Appointment>, status: VisitStatus): boolean =>
  isVisit(after) && after.status === status && before?.status !== status;

/** Adds a task for the next business day, once a visit. */
async function followUp(
  visit: Appointment,
  desk: Desk,
  plan: { code: string; title: string; description: string; isOutreach: boolean },
): Promise<void> {
  const { isOutreach, ...task } = plan;
  const who = await enrolled(desk, visit);
  if (!who || (await tasksAbout(desk, plan.code, keyOf(visit))).length) return;
  if (isOutreach && !(await mayContact(desk, who.patient, { about: [referenceTo(visit)] }))) return;
  const calendar = desk.calendar(who.enrolment.managingOrganization?.reference);
  await addTask(desk, who, 'navigator', { ...task, due: businessDaysAfter(desk.now, 1, calendar) });
}

/** A missed visit is followed by a task to win it back, due the next business day. */
export const missedVisitsAreWonBack: Reaction<Appointment> = {
  rule: 'missed-visit',
  type: 'Appointment',
  when: (change) => becomes(change, 'noshow'),
  react: ({ after }, desk) =>
    followUp(after, desk, {
      code: RECOVERY,
      title: 'Missed visit',
      description: 'The visit was missed: ask what stood in the way, and book another one.',
      isOutreach: true,
    }),
};

/** A first visit that was kept is followed by a task to confirm it with the person. */
export const firstVisitsAreConfirmed: Reaction<Appointment> = {
  rule: 'first-visit',
  type: 'Appointment',
  when: (change) => becomes(change, 'fulfilled') && isFirstContact(change.after),
  react: ({ after }, desk) =>
    followUp(after, desk, {
      code: RECEIPT,
      title: 'Confirm the first visit',
      description: 'The first visit took place: ask the person how it went and what comes next.',
      isOutreach: false,
    }),
};
