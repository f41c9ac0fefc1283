// Named failures: every refusal of the server is one of these builders and becomes an OperationOutcome in one place.
// https://hl7.org/fhir/R4/operationoutcome.html · issue codes: https://hl7.org/fhir/R4/valueset-issue-type.html
import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';

/** One problem, as OperationOutcome.issue carries it. */
export type Issue = OperationOutcomeIssue;

/** A failure that ends the request: an HTTP status and the issues that explain it. Never carries patient data. */
export class FhirError extends Error {
  override readonly name = 'FhirError';
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, issues: readonly Issue[], headers: Record<string, string> = {}) {
    super(issues.map((issue) => issue.diagnostics).join('; '));
    this.status = status;
    this.issues = issues;
    this.headers = headers;
  }
}

/** Characters of a sentence: what a caller sent is repeated in it, and may be as long as a body. */
const MAX_SENTENCE = 4000;
const clipped = (text: string): string =>
  text.length <= MAX_SENTENCE ? text : `${text.slice(0, MAX_SENTENCE)}…`;

/**
 * Builds one issue of severity error.
 * @param code FHIR issue type (`not-found`, `invalid`, …)
 * @param diagnostics a sentence that says what is wrong and what to do
 * @param expression FHIRPath of the element at fault
 * @param rule stable key of the rule that was broken (an invariant's key, a care rule's name)
 */
export function issue(code: Issue['code'], diagnostics: string, expression?: string, rule?: string): Issue {
  return {
    severity: 'error',
    code,
    ...(rule && { details: { coding: [{ system: RULE_SYSTEM, code: rule }] } }),
    diagnostics: clipped(diagnostics),
    ...(expression && { expression: [expression] }),
  };
}

/** Code system of the rule names that outcomes carry in `issue.details`. */
export const RULE_SYSTEM = 'https://throughline.example/fhir/CodeSystem/cn-rule';

const failure =
  (status: number, code: Issue['code']) =>
  (diagnostics: string, expression?: string, rule?: string): FhirError =>
    new FhirError(status, [issue(code, diagnostics, expression, rule)]);

/** 400: the request is not well formed (syntax, headers, parameters). */
export const badRequest = failure(400, 'invalid');
/** 400: a resource type, parameter or modifier that this server does not know. */
export const notSupported = failure(400, 'not-supported');
/** 401: no token, or one that is not valid. */
export const unauthorized = failure(401, 'login');
/** 403: the token's scopes or the user's role do not allow this. */
export const forbidden = failure(403, 'forbidden');
/** 404: nothing is there that this caller may see. */
export const notFound = failure(404, 'not-found');
/** 405: the interaction exists, but not here. */
export const methodNotAllowed = failure(405, 'not-supported');
/** 409: the write conflicts with the present state. */
export const conflict = failure(409, 'conflict');
/** 409: a care rule or state machine refuses the write. */
export const businessRule = failure(409, 'business-rule');
/** 410: the resource was deleted. */
export const gone = failure(410, 'deleted');
/** 412: If-Match or another precondition does not hold. */
export const preconditionFailed = failure(412, 'conflict');
/** 413: the body is larger than this server takes. */
export const tooLarge = failure(413, 'too-long');
/** 415: the media type is not one that this server reads. */
export const unsupportedMediaType = failure(415, 'not-supported');
/** 422: the resource breaks FHIR's rules or a profile's; one issue a problem. */
export const unprocessable = (issues: readonly Issue[]): FhirError => new FhirError(422, issues);
/** 503: the database cannot be reached; the client may try again. */
export const unavailable = failure(503, 'transient');

/** The outcome that a failure is answered with. */
export function outcomeOf(issues: readonly Issue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [...issues] };
}
