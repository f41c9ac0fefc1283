// A task in progress, whatever it was before: whoever acts on it has taken it on and begun.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import type { Client } from '../../fhir/client.ts';
import { isMine, isPool } from '../../fhir/task.ts';
import type { Actor } from '../../fhir/task-change.ts';
import { DO } from '../at-once.ts';

const ASKED: readonly Task['status'][] = ['requested', 'received'];
const READY: readonly Task['status'][] = ['accepted', 'ready'];

/** Takes the steps that are missing, each by its own operation. @returns the task as it is then */
export async function begun(client: Client, task: Task, me: string): Promise<Task> {
  if (ASKED.includes(task.status)) {
    const take = isPool(task) ? DO.claim : isMine(task, me) ? DO.accept : undefined;
    const owner = { reference: me };
    const taken = take
      ? await take(client, task, me)
      : await client.update<Task>({ ...task, status: 'accepted', owner });
    return begun(client, taken, me);
  }
  return READY.includes(task.status) ? DO.start(client, task, me) : task;
}

/** Whoever ends a task ends it no earlier than it was begun, whatever the clocks of the server and of this computer say. */
export function endingOf(task: Task, actor: Actor): Actor {
  const start = Date.parse(task.executionPeriod?.start ?? '');
  return start > actor.now.getTime() ? { ...actor, now: new Date(start) } : actor;
}

/** The entry of a transaction that replaces a resource in the version that was read. */
export const replacing = (task: Task) => ({
  resource: task,
  request: {
    method: 'PUT' as const,
    url: `Task/${task.id}`,
    ...(task.meta?.versionId && { ifMatch: `W/"${task.meta.versionId}"` }),
  },
});
