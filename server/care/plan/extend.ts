// Adds to a plan that is under way: what waited for a task to end, or for an event; and ends a plan whose work is done.
// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.relatedAction

import type { PlanDefinition, PlanDefinitionAction, RequestGroup, Resource, Task } from '@medplum/fhirtypes';
import { FhirError } from '../../fhir/errors.ts';
import { keyOf, referenceTo } from '../code.ts';
import { enrolmentOf } from '../people.ts';
import { relativeKey } from '../reference.ts';
import { isOpen } from '../state/task.ts';
import type { Change, Desk } from '../write.ts';
import { applyActions } from './action.ts';
import { openCarePlan } from './care-plan.ts';
import { deskSources } from './desk-sources.ts';
import { chosen, isLeftToChoice, ordersOf, waitsFor } from './order.ts';
import { givenFor, PLAN_START, withPlan } from './start.ts';
import { notesOf, writeTasks } from './tasks.ts';

/** Every action of a plan, each with the inputs of the groups that it stands in. */
export const actionsIn = (
  actions: readonly PlanDefinitionAction[] = [],
  inputs: NonNullable<PlanDefinitionAction['input']> = [],
): PlanDefinitionAction[] =>
  actions.flatMap((action) => {
    const input = [...inputs, ...(action.input ?? [])];
    return [{ ...action, ...(input.length && { input }) }, ...actionsIn(action.action, input)];
  });

/** The started plan that a task belongs to. */
export const groupOf = ({ basedOn = [] }: Task): string | undefined =>
  basedOn.map(relativeKey).find((key) => key?.startsWith('RequestGroup/'));

/** Whether a task of a started plan comes to its end with a change. */
export const endsInPlan = ({ before, after }: Change<Task>): boolean =>
  !isOpen(after) && !(before && !isOpen(before)) && groupOf(after) !== undefined;

/** What an action is added for. */
interface Extension {
  readonly plan: PlanDefinition;
  readonly actions: readonly PlanDefinitionAction[];
  /** When their clocks start. */
  readonly start: Date;
  /** The event that asked for it; it asks once. */
  readonly source?: Resource;
}

/** A started plan with further tasks; itself when none of the actions applies. The plan is locked. */
async function extended(
  desk: Desk,
  group: RequestGroup,
  { plan, actions, start, source }: Extension,
): Promise<RequestGroup> {
  const patient = relativeKey(group.subject)!;
  const enrolment = await enrolmentOf(desk, patient);
  const visit = relativeKey(group.encounter);
  const encounter = visit ? await desk.read(visit) : undefined;
  const given = await givenFor(desk, {
    plan,
    patient,
    enrolment,
    start,
    ...(encounter?.resourceType === 'Encounter' && { encounter }),
  });
  const organization = enrolment?.managingOrganization?.reference;
  const sources = deskSources(desk, patient, organization);
  const applied = given ? await applyActions({ ...plan, action: [...actions] }, given, sources) : [];
  const single = applied.flatMap((one) => (one.children.length ? chosen(one.children, false) : [one]));
  const orders = ordersOf(single, start, sources.calendar);
  const carePlan = orders.length ? await openCarePlan(desk, patient, enrolment) : undefined;
  const focus = encounter ?? carePlan;
  if (!focus) return group;
  const {
    actions: added,
    tasks,
    refused,
  } = await writeTasks(desk, orders, {
    plan,
    patient,
    organization,
    isStrict: false,
    group: referenceTo(group),
    focus: referenceTo(focus),
    start,
    episode: group.groupIdentifier,
    reason: { text: plan.title ?? 'Plan' },
    ...(group.encounter && { encounter: group.encounter }),
  });
  if (carePlan) desk.update(withPlan(carePlan, tasks.map(referenceTo)));
  return {
    ...group,
    ...(source && {
      identifier: [...(group.identifier ?? []), { system: PLAN_START, value: eventKey(actions[0]!, source) }],
    }),
    action: [...(group.action ?? []), ...added],
    ...notesOf(refused, group.note),
  } as RequestGroup;
}

/** The same for what no caller has asked for: a definition that cannot be applied refuses them nothing. */
export async function extendedIfClear(
  desk: Desk,
  group: RequestGroup,
  more: Extension,
): Promise<RequestGroup> {
  try {
    return await extended(desk, group, more);
  } catch (error) {
    if (error instanceof FhirError && error.status === 422) return group;
    throw error;
  }
}

/** How an event that added to a plan is known again. */
export const eventKey = ({ id }: PlanDefinitionAction, source: Resource): string => `${id}#${keyOf(source)}`;

/** The definition that a started plan follows, if it is still in force. */
const planOf = (desk: Desk, { instantiatesCanonical = [] }: RequestGroup): PlanDefinition | undefined => {
  const urls = instantiatesCanonical.map((one) => one.split('|', 1)[0]);
  return desk.plans().find(({ definition }) => urls.includes(definition.url))?.definition;
};

/** After the end of a task of a plan: what waited for it is written, and a plan without open work is completed. */
export async function followEnd(desk: Desk, task: Task): Promise<void> {
  const group = await desk.lock<RequestGroup>(groupOf(task)!);
  if (group?.status !== 'active' || !group.identifier?.some(({ system }) => system === PLAN_START)) return;
  const id = group.action?.find(({ resource }) => relativeKey(resource) === keyOf(task))?.id;
  const plan = planOf(desk, group);
  const isDone = task.status === 'completed' && id !== undefined;
  const goesOn = (action: PlanDefinitionAction) => waitsFor(action).includes(id!) && !isLeftToChoice(action);
  const waiting = isDone ? actionsIn(plan?.action).filter(goesOn) : [];
  const end = new Date(task.executionPeriod?.end ?? desk.now);
  const next =
    plan && waiting.length
      ? await extendedIfClear(desk, group, { plan, actions: waiting, start: end })
      : group;
  const isOver = next.action?.length === group.action?.length && !(await hasOpenWork(desk, group));
  if (isOver) desk.update({ ...next, status: 'completed' });
  else if (next !== group) desk.update(next);
}

async function hasOpenWork(desk: Desk, group: RequestGroup): Promise<boolean> {
  const tasks = (group.action ?? []).map(({ resource }) => relativeKey(resource));
  for (const key of tasks) {
    const task = key?.startsWith('Task/') ? await desk.read<Task>(key) : undefined;
    if (task && isOpen(task)) return true;
  }
  return false;
}
