// The review that a report calls for, and what a correction of a report calls for.
// https://hl7.org/fhir/R4/task.html

import type { Reference, Task } from '@medplum/fhirtypes';
import { businessDaysAfter } from '../calendar.ts';
import { CB, codeOf, keyOf, TASK_CODE } from '../code.ts';
import { makeTask, momentAfter, referenceParameter, type TaskPlan } from '../make.ts';
import { enrolmentOf, episodeOf, ownerFor } from '../people.ts';
import { isOpen } from '../state/task.ts';
import type { Desk } from '../write.ts';
import type { Loop } from './loop.ts';
import { episodeOfOrder } from './order.ts';
import { carries, consultCoding, isCorrected, type Report } from './report.ts';

/** A report is reviewed within so many business days. */
export const REVIEW_DAYS = 2;

/** Whoever asked reads the answer; where an organisation asked, the team does. */
async function reviewerOf(desk: Desk, { order, patient }: Loop): Promise<Reference | undefined> {
  const reference = order.requester?.reference;
  return reference && /(?:^|\/)Practitioner(?:Role)?\//.test(reference)
    ? { reference }
    : ownerFor(desk, patient, 'coordination');
}

/** What every task about an order has in common. */
export async function planOf(desk: Desk, { order, key, patient, follow }: Loop, days: number) {
  const enrolment = await enrolmentOf(desk, patient);
  return {
    patient,
    episode: follow?.groupIdentifier ?? episodeOfOrder(order) ?? episodeOf(enrolment),
    focus: { reference: key },
    basedOn: [{ reference: key }],
    ...(follow && { partOf: [{ reference: keyOf(follow) }] }),
    due: businessDaysAfter(desk.now, days, desk.calendar(enrolment?.managingOrganization?.reference)),
  } satisfies Partial<TaskPlan>;
}

/** Labels of what a task tells about: whoever may not see those does not see the task. */
export const labelled = <T extends Task>(task: T, ...from: readonly (Loop['order'] | Report)[]): T => {
  const security = from.flatMap(({ meta }) => meta?.security ?? []);
  const labels = [...new Map(security.map((label) => [`${label.system}|${label.code}`, label])).values()];
  return labels.length ? { ...task, meta: { ...task.meta, security: labels } } : task;
};

/** Asks whoever ordered to review the reports; once an order. */
export async function askForReview(desk: Desk, loop: Loop): Promise<void> {
  const { kind, order, reports } = loop;
  if (!kind.review) return;
  const isLoop = kind.review === 'loop-closure';
  const task = makeTask(
    {
      ...(await planOf(desk, loop, REVIEW_DAYS)),
      code: kind.review,
      title: isLoop ? 'Close the loop' : 'Review a result',
      description: isLoop
        ? 'Review the report that answers the referral.'
        : 'Review the result and decide what follows.',
      ...(isLoop && { coding: [consultCoding(reports[0]!)] }),
      requester: order.requester,
      owner: await reviewerOf(desk, loop),
      performer: 'physician',
      input: reports.map((report) => referenceParameter(kind.report, keyOf(report))),
    },
    desk,
  );
  const profile = `${CB}/StructureDefinition/${isLoop ? 'cn-loop-closure-task' : 'cn-coordination-task'}`;
  const whole: Task = {
    ...task,
    meta: { profile: [profile] },
    executionPeriod: { start: desk.now.toISOString() },
  };
  desk.create(labelled(whole, order, ...reports));
}

const CORRECTION = 'A corrected report came.';

/** A further report goes to the review that is open; after the review, a correction calls for another one. */
export async function heardOfCorrection(desk: Desk, loop: Loop, news: Report): Promise<void> {
  const { review, kind } = loop;
  if (!review) return;
  if (isOpen(review)) return addTo(desk, keyOf(review), loop, news);
  const again = loop.tasks.find(
    (task) =>
      task.id !== review.id &&
      task.partOf?.some(({ reference }) => reference === keyOf(review)) &&
      isOpen(task),
  );
  if (again) return addTo(desk, keyOf(again), loop, news);
  const task = makeTask(
    {
      ...(await planOf(desk, loop, REVIEW_DAYS)),
      code: 'coord-result-review',
      title: 'Review a corrected report',
      description: 'A report that was reviewed has changed, or another one came: review it again.',
      requester: loop.order.requester,
      owner: await reviewerOf(desk, loop),
      performer: 'physician',
      partOf: [{ reference: keyOf(review) }],
      input: [referenceParameter(kind.report, keyOf(news))],
    },
    desk,
  );
  desk.create(labelled(task, loop.order, news));
}

async function addTo(desk: Desk, key: string, { kind }: Loop, news: Report): Promise<void> {
  const task = await desk.lock<Task>(key);
  if (!task) return;
  const isNew = !carries(task.input, news);
  if (!isNew && !isCorrected(news)) return;
  desk.update({
    ...task,
    lastModified: momentAfter(task, desk),
    ...(isNew && { input: [...(task.input ?? []), referenceParameter(kind.report, keyOf(news))] }),
    ...(isCorrected(news) && {
      note: [...(task.note ?? []), { text: CORRECTION, time: desk.now.toISOString() }],
    }),
  });
}

const REVIEWS: ReadonlySet<string | undefined> = new Set(['loop-closure', 'coord-result-review']);

/** Whether a task reviews a report. */
export const isReview = (task: Task): boolean => REVIEWS.has(codeOf(task.code, TASK_CODE));

/**
 * A review that is completed without saying what was reviewed has reviewed what it was given.
 * Pure: what was given stands in the inputs.
 */
export function withReviewed(before: Task | undefined, after: Task): Task {
  if (after.status !== 'completed' || before?.status === 'completed' || !isReview(after)) return after;
  if ((after.output ?? []).some(({ valueReference }) => valueReference)) return after;
  const given = (after.input ?? []).filter(({ valueReference }) =>
    /(?:^|\/)(?:DocumentReference|DiagnosticReport|Composition)\//.test(valueReference?.reference ?? ''),
  );
  return given.length ? { ...after, output: [...(after.output ?? []), ...given] } : after;
}
