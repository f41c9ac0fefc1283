// A promise that was not kept goes to a supervisor, as an urgent task about the late one; when that ends, so does this.
// https://hl7.org/fhir/R4/task.html
import type { Reference, Task } from '@medplum/fhirtypes';
import { businessDaysAfter } from '../calendar.ts';
import { codeOf, concept, EPISODE, PARAMETER, referenceTo, TASK_CODE } from '../code.ts';
import { makeTask } from '../make.ts';
import { enrolmentOf, episodeOf } from '../people.ts';
import { localKey } from '../reference.ts';
import { cancel, openTasks } from '../schedule/finish.ts';
import { moved } from '../state/transition.ts';
import type { Desk } from '../write.ts';
import { promiseOf } from './due-date.ts';
import { whoHears } from './supervisor.ts';

export const LATE_WORK = 'late-work';

/** What a supervisor is told; names nobody. */
interface Words {
  readonly title: string;
  readonly description: string;
}
const LATE: Words = {
  title: 'A task is late',
  description: 'The due date of a task has passed. See what keeps it, and that it is done.',
};
/** Sentences of their own, by code of cn-task-code, or by the name of a promise that stands before the due date. */
const WORDS: Readonly<Record<string, Words>> = {
  'first-response': {
    title: 'A question waits for a first answer',
    description:
      'Nobody has answered an inbound question within minutes, as promised. See that somebody does now.',
  },
  'nav-inbound-query': {
    title: 'A question is not answered',
    description:
      'An inbound question was not answered on the day that was promised. See that it is answered now.',
  },
  handoff: {
    title: 'A hand-off is not accepted',
    description:
      'Nobody has accepted a hand-off in time. See that a clinician takes the person over, or returns it.',
  },
  'hand-back': {
    title: 'A hand-back is not accepted',
    description: 'Nobody has taken a person back in time. See that a navigator does, or returns it.',
  },
  'coord-transition-contact': {
    title: 'Contact after discharge is late',
    description: 'Nobody has spoken with the person in time after discharge. See that somebody does now.',
  },
  'coord-transition-visit': {
    title: 'Visit after discharge is late',
    description: 'The visit after discharge has not taken place in time. See that it is booked and kept.',
  },
  'coord-risk-triage': {
    title: 'A risk is not judged',
    description: 'No clinician has judged a risk in time. See that one does now.',
  },
  'nav-escalate-clinical': {
    title: 'A clinician was not reached',
    description:
      'A statement about symptoms or safety has not reached a clinician in time. See that it does now.',
  },
  'nav-no-show-recovery': {
    title: 'A missed visit is not won back',
    description: 'Nobody has reached the person in time after a missed visit. See that somebody does.',
  },
  'loop-closure': {
    title: 'A report is not reviewed',
    description:
      'A report that came has not been reviewed in time. See that it is, and that the person is told.',
  },
};

/** A promise that was missed: by what name, and when it was due. */
export interface Missed {
  readonly promise: string;
  readonly due: Date;
}

const inputsOf = (task: Task, { promise, due }: Missed): Task['input'] => [
  {
    type: concept(PARAMETER, 'missed-promise'),
    ...(promise === LATE_WORK ? (promiseOf(task) ?? { valueCode: 'due-date' }) : { valueCode: promise }),
  },
  { type: concept(PARAMETER, 'missed-due'), valueDateTime: due.toISOString() },
];

/**
 * Tells a supervisor that a promise about a task of somebody who is enrolled was not kept, unless one has been told of the
 * task and sees to it.
 * @param missed by the name of what was promised; `late-work`: the due date of the task
 */
export async function escalate(task: Task, missed: Missed, desk: Desk): Promise<void> {
  const patient = await localKey(desk, task.for as Reference | undefined, 'Patient');
  const enrolment = patient && (await enrolmentOf(desk, patient));
  if (!enrolment || (await openTasks(desk, LATE_WORK, `Task/${task.id}`)).length) return;
  const owner = await whoHears(desk, task, enrolment);
  const { groupIdentifier } = task;
  const made = makeTask(
    {
      code: LATE_WORK,
      ...(WORDS[missed.promise] ?? WORDS[codeOf(task.code, TASK_CODE) ?? ''] ?? LATE),
      patient,
      priority: 'urgent',
      episode: groupIdentifier?.system === EPISODE ? groupIdentifier : episodeOf(enrolment),
      requester: enrolment.managingOrganization,
      owner,
      performer: 'supervisor',
      focus: referenceTo(task),
      due: businessDaysAfter(desk.now, 1, desk.calendar(owner?.reference)),
      input: inputsOf(task, missed)!,
    },
    desk,
  );
  // Whoever may not see the labels of the task does not see what is told about it.
  const security = task.meta?.security;
  desk.create(security ? { ...made, meta: { security } } : made);
}

const TAKEN: ReadonlySet<Task['status']> = new Set(['accepted', 'in-progress']);
const ENDED = 'The task that was late has ended.';

/** Ends what a supervisor was told about a task that has ended: done where they had taken it on, else called off. */
export async function settleLateWork(task: Task, desk: Desk): Promise<void> {
  for (const open of await openTasks(desk, LATE_WORK, `Task/${task.id}`)) {
    if (!TAKEN.has(open.status)) {
      await cancel(desk, open, ENDED);
      continue;
    }
    const held = await desk.lock<Task>(`Task/${open.id}`);
    if (!held || !TAKEN.has(held.status)) continue;
    const output = [{ type: concept(PARAMETER, 'outcome'), valueString: ENDED }];
    desk.update(moved(held, { status: 'completed', output }, desk.now));
  }
}
