// The referral machine of BSeR and 360X: the 34 transitions of status and business status, and the check of a write against them.
// https://build.fhir.org/ig/HL7/bser/branches/master/referral_workflow.html
import type { CodeableConcept, Task } from '@medplum/fhirtypes';
import { BSER_STATUS, codeOf, STAGE } from '../code.ts';
import { moveRefused } from './machine.ts';
import { suspendedFrom } from './suspended-from.ts';
import type { TaskStatus } from './task.ts';

/** A state of the machine: the status of the task with its business status. */
interface BserPair {
  readonly status: TaskStatus;
  /** Code of TaskBusinessStatusCS; absent where there is none, as for 5.1, which our stage tells. */
  readonly code?: string;
}

/** The states, by the numbers that the machine gives them. */
export const BSER_STATES = {
  '1': { status: 'draft' },
  '2.0': { status: 'received', code: '2.0' },
  '3.0': { status: 'accepted', code: '3.0' },
  '4.0': { status: 'rejected', code: '4.0' },
  '5.1': { status: 'in-progress' },
  '5.1.1': { status: 'in-progress', code: '5.1.1' },
  '5.1.2': { status: 'in-progress', code: '5.1.2' },
  '5.1.3': { status: 'in-progress', code: '5.1.3' },
  '5.1.4': { status: 'in-progress', code: '5.1.4' },
  '5.2': { status: 'in-progress', code: '5.2' },
  '6.0': { status: 'cancelled', code: '6.0' },
  '7.0': { status: 'completed', code: '7.0' },
} as const satisfies Readonly<Record<string, BserPair>>;
export type BserState = keyof typeof BSER_STATES;

/** One row of the table. */
export interface BserRow {
  readonly tid: string;
  readonly who: 'initiator' | 'recipient';
  readonly trigger: string;
  readonly from: BserState;
  readonly to: BserState;
}

const row = (tid: string, who: BserRow['who'], trigger: string, from: BserState, to: BserState): BserRow => ({
  tid,
  who,
  trigger,
  from,
  to,
});

/** The 34 transitions. */
export const BSER_ROWS: readonly BserRow[] = [
  row('01', 'initiator', 'sends the referral', '1', '2.0'),
  row('02', 'recipient', 'accepts', '2.0', '3.0'),
  row('03', 'recipient', 'declines', '2.0', '4.0'),
  row('04', 'initiator', 'asks to cancel', '2.0', '5.2'),
  row('05', 'recipient', 'declines', '3.0', '4.0'),
  row('06', 'recipient', 'schedules the visit', '3.0', '5.1.1'),
  row('07', 'initiator', 'asks to cancel', '3.0', '5.2'),
  row('08', 'recipient', 'sends an interim note', '3.0', '5.1.4'),
  row('09', 'recipient', 'sends the outcome', '3.0', '7.0'),
  row('10', 'recipient', 'declines', '5.1.1', '4.0'),
  row('11', 'recipient', 'reschedules the visit', '5.1.1', '5.1.1'),
  row('12', 'recipient', 'tells of a missed visit', '5.1.1', '5.1.2'),
  row('13', 'recipient', 'cancels the visit', '5.1.1', '5.1.3'),
  row('14', 'initiator', 'asks to cancel', '5.1.1', '5.2'),
  row('15', 'recipient', 'sends an interim note', '5.1.1', '5.1.4'),
  row('16', 'recipient', 'sends the outcome', '5.1.1', '7.0'),
  row('17', 'recipient', 'declines', '5.1.2', '4.0'),
  row('18', 'recipient', 'reschedules the visit', '5.1.2', '5.1.1'),
  row('19', 'recipient', 'cancels the visit', '5.1.2', '5.1.3'),
  row('20', 'initiator', 'asks to cancel', '5.1.2', '5.2'),
  row('21', 'recipient', 'schedules the visit', '5.1.3', '5.1.1'),
  row('22', 'initiator', 'asks to cancel', '5.1.3', '5.2'),
  row('23', 'recipient', 'confirms the cancellation', '5.2', '6.0'),
  row('24', 'recipient', 'sends the outcome', '5.2', '7.0'),
  row('25', 'recipient', 'declines', '5.1.4', '4.0'),
  row('26', 'recipient', 'schedules the next visit', '5.1.4', '5.1.1'),
  row('27', 'recipient', 'cancels the visit', '5.1.4', '5.1.3'),
  row('28', 'initiator', 'asks to cancel', '5.1.4', '5.2'),
  row('29', 'recipient', 'sends an interim note', '5.1.4', '5.1.4'),
  row('30', 'recipient', 'sends the outcome', '5.1.4', '7.0'),
  row('31', 'recipient', 'schedules the visit', '3.0', '5.1'),
  row('32', 'recipient', 'sends an interim note', '3.0', '5.1'),
  row('33', 'recipient', 'declines', '5.1', '4.0'),
  row('34', 'initiator', 'asks to cancel', '5.1', '5.2'),
];

