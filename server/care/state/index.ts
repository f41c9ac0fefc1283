// All state machines, and what they say of one write. https://hl7.org/fhir/R4/workflow.html
import type { Resource, Task } from '@medplum/fhirtypes';
import { isSystem } from '../../fhir/access.ts';
import { VIEW_RULE } from '../view/element.ts';
import type { CareWrite } from '../write.ts';
import { appointmentMachine } from './appointment.ts';
import { AUTHOR_RULE } from './author.ts';
import { checkReferral, checkReferralStart, REFERRAL_RULE } from './bser.ts';
import { CANCELLATION_RULE } from './cancellation.ts';
import { ASSIGN_RULE, CLAIM_RULE } from './claim.ts';
import { goalMachine } from './goal.ts';
import { checkMove, checkStart, type Machine, machine } from './machine.ts';
import { carePlanMachine, deviceRequestMachine, serviceRequestMachine } from './request.ts';
import { checkSuspension, completeSuspension, SUSPENSION_RULE } from './suspended-from.ts';
import { PART_RULE } from './suspension.ts';
import { taskMachine } from './task.ts';

export const machines: readonly Machine[] = [
  machine(taskMachine),
  machine(serviceRequestMachine),
  machine(deviceRequestMachine),
  machine(appointmentMachine),
  machine(carePlanMachine),
  machine(goalMachine),
];

/** The rules of states that a refusal can name. */
export const STATE_RULES: readonly string[] = [
  ...machines.map(({ rule }) => rule),
  REFERRAL_RULE,
  SUSPENSION_RULE,
  PART_RULE,
  AUTHOR_RULE,
  CANCELLATION_RULE,
  CLAIM_RULE,
  ASSIGN_RULE,
  VIEW_RULE,
];

const byType = new Map<string, Machine>(machines.map((one) => [one.type, one]));

/** A resource with what the machines add to it: the status that a task on hold goes back to. */
export function completeState({ before, after }: CareWrite & { after: Resource }): Resource {
  if (after.resourceType !== 'Task' || before?.resourceType !== 'Task') return after;
  return completeSuspension(before, after);
}

function checkTask(before: Task, after: Task, subject: string): void {
  checkReferral(before, after);
  checkSuspension(before, after, subject);
}

/**
 * Refuses a write that a state machine does not allow. The server's own work (subject `system`) may create resources in any
 * state, so that a history can be loaded.
 * @throws FhirError 409 business-rule, with the rule of the machine
 */
export function checkState({ before, after, access }: CareWrite): void {
  const machine = after && byType.get(after.resourceType);
  if (!machine) return;
  if (before?.resourceType === after.resourceType) {
    checkMove(machine, before, after, access);
    if (after.resourceType === 'Task') checkTask(before as Task, after, access.subject);
  } else if (!isSystem(access)) {
    checkStart(machine, after);
    if (after.resourceType === 'Task') checkReferralStart(after);
  }
}
