// The review of a report that answers an order, and the contact by which the person is told: together they close the loop.
// https://hl7.org/fhir/R4/task.html · docs/care.md
import type { Communication, Task, TaskOutput } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { type Channel, type Contact, communicationOf } from './contact.ts';
import { WrongPatient } from './failure.ts';
import { parameter } from './parameter.ts';
import { isReportReference } from './report-content.ts';
import { TASK_CODE } from './systems.ts';
import { familyCode, OPEN } from './task.ts';
import { type Actor, completed } from './task-change.ts';

/** Codes of the tasks that review a report. */
const REVIEWS: readonly (string | undefined)[] = ['loop-closure', 'coord-result-review'];
export const isReview = (task: Task): boolean => REVIEWS.includes(familyCode(task));

const ORDER = /^(?:ServiceRequest|DeviceRequest)\//;

/** The order that a task is about. */
export const orderOf = ({ focus, basedOn = [] }: Task): string | undefined =>
  [focus, ...basedOn].map((one) => one?.reference).find((reference) => ORDER.test(reference ?? ''));

const isTask = (resource: { resourceType: string }): resource is Task => resource.resourceType === 'Task';

/**
 * The review itself, or the open review of the order that a task follows.
 * @throws WrongPatient
 */
export async function reviewFor(client: Client, patient: string, task: Task): Promise<Task | undefined> {
  if (isReview(task)) return task;
  const order = orderOf(task);
  if (!order) return undefined;
  const { resources } = await client.search('Task', {
    patient: `Patient/${patient}`,
    'based-on': order,
    code: REVIEWS.map((code) => `${TASK_CODE}|${code}`).join(','),
    status: OPEN.join(','),
    _count: '10',
  });
  const [found] = resources.filter(isTask);
  if (found && found.for?.reference !== `Patient/${patient}`) throw new WrongPatient();
  return found;
}

/** The reports that a review was asked for, the newest last. */
export const reportsNamed = ({ input = [] }: Task): readonly string[] =>
  input.flatMap(({ valueReference }) =>
    isReportReference(valueReference?.reference) ? valueReference!.reference! : [],
  );

/** What the review found. */
export const FINDINGS = ['result-normal', 'result-follow-up'] as const;
export type Finding = (typeof FINDINGS)[number];

/** How the person hears of it: by a message, by somebody who spoke with them, or by a task for the team. */
export const TELLINGS = ['message', 'spoken', 'team'] as const;
export type Telling = (typeof TELLINGS)[number];

const PARAMETERS: Readonly<Record<string, readonly [code: string, text: string]>> = {
  DocumentReference: ['consult-note', 'Consultation note'],
  Composition: ['consult-note', 'Consultation note'],
  DiagnosticReport: ['result', 'Result'],
  Observation: ['result', 'Result'],
};

/** A report as an output of its review. */
function outputOf(reference: string): TaskOutput {
  const [code, text] = PARAMETERS[reference.split('/')[0]!]!;
  return { type: parameter(code, text), valueReference: { reference } };
}

/** What a review comes to. */
export interface Reviewed {
  readonly reports: readonly string[];
  /** The finding in words. */
  readonly outcome: string;
  readonly note: string;
  /** Address of the contact by which the person is told. */
  readonly told?: string | undefined;
}

/** The review, completed. */
export function reviewed(task: Task, actor: Actor, { reports, outcome, note, told }: Reviewed): Task {
  const done = completed(task, actor, { outcome: { text: outcome }, note });
  const known = new Set((done.output ?? []).map(({ valueReference }) => valueReference?.reference));
  const answer = { type: parameter('answer', 'Answer'), valueReference: { reference: told! } };
  return {
    ...done,
    output: [
      ...(done.output ?? []),
      ...reports.filter((one) => !known.has(one)).map(outputOf),
      ...(told ? [answer] : []),
    ],
  };
}

/** How the person is told. */
export interface Told {
  /** Logical id. */
  readonly patient: string;
  readonly review: Task;
  readonly channel: Channel;
  /** What is sent; absent: it was said. */
  readonly message?: { readonly text: string; readonly language: string } | undefined;
}

/** The contact by which the person hears what the review found. */
export function toldBy({ patient, review, channel, message }: Told, actor: Actor): Communication {
  const order = orderOf(review);
  const contact: Contact = {
    patient,
    with: `Patient/${patient}`,
    channel,
    direction: 'outbound',
    outcome: 'reached',
    note: '',
    about: [...(order ? [order] : []), `Task/${review.id}`],
  };
  const record = communicationOf(contact, actor);
  if (!message) return record;
  return { ...record, language: message.language, payload: [{ contentString: message.text }] };
}
