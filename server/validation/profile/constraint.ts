// The invariants that a profile adds; those of R4's types are checked on every resource, with a profile or without.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import type { ElementDefinitionConstraint } from '@medplum/fhirtypes';
import { compilePredicate } from '../../fhir/path/index.ts';
import table from '../../fhir/r4/invariants.json' with { type: 'json' };
import { type Check, type Run, report } from '../run.ts';
import { baseType, type Compilation } from './context.ts';
import { resolve } from './local.ts';
import { reasonOf } from './reason.ts';

const BEST_PRACTICE = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice';

/** Keys of the invariants of R4's types. */
const R4_KEYS: ReadonlySet<string> = new Set(
  Object.values(table as Record<string, { key: string }[]>).flatMap((list) => list.map(({ key }) => key)),
);

/** Whether the constraint is one of R4's types, repeated in the snapshot. */
function isInherited({ source, key }: ElementDefinitionConstraint, { shapes }: Compilation): boolean {
  return source ? baseType(source, shapes) !== undefined : R4_KEYS.has(key!);
}

/** Functions that reach beyond the resource at hand. */
const REACHES = /\b(?:resolve|conformsTo)\(/;

/** Compiles an expression; where it follows references, they lead into the run's own resource and Bundle. */
function holdsOf(
  expression: string,
  type: string,
  { services }: Compilation,
): (value: unknown, run: Run) => boolean {
  const holds = compilePredicate(expression, type, services);
  if (!REACHES.test(expression)) return (value, run) => holds(value, run.resource, run.rootResource);
  return (value, run) =>
    holds(value, run.resource, run.rootResource, {
      resolve: (reference) => resolve(reference, run)?.resource,
      asker: run,
    });
}

/** Compiles an invariant for nodes of the type; undefined when it is R4's, or cannot be compiled, which is noted. */
export function constraintCheck(
  constraint: ElementDefinitionConstraint,
  type: string,
  compilation: Compilation,
): Check | undefined {
  const { key, expression, human, severity, extension } = constraint;
  if (!expression || isInherited(constraint, compilation)) return undefined;
  const isBestPractice = extension?.some(({ url, valueBoolean }) => url === BEST_PRACTICE && valueBoolean);
  const saying = {
    rule: key!,
    ...((severity === 'warning' || isBestPractice) && { severity: 'warning' as const }),
  };
  const sentence = human || `The rule ${key} of ${compilation.name} is broken.`;
  try {
    const holds = holdsOf(expression, type, compilation);
    return (value, run) => {
      try {
        if (!holds(value, run)) report(run, 'invariant', sentence, saying);
      } catch (error) {
        const problem = `was not checked against ${key} of ${compilation.name}: ${reasonOf(error)}`;
        report(run, 'not-supported', problem, { severity: 'warning' });
      }
    };
  } catch (error) {
    compilation.fail(`invariant ${key} cannot be evaluated: ${reasonOf(error)}`);
    return undefined;
  }
}
