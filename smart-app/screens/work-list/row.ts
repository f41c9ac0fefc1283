// One row of the work list: a task with the names around it, and the values by which rows are grouped and sorted.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import type { Person } from '../../fhir/people.ts';
import { STAGES, stageOf } from '../../fhir/referral.ts';
import { isPool, OPEN } from '../../fhir/task.ts';
import type { Clock } from './clock.ts';

/** Codes of cn-network-tier, the best first. */
export const TIERS = ['direct-contract', 'preferred', 'in-network', 'out-of-network', 'unknown'] as const;
export type Tier = (typeof TIERS)[number];

export interface Row {
  readonly id: string;
  /** Version of the task, as a number: the newer one is kept. */
  readonly version: number;
  /** The part of the task that the list needs (SUBSETTED): it is shown, and never written back. */
  readonly task: Task;
  /** Logical id of the patient; empty when the task names none. */
  readonly patient: string;
  readonly patientName: string;
  readonly due: number | undefined;
  readonly owner: Person | undefined;
  /** Of the provider that was picked for the order which the task follows. */
  readonly tier: Tier | undefined;
  /** The active safety flags of the patient, as sentences. */
  readonly flags: readonly string[];
  /** What the text filter looks into, in lower case and without accents. */
  readonly text: string;
}

export const GROUPS = ['late', 'today', 'week', 'later', 'none', 'waiting'] as const;
export type Group = (typeof GROUPS)[number];

/** Whether the next move is somebody else's: it is on hold, or the recipient of a referral has not answered yet. */
export function waits(task: Task): boolean {
  const at = stageOf(task);
  return task.status === 'on-hold' || (at?.stage === 'sent' && !at.fork && !isPool(task));
}

/** What is late or due today is that first, whoever it waits for. */
export function groupOf({ task, due }: Row, { now, dayEnd, weekEnd }: Clock): Group {
  if (due !== undefined && due < now) return 'late';
  if (due !== undefined && due < dayEnd) return 'today';
  if (waits(task)) return 'waiting';
  if (due === undefined) return 'none';
  return due < weekEnd ? 'week' : 'later';
}

/** More than any due time in milliseconds. */
const GROUP_SIZE = 1e14;

/** Orders rows by group, and within it by due time. */
export const dueRank = (row: Row, clock: Clock): number =>
  GROUPS.indexOf(groupOf(row, clock)) * GROUP_SIZE + (row.due ?? 0);

const PRIORITIES: readonly string[] = ['stat', 'asap', 'urgent', 'routine'];

/** The most urgent first; a task that says nothing is routine. */
export const priorityRank = ({ task }: Row): number => PRIORITIES.indexOf(task.priority ?? 'routine');

export const isUrgent = (row: Row): boolean => priorityRank(row) < PRIORITIES.indexOf('routine');

/** Stages of a referral in their order, then other tasks in that of their status. */
export function stageRank({ task }: Row): number {
  const at = stageOf(task);
  return at ? STAGES.indexOf(at.stage) : STAGES.length + OPEN.indexOf(task.status);
}

/** The best tier first; where nothing was decided, last. */
export const tierRank = ({ tier }: Row): number => (tier ? TIERS.indexOf(tier) : TIERS.length);

/** Lower case, and without accents: `Núñez` is found by `nunez`. */
export const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
