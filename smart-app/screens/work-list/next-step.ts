// The word for the one thing that moves a task on.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { isAtOnce } from '../../actions/at-once.ts';
import { mainAction } from '../../actions/offered.ts';
import type { Text } from '../../locales/text.ts';
import { completeVerb } from '../../ui/words.ts';

/** The word on the button of the next step; empty when there is none. */
export function nextVerb(task: Task, me: string | undefined, role: string | undefined, t: Text): string {
  const action = mainAction(task, me, role);
  if (!action) return '';
  return isAtOnce(action) ? t(`action.${action}`) : t(completeVerb(task));
}
