// What follows from hand-offs: they are held to be complete, acceptance moves plan and team at once, and nothing else does.
// https://hl7.org/fhir/R4/task.html
import type { CarePlan, CareTeam, Reference, Task } from '@medplum/fhirtypes';
import { businessRule, unprocessable } from '../../fhir/errors.ts';
import { keyOf } from '../code.ts';
import { takeOver } from '../handoff/acceptance.ts';
import { HANDOFF_COMPLETE, missingOf } from '../handoff/complete.ts';
import { dueOf } from '../handoff/due.ts';
import { factsOf, planOf } from '../handoff/facts.ts';
import { isAccepted, isTurnedDown, isWaiting, OTHER, sideAsked, TAKERS } from '../handoff/side.ts';
import { handoffsOf, phaseOf, phaseRefusal, standingOf, withPhase } from '../handoff/standing.ts';
import { laneOfLead, leadOf, leadRefusal } from '../handoff/team.ts';
import { isAwaitingInformation } from '../handoff/waiting.ts';
import { enrolmentOf, LANES } from '../people.ts';
import { localKey, relativeKey, tailOf } from '../reference.ts';
import { type Change, type Desk, type Reaction, reaction } from '../write.ts';

/** The person of a hand-off, when they are enrolled. */
async function personOf(desk: Desk, task: Task): Promise<string | undefined> {
  const patient = await localKey(desk, task.for as Reference, 'Patient');
  return patient && (await enrolmentOf(desk, patient)) ? patient : undefined;
}

/** Whether a role does the work of navigation. */
const isNavigator = (role: string | undefined): boolean =>
  role === 'peer' || (LANES.navigation as readonly (string | undefined)[]).includes(role);

/** Moves the plan of a hand-off, when it is in one of some phases. */
async function toPhase(
  desk: Desk,
  task: Task,
  patient: string,
  phase: string,
  isFrom: (phase: string | undefined) => boolean,
): Promise<void> {
  const plan = await planOf(desk, task, patient);
  if (!plan || phaseOf(plan) === phase || !isFrom(phaseOf(plan))) return;
  const locked = await desk.lock<CarePlan>(keyOf(plan));
  if (locked) desk.update(withPhase(locked, phase));
}

/**
 * Who takes a person over asks for that in nobody else's name: the one who asks cannot accept.
 * @throws FhirError 409
 */
function checkAsker(task: Task, { caller: { fhirUser, role } }: Desk): void {
  const isTaker = role !== undefined && TAKERS[sideAsked(task)!].includes(role);
  if (!isTaker || relativeKey(task.requester as Reference) === fhirUser) return;
  throw businessRule(
    'Whoever is of the side that takes the person over asks in their own name alone. Name yourself as the requester, or let the other side ask.',
    'Task.requester',
    'handoff-accepted-by-the-other-side',
  );
}

/** A hand-off that is asked for: complete, the only one of its kind, due, and shown in the plan. */
async function ask({ after: task, byRules }: Change<Task>, desk: Desk): Promise<void> {
  const patient = await personOf(desk, task);
  if (!patient) return;
  await desk.mutex(`handoff:${patient}`);
  if (!byRules) {
    checkAsker(task, desk);
    const missing = missingOf(await factsOf(desk, task, patient));
    if (missing.length) throw unprocessable(missing);
    const rival = (await handoffsOf(desk, patient)).find(
      (one) => one.id !== task.id && isWaiting(one) && sideAsked(one) === sideAsked(task),
    );
    if (rival)
      throw businessRule(
        `${keyOf(rival)} asks for the same already, and nobody has answered it. Add to it, or withdraw it first.`,
        'Task',
        'one-open-handoff',
      );
  }
  await toPhase(desk, task, patient, 'handoff', (phase) => phase !== sideAsked(task));
  if (task.restriction?.period?.end) return;
  const own = (await desk.lock<Task>(keyOf(task)))!;
  const { due, policy } = dueOf(own.priority, desk.now, desk.calendar(tailOf(own.owner as Reference)));
  desk.update({
    ...own,
    extension: [...(own.extension ?? []), policy],
    restriction: { ...own.restriction, period: { ...own.restriction?.period, end: due.toISOString() } },
  });
}

const isAsked = ({ status }: Task): boolean => isWaiting({ status } as Task) && status !== 'on-hold';

