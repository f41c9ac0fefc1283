// The status that a task on hold goes back to, which the server adds and holds to the truth; and whose suspension put it on hold.
// https://hl7.org/fhir/R4/task-definitions.html#Task.status
import type { Extension, Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { extensionOf, extensionUrl } from '../code.ts';
import { CARE_ENGINE } from '../write.ts';

export const SUSPENSION_RULE = 'task-suspended-from';

/** The status that a task was suspended from. */
export const suspendedFrom = (task: Task): string | undefined =>
  extensionOf(task, 'suspended-from')?.valueCode;
/** The task whose suspension suspended a task that is part of it. */
export const suspendedBy = (task: Task): string | undefined =>
  extensionOf(task, 'suspended-by')?.valueReference?.reference;

const URLS = new Set([extensionUrl('suspended-from'), extensionUrl('suspended-by')]);

/** A task without what tells of its suspension. */
export function withoutSuspension(task: Task): Task {
  const { extension = [], ...rest } = task;
  const left = extension.filter(({ url }) => !URLS.has(url));
  return { ...rest, ...(left.length && { extension: left }) } as Task;
}

const withExtension = (task: Task, more: Extension): Task => ({
  ...task,
  extension: [...(task.extension ?? []), more],
});

/** A task with the status that it goes back to. */
export const withSuspendedFrom = (task: Task, status: string): Task =>
  withExtension(task, { url: extensionUrl('suspended-from'), valueCode: status });

/** A task with the task whose suspension put it on hold. */
export const withSuspendedBy = (task: Task, reference: string): Task =>
  withExtension(task, { url: extensionUrl('suspended-by'), valueReference: { reference } });

/** Adds to a task on hold the status before, where the client leaves it out. */
export function completeSuspension(before: Task, after: Task): Task {
  if (after.status !== 'on-hold' || suspendedFrom(after) !== undefined) return after;
  const from = before.status === 'on-hold' ? suspendedFrom(before) : before.status;
  return from === undefined ? after : withSuspendedFrom(after, from);
}

/**
 * A suspended task remembers the true status that it was suspended from, so that resuming is no way around the table; that
 * another task's suspension put it on hold is told by the server alone.
 * @throws FhirError 409 business-rule, rule `task-suspended-from`
 */
export function checkSuspension(before: Task, after: Task, subject: string): void {
  if (after.status !== 'on-hold') return;
  const said = suspendedFrom(after);
  const isSuspending = before.status !== 'on-hold';
  const truth = isSuspending ? before.status : suspendedFrom(before);
  if (said !== truth && !(isSuspending && !said))
    throw businessRule(
      'The extension suspended-from holds the status before the suspension and does not change while the task is on hold. ' +
        (truth ? `Send it with the value ${truth}.` : 'None is recorded: leave it out.'),
      'Task.extension',
      SUSPENSION_RULE,
    );
  const by = isSuspending ? undefined : suspendedBy(before);
  if (subject === CARE_ENGINE || suspendedBy(after) === by) return;
  throw businessRule(
    'The extension suspended-by is written by the server when it suspends the parts of a task. ' +
      (by ? 'Send it as it stands.' : 'Leave it out.'),
    'Task.extension',
    SUSPENSION_RULE,
  );
}
