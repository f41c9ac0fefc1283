// The state machine of a goal. https://hl7.org/fhir/R4/valueset-goal-status.html
import type { Goal } from '@medplum/fhirtypes';
import { CATEGORY, extensionUrl } from '../code.ts';
import type { Edge, Machine } from './machine.ts';

/** Goal.lifecycleStatus, all nine codes. */
export type GoalStatus = Goal['lifecycleStatus'];

const moves = (...to: readonly GoalStatus[]): readonly Edge<GoalStatus, Goal>[] =>
  [...to, 'entered-in-error' as const].map((status) => ({ to: status, source: 'D' }));

const PROFILE = extensionUrl('cn-goal');

/** The Goal machine: a goal that was reached, given up or turned down stays so; a new one is set instead. */
export const goalMachine: Machine<Goal, GoalStatus> = {
  type: 'Goal',
  rule: 'goal-transition',
  expression: 'Goal.lifecycleStatus',
  noun: 'goal',
  about: 'goals with a category of cn-category, or of the profile cn-goal',
  stateOf: ({ lifecycleStatus }) => lifecycleStatus,
  isOurs: ({ category, meta }) =>
    meta?.profile?.includes(PROFILE) ||
    (category?.some(({ coding }) => coding?.some(({ system }) => system === CATEGORY)) ?? false),
  starts: ['proposed', 'planned', 'accepted', 'active'],
  moves: {
    proposed: moves('planned', 'accepted', 'active', 'rejected', 'cancelled'),
    planned: moves('accepted', 'active', 'on-hold', 'rejected', 'cancelled'),
    accepted: moves('active', 'on-hold', 'cancelled'),
    active: moves('on-hold', 'completed', 'cancelled'),
    'on-hold': moves('active', 'completed', 'cancelled'),
    completed: moves(),
    cancelled: moves(),
    rejected: moves(),
    'entered-in-error': [],
  },
};
