// Which entries the menu of a task has.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { canHold, isMine, isPool, placeOf, primaryAction } from '../../fhir/task.ts';
import type { Other, View } from './view.ts';

const OFFERS: readonly { action: Other; when: (task: Task, view: View) => boolean }[] = [
  {
    action: 'takeOver',
    when: (task, view) =>
      !isPool(task) &&
      !isMine(task, view.me) &&
      task.status !== 'on-hold' &&
      primaryAction(task, view.me) !== 'takeOver' &&
      placeOf(task) !== 'gate',
  },
  { action: 'handOff', when: (task, view) => placeOf(task) === 'navigation' && view.canHandOff },
  { action: 'hold', when: (task) => canHold(task) && placeOf(task) !== 'gate' },
  {
    action: 'return',
    when: (task, view) =>
      placeOf(task) === 'gate' && isMine(task, view.me) && ['requested', 'accepted'].includes(task.status),
  },
];

/** The entries of the row's menu, in order. */
export const menuFor = (task: Task, view: View): readonly Other[] =>
  OFFERS.filter((offer) => offer.when(task, view)).map((offer) => offer.action);
