// A task of the list in full: what is written back is never the part that the list was read with.
// https://hl7.org/fhir/R4/search.html#elements
import type { Task } from '@medplum/fhirtypes';
import type { Client } from '../../fhir/client.ts';
import { WrongPatient } from '../../fhir/failure.ts';
import type { Row } from './row.ts';

/** @throws WrongPatient when the task is for another patient by now than the row says */
export async function readWhole(client: Client, { id, task }: Row): Promise<Task> {
  const whole = await client.read('Task', id);
  if (whole.id !== id || whole.for?.reference !== task.for?.reference) throw new WrongPatient();
  return whole;
}
