// The two sides of a hand-off, and where one stands. https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import { codeOf, TASK_CODE } from '../code.ts';
import { LANES, type Lane } from '../people.ts';

/** Which side each code asks to take the person over. */
const ASKS: ReadonlyMap<string, Lane> = new Map([
  ['handoff', 'coordination'],
  ['hand-back', 'navigation'],
]);
/** Code of cn-task-code by the side that is asked. */
export const HANDOFF_CODES: Readonly<Record<Lane, string>> = {
  coordination: 'handoff',
  navigation: 'hand-back',
};
export const OTHER: Readonly<Record<Lane, Lane>> = {
  coordination: 'navigation',
  navigation: 'coordination',
};

/** Roles that may take a person over, by side. */
export const TAKERS: Readonly<Record<Lane, readonly string[]>> = LANES;

/** The side that a task asks to take the person over; undefined when it is no hand-off. */
export const sideAsked = ({ code }: Task): Lane | undefined => ASKS.get(codeOf(code, TASK_CODE) ?? '');

/** The lane that a role of a care team works in; undefined for roles of neither. */
export function laneOf(role: string | undefined): Lane | undefined {
  return (['navigation', 'coordination'] as const).find((lane) =>
    (LANES[lane] as readonly string[]).includes(role ?? ''),
  );
}

const WAITING: ReadonlySet<string> = new Set(['requested', 'received', 'ready', 'on-hold']);
const ACCEPTED: ReadonlySet<string> = new Set(['accepted', 'in-progress', 'completed']);
const TURNED_DOWN: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'failed', 'entered-in-error']);

/** Asked for, and not answered yet. */
export const isWaiting = ({ status }: Task): boolean => WAITING.has(status);
/** Somebody has taken the person over. */
export const isAccepted = ({ status }: Task): boolean => ACCEPTED.has(status);
/** Returned by the receiver, or withdrawn by the sender. */
export const isTurnedDown = ({ status }: Task): boolean => TURNED_DOWN.has(status);
