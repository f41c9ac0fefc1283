// What follows from changes: the plans that they set off, and what waits in a plan for a task to end.
// https://hl7.org/fhir/R4/plandefinition.html
import type { Task } from '@medplum/fhirtypes';
import { endsInPlan, followEnd } from '../plan/extend.ts';
import { setOff } from '../plan/set-off.ts';
import type { PlanTrigger } from '../plan/trigger.ts';
import { type Change, type Reaction, reaction } from '../write.ts';

export const planReactions: readonly Reaction[] = [
  reaction<Task>({
    rule: 'plan-goes-on',
    type: 'Task',
    when: endsInPlan,
    react: ({ after }, desk) => followEnd(desk, after),
  }),
];

const NONE: readonly Reaction[] = [];

/** The starts of plans that a change calls for: which plans there are is not known before. */
export function plansSetOffBy(change: Change, plans: readonly PlanTrigger[]): readonly Reaction[] {
  if (!plans.some((plan) => plan.isSetOffBy(change))) return NONE;
  return plans
    .filter((plan) => plan.isSetOffBy(change))
    .map((plan) => ({
      rule: 'plan-trigger',
      type: change.after.resourceType,
      when: plan.isSetOffBy,
      react: (met, desk) => setOff(plan, met, desk),
    }));
}
