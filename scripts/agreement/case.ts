// One question to the validators: a resource, what it is checked against, and what the other side says of it.
// https://hl7.org/fhir/R4/validation.html
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';

/** What is read: a file's name and its text. */
export interface File {
  readonly name: string;
  readonly text: string;
}

/** What the other side says. */
export interface Expectation {
  /** How many errors it finds; fatal ones count. */
  readonly errors: number;
  /** What it finds, where it is told. */
  readonly issues: readonly OperationOutcomeIssue[];
}

export interface Case {
  readonly name: string;
  readonly resource: File;
  /** Definitions that only this case has: profiles, extensions, value sets, code systems. */
  readonly definitions: readonly Resource[];
  /** Canonicals of the profiles that are asked for, beside those that the resource claims. */
  readonly profiles: readonly string[];
  readonly expected: Expectation;
  /** Whether a third validator finds an error, where that is recorded. */
  readonly third?: boolean;
}

/** Cases with one origin. */
export interface CaseSet {
  readonly name: string;
  /** Definitions that all of its cases share. */
  readonly definitions: readonly Resource[];
  readonly cases: Iterable<Case>;
  /** What is not run: reason -> names. */
  readonly leftOut: ReadonlyMap<string, readonly string[]>;
}

const isError = ({ severity }: OperationOutcomeIssue): boolean =>
  severity === 'error' || severity === 'fatal';
export const errorsOf = (issues: readonly OperationOutcomeIssue[]): OperationOutcomeIssue[] =>
  issues.filter(isError);
