// Puts every case to our validator and compares: an error or none, and how many.
// https://hl7.org/fhir/R4/validation.html
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { FhirError, issue } from '../../server/fhir/errors.ts';
import type { Validator } from '../../server/validation/index.ts';
import { type Case, type CaseSet, errorsOf } from './case.ts';
import { readResource } from './file.ts';
import { validatorWith } from './validator.ts';

export interface Result {
  readonly set: string;
  readonly case: Case;
  /** All that we say. */
  readonly issues: readonly OperationOutcomeIssue[];
  readonly errors: number;
  readonly milliseconds: number;
}
/** `agree`: both find an error, or none. */
export type Verdict = 'agree' | 'more' | 'less';

export function verdictOf({ errors, case: { expected } }: Result): Verdict {
  if (errors > 0 === expected.errors > 0) return 'agree';
  return errors > 0 ? 'more' : 'less';
}

function ask(validator: Validator, { resource, profiles }: Case): readonly OperationOutcomeIssue[] {
  try {
    return validator.validate(readResource(resource), { profiles });
  } catch (error) {
    if (error instanceof FhirError) return error.issues;
    return [issue('exception', `The validator threw: ${(error as Error).stack}`)];
  }
}

/** A validator; one whose making failed says so of every resource. */
function make(definitions: readonly Resource[]): Validator {
  try {
    return validatorWith(definitions);
  } catch (error) {
    const thrown = issue('exception', `createValidator threw: ${(error as Error).message}`);
    return { validate: () => [thrown], profilesFor: () => [] };
  }
}

/** Runs a set, case after case. */
export function* run({ name: set, definitions, cases }: CaseSet): Generator<Result> {
  const shared = make(definitions);
  for (const entry of cases) {
    const validator = entry.definitions.length ? make([...definitions, ...entry.definitions]) : shared;
    const start = performance.now();
    const issues = ask(validator, entry);
    const milliseconds = performance.now() - start;
    yield { set, case: entry, issues, errors: errorsOf(issues).length, milliseconds };
  }
}
