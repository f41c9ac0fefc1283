// The moment against which a list is grouped, worked out once for all its rows.
import type { Task } from '@medplum/fhirtypes';
import { dueOf } from '../../fhir/task.ts';

/** All in milliseconds since 1970. */
export interface Clock {
  readonly now: number;
  readonly dayStart: number;
  readonly dayEnd: number;
  /** The end of the seventh day from today. */
  readonly weekEnd: number;
}

const DAYS_AHEAD = 7;

export function clockOf(now: Date): Clock {
  const midnight = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
  return {
    now: now.getTime(),
    dayStart: midnight(0),
    dayEnd: midnight(1),
    weekEnd: midnight(DAYS_AHEAD + 1),
  };
}

/** When a task is due; undefined when nobody said. */
export const dueTime = (task: Task): number | undefined => dueOf(task)?.getTime();
