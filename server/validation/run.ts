// One validation of one resource: where it is, what it has found, and how a check says so.
// https://hl7.org/fhir/R4/validation.html · https://hl7.org/fhir/R4/operationoutcome.html
import { type Issue, issue } from '../fhir/errors.ts';
import { MAX_ISSUES } from './structure/scan.ts';

export type Json = Record<string, unknown>;

/** The entries of the Bundle that a resource came in. */
export interface Entries {
  /** The resources whose entries have that fullUrl, or that and `/_history/` with their version; it is an error when they are several. */
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
  /** What is put off until everything of ours is checked; absent when nothing is put off any more. */
  later?: Later[] | undefined;
  /** How many objects of the resource were visited. */
  objects?: number;
}

/** A check by a definition of others, put off. */
export interface Later {
  /** Its id, for sentences. */
  readonly name: string;
  /** Whether a caller stored the definition here. */
  readonly isStored: boolean;
  readonly run: Run;
  readonly work: () => void;
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

/** Where one more issue goes, -1 for nowhere. Of too many, errors stay and push out what only warns or informs. */
function placeFor({ issues }: Run, isOfError: boolean): number {
  if (issues.length < MAX_ISSUES) return issues.length;
  return isOfError ? issues.findLastIndex((one) => !isError(one)) : -1;
}

/** Adds an issue, if there is room. */
export function add(run: Run, found: Issue): void {
  const place = placeFor(run, isError(found));
  if (place >= 0) run.issues[place] = found;
}

/** Adds an issue whose subject is the element at hand, or one below it. */
export function report(
  run: Run,
  code: Issue['code'],
  problem: string,
  { below, rule, severity }: Partial<Saying> = {},
): void {
  if (placeFor(run, !severity) < 0) return;
  const expression = expressionOf(below ? [...run.path, below] : run.path);
  const found = issue(code, rule ? problem : `${expression} ${problem}.`, expression, rule);
  add(run, severity ? { ...found, severity } : found);
}
