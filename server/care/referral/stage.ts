// How far a referral has come: its stage and its business status, what a status tells of them, and the moves that what
// happened calls for. https://hl7.org/fhir/R4/task-definitions.html#Task.businessStatus

import type { Task } from '@medplum/fhirtypes';
import { BSER_STATUS, codeOf, STAGE } from '../code.ts';
import { BSER_ROWS } from '../state/bser.ts';
import { isOpen } from '../state/task.ts';
import { isFollowing, isReferral } from './order.ts';

/** The stages in their order. */
export const WAY = [
  'need-identified',
  'ordered',
  'network-checked',
  'authorised',
  'sent',
  'acknowledged',
  'accepted',
  'scheduled',
  'attended',
  'report-received',
  'reviewed-by-requester',
  'patient-informed',
] as const;
export type Stage = (typeof WAY)[number] | 'no-show' | Exit;

/** The ways out of a referral without a closed loop. */
export const EXITS = [
  'declined',
  'cancelled-by-patient',
  'cancelled-by-requester',
  'unable-to-contact',
  'no-capacity',
  'not-covered',
  'expired',
] as const;
type Exit = (typeof EXITS)[number];
const isExit = (stage: string | undefined): boolean =>
  (EXITS as readonly (string | undefined)[]).includes(stage);

/** A visit may be booked, missed, called off and booked again: these go to and fro. */
const OF_VISIT: ReadonlySet<string | undefined> = new Set(['accepted', 'scheduled', 'no-show']);
const rankOf = (stage: string | undefined): number =>
  OF_VISIT.has(stage) ? WAY.indexOf('accepted') : (WAY as readonly (string | undefined)[]).indexOf(stage);

export const stageOf = (task: Task | undefined): string | undefined => codeOf(task?.businessStatus, STAGE);
export const bserOf = (task: Task | undefined): string | undefined =>
  codeOf(task?.businessStatus, BSER_STATUS);

/** A stage, with the business status by which other systems know it; what is absent stays as it is. */
export interface Standing {
  readonly stage?: string | undefined;
  /** Code of BSeR's TaskBusinessStatusCS; null: none. */
  readonly bser?: string | null | undefined;
}

/** The task at a standing: its codings of the two systems are replaced, and a text that told the former one goes. */
export function standingAt(task: Task, { stage, bser }: Standing): Task {
  const { text: _text, coding = [], ...rest } = task.businessStatus ?? {};
  const others = coding.filter(
    ({ system }) =>
      !((stage !== undefined && system === STAGE) || (bser !== undefined && system === BSER_STATUS)),
  );
  const told = [
    ...others,
    ...(bser ? [{ system: BSER_STATUS, code: bser }] : []),
    ...(stage ? [{ system: STAGE, code: stage }] : []),
  ];
  return { ...task, businessStatus: { ...rest, coding: told } };
}

/** What a status tells, where whoever sets it says no more. */
const TOLD_BY_STATUS: Readonly<Partial<Record<Task['status'], Standing>>> = {
  draft: { stage: 'ordered' },
  requested: { stage: 'sent' },
  received: { stage: 'acknowledged', bser: '2.0' },
  accepted: { stage: 'accepted', bser: '3.0' },
  rejected: { stage: 'declined', bser: '4.0' },
  cancelled: { stage: 'cancelled-by-requester' },
  completed: { stage: 'report-received', bser: '7.0' },
};

function toldBy(before: Task | undefined, after: Task): Standing {
  const told = TOLD_BY_STATUS[after.status] ?? {};
  const isTracked = bserOf(before) !== undefined;
  if (after.status === 'cancelled') return { ...told, ...(isTracked && { bser: '6.0' }) };
  // What is arranged without a report ends where it is; a referral that ends has its report, and may be further on.
  if (after.status === 'completed') {
    const { stage, bser } = told;
    if (!isReferral(after)) return { bser: isTracked ? '7.0' : undefined };
    return { bser, stage: rankOf(stage) > rankOf(stageOf(before)) ? stage : undefined };
  }
  if (after.status === 'in-progress') return taken(before, after);
  return told;
}

/** Work that begins has no business status but its stage; work that is taken up again has not ended. */
function taken(before: Task | undefined, after: Task): Standing {
  if (before?.status === 'completed')
    return { bser: '5.1.4', ...(isReferral(after) && { stage: 'report-received' }) };
  if (before?.status === 'failed') return { stage: 'accepted' };
  return bserOf(before) === '3.0' ? { bser: null } : {};
}

/**
 * A task that follows an order says how far it has come: what its new status tells is added, unless the writer says it.
 * When it is sent, the time in which an answer is awaited begins.
 */
export function withStage(before: Task | undefined, after: Task, now: Date): Task {
  if (!isFollowing(after) || before?.status === after.status) return after;
  if (before?.status === 'on-hold' || after.status === 'on-hold') return after;
  const told = toldBy(before, after);
  const stage = stageOf(after) === stageOf(before) ? told.stage : undefined;
  const bser = bserOf(after) === bserOf(before) ? told.bser : undefined;
  const isNews =
    (stage !== undefined && stage !== stageOf(after)) ||
    (bser !== undefined && (bser ?? undefined) !== bserOf(after));
  const standing = isNews ? standingAt(after, { stage, bser }) : after;
  return after.status === 'requested' ? withStart(standing, now) : standing;
}

function withStart(task: Task, now: Date): Task {
  const { start, end } = task.restriction?.period ?? {};
  if (start || (end && Date.parse(end) < now.getTime())) return task;
  const period = { start: now.toISOString(), ...task.restriction?.period };
  return { ...task, restriction: { ...task.restriction, period } };
}

/** Since when an answer of the recipient is awaited. */
export const sentAt = (task: Task): string | undefined => task.restriction?.period?.start ?? task.authoredOn;

/** A move of a task that follows an order. */
export interface Step extends Standing {
  readonly stage: Stage;
  readonly status?: Task['status'];
}

/** The state of the machine of BSeR that a task is in, as far as what happens to a visit or a report can change it. */
function stateOf(task: Task): string | undefined {
  if (task.status === 'in-progress') return bserOf(task) ?? '5.1';
  return task.status === 'accepted' || task.status === 'ready' ? '3.0' : undefined;
}

const leads = new Set([
  ...BSER_ROWS.map(({ from, to }) => `${from} ${to}`),
  // 5.1 is the state around these.
  ...['5.1.1', '5.1.2', '5.1.3', '5.1.4'].map((code) => `5.1 ${code}`),
]);

function mayFollow(task: Task, { bser }: Step): boolean {
  if (!bser) return task.status !== 'on-hold';
  const from = stateOf(task);
  return from !== undefined && (from === bser || leads.has(`${from} ${bser}`));
}

/** The task after a step; undefined where it is there already, is further on, or may not go there from where it is. */
export function stepped(task: Task, step: Step): Task | undefined {
  const { stage, bser, status = task.status } = step;
  const present = stageOf(task);
  // Whoever was asked has ended their part; the loop goes on until it is closed.
  if (task.status === 'completed')
    return rankOf(stage) > rankOf(present) && !isExit(present) ? standingAt(task, { stage }) : undefined;
  if (!isOpen(task) || isExit(present) || rankOf(stage) < rankOf(present)) return undefined;
  if (stage === present && status === task.status && (!bser || bser === bserOf(task))) return undefined;
  return mayFollow(task, step) ? { ...standingAt(task, step), status } : undefined;
}

/** Whether a task ends by a way out that it names. */
export const endsByExit = (task: Task): boolean => isExit(stageOf(task));
