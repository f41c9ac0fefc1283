// The tasks that a plan leads to when it is carried out: each action that is due now, with its owner and due date.
// https://hl7.org/fhir/R4/plandefinition.html#12.18.3.2
import type { PlanDefinition, PlanDefinitionAction, Reference, Task } from '@medplum/fhirtypes';
import type { Calendar } from '../calendar.ts';
import { codeOf, extensionUrl, ROLE, TASK_CODE } from '../code.ts';
import type { TaskPlan } from '../make.ts';
import type { Lane } from '../people.ts';
import type { Applied } from './action.ts';
import { after, dueOf, isBusiness } from './due.ts';

/** A task to write, and the action that asks for it. */
export interface Order {
  readonly id: string | undefined;
  readonly code: string;
  readonly lane: Lane;
  /** Code of cn-role. */
  readonly role: string;
  readonly due: Date | undefined;
  readonly action: PlanDefinitionAction;
  readonly draft: Task;
}

/** Relationships that wait for the other action to end. https://hl7.org/fhir/R4/valueset-action-relationship-type.html */
const WAITING: ReadonlySet<string> = new Set(['after', 'after-end']);
const BEFORE: ReadonlySet<string> = new Set(['before', 'before-start', 'before-end']);
/** Groups of which one action is carried out. https://hl7.org/fhir/R4/valueset-action-selection-behavior.html */
const ONE_OF: ReadonlySet<string> = new Set(['exactly-one', 'at-most-one']);

/** Who does the work of a lane where the plan does not say, and who may. */
const ROLES: Readonly<Record<Lane, readonly string[]>> = {
  navigation: ['navigator', 'benefits-navigator', 'scheduler', 'chw', 'peer'],
  coordination: ['rn', 'lpn', 'lcsw', 'np-pa', 'physician', 'pharmacist'],
};

/** The lane of a task code; undefined for codes of tasks that no plan can write. */
function laneOf(code: string | undefined): Lane | undefined {
  if (code?.startsWith('nav-') || code === 'outreach-attempt') return 'navigation';
  return code?.startsWith('coord-') ? 'coordination' : undefined;
}

/** Whether an action is offered, and carried out only when somebody picks it. https://hl7.org/fhir/R4/valueset-action-required-behavior.html */
export const isLeftToChoice = ({ requiredBehavior, precheckBehavior }: PlanDefinitionAction): boolean =>
  requiredBehavior === 'could' && precheckBehavior !== 'yes';

/** Whether an action is carried out when the plan starts: it is not left to choice, waits for no other, and no event. */
const startsNow = ({ action }: Applied, isTop: boolean): boolean =>
  !isLeftToChoice(action) && !waitsFor(action).length && (isTop || !action.trigger?.length);

/** The actions whose end an action waits for. */
export const waitsFor = ({ relatedAction = [] }: PlanDefinitionAction): string[] =>
  relatedAction.flatMap(({ actionId, relationship }) => (WAITING.has(relationship!) ? [actionId!] : []));

/** The actions, of those that apply, that lead to something when the plan starts. */
export function chosen(all: readonly Applied[], isTop = true): Applied[] {
  return all.flatMap((one) => {
    if (!startsNow(one, isTop)) return [];
    if (!one.children.length) return [one];
    const children = one.children.map((child) => chosen([child], false)).filter((some) => some.length > 0);
    return (ONE_OF.has(one.action.selectionBehavior ?? '') ? children.slice(0, 1) : children).flat();
  });
}

/** When an action is due: by its own timing, or so long before another. */
function dueDate(
  { action }: Applied,
  start: Date,
  calendar: Calendar,
  others: ReadonlyMap<string, Date>,
): Date | undefined {
  const own = dueOf(action, start, calendar);
  if (own) return own;
  const before = action.relatedAction?.find(({ relationship }) => BEFORE.has(relationship!));
  const other = before && others.get(before.actionId!);
  if (!other) return undefined;
  const offset = before.offsetDuration;
  return offset?.value ? after(other, { ...offset, value: -offset.value }, calendar) : other;
}

/** The orders for actions that were chosen; those whose request is no task of ours are not for a plan to carry out. */
export function ordersOf(actions: readonly Applied[], start: Date, calendar: Calendar): Order[] {
  const dues = new Map<string, Date>();
  const orders: Order[] = [];
  for (const one of actions) {
    const draft = one.resource;
    if (draft?.resourceType !== 'Task') continue;
    const code = codeOf(draft.code, TASK_CODE);
    const lane = laneOf(code);
    if (!code || !lane) continue;
    const asked = codeOf(draft.performerType, ROLE);
    const role = asked && ROLES[lane].includes(asked) ? asked : ROLES[lane][0]!;
    const end = draft.restriction?.period?.end;
    const due = dueDate(one, start, calendar, dues) ?? (end === undefined ? undefined : new Date(end));
    if (one.action.id && due) dues.set(one.action.id, due);
    orders.push({
      id: one.action.id,
      code,
      lane,
      role,
      due,
      action: { ...one.action, ...one.computed },
      draft,
    });
  }
  return orders;
}

/** What a task of a plan is about and rests on. */
export interface Setting
  extends Pick<TaskPlan, 'patient' | 'episode' | 'requester' | 'encounter' | 'reason'> {
  readonly plan: PlanDefinition;
  readonly group: Reference;
  readonly focus: Reference;
  readonly start: Date;
  readonly owner: Reference | undefined;
}

const URGENT: ReadonlySet<string> = new Set(['urgent', 'asap', 'stat']);

/** The task of an order, as the maker of tasks takes it. */
export function taskPlanOf(order: Order, setting: Setting): TaskPlan {
  const { plan, group, focus, start, owner, ...rest } = setting;
  const { action, draft, due, code, role } = order;
  const title = action.title ?? draft.code?.text ?? plan.title ?? code;
  const priority = action.priority ?? draft.priority;
  const sla = [plan.id ?? plan.name ?? 'plan', action.id].filter(Boolean).join('.');
  return {
    ...rest,
    code,
    title,
    description: action.description ?? draft.description ?? title,
    ...(priority && (due || !URGENT.has(priority)) && { priority }),
    owner,
    performer: role,
    focus,
    basedOn: [group],
    due,
    ...(draft.input?.length && { input: draft.input }),
    ...(draft.instantiatesCanonical && { instantiates: draft.instantiatesCanonical }),
    extension: due
      ? [
          {
            url: extensionUrl('due-policy'),
            extension: [
              { url: 'sla', valueCode: sla },
              { url: 'clockStart', valueDateTime: start.toISOString() },
              { url: 'businessDays', valueBoolean: isBusiness(action.timingDuration) },
            ],
          },
        ]
      : [],
  };
}
