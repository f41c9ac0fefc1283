// Ends tasks in the name of the rules, by the steps that the transition table allows.
// https://hl7.org/fhir/R4/task.html#statemachine

import type { Reference, Task } from '@medplum/fhirtypes';
import { concept, PARAMETER, TASK_CODE } from '../code.ts';
import { suspendedFrom } from '../state/suspended-from.ts';
import { isOpen } from '../state/task.ts';
import { moved } from '../state/transition.ts';
import type { Desk } from '../write.ts';

type Status = Task['status'];

/** The way from each open status to `completed`; a task on hold is resumed where it was. */
const WAY: Readonly<Partial<Record<Status, Status>>> = {
  draft: 'ready',
  requested: 'accepted',
  received: 'accepted',
  accepted: 'in-progress',
  ready: 'in-progress',
  'in-progress': 'completed',
};

/** Open tasks of a code about a resource, those of the unit among them. */
export async function openTasks(desk: Desk, code: string, focus: string): Promise<Task[]> {
  return (await tasksAbout(desk, code, focus)).filter(isOpen);
}

/** All tasks of a code about a resource, ended or not. */
export async function tasksAbout(desk: Desk, code: string, focus: string): Promise<Task[]> {
  const found = await desk.find('Task', `focus=${focus}&code=${TASK_CODE}|${code}`);
  const known = new Set(found.map(({ id }) => id));
  const own = desk
    .written('Task')
    .filter(
      (task) =>
        !known.has(task.id) &&
        task.focus?.reference === focus &&
        task.code?.coding?.some((one) => one.system === TASK_CODE && one.code === code),
    );
  return [...found, ...own];
}

/** The status that brings a task nearer to its end. */
function nextOf(task: Task): Status {
  const from = suspendedFrom(task) as Status | undefined;
  return WAY[task.status] ?? (from && WAY[from] ? from : 'in-progress');
}

/**
 * Completes an open task with the appointment that it led to.
 * @param owner who it belongs to if it was nobody's
 */
export async function complete(
  desk: Desk,
  { id }: Task,
  appointment: Reference,
  owner: Reference | undefined,
): Promise<void> {
  const locked = await desk.lock<Task>(`Task/${id}`);
  if (!locked || !isOpen(locked)) return;
  const holder = locked.owner ?? (owner as Task['owner']);
  if (!holder) return cancelLocked(desk, locked, 'What it was for has been done.');
  let task: Task = { ...locked, owner: holder };
  while (isOpen(task)) {
    const status = nextOf(task);
    const output =
      status === 'completed'
        ? [{ type: concept(PARAMETER, 'appointment'), valueReference: appointment }]
        : [];
    task = moved(task, { status, output }, desk.now);
    desk.update(task);
  }
}

function cancelLocked(desk: Desk, task: Task, why: string): void {
  desk.update(moved(task, { status: 'cancelled', reason: { text: why }, output: [] }, desk.now));
}

/** Cancels an open task. @param why a sentence that names nobody */
export async function cancel(desk: Desk, { id }: Task, why: string): Promise<void> {
  const task = await desk.lock<Task>(`Task/${id}`);
  if (task && isOpen(task)) cancelLocked(desk, task, why);
}
