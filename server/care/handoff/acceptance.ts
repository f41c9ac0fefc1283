// What accepting a hand-off does, all at once: the phase of the plan, the lead of the team, who manages the episode, and what
// the person is told. https://hl7.org/fhir/R4/task.html
import type { CarePlan, CareTeam, EpisodeOfCare, Reference, Task } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { codeOf, ROLE, referenceTo } from '../code.ts';
import { enrolmentOf, type Lane, teamsOf } from '../people.ts';
import { localKey, relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';
import { HANDOFF_COMPLETE } from './complete.ts';
import { hasSummary, planOf, roleOf } from './facts.ts';
import { sideAsked, TAKERS } from './side.ts';
import { withPhase } from './standing.ts';
import { ledBy } from './team.ts';
import { tell } from './telling.ts';

const OTHER_SIDE = 'handoff-accepted-by-the-other-side';
/** Role in a team of whoever took over and says none. */
const USUAL: Readonly<Record<Lane, string>> = { coordination: 'rn', navigation: 'navigator' };

interface Taker {
  /** `PractitionerRole/…` */
  readonly member: string;
  /** Code of cn-role. */
  readonly role: string;
}

/** Who takes the person over: the caller, or whom a caller without a role names. @throws FhirError 409 for the wrong side */
async function takerOf(desk: Desk, task: Task, side: Lane): Promise<Taker> {
  const { fhirUser, role: callers } = desk.caller;
  const isCaller = fhirUser?.startsWith('PractitionerRole/');
  const member = isCaller ? fhirUser : await localKey(desk, task.owner as Reference, 'PractitionerRole');
  if (!member)
    throw businessRule(
      'A hand-off is accepted by somebody in a role. Give owner with the PractitionerRole that takes the person over.',
      'Task.owner',
      OTHER_SIDE,
    );
  const known = (isCaller && callers) || (await roleOf(desk, { reference: member }));
  const isSender = (await localKey(desk, task.requester as Reference, 'PractitionerRole')) === member;
  if (isSender || (known && !TAKERS[side].includes(known)))
    throw businessRule(
      `Only somebody of ${side} can accept this hand-off, and not the one who asked for it. Ask ${TAKERS[side].join(', ')}.`,
      'Task.owner',
      OTHER_SIDE,
    );
  return { member, role: known || codeOf(task.performerType, ROLE) || USUAL[side] };
}

const incomplete = (sentence: string, expression: string) =>
  businessRule(sentence, expression, HANDOFF_COMPLETE);

/** The team that a plan names, or else the newest of the person, locked; undefined when there is none. */
async function lockTeam(desk: Desk, plan: CarePlan, patient: string): Promise<CareTeam | undefined> {
  for (const { reference } of plan.careTeam ?? []) {
    const team = reference ? await desk.lock<CareTeam>(reference) : undefined;
    if (team?.status === 'active' && relativeKey(team.subject) === patient) return team;
  }
  const [newest] = await teamsOf(desk, patient);
  return newest && desk.lock<CareTeam>(`CareTeam/${newest.id}`);
}

async function passLead(desk: Desk, plan: CarePlan, patient: string, taker: Taker): Promise<void> {
  const team = await lockTeam(desk, plan, patient);
  if (team) return desk.update(ledBy(team, taker.member, taker.role, desk.now));
  const none: CareTeam = { resourceType: 'CareTeam', status: 'active', subject: { reference: patient } };
  const made = desk.create(ledBy(none, taker.member, taker.role, desk.now));
  const locked = await desk.lock<CarePlan>(`CarePlan/${plan.id}`);
  desk.update({ ...locked!, careTeam: [...(locked!.careTeam ?? []), referenceTo(made)] });
}

/** Carries out the acceptance of a hand-off. @throws FhirError 409 when it may not be accepted so; nothing for whoever is not enrolled */
export async function takeOver(desk: Desk, task: Task): Promise<void> {
  const side = sideAsked(task)!;
  const patient = await localKey(desk, task.for as Reference, 'Patient');
  const enrolment = patient && (await enrolmentOf(desk, patient));
  if (!enrolment) return;
  const taker = await takerOf(desk, task, side);
  const plan = await planOf(desk, task, patient);
  if (plan?.status !== 'active')
    throw incomplete(
      'The hand-off names no active plan of the person. Return it with that reason.',
      'Task.focus',
    );
  if (!(await hasSummary(desk, task, patient)))
    throw incomplete(
      'The hand-off has no summary of the person. Ask for it: status received, and the business status awaiting-information.',
      'Task.input',
    );
  const locked = await desk.lock<CarePlan>(`CarePlan/${plan.id}`);
  desk.update(withPhase(locked!, side));
  await passLead(desk, locked!, patient, taker);
  const episode = await desk.lock<EpisodeOfCare>(`EpisodeOfCare/${enrolment.id}`);
  desk.update({ ...episode!, careManager: { reference: taker.member } });
  const isTold = await tell(desk, task, patient, side, taker.member);
  const own = await desk.lock<Task>(`Task/${task.id}`);
  desk.update(accepted(own!, taker, desk.now, isTold));
}

const NOT_TOLD =
  'The person was not told by a message: contact is not safe now. Tell them when and as it is safe.';

/** The hand-off as it is once accepted: its work begins now, so that from authoredOn to here is how long it waited. */
function accepted(task: Task, { member }: Taker, now: Date, isTold: boolean): Task {
  const at = now.toISOString();
  const { businessStatus: _awaited, ...rest } = task;
  return {
    ...rest,
    owner: {
      ...(relativeKey(task.owner as Reference) === member ? task.owner : undefined),
      reference: member,
    },
    executionPeriod: { ...task.executionPeriod, start: task.executionPeriod?.start ?? at },
    ...(!isTold && { note: [...(task.note ?? []), { time: at, text: NOT_TOLD }] }),
  };
}
