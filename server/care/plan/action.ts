// Processes the actions of a plan for a subject: which of them apply, and the request that each leads to.
// https://hl7.org/fhir/R4/plandefinition.html#12.18.3.2
import type {
  ActivityDefinition,
  CodeableConcept,
  PlanDefinition,
  PlanDefinitionAction,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { elementOf } from '../../fhir/elements.ts';
import type { Variables } from '../../fhir/path/variables.ts';
import { concept, keyOf, PARAMETER } from '../code.ts';
import { applyActivity, canonicalOf } from './activity.ts';
import { dueOf } from './due.ts';
import { setElement } from './element.ts';
import { applies, evaluate } from './expression.ts';
import {
  type Definition,
  type Given,
  inputsOf,
  notApplicable,
  type Sources,
  subjectOf,
  variablesOf,
} from './given.ts';

/** An action that applies. */
export interface Applied {
  readonly action: PlanDefinitionAction;
  /** Elements of the action that dynamic values compute (`%action.title`). */
  readonly computed: Partial<PlanDefinitionAction>;
  /** What it leads to; absent for a group. */
  readonly resource?: Resource;
  /** The plan that it applies, with its actions among the children. */
  readonly plan?: PlanDefinition;
  readonly children: readonly Applied[];
}

/** What is the same for all actions of a plan. */
interface Applying {
  readonly plan: PlanDefinition;
  readonly given: Given;
  readonly sources: Sources;
  /** Canonicals of the plans that this one is part of, to tell a plan that contains itself. */
  readonly within: readonly string[];
}

const MOST_ACTIONS = 500;
const MOST_PLANS = 10;
const SDC_TEMP = 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp';

/** The actions of a plan that apply to its subject. @throws FhirError 422 for what cannot be carried out here */
export async function applyActions(
  plan: PlanDefinition,
  given: Given,
  sources: Sources,
  within: readonly string[] = [],
): Promise<Applied[]> {
  const subject = subjectOf(given, plan.subjectCodeableConcept);
  const variables = await variablesOf(given, subject, sources);
  if (countOf(plan.action) > MOST_ACTIONS)
    throw notApplicable(`The plan has more than ${MOST_ACTIONS} actions; split it into several.`);
  const applying = { plan, given, sources, within: [...within, plan.url ?? ''] };
  return applyAll(plan.action ?? [], variables, applying);
}

const countOf = (actions: readonly PlanDefinitionAction[] = []): number =>
  actions.reduce((sum, { action }) => sum + 1 + countOf(action), 0);

async function applyAll(
  actions: readonly PlanDefinitionAction[],
  variables: Variables,
  applying: Applying,
): Promise<Applied[]> {
  const found: Applied[] = [];
  for (const action of actions) found.push(...(await applyOne(action, variables, applying)));
  return found;
}

/** One action, or none when it does not apply, or is a group of which nothing does. */
async function applyOne(
  action: PlanDefinitionAction,
  outer: Variables,
  applying: Applying,
): Promise<Applied[]> {
  const { given, plan, sources } = applying;
  const asked = action.subjectCodeableConcept ?? plan.subjectCodeableConcept;
  const subject = subjectOf(given, asked);
  const variables = { ...outer, subject, ...(await inputsOf(action.input ?? [], subject, sources)) };
  if (!applies(action, variables)) return [];
  if (action.transform)
    throw notApplicable('A transform by a StructureMap is not carried out here; use dynamicValue.');
  if (action.action?.length) {
    const children = await applyAll(action.action, variables, applying);
    return children.length ? [{ action, computed: computedOf(action, undefined, variables), children }] : [];
  }
  return applyAtomic(action, variables, applying);
}

async function applyAtomic(
  action: PlanDefinitionAction,
  variables: Variables,
  applying: Applying,
): Promise<Applied[]> {
  const definition = await definitionOf(action, applying);
  if (definition?.resourceType === 'PlanDefinition') {
    const { given, sources, within } = applying;
    const children = await applyActions(definition, given, sources, within);
    const computed = computedOf(action, undefined, variables);
    return children.length ? [{ action, computed, plan: definition, children }] : [];
  }
  const resource =
    definition?.resourceType === 'ActivityDefinition'
      ? await applyActivity(withAction(definition, action), applying.given, applying.sources)
      : taskOf(action, definition, variables.subject as Resource, applying);
  if (elementOf(resource.resourceType, 'intent')) Object.assign(resource, { intent: 'option' });
  return [{ action, computed: computedOf(action, resource, variables), resource, children: [] }];
}

/** The definition that an action names. @throws FhirError 422 when it is not here, or is a plan that this one is part of */
async function definitionOf(
  { definitionCanonical }: PlanDefinitionAction,
  { sources, within }: Applying,
): Promise<Definition | undefined> {
  if (definitionCanonical === undefined) return undefined;
  const definition = await sources.definition(definitionCanonical);
  if (!definition)
    throw notApplicable(`${definitionCanonical}, which an action of the plan names, is not stored here.`);
  if (definition.resourceType !== 'PlanDefinition') return definition;
  if (within.includes(definition.url ?? '') || within.length >= MOST_PLANS)
    throw notApplicable(
      `The plan ${definition.url} contains itself, or more than ${MOST_PLANS} plans in each other.`,
    );
  return definition;
}

const TIMINGS = [
  'timingTiming',
  'timingDateTime',
  'timingAge',
  'timingPeriod',
  'timingRange',
  'timingDuration',
] as const;

/** The definition of an activity with what the plan says of it, which stands over it. https://hl7.org/fhir/R4/plandefinition.html#12.18.3.3 */
function withAction(definition: ActivityDefinition, action: PlanDefinitionAction): ActivityDefinition {
  const { title, description, priority, code, participant } = action;
  const timed = TIMINGS.some((name) => action[name] !== undefined);
  const untimed = timed
    ? Object.fromEntries(Object.entries(definition).filter(([name]) => !name.startsWith('timing')))
    : definition;
  const concept = titled(code?.[0] ?? definition.code, title ?? definition.title);
  return {
    ...(untimed as ActivityDefinition),
    ...(title && { title }),
    ...(description && { description }),
    ...(priority && { priority }),
    ...(concept && { code: concept }),
    ...(participant?.length && { participant }),
    ...Object.fromEntries(
      TIMINGS.flatMap((name) => (action[name] === undefined ? [] : [[name, action[name]]])),
    ),
  };
}

const titled = (code: CodeableConcept | undefined, title: string | undefined): CodeableConcept | undefined =>
  code && (title ? { ...code, text: title } : code);

/** The task of an action whose definition makes no request: one that is described in words, or a form to fill in. */
function taskOf(
  action: PlanDefinitionAction,
  form: Definition | undefined,
  subject: Resource,
  { plan, given, sources }: Applying,
): Task {
  const { title, description, textEquivalent, priority, participant = [], definitionUri } = action;
  const roles = participant.flatMap(({ role }) => role ?? []);
  const due = dueOf(action, given.start, sources.calendar);
  const ask = form && concept(SDC_TEMP, 'complete-questionnaire');
  const code = titled(action.code?.[0] ?? ask ?? {}, title ?? plan.title);
  const { encounter, practitioner } = given;
  return {
    resourceType: 'Task',
    ...(definitionUri && { instantiatesUri: definitionUri }),
    status: 'draft',
    intent: 'option',
    ...(priority && { priority }),
    ...(code && Object.keys(code).length && { code }),
    ...((description ?? textEquivalent) && { description: description ?? textEquivalent }),
    for: { reference: keyOf(subject) },
    ...(encounter && { encounter: { reference: keyOf(encounter) } }),
    authoredOn: sources.now.toISOString(),
    ...(practitioner && { requester: { reference: keyOf(practitioner) } }),
    ...(roles.length && { performerType: roles }),
    ...(due && { restriction: { period: { end: due.toISOString() } } }),
    ...(form && {
      input: [{ type: concept(PARAMETER, 'questionnaire'), valueCanonical: canonicalOf(form) }],
    }),
  } as Task;
}

const OF_ACTION = /^%action\./;

/** Carries out the dynamic values of an action: on its resource, and `%action.…` on the action itself. */
function computedOf(
  { dynamicValue = [] }: PlanDefinitionAction,
  resource: Resource | undefined,
  variables: Variables,
): Partial<PlanDefinitionAction> {
  const computed: Partial<PlanDefinitionAction> = {};
  for (const { path = '', expression } of dynamicValue) {
    const values = expression ? evaluate(expression, variables) : [];
    if (OF_ACTION.test(path))
      setElement(computed, 'PlanDefinition.action', path.replace(OF_ACTION, ''), values);
    else if (resource) setElement(resource, resource.resourceType, path, values);
    else
      throw notApplicable(`A dynamic value of a group names ${path}; a group has no resource. Use %action.`);
  }
  return computed;
}
