// Cancellation: whoever asked for work asks its owner to stop it, by a task with the code abort; the owner's yes cancels it.
// https://build.fhir.org/ig/HL7/fhir-cow-ig/cancelling-and-modifying-requests.html
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { forbidden } from '../../fhir/errors.ts';
import { HL7_TASK_CODE, hasCode, TASK_CODE } from '../code.ts';
import type { Change, Desk } from '../write.ts';
import { bserCode, withBserCode } from './bser.ts';
import { suspendedFrom, withoutSuspension } from './suspended-from.ts';
import { FINISHED, isOwner, type TaskStatus } from './task.ts';

/** Whether a task asks to stop another. */
export const isCancellationTask = ({ code, focus }: Task): boolean =>
  hasCode(code, HL7_TASK_CODE, 'abort') &&
  hasCode(code, TASK_CODE, 'cancellation') &&
  focus?.reference !== undefined &&
  /(^|\/)Task\//.test(focus.reference);

const ANSWERS: readonly TaskStatus[] = ['accepted', 'rejected', 'completed'];

/** Whether a user answers a request to stop. */
export const isAnswered = ({ before, after, byRules }: Change<Task>): boolean =>
  before !== undefined &&
  before.status !== after.status &&
  ANSWERS.includes(after.status) &&
  !byRules &&
  isCancellationTask(after);

export const CANCELLATION_RULE = 'cancellation-by-owner';

/** @throws FhirError 403 when somebody else than the owner of the work, or a supervisor, answers a request to stop it */
export async function checkAnswer({ after }: Change<Task>, desk: Desk): Promise<void> {
  if (desk.caller.policy === 'unlimited') return;
  const work = await desk.read<Task>(after.focus!.reference!);
  if (!work || desk.caller.role === 'supervisor' || isOwner(work, desk.caller)) return;
  throw forbidden(
    'Whether work stops is decided by the owner of the task that the cancellation is about, or by a supervisor. Leave the answer to them; you can withdraw the cancellation task by cancelling it.',
    'Task.status',
    CANCELLATION_RULE,
  );
}

/** Whether the owner of the work agrees that it stops. */
export const isAgreed = ({ before, after }: Change<Task>): boolean =>
  after.status === 'completed' && before?.status !== 'completed' && isCancellationTask(after);

/** Why the work stops, in words too, as those whom it is told to may ask for. */
function reasonOf({ reasonCode, statusReason }: Task): CodeableConcept {
  const reason = reasonCode ?? statusReason;
  const [coding] = reason?.coding ?? [];
  return { ...reason, text: reason?.text ?? coding?.display ?? coding?.code ?? 'Cancelled on request' };
}

/** The versions by which a task comes to its cancellation: with BSeR it is first one whose cancellation was asked for. */
export function cancelled(task: Task, statusReason: CodeableConcept, now: Date): Task[] {
  const lastModified = now.toISOString();
  const end: Task = { ...withoutSuspension(task), status: 'cancelled', statusReason, lastModified };
  const code = bserCode(task);
  if (code === undefined) return [end];
  const steps: Task[] = [];
  let last = task;
  if (task.status === 'on-hold') {
    last = { ...withoutSuspension(task), status: suspendedFrom(task) as TaskStatus };
    steps.push(last);
  }
  if (['received', 'accepted', 'in-progress'].includes(last.status) && code !== '5.2') {
    last = { ...last, status: 'in-progress', businessStatus: withBserCode(task.businessStatus, '5.2') };
    steps.push(last);
  }
  return [...steps, { ...end, businessStatus: withBserCode(task.businessStatus, '6.0') }];
}

/** Cancels the work that a cancellation task is about, unless it has ended meanwhile. */
export async function cancelWork({ after }: Change<Task>, desk: Desk): Promise<void> {
  const work = await desk.lock<Task>(after.focus!.reference!);
  if (!work || FINISHED.includes(work.status)) return;
  for (const version of cancelled(work, reasonOf(after), desk.now)) desk.update(version);
}