export const handoffReactions: readonly Reaction[] = [
  reaction<Task>({
    rule: HANDOFF_COMPLETE,
    type: 'Task',
    when: ({ before, after }) =>
      isAsked(after) &&
      sideAsked(after) !== undefined &&
      (!before || before.status === 'draft' || sideAsked(before) !== sideAsked(after)),
    react: ask,
  }),
  reaction<Task>({
    rule: HANDOFF_COMPLETE,
    type: 'Task',
    when: ({ before, after, byRules }) =>
      !byRules &&
      before !== undefined &&
      isAccepted(after) &&
      sideAsked(after) !== undefined &&
      sideAsked(before) !== sideAsked(after),
    react: async ({ after }, desk) => {
      if (!(await personOf(desk, after))) return;
      throw businessRule(
        'A task that was accepted is made no hand-off: nobody was asked. Ask for one with Patient/$handoff.',
        'Task.code',
        HANDOFF_COMPLETE,
      );
    },
  }),
  reaction<Task>({
    rule: 'handoff-says-what-is-missing',
    type: 'Task',
    when: ({ before, after }) =>
      isAwaitingInformation(after) &&
      sideAsked(after) !== undefined &&
      !(before && isAwaitingInformation(before)) &&
      !after.statusReason,
    react: async () => {
      throw businessRule(
        'Whoever asks for information says which: give statusReason.',
        'Task.statusReason',
        'handoff-says-what-is-missing',
      );
    },
  }),
  reaction<Task>({
    rule: 'handoff-taken',
    type: 'Task',
    when: ({ before, after, byRules }) =>
      !byRules &&
      before !== undefined &&
      before.owner?.reference !== after.owner?.reference &&
      isAccepted(before) &&
      isAccepted(after) &&
      sideAsked(before) !== undefined &&
      tailOf(before.owner as Reference) !== tailOf(after.owner as Reference),
    react: async ({ before, after }, desk) => {
      if (desk.caller.role === 'supervisor' || !(await personOf(desk, after))) return;
      throw businessRule(
        `This hand-off is accepted already, by ${before!.owner?.reference ?? 'somebody else'}. Read it again; a supervisor can give it to somebody else.`,
        'Task.owner',
        'handoff-taken',
      );
    },
  }),
  // An accepted hand-off moves the plan to its phase and the lead to who accepted, at once.
  reaction<Task>({
    rule: 'handoff-accepted-by-the-other-side',
    type: 'Task',
    when: ({ before, after }) =>
      before !== undefined && isAccepted(after) && !isAccepted(before) && sideAsked(after) !== undefined,
    react: async ({ before, after }, desk) => {
      // Reopening one that was accepted before moves nobody.
      if (!isTurnedDown(before!)) await takeOver(desk, after);
    },
  }),
  // A hand-off that goes on after its acceptance keeps the instant of that: how long the person waited is measured by it.
  reaction<Task>({
    rule: 'handoff-waited-so-long',
    type: 'Task',
    when: ({ before, after }) =>
      before?.executionPeriod?.start !== undefined &&
      after.executionPeriod?.start !== before.executionPeriod.start &&
      isAccepted(before) &&
      isAccepted(after) &&
      sideAsked(after) !== undefined,
    react: async ({ before, after }, desk) => {
      const own = (await desk.lock<Task>(keyOf(after)))!;
      desk.update({
        ...own,
        executionPeriod: { ...own.executionPeriod, start: before!.executionPeriod!.start! },
      });
    },
  }),
  // A hand-off that was turned down or withdrawn gives the plan back its phase.
  reaction<Task>({
    rule: 'handoff-returned',
    type: 'Task',
    when: ({ before, after }) =>
      before !== undefined && isWaiting(before) && isTurnedDown(after) && sideAsked(after) !== undefined,
    react: async ({ after }, desk) => {
      const patient = await personOf(desk, after);
      if (patient)
        await toPhase(desk, after, patient, OTHER[sideAsked(after)!], (phase) => phase === 'handoff');
    },
  }),
  reaction<CarePlan>({
    rule: 'phase-changes-by-handoff',
    type: 'CarePlan',
    when: ({ before, after, byRules }) =>
      !byRules &&
      (before
        ? phaseOf(before) !== undefined && phaseOf(before) !== phaseOf(after)
        : phaseOf(after) === 'coordination'),
    react: async ({ before, after }, desk) => {
      const patient = await localKey(desk, after.subject, 'Patient');
      if (!patient || !(await enrolmentOf(desk, patient))) return;
      // Those who coordinate may begin with a plan of their own; navigators hand over.
      if (!before && !isNavigator(desk.caller.role)) return;
      const from = before ? phaseOf(before) : 'navigation';
      const refusal = phaseRefusal(from, phaseOf(after), await standingOf(desk, patient));
      if (refusal) throw businessRule(refusal, 'CarePlan.category', 'phase-changes-by-handoff');
    },
  }),
  reaction<CareTeam>({
    rule: 'lead-changes-by-handoff',
    type: 'CareTeam',
    when: ({ before, after, byRules }) =>
      !byRules &&
      laneOfLead(after) !== undefined &&
      (tailOf(leadOf(after)?.member) !== (before && tailOf(leadOf(before)?.member)) ||
        laneOfLead(after) !== (before && laneOfLead(before))),
    react: async ({ after }, desk) => {
      const patient = await localKey(desk, after.subject, 'Patient');
      if (!patient || !(await enrolmentOf(desk, patient))) return;
      const plans = await desk.find('CarePlan', `patient=${patient}&status=active`);
      const plan = plans.find((one) => phaseOf(one) !== undefined);
      const refusal = leadRefusal(laneOfLead(after)!, plan, await standingOf(desk, patient));
      if (refusal) throw businessRule(refusal, 'CareTeam.participant', 'lead-changes-by-handoff');
    },
  }),
];
