// What went wrong in a request, in the server's own words where it gave some.
// https://hl7.org/fhir/R4/operationoutcome.html
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';

/** Which entry of a transaction is at fault stands in the expression; a person asks for the sentence alone. */
const said = ({ diagnostics, ...issue }: OperationOutcomeIssue): OperationOutcomeIssue => ({
  ...issue,
  ...(diagnostics && { diagnostics: diagnostics.replace(/^Entry \d+: /, '') }),
});

/** A refused request. */
export class FhirFailure extends Error {
  override readonly name = 'FhirFailure';
  readonly status: number;
  /** The sentences of the OperationOutcome; empty when the answer was none. */
  readonly diagnostics: string;
  /** Of the OperationOutcome. */
  readonly issues: readonly OperationOutcomeIssue[];

  constructor(status: number, outcome?: OperationOutcome) {
    const errors = outcome?.issue.filter((issue) => issue.severity !== 'information').map(said) ?? [];
    const diagnostics = errors
      .map((issue) => issue.diagnostics ?? issue.details?.text ?? '')
      .join(' ')
      .trim();
    super(diagnostics || `HTTP ${status}`);
    this.status = status;
    this.diagnostics = diagnostics;
    this.issues = errors;
  }
}

/** The server answered with a record of another patient than the one that was launched: nothing may be shown. */
export class WrongPatient extends Error {
  override readonly name = 'WrongPatient';
}

/** The server could not be reached. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
