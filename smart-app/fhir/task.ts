// What a Task is to the app: its lane, whose it is, when it is due, and what moves it on.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import { TASK_CODE } from './systems.ts';

export type Lane = 'navigation' | 'coordination';
export type Place = Lane | 'gate';

/** Statuses of open work, in the order of the state machine. */
export const OPEN: readonly Task['status'][] = [
  'draft',
  'requested',
  'received',
  'accepted',
  'ready',
  'in-progress',
  'on-hold',
];

/** The place of a family code; `nav-` and `coord-` codes by their prefix, the shared codes by name. */
const PLACES: Readonly<Record<string, Place>> = {
  nav: 'navigation',
  coord: 'coordination',
  handoff: 'gate',
  'hand-back': 'gate',
  'loop-closure': 'coordination',
  cancellation: 'coordination',
  'outreach-attempt': 'navigation',
};

/** The task's code from cn-task-code. */
export const familyCode = (task: Task): string | undefined =>
  task.code?.coding?.find((coding) => coding.system === TASK_CODE)?.code;

/** Where the task is shown. Work without a code of ours stands under navigation: no open work is ever hidden. */
export function placeOf(task: Task): Place {
  const code = familyCode(task) ?? '';
  return PLACES[code] ?? PLACES[code.slice(0, code.indexOf('-'))] ?? 'navigation';
}

export type Urgency = 'late' | 'today' | 'later' | 'none';

/** How near the due date (`restriction.period.end`) is. A date without a time is due at the end of that day. */
export function urgencyOf(task: Task, now: Date): Urgency {
  const due = dueOf(task);
  if (!due) return 'none';
  if (due < now) return 'late';
  return due.toDateString() === now.toDateString() ? 'today' : 'later';
}

/** When the task is due; undefined where it does not say, or not as a date. */
export function dueOf(task: Task): Date | undefined {
  const end = task.restriction?.period?.end;
  if (!end) return undefined;
  const due = new Date(end.length === 10 ? `${end}T23:59:59` : end);
  return Number.isNaN(due.getTime()) ? undefined : due;
}

const ORDER: Readonly<Record<Urgency, number>> = { late: 0, today: 1, later: 2, none: 3 };

/** Late first, then by due date, then the oldest. */
export function byUrgency(now: Date): (a: Task, b: Task) => number {
  const time = (task: Task) => dueOf(task)?.getTime() ?? 0;
  return (a, b) =>
    ORDER[urgencyOf(a, now)] - ORDER[urgencyOf(b, now)] ||
    time(a) - time(b) ||
    (a.authoredOn ?? '').localeCompare(b.authoredOn ?? '');
}

/** A pool task is owned by nobody, or by an organisation or team and no person. */
export const isPool = (task: Task): boolean =>
  !task.owner?.reference || /^(Organization|CareTeam|HealthcareService)\//.test(task.owner.reference);

export const isMine = (task: Task, me: string | undefined): boolean =>
  me !== undefined && task.owner?.reference === me;

/** The one thing that moves a task on. */
export type Action = 'release' | 'claim' | 'accept' | 'takeOver' | 'start' | 'complete' | 'resume';

const NEXT: Readonly<Partial<Record<Task['status'], Action>>> = {
  draft: 'release',
  requested: 'accept',
  received: 'accept',
  accepted: 'start',
  ready: 'start',
  'in-progress': 'complete',
  'on-hold': 'resume',
};

/** What only the owner does: somebody else takes the task over first, so that nothing begins in another's name. */
const OWNERS: readonly (Action | undefined)[] = ['accept', 'start'];

/** The primary action of an open task: claim what is in a pool, otherwise the next step of the state machine. */
export function primaryAction(task: Task, me: string | undefined): Action | undefined {
  const next = NEXT[task.status];
  if (placeOf(task) === 'gate') return gateAction(task, next, me);
  if (isPool(task) && next !== 'release' && next !== 'resume' && next !== undefined) return 'claim';
  return !isMine(task, me) && OWNERS.includes(next) ? 'takeOver' : next;
}

/** Whoever hands over waits for the other side to accept; an accepted hand-off is finished by whoever took over. */
function gateAction(task: Task, next: Action | undefined, me: string | undefined): Action | undefined {
  if (next === 'accept' && me !== undefined && task.requester?.reference === me) return undefined;
  return task.status === 'accepted' ? 'complete' : next;
}

/** Statuses that may be suspended. https://hl7.org/fhir/R4/task.html#statemachine */
export const canHold = (task: Task): boolean =>
  ['requested', 'accepted', 'ready', 'in-progress'].includes(task.status);

/** A loop is closed by the report that came back. */
export const needsReport = (task: Task): boolean => familyCode(task) === 'loop-closure';
