// A referral that nobody has accepted is chased: asked after twice, then another provider is looked for, then it is escalated.
// https://hl7.org/fhir/R4/plandefinition.html

import type { Duration, PlanDefinition, PlanDefinitionAction, Task } from '@medplum/fhirtypes';
import { businessDaysAfter } from '../calendar.ts';
import type { Strike } from '../clock/clock.ts';
import { CB, codeOf, keyOf, TASK_CODE } from '../code.ts';
import type { CareKnowledge } from '../index.ts';
import { makeTask, momentAfter, type TaskPlan } from '../make.ts';
import { ownerFor } from '../people.ts';
import { isOpen } from '../state/task.ts';
import type { Desk } from '../write.ts';
import { tasksAbout } from './loop.ts';
import { isFollowing, isOrder, type Order, orderReferenceOf } from './order.ts';
import { toPerformers } from './receipt.ts';
import { labelled } from './review.ts';
import { sentAt } from './stage.ts';

/** What is done at a step. */
type Act = (task: Task, order: Order, desk: Desk) => Promise<void>;

/** One step of the chase. */
interface ChaseStep {
  /** Id of the step, and of the action of the plan definition that moves it to another day. */
  readonly id: string;
  /** Days after the referral was sent. */
  readonly days: number;
  readonly act: Act;
}

const OUTREACH = 'outreach-attempt';
const REVIEW = 'coord-network-review';
/** What a step asks for is due within a business day. */
const STEP_DAYS = 1;

const dueIn = (desk: Desk, days: number, owner?: string): Date =>
  businessDaysAfter(desk.now, days, desk.calendar(owner));

/** A task that the chase asks for, as part of the task that follows the order. */
async function planFor(task: Task, desk: Desk) {
  const patient = task.for!.reference!;
  return {
    patient,
    episode: task.groupIdentifier,
    focus: task.focus,
    basedOn: task.basedOn ?? [],
    partOf: [{ reference: keyOf(task) }],
    requester: task.requester,
    owner: task.owner ?? (await ownerFor(desk, patient, 'coordination')),
    performer: 'rn',
    due: dueIn(desk, STEP_DAYS, task.owner?.reference),
  } satisfies Partial<TaskPlan>;
}

/** Asks the recipient; where an earlier call still waits to be made, that one becomes urgent. */
const chase: Act = async (task, order, desk) => {
  const waiting = (await tasksAbout(desk, keyOf(order))).find(
    (one) =>
      codeOf(one.code, TASK_CODE) === OUTREACH &&
      isOpen(one) &&
      one.partOf?.some(({ reference }) => reference === keyOf(task)),
  );
  if (waiting) return urge(await desk.lock<Task>(keyOf(waiting)), desk);
  const call = makeTask(
    {
      ...(await planFor(task, desk)),
      code: OUTREACH,
      title: 'Chase the referral',
      description: 'Ask the recipient whether the referral came and when it will be accepted.',
    },
    desk,
  );
  desk.create(labelled(toPerformers(call, order), order));
};

/** Has another provider looked for; once an order. */
const lookElsewhere: Act = async (task, order, desk) => {
  const reviews = (await tasksAbout(desk, keyOf(order))).filter(
    (one) => codeOf(one.code, TASK_CODE) === REVIEW && isOpen(one),
  );
  if (reviews.length) return;
  const review = makeTask(
    {
      ...(await planFor(task, desk)),
      code: REVIEW,
      title: 'Look for another provider',
      description: 'The recipient has not accepted the referral: weigh the other options of the network.',
    },
    desk,
  );
  desk.create(
    labelled({ ...review, meta: { profile: [`${CB}/StructureDefinition/cn-coordination-task`] } }, order),
  );
};

/** Brings the referral itself to the coordinator's attention. */
const escalate: Act = async (task, _order, desk) => {
  const patient = task.for!.reference!;
  const owner = task.owner ?? (await ownerFor(desk, patient, 'coordination'));
  urge({ ...task, ...(owner && { owner }) } as Task, desk);
};

