// Judges what a run has left behind by its history alone: no version that was ever stored is one that the tables forbid.
// https://hl7.org/fhir/R4/http.html#history
import type { Appointment, CarePlan, Resource, ServiceRequest, Task } from '@medplum/fhirtypes';
import {
  ACTIVE,
  BSER_MOVES,
  BSER_STATUS,
  NEGATIVE,
  owns,
  PEOPLE,
  REQUEST_MOVES,
  REQUEST_STARTS,
  referenceOf,
  type Status,
  TAKEN,
  TASK_MOVES,
  TASK_STARTS,
  VISIT_MOVES,
  VISIT_STARTS,
} from './tables.ts';
import { type Model, type Real, system } from './world.ts';

const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const FAMILY = system('cn-task-code');

type Staged = Appointment | ServiceRequest | CarePlan;
/** The versions of a resource, the first one first. */
export type History<R> = readonly R[];

const codeIn = (coding: { system?: string; code?: string }[] | undefined, from: string): string | undefined =>
  coding?.find((one) => one.system === from)?.code;
const familyOf = ({ code }: Task): string => codeIn(code?.coding, FAMILY) ?? '';
const businessOf = ({ businessStatus }: Task): string | undefined => codeIn(businessStatus?.coding, BSER);
/** When a version was stored. */
export const at = ({ meta }: Resource): number => Date.parse(meta!.lastUpdated!);
/** Names a version. */
export const told = ({ id, resourceType, meta }: Resource): string =>
  `${resourceType}/${id} version ${meta?.versionId}`;

/** The steps of a history: each version with the one before it. */
const steps = <R>(history: History<R>): [R, R][] =>
  history.slice(1).map((after, n): [R, R] => [history[n]!, after]);

/** The history of a resource, read from the server. */
export async function historyOf<R extends Resource>(real: Real, reference: string): Promise<History<R>> {
  const versions = await real.history<R>(reference);
  return versions.sort((a, b) => Number(a.meta!.versionId) - Number(b.meta!.versionId));
}

function mayMove(before: Task, after: Task): boolean {
  const [from, to] = [before.status, after.status];
  if (from === to || to === 'entered-in-error') return true;
  if (!TASK_MOVES[from]!.includes(to)) return false;
  if (from === 'draft' && to === 'received') return businessOf(after) === '2.0';
  if (from === 'received' && to === 'in-progress') return businessOf(after) === '5.2';
  const suspended = before.extension?.find(({ url }) => url.endsWith('/suspended-from'))?.valueCode;
  return from !== 'on-hold' || to === 'cancelled' || to === suspended;
}

function mayBusinessMove(before: Task, after: Task): boolean {
  const [from, to] = [businessOf(before) ?? 'draft', businessOf(after)];
  if (to === undefined || (from === to && before.status === after.status)) return true;
  return (
    after.status === 'entered-in-error' ||
    (BSER_STATUS[to] === after.status && BSER_MOVES[from]!.includes(to))
  );
}

/** What is wrong with one version of a task by itself. */
function wrongOf(task: Task): string | undefined {
  const { status, owner } = task;
  if (NEGATIVE.includes(status) && !task.statusReason) return 'says no reason';
  if (TAKEN.includes(status) && !owner) return 'belongs to nobody';
  if (status === 'completed' && !task.executionPeriod?.end) return 'has no end';
  const person = PEOPLE.find((role) => referenceOf(role) === owner?.reference);
  const isDriven = /^(nav|coord)-/.test(familyOf(task));
  return person && isDriven && !owns(person, familyOf(task)) ? `belongs to a ${person}` : undefined;
}

function judgeTask(history: History<Task>, isBusiness: boolean): void {
  const [first] = history;
  if (!TASK_STARTS.includes(first!.status)) throw new Error(`${told(first!)} began as ${first!.status}`);
  for (const task of history) {
    const wrong = wrongOf(task);
    if (wrong) throw new Error(`${told(task)} (${familyOf(task)}, ${task.status}) ${wrong}`);
  }
  for (const [before, after] of steps(history)) {
    if (!mayMove(before, after))
      throw new Error(`${told(after)} went from ${before.status} to ${after.status}`);
    if (isBusiness && !mayBusinessMove(before, after))
      throw new Error(`${told(after)} went from ${businessOf(before)} to ${businessOf(after)}`);
  }
}

/** The version that stood at a time. */
export const versionAt = <R extends Resource>(history: History<R>, time: number): R | undefined =>
  history.filter((one) => at(one) <= time).at(-1);

/** Work is not under way while the work that it is part of is on hold. */
function judgeParts(histories: ReadonlyMap<string, History<Task>>): void {
  for (const parts of histories.values())
    for (const reference of parts[0]!.partOf?.map((one) => one.reference!) ?? []) {
      const whole = histories.get(reference);
      if (!whole) continue;
      for (const time of [...parts, ...whole].map(at)) {
        const [above, below] = [versionAt(whole, time), versionAt(parts, time)];
        if (above?.status === 'on-hold' && ACTIVE.includes(below?.status ?? ''))
          throw new Error(`${told(below!)} is ${below!.status} while ${told(above)} is on hold`);
      }
    }
}

/** What the server has in the end is what the model says. */
function compare(model: Model, histories: ReadonlyMap<string, History<Task>>): void {
  for (const [n, { id, status, owner }] of model.tasks.entries()) {
    const last = histories.get(`Task/${id}`)?.at(-1);
    const holder = owner && referenceOf(owner);
    if (last?.status === status && last.owner?.reference === holder) continue;
    throw new Error(
      `t${n} should be ${status} of ${holder ?? 'nobody'}, and is ${last?.status} of ${last?.owner?.reference}`,
    );
  }
}

/** Resources of other types keep to their tables. */
export function judgeMoves<R extends Staged>(
  history: History<R>,
  starts: readonly Status[],
  moves: Readonly<Record<Status, readonly Status[]>>,
): void {
  const [first] = history;
  if (!starts.includes(first!.status!)) throw new Error(`${told(first!)} began as ${first!.status}`);
  for (const [before, after] of steps(history))
    if (before.status !== after.status && !moves[before.status!]!.includes(after.status!))
      throw new Error(`${told(after)} went from ${before.status} to ${after.status}`);
}

const OTHERS = [
  ['Appointment', VISIT_STARTS, VISIT_MOVES],
  ['ServiceRequest', REQUEST_STARTS, REQUEST_MOVES],
  ['CarePlan', REQUEST_STARTS, REQUEST_MOVES],
] as const;

/** Judges everything that there is of the person of a run. @throws with the version that is forbidden */
export async function judge(model: Model, real: Real): Promise<void> {
  const of = `patient=${real.patient}&_count=1000`;
  const driven = new Set(model.tasks.map(({ id }) => id));
  const histories = new Map<string, History<Task>>();
  for (const { id } of await real.search<Task>(`Task?${of}`)) {
    const history = await historyOf<Task>(real, `Task/${id}`);
    histories.set(`Task/${id}`, history);
    judgeTask(history, driven.has(id!));
  }
  judgeParts(histories);
  compare(model, histories);
  for (const [type, starts, moves] of OTHERS)
    for (const { id } of await real.search<Staged>(`${type}?${of}`))
      judgeMoves(await historyOf<Staged>(real, `${type}/${id}`), starts, moves);
}
