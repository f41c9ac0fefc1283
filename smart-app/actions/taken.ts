// What to say when somebody else changed a task meanwhile: who has it now, where that is known.
// https://hl7.org/fhir/R4/http.html#concurrency
import type { Task } from '@medplum/fhirtypes';
import type { Client } from '../fhir/client.ts';
import { FhirFailure } from '../fhir/failure.ts';
import { peopleOf } from '../fhir/people.ts';
import { isPool } from '../fhir/task.ts';
import type { Language } from '../locales/index.tsx';

/**
 * A precondition that failed says it by itself; another conflict only where the task is not the one that was seen.
 * @returns undefined when that is not what went wrong
 */
export async function takenSentence(
  client: Client,
  error: unknown,
  task: Task | undefined,
  me: string | undefined,
  { t }: Language,
): Promise<string | undefined> {
  if (!task || !(error instanceof FhirFailure) || ![409, 412].includes(error.status)) return undefined;
  const found = await client.search('Task', { _id: task.id!, _include: 'Task:owner' }).catch(() => undefined);
  const current = found?.resources.find((one): one is Task => one.resourceType === 'Task');
  if (error.status === 409 && current?.meta?.versionId === task.meta?.versionId) return undefined;
  const people = found && (await peopleOf(found.resources, client).catch(() => undefined));
  const owner = current && !isPool(current) ? people?.get(current.owner?.reference ?? '') : undefined;
  return owner && owner.reference !== me ? t('error.taken', { name: owner.name }) : t('error.changed');
}
