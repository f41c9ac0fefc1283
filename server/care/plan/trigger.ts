// What sets a plan off: the triggers of its actions, compiled to tests of a change.
// https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.trigger
import type {
  Expression,
  PlanDefinition,
  PlanDefinitionAction,
  Resource,
  TriggerDefinition,
  ValueSet,
} from '@medplum/fhirtypes';
import { FhirError } from '../../fhir/errors.ts';
import { compilePath, isCompiled } from '../../fhir/path/index.ts';
import { limited } from '../../fhir/path/limited.ts';
import type { Change } from '../write.ts';
import { compileRequirement, type Requirement, Unclear } from './requirement.ts';
import { type CodesIn, codesIn } from './value-set.ts';

/** One trigger of an action. */
export interface Trigger {
  /** Id of the action that it stands on, when that is not at the top of the plan: it adds to a plan that is open. */
  readonly actionId: string | undefined;
  /** All of them must be true of the person; the change has made one of them so. */
  readonly data: readonly Requirement[];
  isSetOffBy(change: Change): boolean;
}

/** A plan definition in force. */
export interface PlanTrigger {
  readonly definition: PlanDefinition;
  readonly triggers: readonly Trigger[];
  /** Why triggers of it are not listened to, a sentence each. */
  readonly unclear: readonly string[];
  /** Whether a change sets it off, as far as the change alone tells. */
  isSetOffBy(change: Change): boolean;
}

type Holds = (resource: Resource) => boolean;

/** Which changes a type of trigger is about, by whether the resource was there before. https://hl7.org/fhir/R4/valueset-trigger-type.html */
const KINDS: Readonly<Record<string, (wasThere: boolean) => boolean>> = {
  'data-added': (wasThere) => !wasThere,
  'data-modified': (wasThere) => wasThere,
  'data-changed': () => true,
};

/** A condition as a test of the resource that changed. What cannot be evaluated for a resource is not true of it. */
function conditionOf({ language, expression, reference }: Expression, type: string): Holds {
  if (language !== 'text/fhirpath' || reference !== undefined || expression === undefined)
    throw new Unclear(`a condition is written in ${language}; only text/fhirpath is evaluated here`);
  const evaluate = compilePath(expression, type);
  const run = isCompiled(expression, type) ? evaluate : (item: Resource) => limited(() => evaluate(item));
  return (resource) => {
    try {
      const values = run(resource);
      return values.length === 1 && values[0]!.value === true;
    } catch (error) {
      if (error instanceof FhirError) return false;
      throw error;
    }
  };
}

function compileTrigger(
  { type, data = [], condition }: TriggerDefinition,
  actionId: string | undefined,
  codesIn: CodesIn,
): Trigger {
  const isAbout = Object.hasOwn(KINDS, type ?? '') ? KINDS[type!]! : undefined;
  if (!isAbout || !data.length) throw new Unclear(`a trigger of the type ${type} is not listened to here`);
  const requirements = data.map((one) => compileRequirement(one, codesIn));
  const [first] = requirements;
  const holds = condition && conditionOf(condition, first!.type);
  const tests = requirements.map(
    ({ type, meets }, place) =>
      [type, (one: Resource) => meets(one) && (place > 0 || !holds || holds(one))] as const,
  );
  return {
    actionId,
    data: requirements,
    isSetOffBy: ({ before, after }) =>
      isAbout(before !== undefined) &&
      tests.some(([of, test]) => of === after.resourceType && test(after) && !(before && test(before))),
  };
}

/** The actions that have triggers, with the id by which those below the top are known. */
const triggered = (
  actions: readonly PlanDefinitionAction[],
  isTop = true,
): { action: PlanDefinitionAction; id: string | undefined }[] =>
  actions.flatMap((action) => [
    ...(action.trigger?.length ? [{ action, id: isTop ? undefined : (action.id ?? '') }] : []),
    ...triggered(action.action ?? [], false),
  ]);

function compilePlan(definition: PlanDefinition, codesIn: CodesIn): PlanTrigger {
  const triggers: Trigger[] = [];
  const unclear: string[] = [];
  for (const { action, id } of triggered(definition.action ?? [])) {
    for (const trigger of action.trigger ?? []) {
      try {
        triggers.push(compileTrigger(trigger, id, codesIn));
      } catch (error) {
        if (!(error instanceof Unclear || error instanceof FhirError)) throw error;
        unclear.push(`${definition.url ?? definition.id}: ${error.message}.`);
      }
    }
  }
  const isSetOffBy = (change: Change) => triggers.some((trigger) => trigger.isSetOffBy(change));
  return { definition, triggers, unclear, isSetOffBy };
}

/** The value sets that the triggers of plans name. */
export const valueSetsOf = (definitions: readonly PlanDefinition[]): string[] => [
  ...new Set(
    definitions
      .flatMap(({ action = [] }) => triggered(action))
      .flatMap(({ action }) => action.trigger ?? [])
      .flatMap(({ data = [] }) => data.flatMap(({ codeFilter = [] }) => codeFilter))
      .flatMap(({ valueSet }) => (valueSet ? [valueSet.split('|', 1)[0]!] : [])),
  ),
];

/** Reads the plan definitions in force, and compiles what sets them off. @param valueSets those that their triggers name */
export function readPlans(
  definitions: readonly PlanDefinition[],
  valueSets: readonly ValueSet[] = [],
): readonly PlanTrigger[] {
  const codes = codesIn(valueSets);
  return definitions.map((definition) => compilePlan(definition, codes));
}
