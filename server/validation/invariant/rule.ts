// One invariant of R4 as a check: native where there is one, else its expression, corrected where that is needed.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import { compilePredicate } from '../../fhir/path/index.ts';
import { type Check, type Json, type Run, report, type Saying } from '../run.ts';
import { CHECKED_BY_STRUCTURE, correctionOf, NOT_SAID } from './corrections.ts';
import { type Holds, NATIVE } from './native.ts';

/** A constraint of R4, as server/fhir/r4/invariants.json has it. */
export interface Constraint {
  readonly key: string;
  readonly severity: string;
  readonly human: string;
  readonly expression: string;
  /** Element of the type whose values it constrains; absent when it constrains the values of the type themselves. */
  readonly element?: string;
  /** 1 for a recommendation of best practice. */
  readonly bestPractice?: number;
}

const isSaid = ({ key }: Constraint): boolean =>
  !CHECKED_BY_STRUCTURE.has(key) && !Object.hasOwn(NOT_SAID, key);

/** The expression that is evaluated for a constraint; undefined when a plain function checks it, or nothing has to. */
export function expressionFor(constraint: Constraint): string | undefined {
  const { key, expression } = constraint;
  if (!isSaid(constraint) || Object.hasOwn(NATIVE, key)) return undefined;
  return correctionOf(key, expression)?.expression ?? expression;
}

function holdsOf(constraint: Constraint, type: string): Holds | undefined {
  const expression = expressionFor(constraint);
  if (expression === undefined) return isSaid(constraint) ? NATIVE[constraint.key] : undefined;
  const predicate = compilePredicate(expression, type);
  return (value, run) => predicate(value, run.resource, run.rootResource);
}

const sentenceOf = (human: string): string =>
  /[.!?]$/.test(human.trim()) ? human.trim() : `${human.trim()}.`;

/** Best practice is information; the rest has the severity that R4 gives it. */
const severityOf = ({ severity, bestPractice }: Constraint): Pick<Partial<Saying>, 'severity'> => {
  if (bestPractice) return { severity: 'information' };
  return severity === 'warning' ? { severity } : {};
};

/** Compiles a constraint for values of the type; undefined when there is nothing to check. */
export function compileRule(constraint: Constraint, type: string): Check | undefined {
  const holds = holdsOf(constraint, type);
  if (!holds) return undefined;
  const sentence = sentenceOf(constraint.human);
  const saying = { rule: constraint.key, ...severityOf(constraint) };
  const unknown = `${constraint.key} cannot be evaluated here: an element has several values where one is needed.`;
  return (value, run) => {
    const kept = outcomeOf(holds, value as Json, run);
    if (kept === false) report(run, 'invariant', sentence, saying);
    else if (kept === undefined) report(run, 'processing', unknown, { ...saying, severity: 'warning' });
  };
}

/** Whether the value keeps the invariant; undefined where FHIRPath has no answer. */
function outcomeOf(holds: Holds, value: Json, run: Run): boolean | undefined {
  try {
    return holds(value, run);
  } catch {
    return undefined;
  }
}
