// The record's tasks, sorted into what the screen shows: what is late, mine, done, and the state of the gate.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import { type Gate, gateOf } from '../../fhir/handoff.ts';
import type { People } from '../../fhir/people.ts';
import { byUrgency, isMine, placeOf, urgencyOf } from '../../fhir/task.ts';
import type { Count, Filter } from './glance.tsx';
import type { PatientRecord } from './use-record.ts';

export interface SortedWork {
  /** Open work, the most pressing first. */
  tasks: readonly Task[];
  late: readonly Task[];
  mine: readonly Task[];
  /** What ended last comes first. */
  done: readonly Task[];
  /** Open navigation work, which a hand-off starts from. */
  navigation: readonly Task[];
  gate: Gate;
  people: People;
  counts: Readonly<Record<Filter, Count>>;
}

const newestFirst = (a: Task, b: Task): number =>
  new Date(b.executionPeriod?.end ?? 0).getTime() - new Date(a.executionPeriod?.end ?? 0).getTime();

/**
 * @param me the user as a reference
 * @param undoable what was just done, by the id of its task: it stays in its place as long as it can be taken back
 */
export function sortWork(
  { open, ended }: PatientRecord,
  me: string | undefined,
  now: Date,
  undoable: ReadonlyMap<string, { readonly task: Task }>,
): SortedWork {
  const isOpen = new Set(open.tasks.map(({ id }) => id));
  const staying = [...undoable.values()].map(({ task }) => task).filter(({ id }) => !isOpen.has(id));
  const tasks = [...open.tasks, ...staying].sort(byUrgency(now));
  const late = tasks.filter((task) => urgencyOf(task, now) === 'late');
  const mine = tasks.filter((task) => isMine(task, me));
  const done = ended.tasks.filter((task) => task.status === 'completed').sort(newestFirst);
  return {
    ...{ tasks, late, mine, done },
    navigation: tasks.filter((task) => placeOf(task) === 'navigation'),
    gate: gateOf(open.tasks, ended.tasks),
    people: new Map([...ended.people, ...open.people]),
    counts: {
      late: { n: late.length, more: open.more },
      mine: { n: mine.length, more: open.more },
      done: { n: done.length, more: ended.more },
    },
  };
}
