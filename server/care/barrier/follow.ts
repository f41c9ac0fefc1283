// What follows from the work against a barrier: whether it helped is asked, and only then is the barrier out of the way.
// https://hl7.org/fhir/R4/task.html
import type { Condition, Goal, Reference, Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { businessDaysAfter } from '../calendar.ts';
import { codeOf, concept, keyOf, PARAMETER, referenceTo, system, TASK_CODE } from '../code.ts';
import { mayContact } from '../contact/may-contact.ts';
import { makeTask, referenceParameter, withLabels } from '../make.ts';
import { episodeOf, ownerFor } from '../people.ts';
import { localKey, tailOf } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import { barriersOf, CLINICAL, isStanding } from './barrier.ts';
import {
  achieved,
  endOfDayIn,
  goalsAgainst,
  openResolve,
  type Person,
  personOf,
  requesterOf,
  workAgainst,
} from './open.ts';

const RECEIPT = system('cn-receipt');
export const RECEIPT_RULE = 'barrier-receipt-not-told';
/** Days until somebody asks again what stands in the way. */
const RESCREEN_DAYS = 30;

export const isCode = (task: Task, code: string): boolean => codeOf(task.code, TASK_CODE) === code;

/** Whether a change completes a task of one kind. */
export const completes = ({ before, after }: Change<Task>, code: string): boolean =>
  after.status === 'completed' &&
  before !== undefined &&
  before.status !== 'completed' &&
  isCode(after, code);

interface Standing {
  readonly barrier: Condition;
  readonly person: Person;
}

/** The barriers that a task is about and that still stand in the way, of a person who is enrolled. */
async function standingBarriers(desk: Desk, task: Task): Promise<Standing[]> {
  const keys = await Promise.all(barriersOf(task).map((one) => localKey(desk, one, 'Condition')));
  const standing: Standing[] = [];
  for (const key of new Set(keys)) {
    const barrier = key ? await desk.read<Condition>(key) : undefined;
    if (!barrier || !isStanding(barrier)) continue;
    const person = await personOf(desk, barrier);
    if (person && (await localKey(desk, task.for as Reference, 'Patient')) === person.patient)
      standing.push({ barrier, person });
  }
  return standing;
}

/** After a barrier was seen to, the person is asked whether it helped. */
export async function askWhetherItHelped({ after: task }: Change<Task>, desk: Desk): Promise<void> {
  for (const { barrier, person } of await standingBarriers(desk, task)) {
    const key = keyOf(barrier);
    await desk.mutex(`barrier:${person.patient}`);
    const waiting = (await workAgainst(desk, key, person.patient)).some((one) =>
      isCode(one, 'nav-receipt-check'),
    );
    if (waiting || !(await mayContact(desk, person.patient, {}))) continue;
    desk.create(
      withLabels(
        makeTask(
          {
            code: 'nav-receipt-check',
            title: 'Receipt check',
            description: 'Ask the person whether what was arranged has reached them and helps.',
            patient: person.patient,
            episode: episodeOf(person.enrolment),
            requester: requesterOf(desk, person),
            owner: task.owner ?? (await ownerFor(desk, person.patient, 'navigation')),
            performer: 'navigator',
            focus: referenceTo(barrier),
            partOf: [referenceTo(task)],
            due: businessDaysAfter(desk.now, 1, person.calendar),
            input: [referenceParameter('barrier', key)],
          },
          desk,
        ),
        barrier,
      ),
    );
  }
}

const answerOf = ({ output = [] }: Task): string | undefined =>
  codeOf(output.find(({ type }) => codeOf(type, PARAMETER) === 'receipt')?.valueCodeableConcept, RECEIPT);

/**
 * What the person said: the barrier is out of the way, or it is seen to anew.
 * @throws FhirError 409, rule `barrier-receipt-not-told`, when it does not stand there
 */
export async function heard({ after: check }: Change<Task>, desk: Desk): Promise<void> {
  const standing = await standingBarriers(desk, check);
  if (!standing.length) return;
  const answer = answerOf(check);
  if (!answer)
    throw businessRule(
      'A receipt check about a barrier is completed with what the person said: give an output of type receipt with received, partly or not-received of cn-receipt.',
      'Task.output',
      RECEIPT_RULE,
    );
  for (const { barrier, person } of standing) {
    if (answer !== 'received') {
      await openResolve(desk, barrier, person, check);
      continue;
    }
    const locked = await desk.lock<Condition>(keyOf(barrier));
    if (locked && isStanding(locked))
      desk.update({
        ...locked,
        clinicalStatus: concept(CLINICAL, 'resolved'),
        ...(!hasAbatement(locked) && { abatementDateTime: desk.now.toISOString() }),
      });
  }
}

const hasAbatement = (condition: Condition): boolean =>
  Object.keys(condition).some((name) => name.startsWith('abatement'));

const OVER = 'The barrier is out of the way.';
const MISTAKEN = 'The barrier is no longer on the register.';
/** Statuses in which a task can still be called off. */
const CALLED_OFF = new Set(['draft', 'requested', 'received', 'accepted', 'ready', 'on-hold']);

/** Once a barrier is out of the way: its goal is reached, the work against it is called off, and it is asked about again. */
export async function closed(
  { after: barrier }: Change<Condition>,
  desk: Desk,
  isReal: boolean,
): Promise<void> {
  const person = await personOf(desk, barrier);
  if (!person) return;
  const { patient, calendar, enrolment } = person;
  const key = keyOf(barrier);
  await desk.mutex(`barrier:${patient}`);
  for (const { id } of await goalsAgainst(desk, key, patient)) {
    const goal = await desk.lock<Goal>(`Goal/${id}`);
    if (goal) desk.update(isReal ? achieved(goal) : { ...goal, lifecycleStatus: 'entered-in-error' });
  }
  for (const { id } of await workAgainst(desk, key, patient)) {
    const task = await desk.lock<Task>(`Task/${id}`);
    if (task && CALLED_OFF.has(task.status))
      desk.update({ ...task, status: 'cancelled', statusReason: { text: isReal ? OVER : MISTAKEN } });
  }
  if (!isReal || (await isScreenPlanned(desk, patient))) return;
  desk.create(
    withLabels(
      makeTask(
        {
          code: 'nav-barrier-screen',
          title: 'Barrier screen',
          description: 'Ask again what stands in the way of care.',
          patient,
          episode: episodeOf(enrolment),
          requester: requesterOf(desk, person),
          owner: await ownerFor(desk, patient, 'navigation'),
          performer: 'navigator',
          focus: { reference: patient },
          due: endOfDayIn(RESCREEN_DAYS, desk.now, calendar),
          input: [referenceParameter('barrier', key)],
        },
        desk,
      ),
      barrier,
    ),
  );
}

/** Whether somebody is to ask about barriers anyway. */
async function isScreenPlanned(desk: Desk, patient: string): Promise<boolean> {
  const found = await desk.find('Task', `patient=${patient}&code=${TASK_CODE}|nav-barrier-screen`);
  const open = new Set(['draft', 'requested', 'received', 'accepted', 'ready', 'in-progress', 'on-hold']);
  return [...found, ...desk.written('Task')].some(
    (task) =>
      isCode(task, 'nav-barrier-screen') &&
      tailOf(task.for as Reference) === patient &&
      open.has(task.status),
  );
}
