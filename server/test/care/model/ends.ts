// Judges what belongs together when a run is over: hand-offs with plan and lead, slots with visits, minutes with each other.
// https://hl7.org/fhir/R4/http.html#history
import type {
  Appointment,
  CarePlan,
  CareTeam,
  Communication,
  DocumentReference,
  Observation,
  Resource,
  Slot,
  Task,
} from '@medplum/fhirtypes';
import { at, historyOf, told, versionAt } from './oracle.ts';
import { HOLDING, referenceOf } from './tables.ts';
import { type Model, type Real, system } from './world.ts';

const leadOf = ({ participant = [] }: CareTeam): string | undefined =>
  participant.find(({ extension = [] }) => extension.some(({ url }) => url.endsWith('/lead')))?.member
    ?.reference;
const phaseOf = ({ category = [] }: CarePlan): string | undefined =>
  category.flatMap(({ coding = [] }) => coding).find((one) => one.system === system('cn-phase'))?.code;
const TAKEN: readonly string[] = ['accepted', 'in-progress', 'completed'];

/**
 * A hand-off is accepted in the very transaction in which the phase and the lead go over, and nothing else moves them.
 * @returns how many were accepted
 */
export async function judgeHandoffs(model: Model, real: Real): Promise<number> {
  const plans = await historyOf<CarePlan>(real, real.patient.replace('Patient', 'CarePlan'));
  const teams = await historyOf<CareTeam>(real, real.patient.replace('Patient', 'CareTeam'));
  const taken = new Map<number, string>();
  for (const { id, side } of model.handoffs) {
    const first = (await historyOf<Task>(real, `Task/${id}`)).find(({ status }) => TAKEN.includes(status));
    if (!first) continue;
    const [plan, team] = [versionAt(plans, at(first))!, versionAt(teams, at(first))!];
    taken.set(at(first), side);
    if (phaseOf(plan) !== side || leadOf(team) !== first.owner?.reference)
      throw new Error(
        `${told(first)} was accepted, and ${told(plan)} is in ${phaseOf(plan)}, led by ${leadOf(team)}`,
      );
  }
  for (const [n, plan] of plans.entries()) {
    const isNew = n > 0 && phaseOf(plan) === 'coordination' && phaseOf(plans[n - 1]!) === 'navigation';
    if (isNew && taken.get(at(plan)) !== 'coordination')
      throw new Error(`${told(plan)} went over to coordination by no hand-off`);
  }
  const [phase, lead] = [phaseOf(plans.at(-1)!), leadOf(teams.at(-1)!)];
  if (phase !== model.phase || lead !== referenceOf(model.lead))
    throw new Error(`the plan should be in ${model.phase} of ${model.lead}, and is in ${phase} of ${lead}`);
  return taken.size;
}

const STAGE = system('cn-referral-stage');
const stageOf = ({ businessStatus }: Task): string | undefined =>
  businessStatus?.coding?.find((coding) => coding.system === STAGE)?.code;
const isCode = ({ code }: Task, name: string): boolean =>
  code?.coding?.some((coding) => coding.system === system('cn-task-code') && coding.code === name) ?? false;
/** Stages that need a report, a review, and that the person was told, each after the one before. */
const PROVEN: readonly (string | undefined)[] = [
  'report-received',
  'reviewed-by-requester',
  'patient-informed',
];
const hasReached = ({ extension = [] }: Communication): boolean =>
  extension.some(({ valueCode }) => valueCode === 'reached');

/**
 * No referral says that it is reported, reviewed or told before it is: a closed one is all of it.
 * @returns how many versions are closed
 */
export async function judgeLoops(real: Real): Promise<number> {
  const of = `patient=${real.patient}&_count=1000`;
  const tasks = await real.search<Task>(`Task?${of}`);
  const notes = await real.search<DocumentReference>(`DocumentReference?${of}`);
  const contacts = (await real.search<Communication>(`Communication?${of}`)).filter(hasReached);
  let closed = 0;
  for (const { id, basedOn } of tasks.filter((task) => isCode(task, 'coord-referral') && task.basedOn)) {
    const order = basedOn![0]!.reference;
    const reviews: Task[] = [];
    for (const one of tasks.filter(
      (task) => isCode(task, 'loop-closure') && task.basedOn?.[0]?.reference === order,
    ))
      reviews.push(...(await historyOf<Task>(real, `Task/${one.id}`)));
    for (const version of await historyOf<Task>(real, `Task/${id}`)) {
      const rank = PROVEN.indexOf(stageOf(version));
      const before = (one: Resource): boolean => at(one) <= at(version);
      const proofs = [
        notes.some(
          (one) => before(one) && one.context?.related?.some(({ reference }) => reference === order),
        ),
        reviews.some((one) => before(one) && one.status === 'completed'),
        contacts.some((one) => before(one) && one.about?.some(({ reference }) => reference === order)),
      ];
      if (proofs.slice(0, rank + 1).includes(false))
        throw new Error(`${told(version)} says ${PROVEN[rank]}: report, review, told are ${proofs}`);
      if (rank === 2 && version.status === 'completed') closed++;
    }
  }
  return closed;
}

/** A slot has one visit at most, and says whether it has one. */
export async function judgeSlots(real: Real): Promise<void> {
  const visits = await real.search<Appointment>(`Appointment?patient=${real.patient}&_count=1000`);
  for (const { id } of real.slots) {
    const holders = visits.filter(
      ({ slot, status }) =>
        HOLDING.includes(status!) && slot?.some(({ reference }) => reference === `Slot/${id}`),
    );
    const { status } = await real.read<Slot>(`Slot/${id}`);
    const pending = holders[0]?.status === 'pending' ? 'busy-tentative' : 'busy';
    if (holders.length > 1 || status !== (holders.length ? pending : 'free'))
      throw new Error(`Slot/${id} is ${status} and has ${holders.length} visits`);
  }
}

/** A minute of anybody counts once. */
export async function judgeMinutes(model: Model, real: Real): Promise<void> {
  const entries = await real.search<Observation>(
    `Observation?patient=${real.patient}&category=${system('cn-category')}|cn-activity&_count=1000`,
  );
  if (entries.length !== model.minutes.length)
    throw new Error(`${entries.length} entries of minutes instead of ${model.minutes.length}`);
  for (const [n, one] of entries.entries())
    for (const other of entries.slice(n + 1)) {
      const [a, b] = [one.effectivePeriod!, other.effectivePeriod!];
      const isSame = one.performer![0]!.reference === other.performer![0]!.reference;
      if (isSame && Date.parse(a.start!) < Date.parse(b.end!) && Date.parse(b.start!) < Date.parse(a.end!))
        throw new Error(`${told(one)} and ${told(other)} count the same minutes`);
    }
}
