// The hand-off between the lanes: the state of the gate, and the Task that asks a clinician to take over.
// https://hl7.org/fhir/R4/task.html
import type { CarePlan, DocumentReference, PractitionerRole, Reference, Task } from '@medplum/fhirtypes';
import type { NewEntry } from './client.ts';
import { encodeText } from './document.ts';
import { isParameter, parameter } from './parameter.ts';
import { EPISODE, HANDOFF_PROFILE, LOINC, TASK_CODE } from './systems.ts';
import { placeOf } from './task.ts';
import type { Actor } from './task-change.ts';

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

/** What a hand-off says. */
export interface Handoff {
  patient: string;
  plan: CarePlan;
  clinician: Reference<PractitionerRole>;
  summary: string;
  description: string;
  /** Work that is still open, and goes over with the patient. */
  open: readonly Task[];
}

/** LOINC code of a transfer summary. */
const SUMMARY_TYPE = '18761-7';

/** A hand-off as one transaction: the summary, and the Task that asks a clinician to accept, due in one business day. */
export function handoffEntries(handoff: Handoff, actor: Actor): readonly NewEntry[] {
  const summary = `urn:uuid:${crypto.randomUUID()}`;
  return [
    { fullUrl: summary, resource: summaryDocument(handoff, actor) },
    { fullUrl: `urn:uuid:${crypto.randomUUID()}`, resource: handoffTask(handoff, actor, summary) },
  ];
}

const summaryDocument = ({ patient, summary }: Handoff, { me, now }: Actor): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  type: { coding: [{ system: LOINC, code: SUMMARY_TYPE }], text: 'Hand-off summary' },
  subject: { reference: `Patient/${patient}` },
  date: now.toISOString(),
  author: [me],
  description: 'Hand-off summary',
  content: [{ attachment: { contentType: 'text/plain; charset=utf-8', data: encodeText(summary) } }],
});

function handoffTask(
  { patient, plan, clinician, description, open }: Handoff,
  actor: Actor,
  summary: string,
): Task {
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
      { type: parameter('handoff-summary', 'Hand-off summary'), valueReference: { reference: summary } },
      ...open.map(({ id }) => ({
        type: parameter('open-task', 'Open task'),
        valueReference: { reference: `Task/${id}` },
      })),
    ],
  };
}
