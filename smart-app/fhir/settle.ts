// Completing a task by what was done for it: the server may have completed it already, because it saw the thing itself.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import type { ParametersParameter, Task, TaskOutput } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { OPEN } from './task.ts';

/** An output as a parameter of $transition. */
const outputParameter = ({ type, ...value }: TaskOutput): ParametersParameter =>
  ({
    name: 'output',
    part: [
      { name: 'type', valueCodeableConcept: type },
      { name: 'value', ...value },
    ],
  }) as ParametersParameter;

/** Statuses from which work is begun before it is completed. */
const NOT_BEGUN: readonly Task['status'][] = ['accepted', 'ready'];

/** Completes a task as it is now, with what came of it; one that has ended stays as it is. */
export async function settle(client: Client, id: string, outputs: readonly TaskOutput[]): Promise<void> {
  const move = (task: Task, status: Task['status'], more: readonly ParametersParameter[] = []) =>
    client.operation<Task>(`Task/${id}/$transition`, {
      input: [{ name: 'status', valueCode: status }, ...more],
      ifMatch: task.meta?.versionId,
    });
  const task = await client.read('Task', id);
  if (!OPEN.includes(task.status)) return;
  const begun = NOT_BEGUN.includes(task.status) ? await move(task, 'in-progress') : task;
  await move(begun, 'completed', outputs.map(outputParameter));
}
