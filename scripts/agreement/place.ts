// Whether two validators mean the same element, though they write its path differently.
// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import { errorsOf } from './case.ts';
import type { Result } from './run.ts';

/** What another validator adds to a path: which resource stands there, a choice's type, an extension's URL; and indexes. */
const ADDED = /\/\*.*?\*\/|\.ofType\([^)]*\)|\[[^\]]*\]/g;

const placeOf = ({ expression }: OperationOutcomeIssue): string => (expression?.[0] ?? '').replace(ADDED, '');
/** A missing element is said of itself by the one and of its parent by the other. */
const isNear = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** Whether an error of ours stands where an error of theirs stands. */
export function hasCommonPlace({ issues, case: { expected } }: Result): boolean {
  const theirs = expected.issues.map(placeOf);
  return errorsOf(issues).some((found) => theirs.some((place) => isNear(placeOf(found), place)));
}
