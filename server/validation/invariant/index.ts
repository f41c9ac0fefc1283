// R4's own invariants: one walk over a resource's elements, with the rules of each type and backbone element.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints · https://hl7.org/fhir/R4/validation.html
import table from '../../fhir/r4/invariants.json' with { type: 'json' };
import type { Json, Run } from '../run.ts';
import { type ConstraintTable, createPlans, type Part, type Plan } from './plan.ts';

export interface Invariants {
  /**
   * Adds the issues of a resource whose structure is right. Resources inside it (`contained`, entries, parameters) are
   * left to the caller: each has a check and a run of its own. Takes time linear in the size of the resource.
   */
  check(resource: Json, run: Run): void;
  /** Compiles the rules of a type before its first use. */
  prepare(type: string): void;
}

/** Reads R4's invariants; those of a type are compiled on its first use. */
export function createInvariants(): Invariants {
  const planOf = createPlans(table as ConstraintTable);
  const element = planOf('Element');
  return {
    check: (resource, run) => walk(resource, planOf(resource.resourceType as string), element, run),
    prepare: (type) => prepareAll(planOf(type)),
  };
}

/** Compiles what can be reached from a plan, extensions left out: they reach every datatype. */
function prepareAll(plan: Plan, seen = new Set<Plan>()): void {
  if (seen.has(plan)) return;
  seen.add(plan);
  for (const [name, part] of plan.parts) {
    if (part.plan && name !== 'extension' && name !== 'modifierExtension') prepareAll(part.plan(), seen);
  }
}

const UNDERSCORE = 95;

/** Checks an object by its plan. The structure of the resource bounds the depth. */
function walk(object: Json, plan: Plan, element: Plan, run: Run): void {
  for (const rule of plan.rules) rule(object, run);
  const { parts } = plan;
  for (const key in object) {
    if (key.charCodeAt(0) === UNDERSCORE) {
      walkSibling(object[key], plan.choices.get(key) ?? key.slice(1), element, run);
      continue;
    }
    const part = parts.get(key);
    if (part) walkPart(object[key], part, element, run);
  }
}

function walkPart(value: unknown, part: Part, element: Plan, run: Run): void {
  const { path } = run;
  path.push(part.element);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      visit(value[index], part, element, run);
      path.pop();
    }
  } else visit(value, part, element, run);
  path.pop();
}

function visit(value: unknown, { rules, plan }: Part, element: Plan, run: Run): void {
  if (value === null || value === undefined) return;
  for (const rule of rules) rule(value, run);
  if (plan) walk(value as Json, plan(), element, run);
}

/** `_status`: the extensions of a primitive. */
function walkSibling(value: unknown, name: string, element: Plan, run: Run): void {
  if (typeof value !== 'object' || value === null) return;
  walkPart(value, { element: name, rules: [], plan: () => element }, element, run);
}
