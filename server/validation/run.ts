// One validation of one resource: where it is, what it has found, and how a check says so.
// https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/operationoutcome.html
import { type Issue, issue } from '../fhir/errors.ts';
import { MAX_ISSUES } from './structure/scan.ts';

export type Json = Record<string, unknown>;

/** One run over one resource. What is contained, and what is in a Bundle, has a run of its own that shares path and issues. */
export interface Run {
  /** What `%resource` means: the nearest resource. */
  readonly resource: unknown;
  /** What `%rootResource` means: the resource that contains it, or itself. */
  readonly rootResource: unknown;
  /** Element names and list indexes from the outermost resource to the value at hand; pushed and popped. */
  readonly path: (string | number)[];
  readonly issues: Issue[];
}
/** Adds the issues of a value. */
export type Check = (value: unknown, run: Run) => void;

export const expressionOf = (path: Run['path']): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at ? '.' : ''}${key}`)).join('');

/** How an issue is said. */
export interface Saying {
  /** Name of the element below the one at hand that the issue is about. */
  below: string;
  /** Key of the invariant; the problem is then a whole sentence. */
  rule: string;
  /** Error when absent. */
  severity: 'warning' | 'information';
}

/** Adds an issue whose subject is the element at hand, or one below it. */
export function report(
  run: Run,
  code: Issue['code'],
  problem: string,
  { below, rule, severity }: Partial<Saying> = {},
): void {
  if (run.issues.length >= MAX_ISSUES) return;
  const expression = expressionOf(below ? [...run.path, below] : run.path);
  const found = issue(code, rule ? problem : `${expression} ${problem}.`, expression, rule);
  run.issues.push(severity ? { ...found, severity } : found);
}
