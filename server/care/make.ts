// Makes the tasks that the care rules create, so that every one of them has what our profiles ask for.
// https://hl7.org/fhir/R4/task.html
import type {
  CodeableConcept,
  Coding,
  Extension,
  Identifier,
  Reference,
  Resource,
  Task,
  TaskInput,
} from '@medplum/fhirtypes';
import { concept, EPISODE, PARAMETER, ROLE, TASK_CODE, TASK_IDENTIFIER } from './code.ts';
import type { Desk } from './write.ts';

/** What a new task is about. */
export interface TaskPlan {
  /** Code of cn-task-code. */
  code: string;
  /** More codings of Task.code, such as `fulfill`. */
  coding?: readonly Coding[];
  /** Short title, Task.code.text. */
  title: string;
  /** One sentence that says what is to be done; names nobody. */
  description: string;
  /** `Patient/…`. */
  patient: string;
  /** Without one: `requested`. */
  status?: 'draft' | 'requested' | 'ready';
  priority?: NonNullable<Task['priority']>;
  /** The episode that it belongs to; a new one when absent. */
  episode?: Identifier | undefined;
  requester?: Reference | undefined;
  owner?: Reference | undefined;
  /** Code of cn-role of whoever should do it. */
  performer?: string;
  focus?: Reference | undefined;
  basedOn?: readonly Reference[];
  partOf?: readonly Reference[];
  encounter?: Reference | undefined;
  due?: Date | undefined;
  reason?: CodeableConcept;
  input?: readonly TaskInput[];
  extension?: readonly Extension[];
  /** Canonical of the PlanDefinition or ActivityDefinition. */
  instantiates?: string;
}

/** A task that is new, with its own identifier; it has no id yet. */
export function makeTask(plan: TaskPlan, { now, newId }: Pick<Desk, 'now' | 'newId'>): Task {
  const at = now.toISOString();
  const { extension = [], basedOn = [], partOf = [], input = [], coding = [] } = plan;
  return {
    resourceType: 'Task',
    ...(extension.length && { extension: [...extension] }),
    identifier: [{ system: TASK_IDENTIFIER, value: newId() }],
    ...(plan.instantiates && { instantiatesCanonical: plan.instantiates }),
    ...(basedOn.length && { basedOn: [...basedOn] }),
    groupIdentifier: plan.episode ?? { system: EPISODE, value: newId() },
    ...(partOf.length && { partOf: [...partOf] }),
    status: plan.status ?? 'requested',
    intent: 'order',
    priority: plan.priority ?? 'routine',
    code: { coding: [{ system: TASK_CODE, code: plan.code }, ...coding], text: plan.title },
    description: plan.description,
    ...(plan.focus && { focus: plan.focus }),
    for: { reference: plan.patient },
    ...(plan.encounter && { encounter: plan.encounter }),
    authoredOn: at,
    lastModified: at,
    ...(plan.requester && { requester: plan.requester }),
    ...(plan.performer && { performerType: [concept(ROLE, plan.performer)] }),
    ...(plan.owner && { owner: plan.owner }),
    ...(plan.reason && { reasonCode: plan.reason }),
    ...(plan.due && { restriction: { period: { end: plan.due.toISOString() } } }),
    ...(input.length && { input: [...input] }),
  } as Task;
}

/** An input or output of a task that references something; `name` is a code of cn-task-parameter. */
export const referenceParameter = (name: string, reference: string): TaskInput => ({
  type: concept(PARAMETER, name),
  valueReference: { reference },
});

/**
 * The time of a change of a task: now, unless a unit that began later and was stored earlier has changed or made it since.
 * A task is never modified before it was authored, nor does its work end before it began.
 */
export function momentAfter(
  { authoredOn, lastModified, executionPeriod }: Task,
  { now }: Pick<Desk, 'now'>,
): string {
  const times = [authoredOn, lastModified, executionPeriod?.start].flatMap((text) => text ?? []);
  return times.reduce(
    (latest, text) => (Date.parse(text) > Date.parse(latest) ? text : latest),
    now.toISOString(),
  );
}

/** A new resource with the labels of what it tells about: whoever may not see that does not see it. */
export function withLabels<T extends Resource>(made: T, ...from: readonly Resource[]): T {
  const all = [made, ...from].flatMap(({ meta }) => meta?.security ?? []);
  const security = [...new Map(all.map((label) => [`${label.system}|${label.code}`, label])).values()];
  return security.length ? { ...made, meta: { ...made.meta, security } } : made;
}
