// The hand-off between the lanes: the state of the gate, from the Task that asks a clinician to take over.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import { isParameter } from './parameter.ts';
import { familyCode, type Lane, placeOf } from './task.ts';

/** Which side a hand-off asks to take the patient over. */
export type Side = Lane;

/** Closed: nobody was asked. Waiting: somebody was, and has not accepted. Passed: accepted. */
export type Gate =
  | { state: 'closed'; missing: readonly Task[]; returned?: Task; back?: Task }
  | { state: 'waiting'; task: Task; side: Side; since?: string }
  | { state: 'passed'; task: Task; when?: string; returned?: Task };

const WAITING: readonly Task['status'][] = ['draft', 'requested', 'received', 'ready', 'on-hold'];
const PASSED: readonly Task['status'][] = ['accepted', 'in-progress', 'completed'];

/** The side that a hand-off asks. */
export const sideOf = (task: Task): Side =>
  familyCode(task) === 'hand-back' ? 'navigation' : 'coordination';

/** When a hand-off was accepted, as far as its task tells. */
const whenOf = (task: Task): string | undefined =>
  task.executionPeriod?.end ?? task.lastModified ?? task.meta?.lastUpdated;

/**
 * The state of the gate by the newest hand-off; what is missing is the navigation work that is still open. A hand-back that
 * was accepted closes it again, and one that was returned leaves it passed.
 * @param tasks the patient's open and completed tasks, and rejected hand-offs
 */
export function gateOf(open: readonly Task[], ended: readonly Task[]): Gate {
  const all = [...open, ...ended]
    .filter((task) => placeOf(task) === 'gate')
    .sort((a, b) => (b.authoredOn ?? '').localeCompare(a.authoredOn ?? ''));
  const isReturned = (task: Task) => !WAITING.includes(task.status) && !PASSED.includes(task.status);
  const returned = all[0] && isReturned(all[0]) ? all[0] : undefined;
  const standing =
    returned && sideOf(returned) === 'navigation' ? all.find((task) => !isReturned(task)) : all[0];
  if (standing && WAITING.includes(standing.status)) {
    const since = standing.authoredOn;
    return { state: 'waiting', task: standing, side: sideOf(standing), ...(since && { since }) };
  }
  const isPassed = standing !== undefined && PASSED.includes(standing.status);
  if (isPassed && sideOf(standing) === 'coordination') {
    const when = whenOf(standing);
    return { state: 'passed', task: standing, ...(when && { when }), ...(returned && { returned }) };
  }
  const missing = open.filter((task) => placeOf(task) === 'navigation');
  return { state: 'closed', missing, ...(returned && { returned }), ...(isPassed && { back: standing }) };
}

/** The document that summarises a hand-off: `DocumentReference/…` or `Composition/…`. */
export const summaryOf = (task: Task): string | undefined =>
  task.input?.find((one) => isParameter(one, 'handoff-summary'))?.valueReference?.reference;

/** One business day later at the same time of day; Saturdays and Sundays do not count. */
export function nextBusinessDay(now: Date): Date {
  const day = new Date(now);
  do day.setDate(day.getDate() + 1);
  while (day.getDay() === 0 || day.getDay() === 6);
  return day;
}
