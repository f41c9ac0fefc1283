// Brings a referral to where what happened has brought it: reports are filed, a review is asked for, the person is to be told,
// the loop is closed. https://hl7.org/fhir/R4/workflow-management.html

import type { DocumentReference, Task, TaskOutput } from '@medplum/fhirtypes';
import { codeOf, keyOf, TASK_CODE } from '../code.ts';
import { momentAfter, referenceParameter } from '../make.ts';
import { enrolmentOf } from '../people.ts';
import { isOpen } from '../state/task.ts';
import type { Desk } from '../write.ts';
import { type Loop, loopOf, stepOf, unfiled } from './loop.ts';
import { isOrder, type Order } from './order.ts';
import { askForReceipt } from './receipt.ts';
import type { Report } from './report.ts';
import { askForReview, heardOfCorrection } from './review.ts';
import { stageOf, stepped } from './stage.ts';
import { askToTell, TELL } from './tell.ts';

/** Holds a referral loop until the unit ends, so that whoever changes it does so alone. */
export const holdLoop = (desk: Desk, key: string): Promise<void> => desk.mutex(`referral/${key}`);

/**
 * Settles the loop of an order: where nobody follows it, and the person is not enrolled, nothing happens.
 * @param reference of any resource; whatever is no order of ours passes
 * @param news the report that gave cause to it
 */
export async function settle(desk: Desk, reference: string, news?: Report): Promise<void> {
  const order = await desk.read(reference);
  if (!isOrder(order)) return;
  await holdLoop(desk, keyOf(order));
  const loop = await loopOf(desk, order);
  if (!loop || !(loop.follow || (await enrolmentOf(desk, loop.patient)))) return;
  const isClosed = await moveOn(desk, loop);
  if (loop.reports.length && !loop.review) await askForReview(desk, loop);
  else if (news) await heardOfCorrection(desk, loop, news);
  if (isClosed) await close(desk, loop);
  else if (loop.isReviewed && !loop.told) await askToTell(desk, loop);
  await askForReceipt(desk, loop);
}

/** Files reports with the task that follows the order, and takes it as far as it may go. @returns whether the loop is closed by it */
async function moveOn(desk: Desk, loop: Loop): Promise<boolean> {
  const follow = loop.follow && (await desk.lock<Task>(keyOf(loop.follow)));
  if (!follow || follow.status === 'entered-in-error') return false;
  const at = momentAfter(follow, desk);
  const outputs = outputsOf(loop, follow);
  const filed = outputs.length ? { ...follow, output: [...(follow.output ?? []), ...outputs] } : follow;
  const step = stepOf(loop);
  const moved = step && stepped(filed, step);
  const after = moved ?? filed;
  if (after === follow) return false;
  desk.update({
    ...after,
    lastModified: at,
    ...(moved && { executionPeriod: periodOf(after, at) }),
  });
  return stageOf(moved) === 'patient-informed';
}

const periodOf = ({ status, executionPeriod }: Task, at: string): NonNullable<Task['executionPeriod']> => ({
  start: at,
  ...executionPeriod,
  ...(status === 'completed' && !executionPeriod?.end && { end: at }),
});

/** The reports that the follower's task lacks; where none names the order, those that the reviewer has read. */
function outputsOf(loop: Loop, follow: Task): TaskOutput[] {
  const added = unfiled({ ...loop, follow }).map((report) => outputOf(loop, report));
  if (added.length || follow.output?.length || !loop.isReviewed) return added;
  return (loop.review?.output ?? []).filter(({ valueReference }) =>
    /(?:^|\/)(?:DocumentReference|DiagnosticReport)\//.test(valueReference?.reference ?? ''),
  );
}

const outputOf = ({ kind }: Loop, report: Report | DocumentReference): TaskOutput =>
  referenceParameter(kind.report, keyOf(report));

/** What ends with the loop: the order, and what was asked for so that the person be told. */
async function close(desk: Desk, loop: Loop): Promise<void> {
  const order = await desk.lock<Order>(loop.key);
  if (order?.status === 'active') desk.update({ ...order, status: 'completed' });
  const asked = loop.tasks.filter((task) => codeOf(task.code, TASK_CODE) === TELL && isOpen(task));
  for (const { id } of asked) {
    const task = await desk.lock<Task>(`Task/${id}`);
    if (task && isOpen(task)) desk.update(ended(task, loop, momentAfter(task, desk)));
  }
}

/** A task whose work is done elsewhere: completed where somebody had taken it on, else cancelled. */
function ended(task: Task, { told }: Loop, at: string): Task {
  const isTaken = task.status === 'accepted' || task.status === 'in-progress';
  if (!isTaken)
    return {
      ...task,
      status: 'cancelled',
      statusReason: { text: 'The person has been told.' },
      lastModified: at,
    };
  return {
    ...task,
    status: 'completed',
    lastModified: at,
    executionPeriod: { start: at, ...task.executionPeriod, end: at },
    output: [...(task.output ?? []), referenceParameter('answer', keyOf(told!))],
  };
}
