// The Task state machine: which status may follow which, each edge with its source. https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import type { Access } from '../../fhir/access.ts';
import { BSER_STATUS, hasCode, TASK_CODE } from '../code.ts';
import { relativeKey } from '../reference.ts';
import type { Condition, Edge, Machine, Source } from './machine.ts';
import { suspendedFrom } from './suspended-from.ts';

/** Task.status, all twelve codes. https://hl7.org/fhir/R4/valueset-task-status.html */
export type TaskStatus = Task['status'];

const edge = (to: TaskStatus, source: Source, when?: Condition<Task>): Edge<TaskStatus, Task> => ({
  to,
  source,
  ...(when && { when }),
});

/** Whether a task is one of navigation or coordination. */
export const isOurTask = ({ code }: Task): boolean =>
  code?.coding?.some(({ system }) => system === TASK_CODE) ?? false;

/** Whether the caller is who owns a task. */
export const isOwner = ({ owner }: Task, { fhirUser }: Access): boolean =>
  fhirUser !== undefined && relativeKey(owner) === fhirUser;

/** The owner of running work stops it, or a supervisor does; a program without a user is held by its scopes and by 5.2. */
const mayStop = (before: Task, access: Access): boolean =>
  access.policy === 'unlimited' ||
  access.role === 'supervisor' ||
  isOwner(before, access) ||
  (access.fhirUser === undefined && hasCode(before.businessStatus, BSER_STATUS, '5.2'));

const isRunning = (task: Task): boolean =>
  task.status === 'in-progress' || (task.status === 'on-hold' && suspendedFrom(task) === 'in-progress');

const stopping = (words: string): Condition<Task> => ({
  holds: (before, _after, access) => !isOurTask(before) || !isRunning(before) || mayStop(before, access),
  words,
});
const ASKS = 'anybody else asks with a cancellation task, code abort, whose focus is this task';
const STOP = stopping(`by its owner or a supervisor; ${ASKS}`);
const STOP_BEGUN = stopping(`once work has begun by its owner or a supervisor; ${ASKS}`);
const SEND_BACK = stopping('by its owner or a supervisor');
const REFERRAL_SENT: Condition<Task> = {
  holds: (_before, after) => hasCode(after.businessStatus, BSER_STATUS, '2.0'),
  words: 'with business status 2.0, a referral that was sent',
};
const CANCELLATION_REQUESTED: Condition<Task> = {
  holds: (_before, after) => hasCode(after.businessStatus, BSER_STATUS, '5.2'),
  words: 'with business status 5.2, cancellation requested',
};
const RESUME: Condition<Task> = {
  holds: (before, after) => (suspendedFrom(before) ?? after.status) === after.status,
  words: 'where it was suspended from there',
};
const isNewReason = (before: Task, after: Task): boolean =>
  after.statusReason !== undefined &&
  JSON.stringify(after.statusReason) !== JSON.stringify(before.statusReason);
const REOPEN: Condition<Task> = {
  holds: (before, after, { role }) => role === 'supervisor' && isNewReason(before, after),
  words: 'by a supervisor, with a statusReason that says why',
};

/** From each status, the statuses that may follow. */
const MOVES: Readonly<Record<TaskStatus, readonly Edge<TaskStatus, Task>[]>> = {
  draft: [
    edge('requested', 'E'),
    edge('received', 'B', REFERRAL_SENT),
    edge('ready', 'E'),
    edge('cancelled', 'E'),
    edge('on-hold', 'T'),
    edge('entered-in-error', 'D'),
  ],
  requested: [
    edge('received', 'E'),
    edge('accepted', 'E'),
    edge('rejected', 'E'),
    edge('cancelled', 'E'),
    edge('on-hold', 'T'),
    edge('entered-in-error', 'D'),
  ],
  received: [
    edge('accepted', 'E'),
    edge('rejected', 'E'),
    edge('cancelled', 'E'),
    edge('in-progress', 'B', CANCELLATION_REQUESTED),
    edge('entered-in-error', 'D'),
  ],
  accepted: [
    edge('in-progress', 'E'),
    edge('cancelled', 'E'),
    edge('rejected', 'B'),
    edge('completed', 'B'),
    edge('on-hold', 'T'),
    edge('entered-in-error', 'D'),
  ],
  ready: [
    edge('in-progress', 'E'),
    edge('cancelled', 'E'),
    edge('on-hold', 'T'),
    edge('entered-in-error', 'D'),
  ],
  'in-progress': [
    edge('on-hold', 'E'),
    edge('completed', 'E'),
    edge('failed', 'E'),
    edge('cancelled', 'T', STOP),
    edge('ready', 'T', SEND_BACK),
    edge('rejected', 'B'),
    edge('entered-in-error', 'D'),
  ],
  'on-hold': [
    edge('draft', 'T', RESUME),
    edge('requested', 'T', RESUME),
    edge('accepted', 'T', RESUME),
    edge('ready', 'T', RESUME),
    edge('in-progress', 'T', RESUME),
    edge('cancelled', 'D', STOP_BEGUN),
    edge('entered-in-error', 'D'),
  ],
  rejected: [edge('entered-in-error', 'D')],
  cancelled: [edge('entered-in-error', 'D')],
  failed: [edge('in-progress', 'T', REOPEN), edge('entered-in-error', 'D')],
  completed: [edge('in-progress', 'T', REOPEN), edge('entered-in-error', 'D')],
  'entered-in-error': [],
};

/** The Task machine; its moves are those of R4, so that they hold for every task, its starts and owners for ours. */
export const taskMachine: Machine<Task, TaskStatus> = {
  type: 'Task',
  rule: 'task-transition',
  expression: 'Task.status',
  noun: 'task',
  about: 'every Task; how it starts, and who stops it, where it has a code of cn-task-code',
  stateOf: ({ status }) => status,
  isOurs: isOurTask,
  everywhere: true,
  starts: ['draft', 'requested', 'ready'],
  moves: MOVES,
};

/** Statuses after which no work is left. */
export const FINISHED: readonly TaskStatus[] = [
  'rejected',
  'cancelled',
  'completed',
  'failed',
  'entered-in-error',
];
/** Statuses in which somebody still has to do something. */
export const OPEN: readonly TaskStatus[] = (Object.keys(MOVES) as TaskStatus[]).filter(
  (status) => !FINISHED.includes(status),
);
/** Whether work is left of a task. */
export const isOpen = ({ status }: Pick<Task, 'status'>): boolean => !FINISHED.includes(status);
/** Statuses that a task can be suspended from. */
export const SUSPENDABLE: readonly TaskStatus[] = (Object.keys(MOVES) as TaskStatus[]).filter((status) =>
  MOVES[status].some(({ to }) => to === 'on-hold'),
);
