// Collects what a hand-off tells of a person: what whoever hands over may see of it, and no more.
// https://hl7.org/fhir/R4/composition.html

import type {
  Appointment,
  CarePlan,
  CareTeam,
  Condition,
  Consent,
  Flag,
  Goal,
  Observation,
  Patient,
  RelatedPerson,
  Resource,
  ResourceType,
  Task,
} from '@medplum/fhirtypes';
import { CATEGORY, PHASE, system } from '../code.ts';
import { limitOf } from '../contact/limit.ts';
import { OPEN } from '../state/task.ts';
import { sideAsked } from './side.ts';

/** Searches as the caller: what they may see of a type, none where they may see none. */
export type FindVisible = <K extends ResourceType>(
  type: K,
  query: string,
) => Promise<Extract<Resource, { resourceType: K }>[]>;

/** What is known of a person, as one caller sees it. */
export interface Material {
  readonly patient: Patient;
  readonly plan?: CarePlan;
  readonly open: readonly Task[];
  readonly done: readonly Task[];
  readonly barriers: readonly Condition[];
  readonly goals: readonly Goal[];
  readonly consents: readonly Consent[];
  readonly flags: readonly Flag[];
  readonly teams: readonly CareTeam[];
  readonly supports: readonly RelatedPerson[];
  readonly decisions: readonly Observation[];
  readonly visits: readonly Appointment[];
}

/** Finished tasks that are told, the newest. */
const DONE = 20;
const isWork = (task: Task): boolean => sideAsked(task) === undefined;

/** The plan to hand over: the one named, or the one in force that has a phase. */
const planAmong = (plans: readonly CarePlan[], named: string | undefined): CarePlan | undefined =>
  named ? plans.find(({ id }) => id === named) : plans.find(({ category }) => category?.some(hasPhase));
const hasPhase = ({ coding = [] }: { coding?: { system?: string }[] }): boolean =>
  coding.some((one) => one.system === PHASE);

/**
 * Collects it.
 * @param named id of the plan, when one is named
 */
export async function materialOf(
  find: FindVisible,
  patient: Patient,
  now: Date,
  named: string | undefined,
): Promise<Material> {
  const of = `patient=Patient/${patient.id}`;
  const plan = planAmong(await find('CarePlan', `${of}&status=active&_sort=-_lastUpdated`), named);
  return {
    patient,
    ...(plan && { plan }),
    open: (await find('Task', `${of}&status=${OPEN.join(',')}&_sort=_lastUpdated`)).filter(isWork),
    done: (await find('Task', `${of}&status=completed&_sort=-_lastUpdated`)).filter(isWork).slice(0, DONE),
    barriers: await find('Condition', `${of}&category=${CATEGORY}|cn-barrier&clinical-status=active`),
    goals: await find('Goal', `${of}&lifecycle-status=proposed,planned,accepted,active,on-hold`),
    consents: await find('Consent', `${of}&status=active`),
    flags: (await find('Flag', of)).filter((flag) => limitOf(flag) !== undefined),
    teams: await find('CareTeam', `${of}&status=active`),
    supports: await find('RelatedPerson', `${of}&active:not=false`),
    decisions: await find('Observation', `${of}&code=${system('cn-observation')}|network-decision`),
    visits: await find(
      'Appointment',
      `${of}&date=ge${now.toISOString()}&status=proposed,pending,booked,waitlist&_sort=date`,
    ),
  };
}
