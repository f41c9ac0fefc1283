// The next version of a Task for each thing that a person can do with it.
// https://hl7.org/fhir/R4/task.html#statemachine
import type { CodeableConcept, Practitioner, PractitionerRole, Reference, Task } from '@medplum/fhirtypes';
import { parameter } from './parameter.ts';
import { type Report, reportOutput } from './report.ts';
import { SUSPENDED_FROM } from './systems.ts';

/** Who does something, and when. */
export interface Actor {
  /** The user, as owner and requester. */
  me: Reference<PractitionerRole>;
  /** The person behind the role: notes are signed by people. */
  author?: Reference<Practitioner>;
  now: Date;
}

const changed = (task: Task, { now }: Actor, change: Partial<Task>): Task => ({
  ...task,
  ...change,
  lastModified: now.toISOString(),
});

/** Suspends a task for a reason and remembers the status it was in. */
export const held = (task: Task, actor: Actor, reason: string): Task =>
  changed(task, actor, {
    status: 'on-hold',
    statusReason: { text: reason },
    extension: [...withoutSuspension(task), { url: SUSPENDED_FROM, valueCode: task.status }],
  });

/** Gives a hand-off back to its sender, with the reason. */
export const returned = (task: Task, actor: Actor, reason: string): Task =>
  changed(task, actor, { status: 'rejected', statusReason: { text: reason } });

const withoutSuspension = (task: Task) =>
  (task.extension ?? []).filter((extension) => extension.url !== SUSPENDED_FROM);

/** What a person says when a task is done. */
export interface Completion {
  outcome: CodeableConcept;
  /** May be empty. */
  note: string;
  /** The report that closes a loop. */
  report?: Report;
  /** Whether what was arranged has reached the person. */
  receipt?: CodeableConcept;
}

/** Completes a task with its required outcome, and a report and a note where there are any. */
export const completed = (task: Task, actor: Actor, { outcome, note, report, receipt }: Completion): Task =>
  changed(task, actor, {
    status: 'completed',
    executionPeriod: { ...task.executionPeriod, end: actor.now.toISOString() },
    output: [
      ...(task.output ?? []),
      { type: parameter('outcome', 'Outcome'), valueCodeableConcept: outcome },
      ...(report ? [reportOutput(report)] : []),
      ...(receipt ? [{ type: parameter('receipt', 'Receipt'), valueCodeableConcept: receipt }] : []),
    ],
    ...(note && {
      note: [
        ...(task.note ?? []),
        { text: note, time: actor.now.toISOString(), ...(actor.author && { authorReference: actor.author }) },
      ],
    }),
  });
