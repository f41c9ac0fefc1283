// What is foretold of a write of a task: every reason that there is to refuse it, and what it changes when there is none.
// https://hl7.org/fhir/R4/task.html#statemachine
import {
  ACTIVE,
  BSER_MOVES,
  BSER_STATUS,
  CANCELLATION,
  completes,
  directs,
  ENDED,
  executes,
  owns,
  type Role,
  reaches,
  type Status,
  SUSPENDABLE,
  TAKEN,
  TASK_MOVES,
  TASK_STARTS,
} from './tables.ts';
import { type Asked, lacksReason, type Way } from './task-write.ts';
import { type Model, type ModelTask, type Refusal, refusal } from './world.ts';

const TRANSITION = 'task-transition';
const isProgram = (role: Role): boolean => role === 'ehr';
const isStopper = (task: ModelTask, role: Role): boolean => role === 'supervisor' || task.owner === role;

/** Reasons that a role may not do it: its policy, and the matrix of who may do what. */
function ofPractice(task: ModelTask, role: Role, to: Status): Refusal[] {
  const { code, status, work } = task;
  if (!reaches(role, code)) return [refusal(403), refusal(404)];
  const isReopening = ENDED.includes(status) && status !== 'entered-in-error' && to === 'in-progress';
  if (isReopening) return role === 'supervisor' || isProgram(role) ? [] : [refusal(403)];
  if (work && ['accepted', 'rejected', 'completed'].includes(to) && !isStopper(work, role))
    return [refusal(403, 'cancellation-by-owner')];
  if (to === 'completed') return completes(role, code) ? [] : [refusal(403)];
  if (to === 'accepted' || to === 'in-progress') return executes(role, code) ? [] : [refusal(403)];
  return directs(role, code) ? [] : [refusal(403)];
}

/** Whether the table of moves allows it, with its conditions. */
function isAllowed(task: ModelTask, role: Role, { to, says, business }: Asked): boolean {
  const { status: from, suspendedFrom } = task;
  if (to === 'entered-in-error') return from !== 'entered-in-error';
  if (!TASK_MOVES[from]!.includes(to)) return false;
  if (from === 'completed' || from === 'failed') return role === 'supervisor' && says;
  if (from === 'on-hold' && to !== 'cancelled' && to !== suspendedFrom) return false;
  if (from === 'draft' && to === 'received') return business === '2.0';
  if (from === 'received' && to === 'in-progress') return business === '5.2';
  const isRunning = from === 'in-progress' || (from === 'on-hold' && suspendedFrom === 'in-progress');
  const isStopping = isRunning && (to === 'cancelled' || to === 'ready');
  return !isStopping || isStopper(task, role) || (isProgram(role) && task.business === '5.2');
}

/** Whether the machine of referrals allows it; tasks that never had a business status are none of it. */
function isReferralMove(task: ModelTask, { to, business = task.business }: Asked): boolean {
  if (business === undefined || to === 'entered-in-error') return true;
  const from = task.business ?? (task.status === 'draft' ? 'draft' : '');
  return BSER_STATUS[business] === to && (BSER_MOVES[from]?.includes(business) ?? false);
}

/** What the definitions ask of the version that would be stored. */
function ofContent(task: ModelTask, asked: Asked, way: Way): Refusal[] {
  const { to, tells } = asked;
  const found: Refusal[] = [];
  const hasEnd = task.hasEnd || tells || way === '$transition';
  const hasOutput = task.hasOutput || tells || task.code === CANCELLATION;
  if (lacksReason(asked)) found.push(refusal(422, 'cn-t-1'));
  if (to === 'completed' && !hasEnd) found.push(refusal(422, 'cn-t-2'));
  if (to === 'completed' && !hasOutput) found.push(refusal(422, 'cn-t-7'));
  if (TAKEN.includes(to) && !task.owner) found.push(refusal(422, 'cn-t-3'));
  return found;
}

/** Whether work would begin or go on while the work that it is part of is on hold. */
const isHeldBack = (parent: ModelTask | undefined, from: Status | undefined, to: Status): boolean =>
  parent?.status === 'on-hold' && (ACTIVE.includes(to) || (from === 'on-hold' && SUSPENDABLE.includes(to)));

/** Every reason to refuse a move. */
export function reasonsToMove(task: ModelTask, role: Role, asked: Asked, way: Way): Refusal[] {
  const found = [...ofPractice(task, role, asked.to), ...ofContent(task, asked, way)];
  if (!isAllowed(task, role, asked)) found.push(refusal(409, TRANSITION));
  if (!isReferralMove(task, asked)) found.push(refusal(409, 'referral-transition'));
  if (isHeldBack(task.parent, task.status, asked.to)) found.push(refusal(409, 'part-of-suspended'));
  return found;
}

