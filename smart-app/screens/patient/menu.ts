// What else can be done with a task, besides its primary action.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { canHold, isMine, isPool, placeOf } from '../../fhir/task.ts';
import type { View } from './view.ts';

export type Other = 'takeOver' | 'handOff' | 'hold';

const OFFERS: readonly { action: Other; when: (task: Task, view: View) => boolean }[] = [
  {
    action: 'takeOver',
    when: (task, view) => !isPool(task) && !isMine(task, view.me) && task.status !== 'on-hold',
  },
  { action: 'handOff', when: (task, view) => placeOf(task) === 'navigation' && view.canHandOff },
  { action: 'hold', when: (task) => canHold(task) && placeOf(task) !== 'gate' },
];

/** The entries of the row's menu, in order. */
export const menuFor = (task: Task, view: View): readonly Other[] =>
  OFFERS.filter((offer) => offer.when(task, view)).map((offer) => offer.action);
