// Questions that come in: each opens a task whose clock runs until a human being answers. https://hl7.org/fhir/R4/communication.html
import type { Communication, Patient, Reference, RelatedPerson, Task } from '@medplum/fhirtypes';
import {
  codeOf,
  concept,
  extensionOf,
  extensionUrl,
  keyOf,
  PARAMETER,
  referenceTo,
  TASK_CODE,
} from '../code.ts';
import { makeTask, referenceParameter } from '../make.ts';
import { enrolmentOf, episodeOf, ownerFor } from '../people.ts';
import { QUERY_TOPIC } from '../practice/pressing.ts';
import { localKey, tailOf } from '../reference.ts';
import { tasksAbout } from '../schedule/finish.ts';
import type { Desk } from '../write.ts';

const QUESTION = 'nav-inbound-query';
const TOOK_PLACE: ReadonlySet<Communication['status']> = new Set(['in-progress', 'completed']);
const PERSON = /^(?:Patient|RelatedPerson)\//;
const STAFF = /^PractitionerRole\//;

const senderOf = ({ sender }: Communication): string => tailOf(sender as Reference | undefined) ?? '';
const directionOf = (communication: Communication): string | undefined =>
  extensionOf(communication, 'direction')?.valueCode;

/** Whether a communication is a question by the person, or by somebody close to them. */
export const isQuestion = (communication: Communication | undefined): communication is Communication =>
  communication !== undefined &&
  TOOK_PLACE.has(communication.status) &&
  PERSON.test(senderOf(communication)) &&
  (directionOf(communication) ?? 'inbound') === 'inbound' &&
  codeOf(communication.topic, QUERY_TOPIC) !== undefined;

/** The person that a question is about, or who asks, or whom the one who asks is close to. */
async function personOf(desk: Desk, { subject, sender }: Communication): Promise<string | undefined> {
  const named =
    (await localKey(desk, subject as Reference | undefined, 'Patient')) ??
    (await localKey(desk, sender as Reference | undefined, 'Patient'));
  if (named) return (await desk.read<Patient>(named)) ? named : undefined;
  const asker = await desk.read<RelatedPerson>(sender?.reference ?? '');
  return asker?.resourceType === 'RelatedPerson' ? localKey(desk, asker.patient, 'Patient') : undefined;
}

/** Opens the task of a question by somebody who is enrolled; once. */
export async function openQuestion(question: Communication, desk: Desk): Promise<void> {
  const patient = await personOf(desk, question);
  const enrolment = patient && (await enrolmentOf(desk, patient));
  if (!enrolment) return;
  const key = keyOf(question);
  await desk.mutex(`question:${key}`);
  if ((await tasksAbout(desk, QUESTION, key)).length) return;
  const channel = extensionOf(question, 'channel');
  const task = makeTask(
    {
      code: QUESTION,
      title: 'Answer a question',
      description: 'The person, or somebody close to them, has asked a question. Answer it.',
      patient,
      episode: episodeOf(enrolment),
      requester: question.sender as Reference,
      owner: await ownerFor(desk, patient, 'navigation'),
      performer: 'navigator',
      focus: referenceTo(question),
      input: [
        {
          type: concept(PARAMETER, 'query-topic'),
          valueCodeableConcept: concept(QUERY_TOPIC, codeOf(question.topic, QUERY_TOPIC)!),
        },
      ],
      ...(channel && { extension: [channel] }),
    },
    desk,
  );
  const security = question.meta?.security;
  desk.create(security ? { ...task, meta: { security } } : task);
}

/** Ways in which a try to answer reaches nobody, and those in which it leaves word without being an answer. */
const REACHES_NOBODY: ReadonlySet<string> = new Set(['no-answer', 'wrong-number', 'disconnected']);
const LEAVES_WORD: ReadonlySet<string> = new Set(['left-message', 'declined']);
const outcomeOf = (communication: Communication): string =>
  extensionOf(communication, 'contact-outcome')?.valueCode ?? 'reached';

/** Whether a communication is what a human being of the team said in response to others. */
export const isResponse = (communication: Communication | undefined): communication is Communication =>
  communication?.status === 'completed' &&
  !!communication.inResponseTo?.length &&
  STAFF.test(senderOf(communication)) &&
  (directionOf(communication) ?? 'outbound') === 'outbound' &&
  !REACHES_NOBODY.has(outcomeOf(communication));

const OUT: ReadonlySet<Task['status']> = new Set(['cancelled', 'rejected', 'entered-in-error']);

/** When a communication was said; the moment of writing where it tells only a day. */
const saidAt = ({ sent, received }: Communication, now: Date): string =>
  [sent, received].find((at) => at !== undefined && at.length > 10) ?? now.toISOString();

/** A task with its first response, and the answer where it is one. */
function responded(task: Task, response: Communication, now: Date): Task {
  const isFirst = !extensionOf(task, 'first-response');
  const answer = referenceParameter('answer', keyOf(response));
  const isKnown = task.output?.some(
    (one) => one.valueReference?.reference === answer.valueReference!.reference,
  );
  const isAnswer = !LEAVES_WORD.has(outcomeOf(response)) && !isKnown;
  if (!isFirst && !isAnswer) return task;
  const first = { url: extensionUrl('first-response'), valueDateTime: saidAt(response, now) };
  return {
    ...task,
    ...(isFirst && { extension: [...(task.extension ?? []), first] }),
    lastModified: now.toISOString(),
    ...(isAnswer && { output: [...(task.output ?? []), answer] }),
  };
}

/** Stops the clocks of the questions that a communication responds to. */
export async function noteResponse(response: Communication, desk: Desk): Promise<void> {
  for (const reference of (response.inResponseTo ?? []) as Reference[]) {
    const question = await localKey(desk, reference, 'Communication');
    const tasks = question ? await tasksAbout(desk, QUESTION, question) : [];
    for (const { id } of tasks) {
      const task = await desk.lock<Task>(`Task/${id}`);
      if (!task || OUT.has(task.status) || codeOf(task.code, TASK_CODE) !== QUESTION) continue;
      const after = responded(task, response, desk.now);
      if (after !== task) desk.update(after);
    }
  }
}
