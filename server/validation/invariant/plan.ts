// What of a type's values can break an invariant of R4: its rules, and the elements below that have rules of their own.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { isPrimitive, propertiesOf, typeOf } from '../../fhir/elements.ts';
import type { Check } from '../run.ts';
import { type Constraint, compileRule } from './rule.ts';

/** The constraints of each type, by the type or backbone path that defines them. */
export type ConstraintTable = Readonly<Record<string, readonly Constraint[]>>;

/** A JSON property whose values are looked at. */
export interface Part {
  /** Name of the element in a path: `value` for `valuePeriod`. */
  readonly element: string;
  /** What its values are checked for because of where they stand. */
  readonly rules: readonly Check[];
  /** What its values are checked for because of their type; undefined for primitives. */
  readonly plan: (() => Plan) | undefined;
}
export interface Plan {
  readonly rules: readonly Check[];
  readonly parts: ReadonlyMap<string, Part>;
  /** Names of the elements that the `_` siblings of choices belong to: `value` for `_valueString`. */
  readonly choices: ReadonlyMap<string, string>;
}

/** Resources inside are resources of their own, with runs of their own. */
const NESTED = 'Resource';

/** The types whose constraints apply to values of a type: itself and all that it specialises. */
function lineageOf(type: string): string[] {
  const base = typeOf(type)?.base;
  return base ? [...lineageOf(base), type] : [type];
}

function choicesOf(type: string): Map<string, string> {
  const choices = [...propertiesOf(type)].filter(([, { element }]) => element.choice);
  return new Map(choices.map(([json, { name }]) => [`_${json}`, name]));
}

/** Makes the plans of the R4 types from the constraints, each on its first use. */
export function createPlans(table: ConstraintTable): (type: string) => Plan {
  const made = new Map<string, Plan>();

  function partsOf(type: string, constraints: readonly Constraint[]): Map<string, Part> {
    const parts = new Map<string, Part>();
    for (const [json, property] of propertiesOf(type)) {
      if (property.type === NESTED) continue;
      const own = constraints.filter(({ element }) => element === property.name);
      const rules = own.flatMap((constraint) => compileRule(constraint, property.type) ?? []);
      const hasPlan = !isPrimitive(property.type);
      if (!rules.length && !hasPlan) continue;
      const plan = hasPlan ? () => planOf(property.type) : undefined;
      parts.set(json, { element: property.name, rules, plan });
    }
    return parts;
  }

  function planOf(type: string): Plan {
    const known = made.get(type);
    if (known) return known;
    const constraints = lineageOf(type).flatMap((name) => (Object.hasOwn(table, name) ? table[name]! : []));
    const rules = constraints
      .filter(({ element }) => !element)
      .flatMap((constraint) => compileRule(constraint, type) ?? []);
    const plan = { rules, parts: partsOf(type, constraints), choices: choicesOf(type) };
    made.set(type, plan);
    return plan;
  }
  return planOf;
}
