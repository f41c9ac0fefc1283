// Where a person stands between navigation and coordination: open hand-offs, and which side took them over last.
// https://hl7.org/fhir/R4/careplan.html
import type { CarePlan, Task } from '@medplum/fhirtypes';
import { codeOf, concept, PHASE, TASK_CODE } from '../code.ts';
import type { Lane } from '../people.ts';
import { relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';
import { HANDOFF_CODES, isAccepted, isWaiting, sideAsked } from './side.ts';

export interface Standing {
  /** Hand-offs that nobody has answered, in either direction. */
  readonly open: readonly Task[];
  /** The side that accepted the last hand-off; undefined when there was none. */
  readonly side?: Lane;
}

const CODES = Object.values(HANDOFF_CODES).map((code) => `${TASK_CODE}|${code}`);

/** When a hand-off was accepted: its work begins then. */
const acceptedAt = ({ executionPeriod, lastModified, meta }: Task): number =>
  Date.parse(executionPeriod?.start ?? lastModified ?? meta?.lastUpdated ?? '') || 0;

/** Where somebody stands by their hand-offs. */
export function standingIn(handoffs: readonly Task[]): Standing {
  const accepted = handoffs.filter(isAccepted).sort((one, other) => acceptedAt(other) - acceptedAt(one));
  const side = accepted[0] && sideAsked(accepted[0]);
  return { open: handoffs.filter(isWaiting), ...(side && { side }) };
}

/** All hand-offs of a person, those of this unit among them. @param patient `Patient/…` */
export async function handoffsOf(desk: Desk, patient: string): Promise<Task[]> {
  const found = await desk.find('Task', `patient=${patient}&code=${CODES.join(',')}`);
  const written = desk.written('Task').filter((task) => sideAsked(task) && relativeKey(task.for) === patient);
  return [...new Map([...found, ...written].map((task) => [task.id, task])).values()];
}

export const standingOf = async (desk: Desk, patient: string): Promise<Standing> =>
  standingIn(await handoffsOf(desk, patient));

/** Code of cn-phase; undefined when the plan has none, and is none of ours. */
export const phaseOf = ({ category }: CarePlan): string | undefined => codeOf(category, PHASE);

const NAMES: Readonly<Record<string, string>> = {
  navigation: 'Navigation',
  handoff: 'Hand-off',
  coordination: 'Coordination',
};

/** A plan in another phase. */
export const withPhase = (plan: CarePlan, phase: string): CarePlan => ({
  ...plan,
  category: [
    ...(plan.category ?? []).filter((one) => codeOf(one, PHASE) === undefined),
    concept(PHASE, phase, NAMES[phase]),
  ],
});

/**
 * Why a plan may not be moved by hand from one phase to another; undefined when it may.
 * @param from what it was; undefined for a plan that had no phase
 */
export function phaseRefusal(
  from: string | undefined,
  to: string | undefined,
  { open, side }: Standing,
): string | undefined {
  if (!from || !to || from === to) return undefined;
  if (to === 'handoff')
    return open.length ? undefined : 'No hand-off is open. Ask for one with Patient/$handoff.';
  if (to !== 'navigation' && to !== 'coordination') return undefined;
  if (from === 'handoff' && open.length)
    return `A hand-off is open. The plan goes on to ${to} when it is accepted or returned.`;
  const isReached = from === 'handoff' && side === undefined ? to === 'navigation' : side === to;
  if (isReached || from === 'maintenance' || from === 'closed') return undefined;
  return to === 'coordination'
    ? 'The phase becomes coordination when a clinician accepts a hand-off. Ask for one with Patient/$handoff.'
    : 'The phase becomes navigation when navigation accepts the person back. Ask for it with Patient/$handoff and direction navigation.';
}
