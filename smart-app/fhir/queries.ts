// The searches behind the screens; each checks that what came is the launched patient's.
// https://hl7.org/fhir/R4/search.html
import type { Coverage, Flag, Patient, Resource, Task } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { WrongPatient } from './failure.ts';
import { type People, type Person, peopleOf } from './people.ts';
import { takersOf } from './takers.ts';
import { OPEN } from './task.ts';

/** The patient's tasks with the people in them. */
export interface Work {
  readonly tasks: readonly Task[];
  readonly people: People;
  /** There are more than were read. */
  readonly more: boolean;
}

const isTask = (resource: Resource): resource is Task => resource.resourceType === 'Task';

/** @throws WrongPatient when the server answers with another patient than was asked for */
export async function readPatient(client: Client, id: string): Promise<Patient> {
  const patient = await client.read('Patient', id);
  if (patient.id !== id) throw new WrongPatient();
  return patient;
}

function sameFor(tasks: readonly Task[], patient: string): readonly Task[] {
  if (tasks.some((task) => task.for?.reference !== `Patient/${patient}`)) throw new WrongPatient();
  return tasks;
}

async function work(client: Client, patient: string, status: string, pages: number): Promise<Work> {
  const { resources, more } = await client.search(
    'Task',
    { patient: `Patient/${patient}`, status, _include: 'Task:owner', _sort: '-_lastUpdated', _count: '100' },
    pages,
  );
  const tasks = sameFor(resources.filter(isTask), patient);
  return { tasks, people: await peopleOf(resources, client), more };
}

/** All open work of the patient. */
export const openWork = (client: Client, patient: string) => work(client, patient, OPEN.join(','), 10);

/** The newest hundred ended tasks: what was done, and hand-offs that were returned. */
export const endedWork = (client: Client, patient: string) => work(client, patient, 'completed,rejected', 1);

/** Active safety flags: how this patient may and may not be contacted. */
export async function safetyFlags(client: Client, patient: string): Promise<readonly Flag[]> {
  const { resources } = await client.search('Flag', { patient: `Patient/${patient}`, _count: '50' });
  return resources.filter(
    (one): one is Flag => one.resourceType === 'Flag' && one.status === 'active' && isSafety(one),
  );
}

/** A flag that does not say what it is for counts as one of safety. */
export const isSafety = (flag: Flag): boolean => {
  const codes = flag.category?.flatMap((concept) => concept.coding ?? []) ?? [];
  return codes.length === 0 || codes.some((coding) => coding.code === 'safety');
};

/** The name of the patient's active plan of insurance. */
export async function planName(client: Client, patient: string): Promise<string | undefined> {
  const { resources } = await client.search('Coverage', { patient: `Patient/${patient}`, _count: '10' });
  const coverages = resources.filter((one): one is Coverage => one.resourceType === 'Coverage');
  const active = coverages.find((coverage) => coverage.status === 'active');
  const plan = active?.class?.find((one) => one.type.coding?.some((coding) => coding.code === 'plan'));
  return plan?.name ?? active?.payor[0]?.display ?? active?.type?.text;
}

/** Clinicians, nurses first. */
export const clinicians = async (client: Client): Promise<readonly Person[]> =>
  (await takersOf(client, 'coordination')).filter(({ isPool }) => !isPool);
