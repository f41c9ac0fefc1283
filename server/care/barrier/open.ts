// What follows when a barrier is put on the register: the goal that it goes away, and the task to see to it.
// https://hl7.org/fhir/R4/goal.html

import type { Condition, Goal, Patient, Reference, Task } from '@medplum/fhirtypes';
import { addDays, type Calendar, CLOSING_HOUR, dayOf, instantOf } from '../calendar.ts';
import { CATEGORY, concept, hasCode, keyOf, referenceTo, TASK_CODE } from '../code.ts';
import { makeTask, referenceParameter, withLabels } from '../make.ts';
import { enrolmentOf, episodeOf, ownerFor } from '../people.ts';
import { localKey, tailOf } from '../reference.ts';
import { isOpen } from '../state/task.ts';
import type { Desk } from '../write.ts';
import { barriersOf, goalText } from './barrier.ts';

const ACHIEVEMENT = 'http://terminology.hl7.org/CodeSystem/goal-achievement';
/** Days until a barrier should be out of the way, and until the task against it is due. */
const DAYS = { goal: 30, task: 7 } as const;

/** The end of the day a number of days on. */
export const endOfDayIn = (days: number, now: Date, calendar: Calendar): Date =>
  instantOf(addDays(dayOf(now, calendar), days), CLOSING_HOUR, calendar);

/** The person of a barrier, when they are enrolled, and those who work for them. */
export async function personOf(desk: Desk, barrier: Condition) {
  const patient = await localKey(desk, barrier.subject, 'Patient');
  const enrolment = patient && (await enrolmentOf(desk, patient));
  return patient && enrolment
    ? { patient, enrolment, calendar: desk.calendar(enrolment.managingOrganization?.reference) }
    : undefined;
}
export type Person = NonNullable<Awaited<ReturnType<typeof personOf>>>;

/** Who asks for what the rules ask for: the caller, or else the organisation of the programme. */
export const requesterOf = (desk: Desk, { enrolment }: Person): Reference | undefined => {
  const { fhirUser } = desk.caller;
  if (fhirUser) return { reference: fhirUser };
  const organization = enrolment.managingOrganization?.reference;
  return organization ? { reference: organization } : undefined;
};

/** Records by id, those that this unit writes in their last state. */
const merged = <T extends { id?: string | undefined }>(found: readonly T[], written: readonly T[]): T[] => [
  ...new Map([...found, ...written].map((one) => [one.id, one])).values(),
];

const PURSUED: readonly Goal['lifecycleStatus'][] = ['proposed', 'planned', 'accepted', 'active', 'on-hold'];

/** The goals against a barrier that are still pursued. */
export async function goalsAgainst(desk: Desk, barrier: string, patient: string): Promise<Goal[]> {
  const found = await desk.find('Goal', `patient=${patient}&lifecycle-status=${PURSUED.join(',')}`);
  return merged(found, desk.written('Goal')).filter(
    ({ addresses = [], lifecycleStatus }) =>
      PURSUED.includes(lifecycleStatus) && addresses.some((one) => tailOf(one as Reference) === barrier),
  );
}

const WORK = ['nav-barrier-resolve', 'nav-receipt-check'];

/** The tasks against a barrier that have not ended: to see to it, and to ask whether that helped. */
export async function workAgainst(desk: Desk, barrier: string, patient: string): Promise<Task[]> {
  const codes = WORK.map((code) => `${TASK_CODE}|${code}`).join(',');
  const found = await desk.find('Task', `patient=${patient}&code=${codes}`);
  return merged(found, desk.written('Task')).filter(
    (task) =>
      isOpen(task) &&
      WORK.some((code) => hasCode(task.code, TASK_CODE, code)) &&
      barriersOf(task).some((one) => tailOf(one) === barrier),
  );
}

/** Opens a task to see to a barrier. @param after the task that it follows, if any */
export async function openResolve(
  desk: Desk,
  barrier: Condition,
  person: Person,
  after?: Task,
): Promise<void> {
  const { patient, enrolment, calendar } = person;
  const task = makeTask(
    {
      code: 'nav-barrier-resolve',
      title: 'Remove a barrier',
      description: after
        ? 'It did not help: see to the barrier anew.'
        : 'See to what stands in the way of care.',
      patient,
      episode: episodeOf(enrolment),
      requester: requesterOf(desk, person),
      owner: after?.owner ?? (await ownerFor(desk, patient, 'navigation')),
      performer: 'navigator',
      focus: referenceTo(barrier),
      partOf: after ? [referenceTo(after)] : [],
      due: endOfDayIn(DAYS.task, desk.now, calendar),
      input: [referenceParameter('barrier', keyOf(barrier))],
    },
    desk,
  );
  desk.create(withLabels(task, barrier));
}

/** Carries out what follows from a barrier that stands in the way: once, and not beside what is there. */
export async function opened(desk: Desk, barrier: Condition): Promise<void> {
  const person = await personOf(desk, barrier);
  if (!person) return;
  const { patient, calendar } = person;
  const key = keyOf(barrier);
  await desk.mutex(`barrier:${patient}`);
  if (!(await goalsAgainst(desk, key, patient)).length) {
    const due = dayOf(endOfDayIn(DAYS.goal, desk.now, calendar), calendar);
    const goal: Goal = {
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      achievementStatus: concept(ACHIEVEMENT, 'in-progress'),
      category: [concept(CATEGORY, 'barrier-goal')],
      description: { text: goalText(barrier, await desk.read<Patient>(patient)) },
      subject: { reference: patient },
      startDate: dayOf(desk.now, calendar),
      target: [{ dueDate: due }],
      addresses: [referenceTo(barrier)],
    };
    desk.create(withLabels(goal, barrier));
  }
  if (!(await workAgainst(desk, key, patient)).length) await openResolve(desk, barrier, person);
}

/** A goal that was reached. */
export const achieved = (goal: Goal): Goal => ({
  ...goal,
  lifecycleStatus: 'completed',
  achievementStatus: concept(ACHIEVEMENT, 'achieved'),
});
