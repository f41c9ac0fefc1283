// Suspending a task suspends what is part of it, and resuming it resumes just that. https://hl7.org/fhir/R4/task.html#statemachine
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { keyOf } from '../code.ts';
import { localKey } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import {
  suspendedBy,
  suspendedFrom,
  withoutSuspension,
  withSuspendedBy,
  withSuspendedFrom,
} from './suspended-from.ts';
import { isOurTask, SUSPENDABLE, type TaskStatus } from './task.ts';

const WHOLE_ON_HOLD: CodeableConcept = { text: 'The work that this is part of is on hold.' };

/** Whether a task of ours goes on hold. */
export const isSuspending = ({ before, after }: Change<Task>): boolean =>
  after.status === 'on-hold' && before !== undefined && before.status !== 'on-hold' && isOurTask(after);

/** Whether a task of ours is taken up again; one that is cancelled while it is on hold is not. */
export const isResuming = ({ before, after }: Change<Task>): boolean =>
  before?.status === 'on-hold' && SUSPENDABLE.includes(after.status) && isOurTask(after);

export const PART_RULE = 'part-of-suspended';
/** Statuses in which somebody works on a task, or may begin at once. */
const UNDER_WAY: readonly TaskStatus[] = ['accepted', 'ready', 'in-progress'];

/** Whether somebody begins a task of ours that is part of another, takes it up again, or makes it a part. */
export const isPartStarting = ({ before, after, byRules }: Change<Task>): boolean =>
  !byRules &&
  after.partOf !== undefined &&
  isOurTask(after) &&
  (before?.status !== after.status || JSON.stringify(before.partOf) !== JSON.stringify(after.partOf)) &&
  (UNDER_WAY.includes(after.status) || (before?.status === 'on-hold' && SUSPENDABLE.includes(after.status)));

/** Units that suspend a task, and those that begin a part of it, go one after the other. */
const holdParts = (desk: Desk, whole: string): Promise<void> => desk.mutex(`parts of ${whole}`);

/** @throws FhirError 409 while the work that a task is part of is on hold */
export async function checkWhole({ after }: Change<Task>, desk: Desk): Promise<void> {
  for (const part of after.partOf ?? []) {
    const reference = await localKey(desk, part, 'Task');
    if (!reference) continue;
    await holdParts(desk, reference);
    const whole = await desk.read<Task>(reference);
    if (whole?.status !== 'on-hold' || !isOurTask(whole)) continue;
    throw businessRule(
      'The work that this task is part of is on hold. Take that up again first: the parts that it put on hold go on with it.',
      'Task.status',
      PART_RULE,
    );
  }
}

export const CYCLE_RULE = 'part-of-itself';
/** Wholes above a task that are looked at; deeper work has no cycle that this would find, nor any reader. */
const DEEPEST = 20;

/** Whether somebody makes a task of ours that is there a part of another. */
export const isJoining = ({ before, after, byRules }: Change<Task>): boolean =>
  !byRules &&
  after.partOf !== undefined &&
  isOurTask(after) &&
  JSON.stringify(before?.partOf) !== JSON.stringify(after.partOf);

/** @throws FhirError 409 when a task would be part of itself, or of what is part of it */
export async function checkAcyclic({ after }: Change<Task>, desk: Desk): Promise<void> {
  const own = keyOf(after);
  let wholes: readonly Task[] = [after];
  for (let depth = 0; depth < DEEPEST && wholes.length; depth++) {
    const above: Task[] = [];
    for (const part of wholes.flatMap(({ partOf = [] }) => partOf)) {
      const reference = await localKey(desk, part, 'Task');
      if (reference === own)
        throw businessRule(
          'A task cannot be part of itself, nor of one of its own parts. Leave it out of partOf.',
          'Task.partOf',
          CYCLE_RULE,
        );
      const whole = reference && (await desk.read<Task>(reference));
      if (whole) above.push(whole);
    }
    wholes = above;
  }
}

/** The parts of a task in some statuses, each locked, as they are now. */
async function partsOf(task: Task, statuses: readonly TaskStatus[], desk: Desk): Promise<Task[]> {
  const found = await desk.find('Task', `part-of=${keyOf(task)}&status=${statuses.join(',')}`);
  const parts: Task[] = [];
  for (const one of found.sort((a, b) => a.id!.localeCompare(b.id!))) {
    const part = await desk.lock<Task>(keyOf(one));
    if (part && isOurTask(part) && statuses.includes(part.status)) parts.push(part);
  }
  return parts;
}

/** Puts the open parts of a task on hold; what is part of them follows. */
export async function suspendParts({ after }: Change<Task>, desk: Desk): Promise<void> {
  await holdParts(desk, keyOf(after));
  for (const part of await partsOf(after, SUSPENDABLE, desk)) {
    const held = withSuspendedBy(withSuspendedFrom(withoutSuspension(part), part.status), keyOf(after));
    desk.update({
      ...held,
      status: 'on-hold',
      statusReason: WHOLE_ON_HOLD,
      lastModified: desk.now.toISOString(),
    });
  }
}

/** Takes up again the parts that the suspension of a task put on hold, and no others. */
export async function resumeParts({ after }: Change<Task>, desk: Desk): Promise<void> {
  for (const part of await partsOf(after, ['on-hold'], desk)) {
    const status = suspendedFrom(part);
    if (status === undefined || suspendedBy(part) !== keyOf(after)) continue;
    const { statusReason: _, ...rest } = withoutSuspension(part);
    desk.update({ ...rest, status: status as TaskStatus, lastModified: desk.now.toISOString() });
  }
}
