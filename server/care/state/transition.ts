// A move of a task in one call: its status, the reason, how far a referral has come, what came of it, and when work began and ended.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { CodeableConcept, Task, TaskOutput } from '@medplum/fhirtypes';
import { bserCode, codeOfStatus, withBserCode } from './bser.ts';
import { withoutSuspension } from './suspended-from.ts';
import type { TaskStatus } from './task.ts';

/** What is asked for. */
export interface Move {
  readonly status: TaskStatus;
  readonly reason?: CodeableConcept | undefined;
  readonly businessStatus?: CodeableConcept | undefined;
  readonly output: readonly TaskOutput[];
}

const ENDS: readonly TaskStatus[] = ['completed', 'failed'];

/** When work began and ended, as far as the move tells. */
function periodOf(
  { executionPeriod, status: from }: Task,
  to: TaskStatus,
  at: string,
): Task['executionPeriod'] {
  if (to === 'in-progress' && from !== 'on-hold') {
    const { end: _, ...period } = executionPeriod ?? {};
    return { ...period, start: period.start ?? at };
  }
  return ENDS.includes(to) ? { ...executionPeriod, end: executionPeriod?.end ?? at } : executionPeriod;
}

/** How far a referral has come: as asked, or what alone goes with the status. */
function businessStatusOf(task: Task, { status, businessStatus }: Move): CodeableConcept | undefined {
  const isMove = bserCode(task) !== undefined && status !== task.status;
  const code = isMove ? codeOfStatus(status) : undefined;
  return (
    businessStatus ?? (code === undefined ? task.businessStatus : withBserCode(task.businessStatus, code))
  );
}

/** A task as it is after a move; whether the move is allowed is checked with the write. */
export function moved(task: Task, move: Move, now: Date): Task {
  const { status, reason, output } = move;
  const at = now.toISOString();
  const stays = status === task.status;
  const { statusReason, executionPeriod, ...rest } = status === 'on-hold' ? task : withoutSuspension(task);
  const because = reason ?? (stays ? statusReason : undefined);
  const period = stays ? executionPeriod : periodOf(task, status, at);
  const businessStatus = businessStatusOf(task, move);
  return {
    ...rest,
    status,
    ...(because && { statusReason: because }),
    ...(businessStatus && { businessStatus }),
    ...(period && { executionPeriod: period }),
    lastModified: at,
    ...(output.length && { output: [...(task.output ?? []), ...output] }),
  } as Task;
}
