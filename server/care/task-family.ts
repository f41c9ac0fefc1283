// What a Task is about in our terms: its family code from cn-task-code and the lane that the code belongs to.
// https://hl7.org/fhir/R4/task-definitions.html#Task.code
import type { Task } from '@medplum/fhirtypes';

/** Code system of the family codes: every navigation and coordination task carries exactly one. */
export const TASK_CODE_SYSTEM = 'https://throughline.example/fhir/CodeSystem/cn-task-code';

/** `nav-…` codes are navigation, `coord-…` codes coordination; shared codes (`handoff`, `loop-closure` …) stand for themselves. */
const FAMILY_OF_PREFIX: ReadonlyMap<string, string> = new Map([
  ['nav', 'navigation'],
  ['coord', 'coordination'],
]);

/** The task's codes from cn-task-code; none when it is not one of ours. */
export function familyCodes(task: Task): readonly string[] {
  const ours = task.code?.coding?.filter((coding) => coding.system === TASK_CODE_SYSTEM) ?? [];
  return ours.flatMap((coding) => coding.code ?? []);
}

/** The family of a code from cn-task-code: `navigation`, `coordination`, or the shared code itself. */
export function familyOf(code: string): string {
  const prefix = code.split('-', 1)[0] ?? '';
  return FAMILY_OF_PREFIX.get(prefix) ?? code;
}
