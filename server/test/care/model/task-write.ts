// How a task reaches the server: as an update, a patch, an operation, or within a bundle; the body is the same in all of them.
// https://hl7.org/fhir/R4/http.html#update
import type { Task } from '@medplum/fhirtypes';
import type { Answer, Ask } from '../../helpers/server.ts';
import { NEGATIVE, type Role, referenceOf, type Status } from './tables.ts';
import { concept, extension, inBundle, type Real, system } from './world.ts';

export const WAYS = ['PUT', 'PATCH', '$transition', 'batch', 'transaction'] as const;
export type Way = (typeof WAYS)[number];

/** What is asked for. */
export interface Asked {
  readonly to: Status;
  /** Whether a statusReason is given. */
  readonly says: boolean;
  /** Whether an output and an end of the work are given. */
  readonly tells: boolean;
  readonly owner?: Role | undefined;
  /** Business status of BSeR. */
  readonly business?: string | undefined;
}

const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const SUSPENSION = [extension('suspended-from'), extension('suspended-by')];
const OUTCOME = { type: concept(system('cn-task-parameter'), 'outcome'), valueString: 'Done' };

/** A task without an element. */
const without = <K extends keyof Task>(task: Task, key: K): Task => {
  const { [key]: _none, ...rest } = task;
  return rest as Task;
};

/** The next version of a task. */
export function versionOf(present: Task, asked: Asked, number: number): Task {
  const { to, says, tells, owner, business } = asked;
  let next: Task = without({ ...present, status: to as Task['status'] }, 'statusReason');
  if (says) next = { ...next, statusReason: { text: `Reason ${number}` } };
  if (tells) next = { ...next, executionPeriod: { end: new Date().toISOString() }, output: [OUTCOME] };
  if (owner) next = { ...next, owner: { reference: referenceOf(owner) } };
  if (business) next = { ...next, businessStatus: concept(BSER, business) };
  if (present.status === 'on-hold' && to !== 'on-hold') {
    const left = (next.extension ?? []).filter(({ url }) => !SUSPENSION.includes(url));
    next = left.length ? { ...next, extension: left } : without(next, 'extension');
  }
  return next;
}

/** Whether a statusReason is missing. */
export const lacksReason = ({ to, says }: Asked): boolean => NEGATIVE.includes(to) && !says;

/** The JSON patch that makes one task of another. */
function patchOf(before: Task, after: Task): object[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof Task)[]);
  return [...keys].flatMap((key): object[] => {
    if (JSON.stringify(before[key]) === JSON.stringify(after[key])) return [];
    if (after[key] === undefined) return [{ op: 'remove', path: `/${key}` }];
    return [{ op: 'add', path: `/${key}`, value: after[key] }];
  });
}

function parametersOf({ to, says, tells, business }: Asked, number: number): object {
  const parameter: object[] = [{ name: 'status', valueCode: to }];
  if (says) parameter.push({ name: 'reason', valueCodeableConcept: { text: `Reason ${number}` } });
  if (tells) parameter.push({ name: 'output', valueString: 'Done' });
  if (business) parameter.push({ name: 'businessStatus', valueCodeableConcept: concept(BSER, business) });
  return { resourceType: 'Parameters', parameter };
}

const bundled = (type: 'batch' | 'transaction', resource: Task): object => ({
  resourceType: 'Bundle',
  type,
  entry: [{ resource, request: { method: 'PUT', url: `Task/${resource.id}` } }],
});

/** Asks for a change of a task. A caller who may not see it sends what somebody else has read. */
export async function send(real: Real, ask: Ask, id: string, way: Way, asked: Asked): Promise<Answer> {
  const number = real.next();
  const path = `/Task/${id}`;
  if (way === '$transition') return ask('POST', `${path}/$transition`, parametersOf(asked, number));
  const present = await real.read<Task>(`Task/${id}`);
  const next = versionOf(present, asked, number);
  if (way === 'PUT') return ask('PUT', path, next);
  if (way === 'PATCH')
    return ask('PATCH', path, patchOf(present, next), { 'content-type': 'application/json-patch+json' });
  return inBundle(await ask('POST', '/', bundled(way, next)));
}
