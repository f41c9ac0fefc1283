// An order of an enrolled person gets a task that follows it, and the task hears what is decided about the order.
// https://hl7.org/fhir/R4/request.html

import type { Reference, Task } from '@medplum/fhirtypes';
import { businessDaysAfter } from '../calendar.ts';
import { CB, concept, HL7_TASK_CODE, keyOf, STAGE } from '../code.ts';
import { makeTask, momentAfter } from '../make.ts';
import { enrolmentOf, episodeOf, ownerFor } from '../people.ts';
import { isOpen } from '../state/task.ts';
import type { Change, Desk } from '../write.ts';
import { followOf, tasksAbout } from './loop.ts';
import { episodeOfOrder, hasNetworkDecision, kindOf, type Order, type OrderKind } from './order.ts';
import { labelled } from './review.ts';
import { holdLoop } from './settle.ts';
import { standingAt, stepped } from './stage.ts';

/** Business days in which an order is expected to come to its end, by its priority. */
const DAYS: Readonly<Record<string, number>> = { routine: 10, urgent: 3, asap: 1, stat: 0 };

const becomes = ({ before, after }: Change<Order>, status: Order['status']): boolean =>
  after.status === status && before?.status !== status;

/** Whether a change puts an order into force. */
export const isOrdered = (change: Change<Order>): boolean =>
  becomes(change, 'active') && kindOf(change.after) !== undefined;

/** Whether a change records the choice of the provider on an order in force. */
export const isDecided = (change: Change<Order>): boolean =>
  change.after.status === 'active' &&
  hasNetworkDecision(change.after) &&
  !(change.before && hasNetworkDecision(change.before)) &&
  kindOf(change.after) !== undefined;

/** Whether a change withdraws an order. */
export const isWithdrawn = (change: Change<Order>): boolean =>
  becomes(change, 'revoked') && kindOf(change.after) !== undefined;

/** The task that follows an order, with the order's loop held until the unit ends. */
async function followHeld(desk: Desk, order: Order): Promise<Task | undefined> {
  await holdLoop(desk, keyOf(order));
  return followOf(await tasksAbout(desk, keyOf(order)));
}

/** Creates the task that follows an order, unless there is one or the person is not enrolled. */
export async function follow({ after: order }: Change<Order>, desk: Desk): Promise<void> {
  const patient = order.subject?.reference;
  const enrolment = patient ? await enrolmentOf(desk, patient) : undefined;
  if (!patient || !enrolment || (await followHeld(desk, order))) return;
  const kind = kindOf(order)!;
  const { priority = 'routine' } = order;
  const calendar = desk.calendar(enrolment.managingOrganization?.reference);
  const task = makeTask(
    {
      code: kind.task,
      coding: [{ system: HL7_TASK_CODE, code: 'fulfill' }],
      title: kind.title,
      description: kind.description,
      patient,
      status: 'draft',
      priority,
      episode: episodeOfOrder(order) ?? episodeOf(enrolment),
      requester: requesterOf(order) ?? enrolment.managingOrganization,
      owner: ownerOf(await ownerFor(desk, patient, 'coordination')),
      performer: 'rn',
      focus: { reference: keyOf(order) },
      basedOn: [{ reference: keyOf(order) }],
      encounter: order.encounter,
      due: businessDaysAfter(desk.now, DAYS[priority]!, calendar),
    },
    desk,
  );
  const stage = hasNetworkDecision(order) ? 'network-checked' : 'ordered';
  desk.create(labelled({ ...task, meta: profileOf(kind), businessStatus: concept(STAGE, stage) }, order));
}

const profileOf = ({ task }: OrderKind) => ({
  profile: [
    `${CB}/StructureDefinition/${task === 'coord-referral' ? 'cn-referral-task' : 'cn-coordination-task'}`,
  ],
});

/** Those whom our profiles let ask for the fulfilment of an order. */
const requesterOf = ({ requester }: Order): Reference | undefined =>
  /(?:^|\/)(?:PractitionerRole|Organization)\//.test(requester?.reference ?? '') ? requester : undefined;

/** Those whom our profiles let own coordination. */
const ownerOf = (owner: Reference | undefined): Reference | undefined =>
  /^(?:PractitionerRole|Organization|CareTeam|HealthcareService)\//.test(owner?.reference ?? '')
    ? owner
    : undefined;

/** Tells the task that follows an order that the provider has been chosen. */
export async function decided({ after: order }: Change<Order>, desk: Desk): Promise<void> {
  const found = await followHeld(desk, order);
  const task = found && (await desk.lock<Task>(keyOf(found)));
  const moved = task && stepped(task, { stage: 'network-checked' });
  if (moved) desk.update({ ...moved, lastModified: momentAfter(task, desk) });
}

const NOT_SENT: ReadonlySet<Task['status']> = new Set(['draft', 'requested', 'ready']);
const SENT: ReadonlySet<Task['status']> = new Set(['received', 'accepted', 'in-progress']);

/** What was not sent yet is cancelled with its order; of whoever has it, the cancellation is asked for. */
export async function withdrawn({ after: order }: Change<Order>, desk: Desk): Promise<void> {
  const found = await followHeld(desk, order);
  const task = found && (await desk.lock<Task>(keyOf(found)));
  if (!task || !isOpen(task)) return;
  const lastModified = momentAfter(task, desk);
  if (NOT_SENT.has(task.status))
    desk.update({
      ...standingAt(task, { stage: 'cancelled-by-requester' }),
      status: 'cancelled',
      statusReason: { text: 'The order was withdrawn.' },
      lastModified,
    });
  if (SENT.has(task.status) && task.owner)
    desk.update({ ...standingAt(task, { bser: '5.2' }), status: 'in-progress', lastModified });
}
