// What an input or output of a task carries, by its code from cn-task-parameter.
// https://hl7.org/fhir/R4/task-definitions.html#Task.input
import type { CodeableConcept } from '@medplum/fhirtypes';
import { TASK_PARAMETER } from './systems.ts';

/** The type of an input or output, with words for a reader who does not know the code. */
export const parameter = (code: string, text: string): CodeableConcept => ({
  coding: [{ system: TASK_PARAMETER, code }],
  text,
});

/** Whether an input or output is of this type. */
export const isParameter = ({ type }: { type: CodeableConcept }, code: string): boolean =>
  type.coding?.some((one) => one.system === TASK_PARAMETER && one.code === code) ?? false;
