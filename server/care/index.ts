// The care rules as the server applies them: to every write what it alone tells, and what follows from it.
// https://hl7.org/fhir/R4/workflow.html
import type { Resource, Task } from '@medplum/fhirtypes';
import { type Calendar, plainCalendar } from './calendar.ts';
import { withDueDate } from './clock/sla.ts';
import { checkMinutes } from './minutes/correction.ts';
import type { PlanTrigger } from './plan/trigger.ts';
import { checkScopeOfPractice } from './practice/check.ts';
import { noPractice, type Practice } from './practice/index.ts';
import { checkGiven, isOwnerUnknown, OWNER_RULE, type StaffOf } from './practice/owner.ts';
import { reactionsTo } from './reaction/index.ts';
import { plansSetOffBy } from './reaction/plan.ts';
import { completeReferral } from './referral/complete.ts';
import { checkState, completeState } from './state/index.ts';
import type { CareWrite, Change, Reaction } from './write.ts';

/** What the rules know without looking it up: read from stored resources, and again when those change. */
export interface CareKnowledge {
  /** The business days of an organisation or a role. */
  calendar(reference?: string): Calendar;
  plans(): readonly PlanTrigger[];
  /** Who may do what with which task. */
  practice(): Practice;
  /** Who a role of ours is. */
  staff: StaffOf;
}

/** The care rules. */
export interface Care extends CareKnowledge {
  /** The resource with what the rules add to it: pure, so that it is the same however often it is asked. */
  complete(write: CareWrite & { after: Resource }): Resource;
  /** @throws FhirError 403 with the name of the role rule, or 409 with that of the broken rule */
  check(write: CareWrite): void;
  /** What a change calls for beside being stored. */
  reactionsTo(change: Change): readonly Reaction[];
}

/** Makes the care rules of a server. */
export function createCare(knowledge: CareKnowledge): Care {
  return {
    ...knowledge,
    complete: (write) => {
      const after = completeReferral({ ...write, after: completeState(write) });
      return withDueDate(write, after, knowledge.calendar);
    },
    check: (write) => {
      checkCareRules(write, knowledge.practice());
      checkGiven(write, knowledge.practice(), knowledge.staff);
    },
    reactionsTo: (change) => {
      const plans = plansSetOffBy(change, knowledge.plans());
      const called = reactionsTo(change);
      if (!called.length) return plans;
      const needed = called.filter(
        ({ rule }) =>
          rule !== OWNER_RULE || isOwnerUnknown(change.after as Task, knowledge.practice(), knowledge.staff),
      );
      return plans.length ? [...needed, ...plans] : needed;
    },
  };
}

/** Rules of a server that knows nothing of its own: no plans, no practice, and business days without holidays. */
export const plainKnowledge: CareKnowledge = {
  calendar: () => plainCalendar('UTC'),
  plans: () => [],
  practice: () => noPractice,
  staff: () => undefined,
};

/**
 * Refuses a write that breaks a care rule: scope of practice first, then the state machines, then that logged time is kept.
 * @throws FhirError 403 with the name of the role rule, or 409 with that of the state machine
 */
export function checkCareRules(write: CareWrite, practice: Practice): void {
  const { before, after, access } = write;
  if (after?.resourceType === 'Task')
    checkScopeOfPractice(practice, before?.resourceType === 'Task' ? before : undefined, after, access);
  checkState(write);
  checkMinutes(write);
}
