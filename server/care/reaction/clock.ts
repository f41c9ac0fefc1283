// What follows for the service clocks: a question opens a task, a response stops its clock, and the end of a late task is told.
// https://hl7.org/fhir/R4/workflow.html
import type { Communication, Task } from '@medplum/fhirtypes';
import { LATE_WORK, settleLateWork } from '../clock/escalate.ts';
import { isQuestion, isResponse, noteResponse, openQuestion } from '../clock/question.ts';
import { codeOf, TASK_CODE } from '../code.ts';
import { isOpen } from '../state/task.ts';
import { type Reaction, reaction } from '../write.ts';

const hasEnded = (task: Task): boolean => !isOpen(task);

/** Whether a change ends a task of ours that can have been late. */
function endsWork(before: Task | undefined, after: Task): boolean {
  const code = codeOf(after.code, TASK_CODE);
  return (
    before !== undefined && !hasEnded(before) && hasEnded(after) && code !== undefined && code !== LATE_WORK
  );
}

export const clockReactions: readonly Reaction[] = [
  reaction<Communication>({
    rule: 'question-received',
    type: 'Communication',
    when: ({ before, after }) => isQuestion(after) && !isQuestion(before),
    react: ({ after }, desk) => openQuestion(after, desk),
  }),
  reaction<Communication>({
    rule: 'question-answered',
    type: 'Communication',
    when: ({ before, after }) =>
      isResponse(after) &&
      !(
        isResponse(before) &&
        String(before.inResponseTo?.map(({ reference }) => reference)) ===
          String(after.inResponseTo?.map(({ reference }) => reference))
      ),
    react: ({ after }, desk) => noteResponse(after, desk),
  }),
  reaction<Task>({
    rule: 'late-work-settled',
    type: 'Task',
    when: ({ before, after }) => endsWork(before, after),
    react: ({ after }, desk) => settleLateWork(after, desk),
  }),
];
