// Writes the tasks that a plan leads to, each with its owner, and tells which could not be written.
// https://hl7.org/fhir/R4/task.html
import type {
  Annotation,
  PlanDefinition,
  PlanDefinitionAction,
  Reference,
  RequestGroupAction,
  Task,
} from '@medplum/fhirtypes';
import { FhirError } from '../../fhir/errors.ts';
import { referenceTo } from '../code.ts';
import { OUTREACH } from '../contact/contact-of.ts';
import { mayContact } from '../contact/may-contact.ts';
import { makeTask } from '../make.ts';
import { memberIn, poolOf, teamsOf } from '../people.ts';
import type { Desk } from '../write.ts';
import { type Order, type Setting, taskPlanOf } from './order.ts';

/** Sensitivity labels of a plan that tells a diagnosis by its name: what it leads to carries them too. */
export const labelsOf = ({ meta }: PlanDefinition) =>
  meta?.security?.length && { meta: { security: meta.security } };

/** The action of a started plan: what was asked, and the task that it led to. */
export function groupAction(action: PlanDefinitionAction, resource: Reference): RequestGroupAction {
  const { id, title, description, timingDuration } = action;
  return {
    ...(id && { id }),
    ...(title && { title }),
    ...(description && { description }),
    ...(timingDuration && { timingDuration }),
    resource,
  };
}

/** What the tasks are written in. */
export interface Writing extends Omit<Setting, 'owner'> {
  /** The organisation whose pools take what nobody of the team does. */
  readonly organization: string | undefined;
  /** Whether a task that is refused ends it all, since somebody asked for it, or is left out. */
  readonly isStrict: boolean;
}

/** What was written. */
export interface Written {
  readonly actions: RequestGroupAction[];
  readonly tasks: readonly (Task & { id: string })[];
  /** Titles of what the rules do not allow for this person. */
  readonly refused: readonly string[];
}

/**
 * Writes the tasks of orders. Those that reach out to somebody who must not be contacted are left out.
 * @throws FhirError of a refused task, when it is strict
 */
export async function writeTasks(
  desk: Desk,
  orders: readonly Order[],
  { organization, isStrict, ...setting }: Writing,
): Promise<Written> {
  const teams = await teamsOf(desk, setting.patient);
  const actions: RequestGroupAction[] = [];
  const tasks: (Task & { id: string })[] = [];
  const refused: string[] = [];
  for (const order of orders) {
    const owner = memberIn(teams, [order.role]) ?? (await poolOf(desk, order.lane, organization));
    const plan = taskPlanOf(order, { ...setting, owner });
    if (OUTREACH.has(order.code) && !(await mayContact(desk, setting.patient, {}))) {
      refused.push(plan.title);
      continue;
    }
    try {
      const task = desk.create({ ...makeTask(plan, desk), ...labelsOf(setting.plan) });
      tasks.push(task);
      actions.push(groupAction(order.action, referenceTo(task)));
    } catch (error) {
      if (isStrict || !(error instanceof FhirError)) throw error;
      refused.push(plan.title);
    }
  }
  return { actions, tasks, refused };
}

/** What a started plan says of the actions that were left out, after what it says already; nothing where none was. */
export const notesOf = (refused: readonly string[], notes: readonly Annotation[] = []) =>
  refused.length > 0 && {
    note: [...notes, { text: `Not started, because the rules do not allow it: ${refused.join('; ')}.` }],
  };