/** What our model adds: 5.1 is the state around 5.1.1 to 5.1.4, so it may be told more closely; a supervisor reopens into 5.1. */
const BESIDE: Readonly<Partial<Record<BserState, readonly BserState[]>>> = {
  '5.1': ['5.1.1', '5.1.2', '5.1.3', '5.1.4'],
  '7.0': ['5.1', '5.1.1', '5.1.4'],
};
/** Statuses of ours before anybody has begun, in which a task is just cancelled. */
const NOT_BEGUN: ReadonlySet<TaskStatus> = new Set(['draft', 'requested', 'ready']);
/** Statuses of ours that the machine does not know, by those that it has for them. */
const SAME_AS: Readonly<Partial<Record<TaskStatus, TaskStatus>>> = {
  requested: 'received',
  ready: 'accepted',
};

const next = new Map<BserState, ReadonlySet<BserState>>();
for (const state of Object.keys(BSER_STATES) as BserState[]) {
  const rows = BSER_ROWS.filter(({ from }) => from === state).map(({ to }) => to);
  next.set(state, new Set([...rows, ...(BESIDE[state] ?? [])]));
}

/** The business status that the machine knows. */
export const bserCode = ({ businessStatus }: Task): string | undefined =>
  businessStatus ? codeOf(businessStatus, BSER_STATUS) : undefined;

/** The one code that goes with a status; undefined for those with several or none. */
export function codeOfStatus(status: TaskStatus): string | undefined {
  const same = SAME_AS[status] ?? status;
  if (same === 'in-progress') return undefined;
  const pair = Object.values<BserPair>(BSER_STATES).find((one) => one.status === same);
  return pair?.code;
}

/** A business status whose code of the machine is another; what else it says stays. */
export function withBserCode(businessStatus: CodeableConcept | undefined, code: string): CodeableConcept {
  const others = businessStatus?.coding?.filter(({ system }) => system !== BSER_STATUS) ?? [];
  return { ...businessStatus, coding: [{ system: BSER_STATUS, code }, ...others] };
}

/** The state of running work: 5.1 when nothing tells it more closely. */
const runningState = (code: string | undefined): BserState =>
  code !== undefined && code in BSER_STATES && BSER_STATES[code as BserState].status === 'in-progress'
    ? (code as BserState)
    : '5.1';

/** The state that a stored task is in, by its status before its code; undefined for those that the machine has not. */
function stateBefore(task: Task): BserState | undefined {
  const status = (task.status === 'on-hold' ? suspendedFrom(task) : task.status) as TaskStatus | undefined;
  if (status === 'in-progress') return runningState(bserCode(task));
  const same = status && (SAME_AS[status] ?? status);
  return (Object.keys(BSER_STATES) as BserState[]).find((state) => BSER_STATES[state].status === same);
}

/** The state that a task claims to be in; undefined when its status and its code do not agree. */
export function bserState(task: Task): BserState | undefined {
  const code = bserCode(task);
  const state = task.status === 'on-hold' ? undefined : stateBefore(task);
  if (state === undefined) return undefined;
  if (state === '5.1') return code === undefined && codeOf(task.businessStatus, STAGE) ? state : undefined;
  if (state === '1') return code === undefined || code === '2.0' ? state : undefined;
  return (BSER_STATES[state] as BserPair).code === code ? state : undefined;
}

const worded = (status: string, code: string | undefined): string => (code ? `${status} (${code})` : status);
const stateWords = (state: BserState): string => {
  const { status, code }: BserPair = BSER_STATES[state];
  return worded(status, state === '5.1' ? 'a stage alone' : code);
};

export const REFERRAL_RULE = 'referral-transition';
const REFERRAL = {
  rule: REFERRAL_RULE,
  expression: 'Task.businessStatus',
  noun: 'task that says how far a referral has come',
};

const mayFollow = (before: Task, from: BserState, to: BserState): boolean =>
  from === to || next.get(from)!.has(to) || (to === '6.0' && NOT_BEGUN.has(before.status));

/**
 * Holds a task with a business status of BSeR to the machine; tasks that never had one pass. Being on hold, or entered in
 * error, is no state of it: the business status stays while a task is on hold.
 * @throws FhirError 409 business-rule, rule `referral-transition`
 */
export function checkReferral(before: Task, after: Task): void {
  const was = bserCode(before);
  const said = bserCode(after);
  if ((was === undefined && said === undefined) || after.status === 'entered-in-error') return;
  if (was === said && before.status === after.status) return;
  const isPause = before.status === 'on-hold' || after.status === 'on-hold';
  if (isPause && was === said && after.status !== 'cancelled') return;
  const from = stateBefore(before);
  const to = bserState(after);
  if (from === undefined) return;
  if (to !== undefined && mayFollow(before, from, to)) return;
  throw moveRefused(
    REFERRAL,
    stateWords(from),
    worded(after.status, said),
    [...next.get(from)!].map(stateWords),
  );
}

/**
 * Holds a new task with a business status of BSeR to the states in which one begins.
 * @throws FhirError 409 business-rule, rule `referral-transition`
 */
export function checkReferralStart(after: Task): void {
  const said = bserCode(after);
  if (said === undefined || bserState(after) !== undefined) return;
  throw moveRefused(REFERRAL, stateWords('1'), worded(after.status, said), [stateWords('2.0')]);
}
