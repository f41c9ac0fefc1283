// Passing on what somebody else must judge: a symptom or a crisis, a question to a clinician, work that needs a supervisor.
// https://hl7.org/fhir/R4/task.html · docs/scope-of-practice.md
import type { CareTeam, Communication, Reference, Task } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { FhirFailure, WrongPatient } from './failure.ts';
import { isParameter, parameter } from './parameter.ts';
import { type Person, peopleOf } from './people.ts';
import { QUERY_TOPIC, ROLE, TASK_CODE } from './systems.ts';
import { isMine } from './task.ts';
import type { Actor } from './task-change.ts';

/** A crisis and a symptom are topics that open a triage task by themselves; the others are tasks of their own. */
export const KINDS = ['crisis', 'symptom', 'clinical', 'supervisor'] as const;
export type Kind = (typeof KINDS)[number];
export type Pressing = Extract<Kind, 'crisis' | 'symptom'>;
export const isPressing = (kind: Kind): kind is Pressing => kind === 'crisis' || kind === 'symptom';

/** How soon: within the hour, today, on the next business day. */
export const URGENCIES = ['now', 'today', 'soon'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Roles that open no navigation task but their own. */
const OWN_WORK_ONLY: ReadonlySet<string> = new Set(['scheduler', 'peer']);

/** What somebody of a role can pass on. */
export const kindsFor = (role: string | undefined): readonly Kind[] =>
  KINDS.filter((kind) => kind !== 'clinical' || !OWN_WORK_ONLY.has(role ?? ''));

/** Where somebody's words go: the topic is put on their own task, which then waits for the triage; else into a message. */
export const isNotedOn = (task: Task | undefined, me: string | undefined): task is Task =>
  task !== undefined && isMine(task, me);

const topicOf = (kind: Pressing) => ({ coding: [{ system: QUERY_TOPIC, code: kind }] });

const noteOf = (text: string, { author, now }: Actor) => ({
  text,
  time: now.toISOString(),
  ...(author && { authorReference: author }),
});

/** The task with what was stated in it. */
export function noted(task: Task, kind: Pressing, words: string, actor: Actor): Task {
  const others = (task.input ?? []).filter((one) => !isParameter(one, 'query-topic'));
  const topic = {
    type: parameter('query-topic', 'Topic of the question'),
    valueCodeableConcept: topicOf(kind),
  };
  return {
    ...task,
    lastModified: actor.now.toISOString(),
    input: [...others, topic],
    note: [...(task.note ?? []), noteOf(words, actor)],
  };
}

/** What is passed on. */
export interface Escalation {
  /** Logical id. */
  readonly patient: string;
  readonly task: Task | undefined;
  readonly words: string;
  /** Who gets it; undefined where nobody is known. */
  readonly to: string | undefined;
}

const ALERT = 'http://terminology.hl7.org/CodeSystem/communication-category';

/** A message to the clinicians about what was stated. */
export const alertOf = (
  { patient, task, words, to }: Escalation,
  kind: Pressing,
  { me, now }: Actor,
): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [{ coding: [{ system: ALERT, code: 'alert' }] }],
  priority: kind === 'crisis' ? 'stat' : 'urgent',
  subject: { reference: `Patient/${patient}` },
  topic: topicOf(kind),
  ...(task && { about: [{ reference: `Task/${task.id}` }] }),
  sent: now.toISOString(),
  sender: me,
  ...(to && { recipient: [{ reference: to } as NonNullable<Communication['recipient']>[number]] }),
  payload: [{ contentString: words }],
});

const HOUR = 3_600_000;
const CLOSING = 17;

/** By when; today is until the house closes, or two hours when it has. */
export function dueFor(urgency: Urgency, now: Date, nextDay: (now: Date) => Date): Date {
  if (urgency === 'now') return new Date(now.getTime() + HOUR);
  if (urgency === 'soon') return nextDay(now);
  const closing = new Date(now);
  closing.setHours(CLOSING, 0, 0, 0);
  return closing.getTime() - now.getTime() > HOUR ? closing : new Date(now.getTime() + 2 * HOUR);
}

const CODES: Readonly<Record<Exclude<Kind, Pressing>, string>> = {
  clinical: 'nav-escalate-clinical',
  supervisor: 'ask-supervisor',
};

/** A line of a list holds so many characters. */
const LINE = 120;
const shortened = (words: string): string => (words.length > LINE ? `${words.slice(0, LINE - 1)}…` : words);

/** The task that asks a clinician or a supervisor. */
export function askingTask(
  { patient, task, words, to }: Escalation,
  kind: Exclude<Kind, Pressing>,
  asked: { readonly urgency: Urgency; readonly due: Date },
  actor: Actor,
): Task {
  const now = actor.now.toISOString();
  const { groupIdentifier } = task ?? {};
  return {
    resourceType: 'Task',
    ...(groupIdentifier && { groupIdentifier }),
    status: 'requested',
    intent: 'order',
    priority: asked.urgency === 'soon' ? 'routine' : 'urgent',
    code: { coding: [{ system: TASK_CODE, code: CODES[kind] }] },
    description: shortened(words),
    ...(task && { focus: { reference: `Task/${task.id}` } }),
    for: { reference: `Patient/${patient}` },
    authoredOn: now,
    lastModified: now,
    requester: actor.me,
    ...(to && { owner: { reference: to } as Reference<never> }),
    restriction: { period: { end: asked.due.toISOString() } },
    ...(words.length > LINE && { note: [noteOf(words, actor)] }),
  };
}

/** Roles of clinicians, in the order in which the team is asked. */
const CLINICIANS = ['rn', 'lcsw', 'np-pa', 'physician'];

const isTeam = (resource: { resourceType: string }): resource is CareTeam =>
  resource.resourceType === 'CareTeam';

/**
 * The clinician of the person's team who gets it first; undefined where no team is known, or may be seen.
 * @throws WrongPatient
 */
export async function triager(client: Client, patient: string): Promise<Person | undefined> {
  const params = {
    patient: `Patient/${patient}`,
    status: 'active',
    _include: 'CareTeam:participant',
    _count: '20',
  };
  const found = await client.search('CareTeam', params).catch((error: unknown) => {
    if (error instanceof FhirFailure && error.status === 403) return undefined;
    throw error;
  });
  if (!found) return undefined;
  const teams = found.resources.filter(isTeam);
  if (teams.some(({ subject }) => subject?.reference !== `Patient/${patient}`)) throw new WrongPatient();
  const people = await peopleOf(found.resources, client);
  const members = teams.flatMap(({ participant = [] }) => participant);
  const first = CLINICIANS.flatMap((role) =>
    members.filter((member) =>
      member.role?.some(({ coding }) => coding?.some((one) => one.system === ROLE && one.code === role)),
    ),
  )[0]?.member?.reference;
  return first === undefined ? undefined : people.get(first);
}

/** Supervisors. */
export async function supervisors(client: Client): Promise<readonly Person[]> {
  const params = {
    role: 'supervisor',
    active: 'true',
    _include: 'PractitionerRole:practitioner',
    _count: '50',
  };
  const found = await client.search('PractitionerRole', params);
  const people = await peopleOf(found.resources, client);
  return [...people.values()].filter(({ role }) => role === 'supervisor');
}