/** An urgent task is due soon, unless it is due sooner and not yet late. */
function urge(task: Task | undefined, desk: Desk): void {
  if (!task) return;
  const { period } = task.restriction ?? {};
  const soon = dueIn(desk, STEP_DAYS, task.owner?.reference);
  const end = Date.parse(period?.end ?? '');
  const isSooner = end >= desk.now.getTime() && end < soon.getTime();
  desk.update({
    ...task,
    priority: 'urgent',
    lastModified: momentAfter(task, desk),
    restriction: {
      ...task.restriction,
      period: { ...period, end: isSooner ? period!.end! : soon.toISOString() },
    },
  });
}

/** The steps, with the days that hold where no plan definition says others. */
export const CHASE: readonly ChaseStep[] = [
  { id: 'chase-1', days: 3, act: chase },
  { id: 'chase-2', days: 7, act: chase },
  { id: 'alternate', days: 10, act: lookElsewhere },
  { id: 'escalate', days: 14, act: escalate },
];

const CHASE_PLAN = 'cn-pd-referral-chase';
const isChasePlan = ({ id, url }: PlanDefinition): boolean =>
  id === CHASE_PLAN || url === `${CB}/PlanDefinition/${CHASE_PLAN}`;

const HOURS: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, wk: 7 };
const daysOf = (duration: Duration | undefined): number | undefined => {
  const { value, code = 'd' } = duration ?? {};
  return value === undefined ? undefined : value * (HOURS[code] ?? 1);
};

/** Days after the start of the plan: said so, or after another action of it. */
function offsetIn(
  actions: ReadonlyMap<string | undefined, PlanDefinitionAction>,
  id: string | undefined,
  seen: readonly (string | undefined)[] = [],
): number | undefined {
  const action = seen.includes(id) ? undefined : actions.get(id);
  if (!action || action.timingDuration) return daysOf(action?.timingDuration);
  const related = action.relatedAction?.find(({ offsetDuration }) => offsetDuration);
  const offset = daysOf(related?.offsetDuration);
  return offset === undefined
    ? undefined
    : offset + (offsetIn(actions, related?.actionId, [...seen, id]) ?? 0);
}

/** All actions of a plan, those inside others too. */
const allOf = (actions: readonly PlanDefinitionAction[] = []): PlanDefinitionAction[] =>
  actions.flatMap((action) => [action, ...allOf(action.action)]);

const newerFirst = (a: PlanDefinition, b: PlanDefinition): number =>
  (b.version ?? '').localeCompare(a.version ?? '', 'en', { numeric: true });

/** The steps as the plan definition in force has them: a step that it does not name is not made. */
export function chaseSteps(plans: readonly { definition: PlanDefinition }[]): readonly ChaseStep[] {
  const [plan] = plans
    .map(({ definition }) => definition)
    .filter(isChasePlan)
    .sort(newerFirst);
  if (!plan) return CHASE;
  const actions = new Map(allOf(plan.action).map((action) => [action.id, action]));
  return CHASE.flatMap((step) =>
    actions.has(step.id) ? [{ ...step, days: offsetIn(actions, step.id) ?? step.days }] : [],
  );
}

const WAITING: ReadonlySet<Task['status']> = new Set(['requested', 'received']);
const DAY = 86_400_000;

/** The moments at which a referral is chased: while nobody has accepted it, at the end of the business day of each step. */
export function chaseStrikes(task: Task, knowledge: CareKnowledge): readonly Strike[] {
  const sent = Date.parse(sentAt(task) ?? '');
  if (!isFollowing(task) || !WAITING.has(task.status) || Number.isNaN(sent)) return [];
  const calendar = knowledge.calendar(task.owner?.reference);
  return chaseSteps(knowledge.plans()).map(({ id, days }) => ({
    step: id,
    due: businessDaysAfter(new Date(sent + days * DAY), 0, calendar),
  }));
}

/** Does what a step asks for; a step that is no more passes. */
export async function strikeChase(step: string, task: Task, desk: Desk): Promise<void> {
  const act = CHASE.find(({ id }) => id === step)?.act;
  const reference = orderReferenceOf(task);
  const order = reference ? await desk.read(reference) : undefined;
  const held = await desk.lock<Task>(keyOf(task));
  if (act && held?.for?.reference && isOrder(order)) await act(held, order, desk);
}
