// A symptom or a crisis goes to a clinician at once: whatever records it opens a triage task, and until that is done nobody but a
// clinician completes the question in which it came. For everybody, enrolled or not.
// https://hl7.org/fhir/R4/task.html
import type {
  Communication,
  Observation,
  Organization,
  Patient,
  PractitionerRole,
  QuestionnaireResponse,
  Reference,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { CB, concept, keyOf, referencesOf, referenceTo, TASK_CODE } from '../code.ts';
import { makeTask, referenceParameter } from '../make.ts';
import { enrolmentOf, episodeOf, ownerFor, poolOf } from '../people.ts';
import { familyCodes } from '../task-family.ts';
import { type Desk, type Reaction, reaction } from '../write.ts';
import { refusedBy } from './check.ts';
import { QUERY_TOPIC, TOPICS, type Topic, taskTopic, topicOf } from './pressing.ts';

/** By it a triage task names the topic and the record that it was opened for, so that there is one. */
const ESCALATION = `${CB}/identifier/escalation`;
const TRIAGE = 'coord-risk-triage';
const MINUTE = 60_000;
/** https://hl7.org/fhir/R4/task-definitions.html#Task.requester */
const REQUESTERS: ReadonlySet<string> = new Set(
  'Device Organization Patient Practitioner PractitionerRole RelatedPerson'.split(' '),
);

/** What a topic calls for. */
const CALLS: Readonly<Record<Topic, { priority: 'stat' | 'urgent'; minutes: number; description: string }>> =
  {
    crisis: {
      priority: 'stat',
      minutes: 15,
      description:
        'A crisis, or thoughts of death or self-harm, were stated. Reach the person now and judge the risk.',
    },
    symptom: {
      priority: 'urgent',
      minutes: 60,
      description: 'A symptom was stated. Judge it within the hour and act on it.',
    },
  };

/** Whom a record is about. */
const PERSON_OF: Readonly<Record<string, (resource: never) => readonly (Reference | undefined)[]>> = {
  Task: (task: Task) => [task.for],
  Communication: ({ subject, sender }: Communication) => [subject, sender],
  QuestionnaireResponse: ({ subject, source, author }: QuestionnaireResponse) => [subject, source, author],
  Observation: ({ subject }: Observation) => [subject],
};
/** The records that a record repeats: a question that was logged, the form that a finding was taken from. */
const REPEATS: Readonly<Record<string, (resource: never) => readonly (Reference | undefined)[]>> = {
  Task: (task: Task) => [task.focus],
  Observation: ({ derivedFrom }: Observation) => derivedFrom ?? [],
};

/** The record in which the topic came up: what the resource repeats, if that presses for the same, else the resource. */
async function sourceOf(resource: Resource, topic: Topic, desk: Desk): Promise<Resource> {
  for (const reference of referencesOf(REPEATS[resource.resourceType]?.(resource as never) ?? [])) {
    const repeated = await desk.read(reference);
    if (repeated && topicOf(repeated) === topic) return repeated;
  }
  return resource;
}

async function personOf(resource: Resource, desk: Desk): Promise<string | undefined> {
  for (const reference of referencesOf(PERSON_OF[resource.resourceType]!(resource as never))) {
    const found = await desk.read<Patient>(reference);
    if (found?.resourceType === 'Patient') return keyOf(found);
  }
  return undefined;
}

/** Who brings it, if a task can name them: what is stated by somebody whom this server does not know is triaged all the same. */
async function callerOf(desk: Desk): Promise<Resource | undefined> {
  const { fhirUser } = desk.caller;
  const caller = fhirUser ? await desk.read(fhirUser) : undefined;
  return caller && REQUESTERS.has(caller.resourceType) ? caller : undefined;
}

/** A clinician of the team, else the coordination team of the person, or of whoever brings it. */
async function triagerOf(
  patient: string,
  caller: Resource | undefined,
  desk: Desk,
): Promise<Reference | undefined> {
  const member = await ownerFor(desk, patient, 'coordination');
  const found = member && (await desk.read<PractitionerRole | Organization>(member.reference!));
  if (found && found.active !== false) return member;
  const organization =
    caller?.resourceType === 'PractitionerRole' ? caller.organization?.reference : undefined;
  return poolOf(desk, 'coordination', organization);
}

/** The triage tasks of a topic and a source. */
async function triagesOf(topic: Topic, source: Resource, desk: Desk): Promise<Task[]> {
  const value = `${topic}:${keyOf(source)}`;
  // Only clinical staff can open such a task: whoever gives another the identifier has triaged nothing.
  const isOf = (task: Task) =>
    familyCodes(task).includes(TRIAGE) &&
    (task.identifier?.some((one) => one.system === ESCALATION && one.value === value) ?? false);
  const query = new URLSearchParams({ identifier: `${ESCALATION}|${value}` });
  query.set('code', `${TASK_CODE}|${TRIAGE}`);
  return [...desk.written('Task'), ...(await desk.find('Task', query.toString()))].filter(isOf);
}

/** Opens the triage task of a record, unless there is one. */
async function escalate(resource: Resource, desk: Desk): Promise<void> {
  const topic = topicOf(resource)!;
  const source = await sourceOf(resource, topic, desk);
  const patient = await personOf(resource, desk);
  if (!patient) return;
  await desk.mutex(`escalation:${keyOf(source)}`);
  if ((await triagesOf(topic, source, desk)).length) return;
  const { priority, minutes, description } = CALLS[topic];
  const caller = await callerOf(desk);
  const task = makeTask(
    {
      code: TRIAGE,
      title: 'Triage a risk',
      description,
      patient,
      priority,
      episode: episodeOf(await enrolmentOf(desk, patient)),
      owner: await triagerOf(patient, caller, desk),
      requester: caller && referenceTo(caller),
      performer: 'rn',
      due: new Date(desk.now.getTime() + minutes * MINUTE),
      reason: concept(QUERY_TOPIC, topic),
      input: [referenceParameter('escalation-source', keyOf(source))],
    },
    desk,
  );
  const identifier = [...task.identifier!, { system: ESCALATION, value: `${topic}:${keyOf(source)}` }];
  desk.create({ ...task, identifier });
}

const rank = (topic: Topic | undefined): number => (topic ? TOPICS.indexOf(topic) : TOPICS.length);

const escalating = (type: 'Task' | 'Communication' | 'QuestionnaireResponse' | 'Observation'): Reaction =>
  reaction({
    rule: 'risk-escalated',
    type,
    when: ({ before, after }) => rank(topicOf(after)) < rank(topicOf(before)) && isOurs(after),
    react: ({ after }, desk) => escalate(after, desk),
  });

/** Tasks of others carry no topic of ours; the triage itself and a task that passes it on call for no other. */
const isOurs = (resource: Resource): boolean =>
  resource.resourceType !== 'Task' || familyCodes(resource).some((code) => code !== TRIAGE);

/** Nobody but a clinician completes what carries a pressing topic, until the triage is done. */
const completing: Reaction<Task> = {
  rule: 'non-clinical-cannot-complete-escalation',
  type: 'Task',
  when: ({ before, after, byRules }) =>
    !byRules &&
    after.status === 'completed' &&
    before?.status !== 'completed' &&
    (taskTopic(after) ?? (before && taskTopic(before))) !== undefined &&
    familyCodes(after).length > 0,
  async react({ before, after }, desk) {
    const { role } = desk.caller;
    const rule = role && desk.practice().first(['escalation'], ['completed'], role);
    if (!rule) return;
    const topic = (taskTopic(after) ?? taskTopic(before!))!;
    const source = await sourceOf(after, topic, desk);
    const triages = await triagesOf(topic, source, desk);
    if (triages.some(({ status }) => status === 'completed')) return;
    throw refusedBy(rule, role);
  },
};

export const escalationReactions: readonly Reaction[] = [
  reaction(completing),
  ...(['Task', 'Communication', 'QuestionnaireResponse', 'Observation'] as const).map(escalating),
];
