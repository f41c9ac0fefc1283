// What the views of a task have in common: elements that a guide asks for, and the sentence that says what a guide cannot tell.
// https://hl7.org/fhir/R4/profiling.html#resources
import type { CodeableConcept, Reference, Task } from '@medplum/fhirtypes';
import { type FhirError, issue, unprocessable } from '../../fhir/errors.ts';
import { HL7_TASK_CODE, hasCode } from '../code.ts';
import { tailOf } from '../reference.ts';

export const VIEW_RULE = 'task-view';

/** 422: a guide has no way to tell a task. */
export const untellable = (guide: string, sentence: string, expression: string): FhirError =>
  unprocessable([
    issue('business-rule', `${guide} has no way to tell this task: ${sentence}`, expression, VIEW_RULE),
  ]);

/** The type that a reference names. */
export const typeOf = (reference: Reference | undefined): string | undefined =>
  tailOf(reference)?.split('/')[0] ?? reference?.type;

/** What a guide asks of the references of a task: element, whether it must be there, and the types that it may name. */
export type ReferenceRule = readonly [
  element: 'focus' | 'for' | 'requester' | 'owner',
  types: readonly string[],
];

/** @throws FhirError 422 for a reference that is missing, or names another type than the guide allows */
export function checkReferences(guide: string, task: Task, rules: readonly ReferenceRule[]): void {
  for (const [element, types] of rules) {
    const type = typeOf(task[element]);
    if (type === undefined || !types.includes(type))
      throw untellable(
        guide,
        `it asks for ${element} with a reference to ${types.join(', ')}, and this task has ${type ?? 'none'}.`,
        `Task.${element}`,
      );
  }
}

/** @throws FhirError 422 for a task that is no order, is undated, or does not ask that a request be fulfilled */
export function checkOrder(guide: string, task: Task): void {
  if (task.intent !== 'order')
    throw untellable(guide, `its tasks are orders, and this is a ${task.intent}.`, 'Task.intent');
  if (!hasCode(task.code, HL7_TASK_CODE, 'fulfill'))
    throw untellable(
      guide,
      'its tasks ask that a request be fulfilled, and this one has not the code fulfill of task-code.',
      'Task.code',
    );
}

/** @throws FhirError 422 for a task without authoredOn */
export function checkAuthored(guide: string, { authoredOn }: Task): void {
  if (!authoredOn) throw untellable(guide, 'it asks for authoredOn.', 'Task.authoredOn');
}

/** A reason in words too: those of the code where there are no others. */
export function inWords({ statusReason }: Task): { statusReason?: CodeableConcept } {
  if (!statusReason || statusReason.text) return statusReason ? { statusReason } : {};
  const [coding] = statusReason.coding ?? [];
  return { statusReason: { ...statusReason, text: coding?.display ?? coding?.code ?? 'Not told' } };
}

/** A task that claims the profile of a guide, and no other. */
export const claiming = (task: Task, profile: string): Task => ({
  ...task,
  meta: { ...task.meta, profile: [profile] },
});
