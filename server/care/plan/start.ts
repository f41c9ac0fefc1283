// Starts a plan for a person: its tasks and goals are written, and hang in the person's care plan; each start once.
// https://hl7.org/fhir/R4/requestgroup.html · https://hl7.org/fhir/R4/careplan.html
import type {
  CarePlan,
  CodeableConcept,
  Encounter,
  EpisodeOfCare,
  PlanDefinition,
  Reference,
  RequestGroup,
  Resource,
} from '@medplum/fhirtypes';
import { CB, keyOf, referenceTo } from '../code.ts';
import { episodeOf } from '../people.ts';
import type { Desk } from '../write.ts';
import { applyActions } from './action.ts';
import { goalOf } from './apply.ts';
import { carePlanFor, OPEN } from './care-plan.ts';
import { deskSources } from './desk-sources.ts';
import type { Given } from './given.ts';
import { chosen, ordersOf } from './order.ts';
import { labelsOf, notesOf, writeTasks } from './tasks.ts';

/** Identifier of a started plan: which plan, and what set it off. */
export const PLAN_START = `${CB}/identifier/plan-start`;

/** What a plan is started for. */
export interface Start {
  readonly plan: PlanDefinition;
  /** `Patient/…`. */
  readonly patient: string;
  readonly enrolment: EpisodeOfCare | undefined;
  /** What set it off; absent when somebody started it. */
  readonly source?: Resource | undefined;
  readonly encounter?: Encounter | undefined;
  readonly requester?: Reference | undefined;
  readonly reason?: CodeableConcept | undefined;
  /** When its clocks start. */
  readonly start: Date;
}

/** How a start is known again. */
const startKey = ({ plan, source }: Start): string =>
  `${plan.url ?? `PlanDefinition/${plan.id}`}#${source ? keyOf(source) : 'by-hand'}`;

/** Whether the plan may be open for a person only once: `cardinalityBehavior` of its first action, single unless it says multiple. */
const isSingle = ({ action }: PlanDefinition): boolean => action?.[0]?.cardinalityBehavior !== 'multiple';

/** The started plans of a person with the same definition. */
export async function startsOf(desk: Desk, plan: PlanDefinition, patient: string): Promise<RequestGroup[]> {
  const url = plan.url!;
  const stored = await desk.find(
    'RequestGroup',
    `patient=${patient}&instantiates-canonical=${encodeURIComponent(url)}&_count=200&_sort=-_lastUpdated`,
  );
  const ids = new Set(stored.map(({ id }) => id));
  const own = desk
    .written('RequestGroup')
    .filter(
      ({ id, subject, instantiatesCanonical = [] }) =>
        !ids.has(id) &&
        subject?.reference === patient &&
        instantiatesCanonical.some((one) => one.split('|', 1)[0] === url),
    );
  return [...own, ...stored];
}

/** The start that is there already: by the same cause, or one that is open where the plan may be open once. */
export const sameStart = (start: Start, others: readonly RequestGroup[]): RequestGroup | undefined =>
  others.find(
    ({ identifier = [], status }) =>
      (start.source || OPEN.has(status!)) &&
      identifier.some(({ system, value }) => system === PLAN_START && value === startKey(start)),
  ) ??
  (isSingle(start.plan)
    ? others.find(({ status }) => status === 'active' || status === 'on-hold')
    : undefined);

/** What the plan is applied to. */
export async function givenFor(
  desk: Desk,
  { patient, encounter, enrolment, start }: Start,
): Promise<Given | undefined> {
  const subject = await desk.read(patient);
  if (!subject) return undefined;
  const organization = enrolment?.managingOrganization?.reference;
  return {
    subjects: new Map([['Patient', subject]]),
    encounter,
    organization: organization ? await desk.read(organization) : undefined,
    concepts: {},
    start,
  };
}

