// Interpreter and ride: what a booked visit needs and nobody has agreed to yet is arranged by the day before.
// https://hl7.org/fhir/R4/appointment-definitions.html#Appointment.participant.status

import type { Appointment, Task } from '@medplum/fhirtypes';
import { codeOf, concept, hasCode, keyOf, PARAMETER, referenceTo, system } from '../code.ts';
import { isOpen } from '../state/task.ts';
import type { Change, Desk, Reaction } from '../write.ts';
import { dueBefore } from './day-before.ts';
import { cancel, complete, tasksAbout } from './finish.ts';
import {
  helpersOf,
  isMet,
  isVisit,
  NEED_NAMES,
  NEEDS,
  type Need,
  needOf,
  type VisitStatus,
} from './visit.ts';
import { addTask, doneBy, type Enrolled, enrolled } from './work.ts';

const BARRIER = system('cn-barrier-type');
const CODE = 'nav-barrier-resolve';
/** Name of the input that says which need it is. */
const INPUT = 'access-need';

const WORDS: Readonly<Record<Need, { title: string; description: string }>> = {
  interpreter: {
    title: 'Arrange an interpreter',
    description: 'The visit needs an interpreter, and none has agreed to come.',
  },
  transport: {
    title: 'Arrange a ride',
    description: 'The visit needs a ride there and home, and nobody has agreed to drive.',
  },
};

/** Statuses after which nothing has to be arranged any more. */
const OVER: readonly VisitStatus[] = ['fulfilled', 'cancelled', 'noshow', 'entered-in-error'];

/** Which need a task is about. */
const isAbout =
  (need: Need) =>
  ({ input = [] }: Task): boolean =>
    input.some(
      ({ type, valueCodeableConcept }) =>
        hasCode(type, PARAMETER, INPUT) && codeOf(valueCodeableConcept, BARRIER) === NEEDS[need].barrier,
    );

/** What of a visit its needs depend on. */
const textOf = (visit: Appointment): string =>
  JSON.stringify([
    visit.status,
    visit.start,
    NEED_NAMES.map((need) => [needOf(visit, need), helpersOf(visit, need)]),
  ]);

/** Inputs that name the needs of a visit. */
export const needInputs = (needs: readonly Need[]) =>
  needs.map((need) => ({
    type: concept(PARAMETER, INPUT),
    valueCodeableConcept: concept(BARRIER, NEEDS[need].barrier),
  }));

async function arrange(desk: Desk, who: Enrolled, need: Need, tasks: readonly Task[]): Promise<void> {
  const { visit, enrolment } = who;
  const due = dueBefore(
    new Date(visit.start!),
    desk.now,
    desk.calendar(enrolment.managingOrganization?.reference),
  );
  const open = tasks.filter(isOpen);
  for (const { id } of open) {
    // The visit was moved, and what is being arranged with it.
    const task = (await desk.lock<Task>(`Task/${id}`))!;
    const end = due.toISOString();
    if (task.restriction?.period?.end === end) continue;
    const restriction = { ...task.restriction, period: { ...task.restriction?.period, end } };
    desk.update({ ...task, restriction, lastModified: desk.now.toISOString() });
  }
  if (tasks.some((task) => isOpen(task) || task.status === 'completed')) return;
  await addTask(desk, who, 'navigator', { code: CODE, ...WORDS[need], due, input: needInputs([need]) });
}

async function settleNeed(desk: Desk, who: Enrolled, need: Need, tasks: readonly Task[]): Promise<void> {
  const { visit } = who;
  const isAsked = needOf(visit, need) !== undefined;
  if (isAsked && !isMet(visit, need) && visit.status === 'booked') return arrange(desk, who, need, tasks);
  for (const task of tasks) {
    if (!isOpen(task)) continue;
    if (isMet(visit, need) && !OVER.includes(visit.status))
      await complete(desk, task, referenceTo(visit), await doneBy(desk, who, 'navigator'));
    else if (!isAsked || OVER.includes(visit.status))
      await cancel(desk, task, 'The visit does not need it any more.');
  }
}

async function followNeeds({ after }: Change<Appointment>, desk: Desk): Promise<void> {
  const visit = (await desk.read<Appointment>(keyOf(after))) ?? after;
  const who = isVisit(visit) && (await enrolled(desk, visit));
  if (!who) return;
  const tasks = await tasksAbout(desk, CODE, keyOf(visit));
  for (const need of NEED_NAMES) await settleNeed(desk, who, need, tasks.filter(isAbout(need)));
}

const hasNeeds = (visit: Appointment | undefined): boolean =>
  visit !== undefined && NEED_NAMES.some((need) => needOf(visit, need) !== undefined);

/** An interpreter or a ride that a booked visit needs is arranged by a task, due the business day before; it ends when somebody agrees. */
export const needsAreArranged: Reaction<Appointment> = {
  rule: 'access-needs',
  type: 'Appointment',
  when: ({ before, after }) =>
    isVisit(after) &&
    (hasNeeds(before) || hasNeeds(after)) &&
    (before ? textOf(before) !== textOf(after) : after.status === 'booked'),
  react: followNeeds,
};
