// The service clocks of promises: a task whose due date passes, a hand-off that nobody accepts, a question that nobody answers.
// https://hl7.org/fhir/R4/task-definitions.html#Task.restriction.period
import type { Reference, Task } from '@medplum/fhirtypes';
import { codeOf, extensionOf, TASK_CODE } from '../code.ts';
import { sideAsked } from '../handoff/side.ts';
import { tailOf } from '../reference.ts';
import { type Clock, clock } from './clock.ts';
import { clockStartOf, dueOf } from './due-date.ts';
import { escalate, LATE_WORK } from './escalate.ts';
import { FIRST_RESPONSE, promisedBy } from './sla.ts';

type Status = Task['status'];
/** Somebody has to do something; what is on hold, or not yet asked for, is late for nobody. */
export const RUNNING: ReadonlySet<Status> = new Set([
  'requested',
  'received',
  'accepted',
  'ready',
  'in-progress',
]);
/** A hand-off is promised to be answered: once it is accepted its clock has stopped. */
export const WAITING: ReadonlySet<Status> = new Set(['requested', 'received', 'ready']);

export const QUESTION = 'nav-inbound-query';

const codeOfTask = ({ code }: Task): string | undefined => codeOf(code, TASK_CODE);
const ownerOf = ({ owner }: Task): string | undefined => tailOf(owner as Reference | undefined);

/** Whether a task of ours can be late; what was told about late work cannot. */
function isRunning(task: Task): boolean {
  const code = codeOfTask(task);
  if (code === undefined || code === LATE_WORK) return false;
  return (sideAsked(task) ? WAITING : RUNNING).has(task.status);
}

export const lateClocks: readonly Clock[] = [
  clock<Task>({
    name: 'late',
    type: 'Task',
    strikes: (task, knowledge) => {
      const due = isRunning(task) ? dueOf(task, knowledge.calendar(ownerOf(task))) : undefined;
      return due ? [{ step: 'due', due }] : [];
    },
    strike: async (_step, task, desk) => {
      const due = dueOf(task, desk.calendar(ownerOf(task)))!;
      await escalate(task, { promise: LATE_WORK, due }, desk);
    },
  }),
  clock<Task>({
    name: 'first-response',
    type: 'Task',
    strikes: (task, knowledge) => {
      if (codeOfTask(task) !== QUESTION || !isRunning(task) || extensionOf(task, 'first-response')) return [];
      const start = clockStartOf(task);
      if (!start) return [];
      return [{ step: 'due', due: promisedBy(FIRST_RESPONSE, start, knowledge.calendar(ownerOf(task))) }];
    },
    strike: async (_step, task, desk) => {
      const due = promisedBy(FIRST_RESPONSE, clockStartOf(task)!, desk.calendar(ownerOf(task)));
      await escalate(task, { promise: FIRST_RESPONSE.sla, due }, desk);
    },
  }),
];
