// PlanDefinition/$apply: a CarePlan whose activity is a RequestGroup of the actions that apply. Nothing is stored.
// https://hl7.org/fhir/R4/plandefinition.html#12.18.3.2 · https://hl7.org/fhir/R4/plandefinition-operation-apply.html
import type {
  CarePlan,
  Goal,
  PlanDefinition,
  PlanDefinitionAction,
  PlanDefinitionGoal,
  Reference,
  RequestGroup,
  RequestGroupAction,
  Resource,
} from '@medplum/fhirtypes';
import { keyOf } from '../code.ts';
import { type Applied, applyActions } from './action.ts';
import { canonicalOf } from './activity.ts';
import { type Given, type Sources, subjectOf } from './given.ts';

/** Elements that an action of a request group takes over from the action of the plan. */
const TAKEN = [
  'prefix',
  'title',
  'description',
  'textEquivalent',
  'priority',
  'code',
  'documentation',
  'timingDateTime',
  'timingAge',
  'timingPeriod',
  'timingDuration',
  'timingRange',
  'timingTiming',
  'type',
  'groupingBehavior',
  'selectionBehavior',
  'requiredBehavior',
  'precheckBehavior',
  'cardinalityBehavior',
] as const satisfies readonly (keyof PlanDefinitionAction)[];

/** Gives what an action leads to its place, and tells the reference to it. */
export type Place = (resource: Resource) => Reference;

const idsIn = (all: readonly Applied[]): string[] =>
  all.flatMap(({ action, children, plan }) => [
    ...(action.id ? [action.id] : []),
    ...(plan ? [] : idsIn(children)),
  ]);

/** The actions of a request group for those of a plan that apply. */
export function groupActions(
  all: readonly Applied[],
  place: Place,
  subject: Reference,
): RequestGroupAction[] {
  const ids = new Set(idsIn(all));
  const made = (one: Applied): RequestGroupAction => {
    const { computed, children, plan, resource } = one;
    const action = { ...one.action, ...computed };
    const conditions = action.condition?.filter(({ kind }) => kind !== 'applicability') ?? [];
    const related = action.relatedAction?.filter(({ actionId }) => ids.has(actionId!)) ?? [];
    const isForSubject = action.participant?.some(({ type }) => type === 'patient');
    return {
      ...(action.id && { id: action.id }),
      ...Object.fromEntries(
        TAKEN.flatMap((name) => (action[name] === undefined ? [] : [[name, action[name]]])),
      ),
      ...(conditions.length && { condition: conditions }),
      ...(related.length && { relatedAction: related }),
      ...(isForSubject && { participant: [subject] }),
      ...(resource
        ? { resource: place(resource) }
        : plan
          ? { resource: place(requestGroup(plan, groupActions(children, place, subject), subject, 'option')) }
          : { action: children.map(made) }),
    } as RequestGroupAction;
  };
  return all.map(made);
}

const requestGroup = (
  plan: PlanDefinition,
  action: RequestGroupAction[],
  subject: Reference,
  intent: 'option' | 'proposal',
): RequestGroup =>
  ({
    resourceType: 'RequestGroup',
    ...(canonicalOf(plan) && { instantiatesCanonical: [canonicalOf(plan)] }),
    status: 'draft',
    intent,
    subject,
    ...(action.length && { action }),
  }) as RequestGroup;

/** A goal of a plan for a subject. */
export function goalOf(goal: PlanDefinitionGoal, subject: Reference): Goal {
  const { category, description, priority, start, target } = goal;
  return {
    resourceType: 'Goal',
    lifecycleStatus: 'proposed',
    ...(category && { category: [category] }),
    ...(priority && { priority }),
    description,
    subject,
    ...(start && { startCodeableConcept: start }),
    ...(target?.length && {
      target: target.map(({ id: _id, due, ...rest }) => ({ ...rest, ...(due && { dueDuration: due }) })),
    }),
  } as Goal;
}

/**
 * Applies a plan.
 * @returns the care plan, everything else in it
 * @throws FhirError 422 for what cannot be carried out here
 */
export async function applyPlan(plan: PlanDefinition, given: Given, sources: Sources): Promise<CarePlan> {
  const subject = { reference: keyOf(subjectOf(given, plan.subjectCodeableConcept)) };
  const contained: Resource[] = [];
  const place: Place = (resource) => {
    const id = `${resource.resourceType.toLowerCase()}-${contained.length + 1}`;
    const { resourceType, ...members } = resource;
    contained.push({ resourceType, id, ...members } as Resource);
    return { reference: `#${id}` };
  };
  const actions = groupActions(await applyActions(plan, given, sources), place, subject);
  const group = requestGroup(plan, actions, subject, 'proposal');
  const { encounter, practitioner } = given;
  const at = sources.now.toISOString();
  const author = practitioner && { reference: keyOf(practitioner) };
  const placed = place({
    ...group,
    ...(encounter && { encounter: { reference: keyOf(encounter) } }),
    authoredOn: at,
    ...(author && { author }),
  } as RequestGroup);
  const goals = (plan.goal ?? []).map((goal) => place(goalOf(goal, subject)));
  return {
    resourceType: 'CarePlan',
    contained,
    ...(canonicalOf(plan) && { instantiatesCanonical: [canonicalOf(plan)] }),
    status: 'draft',
    intent: 'proposal',
    ...(plan.title && { title: plan.title }),
    ...(plan.description && { description: plan.description }),
    subject,
    ...(encounter && { encounter: { reference: keyOf(encounter) } }),
    created: at,
    ...(author && { author }),
    ...(goals.length && { goal: goals }),
    activity: [{ reference: placed }],
  } as CarePlan;
}
