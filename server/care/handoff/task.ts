// Makes the task that asks the other side to take a person over. https://hl7.org/fhir/R4/task.html
import type { CarePlan, Composition, EpisodeOfCare, Task } from '@medplum/fhirtypes';
import { EPISODE, keyOf, referenceTo } from '../code.ts';
import { makeTask, referenceParameter } from '../make.ts';
import { episodeOf, type Lane } from '../people.ts';
import type { Desk } from '../write.ts';
import { dueOf } from './due.ts';
import type { Material } from './material.ts';
import { HANDOFF_CODES } from './side.ts';

/** What a hand-off is asked for with. */
export interface AskedHandoff {
  readonly side: Lane;
  /** `PractitionerRole/…`, or a team or pool. */
  readonly owner?: string;
  readonly requester?: string;
  readonly reason: string;
  readonly urgent: boolean;
  readonly note?: string;
  readonly ownerRole?: string;
}

const TITLES: Readonly<Record<Lane, string>> = { coordination: 'Hand-off', navigation: 'Hand-back' };
const USUAL: Readonly<Record<Lane, string>> = { coordination: 'rn', navigation: 'navigator' };

/** The task, with nothing of the summary yet: what its completeness is judged by. */
export function bareHandoff(
  asked: AskedHandoff,
  plan: CarePlan | undefined,
  patient: string,
  enrolment: EpisodeOfCare | undefined,
  desk: Pick<Desk, 'now' | 'newId' | 'calendar'>,
): Task {
  const { side, owner, requester, reason, urgent, note, ownerRole } = asked;
  const priority = urgent ? 'urgent' : 'routine';
  const { due, policy } = dueOf(priority, desk.now, desk.calendar(owner));
  const episode = (plan?.identifier ?? []).find(({ system }) => system === EPISODE);
  const task = makeTask(
    {
      code: HANDOFF_CODES[side],
      title: TITLES[side],
      description: `Take the person over into ${side}.`,
      patient,
      priority,
      episode: episode ?? episodeOf(enrolment),
      requester: requester ? { reference: requester } : undefined,
      owner: owner ? { reference: owner } : undefined,
      performer: ownerRole ?? USUAL[side],
      focus: plan && referenceTo(plan),
      due,
      reason: { text: reason },
      extension: [policy],
    },
    desk,
  );
  return { ...task, ...(note && { note: [{ time: desk.now.toISOString(), text: note }] }) };
}

/** The task with its summary, and what is open by reference. */
export const withInputs = (
  task: Task,
  summary: Composition,
  { open, barriers, consents }: Material,
): Task => ({
  ...task,
  input: [
    referenceParameter('handoff-summary', keyOf(summary)),
    ...open.map((one) => referenceParameter('open-task', keyOf(one))),
    ...barriers.map((one) => referenceParameter('barrier', keyOf(one))),
    ...consents.map((one) => referenceParameter('consent', keyOf(one))),
  ],
});
