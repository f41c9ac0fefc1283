// What a single letter means for a task, and whether the task still is what it was when somebody decided to act on it.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import type { Action } from '../../actions/action.ts';
import { isAtOnce } from '../../actions/at-once.ts';
import { mainAction, menuOf } from '../../actions/offered.ts';

/** What single letters mean; each the first of these that the task offers. */
const MEANS = {
  claim: ['claim', 'accept', 'takeOver'],
  start: ['start', 'resume', 'release'],
} as const satisfies Record<string, readonly Action[]>;

export type Wish = keyof typeof MEANS | 'complete';

/** The action of a task that a person wishes for; undefined: it offers none. */
export function actionFor(wish: Wish, task: Task, me: string | undefined, role?: string): Action | undefined {
  const main = mainAction(task, me, role);
  const offered = [...(main ? [main] : []), ...menuOf(task, me, role)];
  if (wish !== 'complete') return MEANS[wish].find((one) => offered.includes(one));
  if (main && !isAtOnce(main)) return main;
  return offered.find((one) => one === 'complete');
}

/** Whether a task still is what it was when somebody decided to act on it. */
export const isStill = (seen: Task, now: Task): boolean =>
  seen.status === now.status && seen.owner?.reference === now.owner?.reference;
