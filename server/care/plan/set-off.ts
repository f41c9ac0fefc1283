// What happens when a trigger of a plan is met: an enrolled person's plan starts, or an open one goes on.
// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.trigger
import type {
  Encounter,
  EpisodeOfCare,
  PlanDefinition,
  Reference,
  RequestGroup,
  Resource,
} from '@medplum/fhirtypes';
import { FhirError } from '../../fhir/errors.ts';
import { enrolmentOf } from '../people.ts';
import { localKey } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import { deskSources } from './desk-sources.ts';
import { actionsIn, eventKey, extendedIfClear } from './extend.ts';
import { patientOf } from './patient.ts';
import { proposePlan } from './propose.ts';
import type { Requirement } from './requirement.ts';
import { PLAN_START, type Start, startPlan, startsOf } from './start.ts';
import type { PlanTrigger, Trigger } from './trigger.ts';

/** Whether every other thing that the trigger asks for is true of the person too. */
async function isMet({ data }: Trigger, after: Resource, desk: Desk, patient: string): Promise<boolean> {
  const { find } = deskSources(desk, patient, undefined);
  const isThere = async ({ type, query, meets }: Requirement) => {
    const whose = type === 'Patient' ? `_id=${patient.slice('Patient/'.length)}` : `patient=${patient}`;
    return (await find(type, `${whose}${query}&_sort=-_lastUpdated&_count=200`)).some(meets);
  };
  for (const one of data) if (!one.meets(after) && !(await isThere(one))) return false;
  return true;
}

/** When the clocks of a plan start: at the end of the encounter that set it off, else now. */
function startOf(source: Resource, now: Date): Date {
  const end = source.resourceType === 'Encounter' ? new Date(source.period?.end ?? Number.NaN) : now;
  return Number.isNaN(end.getTime()) ? now : end;
}

async function encounterOf(source: Resource, desk: Desk): Promise<Encounter | undefined> {
  if (source.resourceType === 'Encounter') return source;
  const key = await localKey(desk, (source as { encounter?: Reference }).encounter, 'Encounter');
  const found = key ? await desk.read(key) : undefined;
  return found?.resourceType === 'Encounter' ? found : undefined;
}

/** Definitions that nobody has approved are proposed to a clinician; they are not carried out by themselves. */
const isDraft = ({ status, experimental }: PlanDefinition): boolean =>
  status !== 'active' || experimental === true;

/** Goes on with the open plans of a person by the action that an event asks for. */
async function goOn(
  { definition }: PlanTrigger,
  actionId: string,
  source: Resource,
  patient: string,
  desk: Desk,
): Promise<void> {
  const action = actionsIn(definition.action).find(({ id }) => id === actionId);
  if (!action) return;
  await desk.mutex(`plan:${patient}`);
  for (const { id, status } of await startsOf(desk, definition, patient)) {
    const group = status === 'active' ? await desk.lock<RequestGroup>(`RequestGroup/${id}`) : undefined;
    const key = eventKey(action, source);
    const isKnown = group?.identifier?.some(({ system, value }) => system === PLAN_START && value === key);
    if (group?.status !== 'active' || isKnown) continue;
    desk.update(
      await extendedIfClear(desk, group, { plan: definition, actions: [action], start: desk.now, source }),
    );
  }
}

async function start(
  { definition }: PlanTrigger,
  source: Resource,
  [patient, enrolment]: readonly [string, EpisodeOfCare],
  desk: Desk,
): Promise<void> {
  const begin: Start = {
    plan: definition,
    patient,
    enrolment,
    source,
    encounter: await encounterOf(source, desk),
    start: startOf(source, desk.now),
  };
  await (isDraft(definition) ? proposePlan(desk, begin) : startPlan(desk, begin));
}

/**
 * Does what a plan asks for after a change that meets one of its triggers. A plan that cannot be applied does not refuse
 * the change: it is then not started.
 */
export async function setOff(plan: PlanTrigger, change: Change, desk: Desk): Promise<void> {
  const { after } = change;
  const patient = await patientOf(desk, after);
  const enrolment = patient && (await enrolmentOf(desk, patient));
  if (!enrolment) return;
  for (const trigger of plan.triggers) {
    if (!trigger.isSetOffBy(change) || !(await isMet(trigger, after, desk, patient))) continue;
    try {
      if (trigger.actionId === undefined) await start(plan, after, [patient, enrolment], desk);
      else await goOn(plan, trigger.actionId, after, patient, desk);
    } catch (error) {
      if (!(error instanceof FhirError && error.status === 422)) throw error;
    }
  }
}
