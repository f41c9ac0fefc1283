// What one click does: the operations of the task, with the version that was seen.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { Task } from '@medplum/fhirtypes';
import type { Client } from '../fhir/client.ts';
import { SUSPENDED_FROM } from '../fhir/systems.ts';
import type { AtOnce } from './action.ts';

type Do = (client: Client, task: Task, me: string) => Promise<Task>;

const claim: Do = (client, task) =>
  client.operation(`Task/${task.id}/$claim`, { input: [], ifMatch: task.meta?.versionId });

const moveTo =
  (status: (task: Task) => Task['status']): Do =>
  (client, task) =>
    client.operation(`Task/${task.id}/$transition`, {
      input: [{ name: 'status', valueCode: status(task) }],
      ifMatch: task.meta?.versionId,
    });

/** Another person's task becomes mine; nothing else of it changes. */
const takeOver: Do = (client, task, me) => client.update({ ...task, owner: { reference: me } });

const statusBefore = (task: Task): Task['status'] =>
  (task.extension?.find(({ url }) => url === SUSPENDED_FROM)?.valueCode as Task['status']) ?? 'ready';

export const DO: Readonly<Record<AtOnce, Do>> = {
  release: moveTo(() => 'requested'),
  claim,
  accept: moveTo(() => 'accepted'),
  takeOver,
  start: moveTo(() => 'in-progress'),
  resume: moveTo(statusBefore),
};

export const isAtOnce = (action: string): action is AtOnce => Object.hasOwn(DO, action);