/** Every reason to refuse a new task. */
export function reasonsToCreate(
  role: Role,
  { code, status, owner, parent }: Pick<ModelTask, 'code' | 'status' | 'owner' | 'parent'>,
): Refusal[] {
  const found: Refusal[] = [];
  if (!reaches(role, code)) found.push(refusal(403));
  if (!directs(role, code)) found.push(refusal(403));
  if (TAKEN.includes(status) && !executes(role, code)) found.push(refusal(403));
  if (TAKEN.includes(status) && !owner) found.push(refusal(422, 'cn-t-3'));
  if (!TASK_STARTS.includes(status)) found.push(refusal(409, TRANSITION));
  if (owner && !owns(owner, code)) found.push(refusal(409, 'owner-out-of-scope'));
  if (isHeldBack(parent, undefined, status)) found.push(refusal(409, 'part-of-suspended'));
  return found;
}

/** Every reason not to give a task to somebody. */
export function reasonsToGive(task: ModelTask, role: Role, owner: Role): Refusal[] {
  const { code } = task;
  if (!reaches(role, code)) return [refusal(403), refusal(404)];
  const found: Refusal[] = directs(role, code) ? [] : [refusal(403)];
  if (owner !== task.owner && !owns(owner, code)) found.push(refusal(409, 'owner-out-of-scope'));
  return found;
}

/** The status that a task has once it is claimed. */
const CLAIMED: Readonly<Record<Status, Status>> = {
  requested: 'accepted',
  received: 'accepted',
  ready: 'ready',
};

/** Every reason to refuse a claim. */
export function reasonsToClaim(task: ModelTask, role: Role): Refusal[] {
  if (role === 'ehr' || role === 'payer') return [refusal(400)];
  const found = reasonsToGive(task, role, role);
  const status = CLAIMED[task.status];
  if (task.owner && task.owner !== 'pool') found.push(refusal(409, 'task-claim'));
  if (status === undefined) return [...found, refusal(409, 'task-claim')];
  if (status !== task.status) found.push(...ofPractice(task, role, status));
  if (task.business && task.business !== '2.0') found.push(refusal(409, 'referral-transition'));
  if (isHeldBack(task.parent, task.status, status)) found.push(refusal(409, 'part-of-suspended'));
  return found;
}

/** A claim that was carried out. */
export function claim(task: ModelTask, role: Role): void {
  task.status = CLAIMED[task.status]!;
  task.owner = role;
  if (task.business) task.business = '3.0';
}

function suspendParts(model: Model, whole: ModelTask): void {
  for (const part of model.tasks.filter(({ parent }) => parent === whole)) {
    if (!SUSPENDABLE.includes(part.status)) continue;
    Object.assign(part, { suspendedFrom: part.status, suspendedBy: whole, status: 'on-hold' });
    suspendParts(model, part);
  }
}
function resumeParts(model: Model, whole: ModelTask): void {
  for (const part of model.tasks.filter(({ parent }) => parent === whole)) {
    if (part.status !== 'on-hold' || part.suspendedBy !== whole) continue;
    Object.assign(part, { status: part.suspendedFrom, suspendedFrom: undefined, suspendedBy: undefined });
    resumeParts(model, part);
  }
}

/** A move that was carried out, with what follows from it. */
export function move(model: Model, task: ModelTask, asked: Asked, way: Way): void {
  const { to, tells, business } = asked;
  const from = task.status;
  const isOperation = way === '$transition';
  if (tells) task.hasOutput = true;
  if (tells && !isOperation) task.hasEnd = true;
  if (isOperation && (to === 'completed' || to === 'failed')) task.hasEnd = true;
  if (isOperation && to === 'in-progress' && from !== 'on-hold') task.hasEnd = false;
  if (business) task.business = business;
  task.status = to;
  if (to === 'on-hold') {
    task.suspendedFrom = from;
    suspendParts(model, task);
  } else if (from === 'on-hold') {
    task.suspendedFrom = undefined;
    task.suspendedBy = undefined;
    if (SUSPENDABLE.includes(to)) resumeParts(model, task);
  }
  const { work } = task;
  if (to !== 'completed' || !work || ENDED.includes(work.status)) return;
  Object.assign(work, { status: 'cancelled', suspendedFrom: undefined, suspendedBy: undefined });
  if (work.business) work.business = '6.0';
}
