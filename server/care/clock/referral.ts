// The service clocks of referrals. https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Task } from '@medplum/fhirtypes';
import { chaseStrikes, strikeChase } from '../referral/chase.ts';
import { type Clock, clock } from './clock.ts';

export const referralClocks: readonly Clock[] = [
  // A referral that nobody has accepted is asked after twice; then another provider is looked for; then it becomes urgent.
  clock<Task>({ name: 'referral-chase', type: 'Task', strikes: chaseStrikes, strike: strikeChase }),
];
