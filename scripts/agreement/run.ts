// Puts every case to our validator and compares: an error or none, and how many.
// https://hl7.org/fhir/R4/validation.html
import type {
  OperationOutcomeIssue,
  Questionnaire,
  QuestionnaireResponse,
  Resource,
} from '@medplum/fhirtypes';
import { checkResponse } from '../../server/care/questionnaire/check.ts';
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

/** The form of a response, where it came with the case. */
function formOf(
  response: QuestionnaireResponse,
  definitions: readonly Resource[],
): Questionnaire | undefined {
  const { questionnaire: canonical = '', contained = [] } = response;
  const [url, version] = canonical.split('|');
  return [...contained, ...definitions].find(
    (one): one is Questionnaire =>
      one.resourceType === 'Questionnaire' &&
      (canonical === `#${one.id}` || (one.url === url && (!version || one.version === version))),
  );
}

function ask(
  validator: Validator,
  { resource: file, profiles }: Case,
  definitions: readonly Resource[],
): readonly OperationOutcomeIssue[] {
  try {
    const resource = readResource(file);
    const issues = validator.validate(resource, { profiles });
    if (resource.resourceType !== 'QuestionnaireResponse' || errorsOf(issues).length) return issues;
    const form = formOf(resource, definitions);
    return form ? [...issues, ...checkResponse(form, resource)] : issues;
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
    const issues = ask(validator, entry, [...definitions, ...entry.definitions]);
    const milliseconds = performance.now() - start;
    yield { set, case: entry, issues, errors: errorsOf(issues).length, milliseconds };
  }
}
