// Reminders: on the business day before a visit somebody reminds the person and checks that everything is arranged.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment } from '@medplum/fhirtypes';
import type { Clock } from '../clock/clock.ts';
import { keyOf, referenceTo } from '../code.ts';
import { mayContact } from '../contact/may-contact.ts';
import type { Desk, Reaction } from '../write.ts';
import { needInputs } from './access-needs.ts';
import { dueBefore, morningBefore } from './day-before.ts';
import { cancel, openTasks } from './finish.ts';
import { isVisit, NEED_NAMES, needOf, wantedActors } from './visit.ts';
import { addTask, enrolled } from './work.ts';

const REMINDER = 'nav-reminder';
const CALLED_OFF = 'The visit is not at that time any more.';

const isAwaited = (visit: Appointment | undefined): boolean =>
  isVisit(visit) && visit.status === 'booked' && visit.start !== undefined;

/** Whose business days count: those of the practice. */
const practiceOf = (visit: Appointment): string | undefined =>
  wantedActors(visit).find((actor) => actor.startsWith('PractitionerRole/'));

async function remind(visit: Appointment, desk: Desk): Promise<void> {
  const start = new Date(visit.start!);
  const who = start > desk.now && (await enrolled(desk, visit));
  if (!who || (await openTasks(desk, REMINDER, keyOf(visit))).length) return;
  if (!(await mayContact(desk, who.patient, { about: [referenceTo(visit)] }))) return;
  const needs = NEED_NAMES.filter((need) => needOf(visit, need));
  await addTask(desk, who, 'scheduler', {
    code: REMINDER,
    title: 'Reminder',
    description: 'Remind the person of the visit, and check that what it needs is arranged.',
    due: dueBefore(start, desk.now, desk.calendar(practiceOf(visit))),
    ...(needs.length && { input: needInputs(needs) }),
  });
}

/** On the business day before a visit a task asks to remind the person and to check what the visit needs. */
export const visitReminder: Clock<Appointment> = {
  name: 'visit-reminder',
  type: 'Appointment',
  strikes: (visit, knowledge) =>
    isAwaited(visit)
      ? [
          {
            step: 'day-before',
            due: morningBefore(new Date(visit.start!), knowledge.calendar(practiceOf(visit))),
          },
        ]
      : [],
  strike: (_step, visit, desk) => remind(visit, desk),
};

/** A reminder that is open is cancelled when the visit moves or is called off. */
export const remindersFollowVisits: Reaction<Appointment> = {
  rule: 'visit-reminder',
  type: 'Appointment',
  when: ({ before, after }) =>
    isAwaited(before) && !(isAwaited(after) && Date.parse(before!.start!) === Date.parse(after.start!)),
  async react({ after }, desk) {
    for (const task of await openTasks(desk, REMINDER, keyOf(after))) await cancel(desk, task, CALLED_OFF);
  },
};