/** The started plan, before its tasks are there. */
export function groupFor(start: Start, carePlan: CarePlan, now: Date): RequestGroup {
  const { plan, patient, encounter, enrolment, requester, reason, source } = start;
  const episode = episodeOf(enrolment);
  const isReason = source && ['Condition', 'Observation'].includes(source.resourceType);
  return {
    resourceType: 'RequestGroup',
    ...labelsOf(plan),
    identifier: [{ system: PLAN_START, value: startKey(start) }],
    instantiatesCanonical: [plan.version ? `${plan.url}|${plan.version}` : plan.url!],
    basedOn: [referenceTo(carePlan)],
    ...(episode && { groupIdentifier: episode }),
    status: 'active',
    intent: 'order',
    ...(plan.title && { code: { text: plan.title } }),
    subject: { reference: patient },
    ...(encounter && { encounter: referenceTo(encounter) }),
    authoredOn: now.toISOString(),
    ...(requester?.reference?.startsWith('PractitionerRole/') && { author: requester }),
    ...(reason && { reasonCode: [reason] }),
    ...(isReason && { reasonReference: [referenceTo(source)] }),
  } as RequestGroup;
}

/** The goals of a plan, as the person's own from today on. */
function writeGoals(desk: Desk, { plan, patient, start }: Start): Reference[] {
  const day = start.toISOString().slice(0, 10);
  return (plan.goal ?? []).map((goal) => {
    const { startCodeableConcept: _start, ...made } = goalOf(goal, { reference: patient });
    return referenceTo(
      desk.create({ ...made, ...labelsOf(plan), lifecycleStatus: 'active', startDate: day }),
    );
  });
}

/**
 * Starts a plan for a person, unless it is there already: one start goes after the other.
 * @returns the started plan, and whether it is new; undefined when nothing of the plan applies
 * @throws FhirError 422 when the plan cannot be applied
 */
export async function startPlan(
  desk: Desk,
  start: Start,
): Promise<{ group: RequestGroup; isNew: boolean } | undefined> {
  const { plan, patient, enrolment, encounter, requester } = start;
  await desk.mutex(`plan:${patient}`);
  const others = await startsOf(desk, plan, patient);
  const same = sameStart(start, others);
  if (same) return { group: same, isNew: false };
  const given = await givenFor(desk, start);
  if (!given) return undefined;
  const sources = deskSources(desk, patient, enrolment?.managingOrganization?.reference);
  const orders = ordersOf(chosen(await applyActions(plan, given, sources)), start.start, sources.calendar);
  if (!orders.length) return undefined;
  const carePlan = await carePlanFor(desk, start, orders);
  const group = desk.create(groupFor(start, carePlan, desk.now));
  const { actions, tasks, refused } = await writeTasks(desk, orders, {
    plan,
    patient,
    episode: episodeOf(enrolment),
    requester,
    group: referenceTo(group),
    focus: referenceTo(encounter ?? carePlan),
    start: start.start,
    reason: start.reason ?? { text: plan.title ?? 'Plan' },
    organization: enrolment?.managingOrganization?.reference,
    isStrict: start.source === undefined,
    ...(encounter && { encounter: referenceTo(encounter) }),
  });
  const goals = writeGoals(desk, start);
  const whole = {
    ...group,
    ...(actions.length && { action: actions }),
    ...notesOf(refused),
  };
  desk.update(whole);
  const isLabelled = Boolean(plan.meta?.security?.length);
  const added = [...(isLabelled ? [] : [referenceTo(group)]), ...tasks.map(referenceTo)];
  desk.update(withPlan(carePlan, added, goals, isLabelled ? [] : whole.instantiatesCanonical!));
  return { group: whole, isNew: true };
}

/** The care plan with what a started plan adds to it. */
export function withPlan(
  carePlan: CarePlan,
  activities: readonly Reference[],
  goals: readonly Reference[] = [],
  canonicals: readonly string[] = [],
): CarePlan {
  const { activity = [], goal = [], instantiatesCanonical = [] } = carePlan;
  const all = [...new Set([...instantiatesCanonical, ...canonicals])];
  return {
    ...carePlan,
    ...(all.length && { instantiatesCanonical: all }),
    activity: [...activity, ...activities.map((reference) => ({ reference }))],
    ...((goal.length || goals.length) && { goal: [...goal, ...goals] }),
  } as CarePlan;
}
