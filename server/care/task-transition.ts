// The Task transition table: which status may follow which, each edge with its source, and the check of one write against it.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { businessRule } from '../fhir/errors.ts';
import { familyCodes } from './task-family.ts';

/** Task.status, all twelve codes. https://hl7.org/fhir/R4/valueset-task-status.html */
export type TaskStatus = Task['status'];

/** Where an edge comes from: E the diagram of R4, T the text of R4, D our own decision, B the referral machine of BSeR. */
export type Source = 'E' | 'T' | 'D' | 'B';

/** An edge that stands only under a condition names it; see `CONDITIONS`. */
type Condition = 'cancellation-requested' | 'resume' | 'reopen';

/** One allowed move of a task. */
export interface Edge {
  readonly to: TaskStatus;
  readonly source: Source;
  readonly when?: Condition;
}

const edge = (to: TaskStatus, source: Source, when?: Condition): Edge => ({
  to,
  source,
  ...(when && { when }),
});

/** The statuses that a new task of our families may have. */
export const STARTS: readonly Edge[] = [edge('draft', 'E'), edge('requested', 'D'), edge('ready', 'D')];

/** From each status, the statuses that may follow. */
export const TRANSITIONS: Readonly<Record<TaskStatus, readonly Edge[]>> = {
  draft: [
    edge('requested', 'E'),
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
    edge('in-progress', 'B', 'cancellation-requested'),
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
    edge('cancelled', 'T'),
    edge('ready', 'T'),
    edge('rejected', 'B'),
    edge('entered-in-error', 'D'),
  ],
  'on-hold': [
    edge('draft', 'T', 'resume'),
    edge('requested', 'T', 'resume'),
    edge('accepted', 'T', 'resume'),
    edge('ready', 'T', 'resume'),
    edge('in-progress', 'T', 'resume'),
    edge('cancelled', 'D'),
    edge('entered-in-error', 'D'),
  ],
  rejected: [edge('entered-in-error', 'D')],
  cancelled: [edge('entered-in-error', 'D')],
  failed: [edge('in-progress', 'T', 'reopen'), edge('entered-in-error', 'D')],
  completed: [edge('in-progress', 'T', 'reopen'), edge('entered-in-error', 'D')],
  'entered-in-error': [],
};

/** The statuses that may follow `status`, those under a condition included, in the order of the table. */
export function allowedFrom(status: TaskStatus): readonly TaskStatus[] {
  return TRANSITIONS[status].map((edge) => edge.to);
}

const BSER_STATUS = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const SUSPENDED_FROM = 'https://throughline.example/fhir/StructureDefinition/suspended-from';

const suspendedFrom = (task: Task): string | undefined =>
  task.extension?.find((extension) => extension.url === SUSPENDED_FROM)?.valueCode;

const cancellationRequested = (task: Task): boolean =>
  task.businessStatus?.coding?.some((coding) => coding.system === BSER_STATUS && coding.code === '5.2') ??
  false;

/** When a conditional edge stands, and how a refusal words it. */
const CONDITIONS: Readonly<
  Record<Condition, { holds: (before: Task, after: Task, role?: string) => boolean; words: string }>
> = {
  'cancellation-requested': {
    holds: (_before, after) => cancellationRequested(after),
    words: 'with business status 5.2, cancellation requested',
  },
  resume: {
    holds: (before, after) => (suspendedFrom(before) ?? after.status) === after.status,
    words: 'where it was suspended from there',
  },
  reopen: {
    holds: (_before, after, role) => role === 'supervisor' && after.statusReason !== undefined,
    words: 'by a supervisor, with a statusReason',
  },
};

const worded = ({ to, when }: Edge): string => (when ? `${to} (${CONDITIONS[when].words})` : to);

const listed = (edges: readonly Edge[]): string => edges.map(worded).join(', ') || 'no other status';

/**
 * Checks the status of a new task. Tasks without a family code of ours may start anywhere.
 * @throws FhirError 409 business-rule, rule `task-transition`
 */
export function checkStart(after: Task): void {
  if (familyCodes(after).length === 0 || STARTS.some((start) => start.to === after.status)) return;
  throw businessRule(
    `A new task cannot be ${after.status}. Create it as ${listed(STARTS)}, then move it on.`,
    'Task.status',
    'task-transition',
  );
}

/**
 * Checks the move from `before` to `after` against the table; the same status again is no move.
 * @param role cn-role code of the caller, which reopening depends on
 * @throws FhirError 409 business-rule, rule `task-transition` or `task-suspended-from`
 */
export function checkTransition(before: Task, after: Task, role?: string): void {
  checkSuspendedFrom(before, after);
  if (before.status === after.status) return;
  const edges = TRANSITIONS[before.status];
  const taken = edges.find((edge) => edge.to === after.status);
  if (taken && (!taken.when || CONDITIONS[taken.when].holds(before, after, role))) return;
  throw businessRule(
    `A task cannot go from ${before.status} to ${after.status}. From ${before.status} it can go to: ${listed(edges)}.`,
    'Task.status',
    'task-transition',
  );
}

/** A suspended task remembers the true status that it was suspended from, so that resuming is no way around the table. */
function checkSuspendedFrom(before: Task, after: Task): void {
  if (after.status !== 'on-hold') return;
  const said = suspendedFrom(after);
  const suspending = before.status !== 'on-hold';
  const truth = suspending ? before.status : suspendedFrom(before);
  if (said === truth || (suspending && !said)) return;
  throw businessRule(
    'The extension suspended-from holds the status before the suspension and does not change while the task is on hold. ' +
      (truth ? `Send it with the value ${truth}.` : 'None is recorded: leave it out.'),
    'Task.extension',
    'task-suspended-from',
  );
}
