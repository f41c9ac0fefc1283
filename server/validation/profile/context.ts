// What profile checks are compiled with, and what they are run with.
// https://hl7.org/fhir/R4/profiling.html
import { type Issue, issue } from '../../fhir/errors.ts';
import type { CodesOf } from '../structure/codes.ts';
import { MAX_ISSUES } from '../structure/scan.ts';

export type Json = Record<string, unknown>;

/** One run over one resource. */
export interface Run {
  readonly resource: unknown;
  /** Element names and list indexes from the resource to the value at hand; pushed and popped. */
  readonly path: (string | number)[];
  readonly issues: Issue[];
}
/** Adds the issues of a value. */
export type Check = (value: unknown, run: Run) => void;

/** Looks up how a canonical URL constrains a value: a profile or extension of ours. Undefined when it is not ours. */
export type CheckOf = (url: string) => { readonly type: string; readonly check: Check } | undefined;

/** What a definition is compiled with. */
export interface Compilation {
  /** URL of the definition, for errors. */
  readonly url: string;
  /** Its id, for sentences: `cn-navigation-task`. */
  readonly name: string;
  readonly codesOf: CodesOf;
  readonly checkOf: CheckOf;
}

export const expressionOf = (path: Run['path']): string =>
  path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at ? '.' : ''}${key}`)).join('');

/** Adds an issue whose subject is the element at hand, or one below it. */
export function report(
  run: Run,
  code: Issue['code'],
  problem: string,
  options: Partial<{ below: string; rule: string; warning: boolean }> = {},
): void {
  if (run.issues.length >= MAX_ISSUES) return;
  const expression = expressionOf(options.below ? [...run.path, options.below] : run.path);
  const found = issue(code, options.rule ? problem : `${expression} ${problem}.`, expression, options.rule);
  run.issues.push(options.warning ? { ...found, severity: 'warning' } : found);
}
