// One validation of one resource: where it is, what it has found, and how a check says so.
// https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/operationoutcome.html
import { type Issue, issue } from '../fhir/errors.ts';
import { MAX_ISSUES } from './structure/scan.ts';

export type Json = Record<string, unknown>;

/** The entries of the Bundle that a resource came in. */
export interface Entries {
  /** The resources whose entries have that fullUrl; it is an error when they are several. */
  at(url: string): readonly Json[];
  /** The fullUrl of an entry's resource. */
  urlOf(resource: unknown): string | undefined;
}
/** What all runs of one validation share; filled when it is first needed. */
export interface Shared {
  /** Whether a value follows a check; true while that is being found out. */
  follows?: Map<unknown, Map<unknown, boolean>>;
  entries?: Map<unknown, Entries>;
  contained?: Map<unknown, ReadonlyMap<unknown, Json>>;
  /** How many resources deep a chain of references is being followed. */
  depth?: number;
  /** URLs of unknown extensions that were told. */
  told?: Set<string>;
}

/** One run over one resource. What is contained, and what is in a Bundle, has a run of its own that shares path and issues. */
export interface Run {
  /** What `%resource` means: the nearest resource. */
  readonly resource: unknown;
  /** What `%rootResource` means: the resource that contains it, or itself. */
  readonly rootResource: unknown;
  /** Element names and list indexes from the outermost resource to the value at hand; pushed and popped. */
  readonly path: (string | number)[];
  readonly issues: Issue[];
  /** Where its references may lead beside what it contains. */
  readonly entries?: Entries | undefined;
  readonly shared?: Shared;
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

export const isError = ({ severity }: Issue): boolean => severity === 'error' || severity === 'fatal';

/** Adds an issue. Of too many, errors stay and push out what only warns or informs. */
export function add({ issues }: Run, found: Issue): void {
  if (issues.length < MAX_ISSUES) {
    issues.push(found);
    return;
  }
  const least = isError(found) ? issues.findLastIndex((one) => !isError(one)) : -1;
  if (least >= 0) issues[least] = found;
}

/** Adds an issue whose subject is the element at hand, or one below it. */
export function report(
  run: Run,
  code: Issue['code'],
  problem: string,
  { below, rule, severity }: Partial<Saying> = {},
): void {
  if (severity && run.issues.length >= MAX_ISSUES) return;
  const expression = expressionOf(below ? [...run.path, below] : run.path);
  const found = issue(code, rule ? problem : `${expression} ${problem}.`, expression, rule);
  add(run, severity ? { ...found, severity } : found);
}
