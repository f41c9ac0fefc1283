// The hand-off between the lanes: the state of the gate, and the Task that asks a clinician to take over.
// https://hl7.org/fhir/R4/task.html
import type { CarePlan, PractitionerRole, Reference, Task } from '@medplum/fhirtypes';
import { EPISODE, HANDOFF_PROFILE, TASK_CODE, TASK_INPUT } from './systems.ts';
import { type Actor, placeOf } from './task.ts';

/** Closed: nobody was asked. Waiting: somebody was, and has not accepted. Passed: accepted. */
export type Gate =
  | { state: 'closed'; missing: readonly Task[]; returned?: Task }
  | { state: 'waiting'; task: Task; since?: string }
  | { state: 'passed'; task: Task; when?: string };

const WAITING: readonly Task['status'][] = ['draft', 'requested', 'received', 'ready', 'on-hold'];
const PASSED: readonly Task['status'][] = ['accepted', 'in-progress', 'completed'];

/**
 * The state of the gate by the newest hand-off; what is missing is the navigation work that is still open.
 * @param tasks the patient's open and completed tasks, and rejected hand-offs
 */
export function gateOf(open: readonly Task[], ended: readonly Task[]): Gate {
  const newest = [...open, ...ended]
    .filter((task) => placeOf(task) === 'gate')
    .sort((a, b) => (b.authoredOn ?? '').localeCompare(a.authoredOn ?? ''))[0];
  if (newest && WAITING.includes(newest.status)) {
    return { state: 'waiting', task: newest, ...(newest.authoredOn && { since: newest.authoredOn }) };
  }
  if (newest && PASSED.includes(newest.status)) {
    const when = newest.executionPeriod?.end ?? newest.lastModified ?? newest.meta?.lastUpdated;
    return { state: 'passed', task: newest, ...(when && { when }) };
  }
  const missing = open.filter((task) => placeOf(task) === 'navigation');
  return { state: 'closed', missing, ...(newest && { returned: newest }) };
}

/** The summary that a hand-off carries: its text, or a reference to the document that holds it. */
export function summaryOf(task: Task): { text?: string; document?: string } | undefined {
  const input = task.input?.find((one) =>
    one.type.coding?.some((coding) => coding.code === 'handoff-summary'),
  );
  if (input?.valueString) return { text: input.valueString };
  const [type, id] = input?.valueReference?.reference?.split('/') ?? [];
  return type === 'DocumentReference' && id ? { document: id } : undefined;
}

/** One business day later at the same time of day; Saturdays and Sundays do not count. */
export function nextBusinessDay(now: Date): Date {
  const day = new Date(now);
  do day.setDate(day.getDate() + 1);
  while (day.getDay() === 0 || day.getDay() === 6);
  return day;
}

/** What a hand-off says. */
export interface Handoff {
  patient: string;
  plan: CarePlan;
  clinician: Reference<PractitionerRole>;
  summary: string;
  description: string;
}

/** The Task that asks a clinician to accept this patient, due in one business day. */
export function handoffTask({ patient, plan, clinician, summary, description }: Handoff, actor: Actor): Task {
  const now = actor.now.toISOString();
  const episode = plan.identifier?.find((identifier) => identifier.system === EPISODE);
  return {
    resourceType: 'Task',
    meta: { profile: [HANDOFF_PROFILE] },
    ...(episode && { groupIdentifier: episode }),
    status: 'requested',
    intent: 'order',
    priority: 'routine',
    code: { coding: [{ system: TASK_CODE, code: 'handoff' }] },
    description,
    focus: { reference: `CarePlan/${plan.id}` },
    for: { reference: `Patient/${patient}` },
    authoredOn: now,
    lastModified: now,
    requester: actor.me,
    owner: clinician,
    restriction: { period: { end: nextBusinessDay(actor.now).toISOString() } },
    input: [
      {
        type: { coding: [{ system: TASK_INPUT, code: 'handoff-summary' }], text: 'Hand-off summary' },
        valueString: summary,
      },
    ],
  };
}
