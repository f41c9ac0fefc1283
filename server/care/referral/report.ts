// The reports that answer an order: which documents and results are one, and what is told of them.
// https://hl7.org/fhir/R4/documentreference.html
import type { DiagnosticReport, DocumentReference, Reference, Resource } from '@medplum/fhirtypes';
import { codeOf, keyOf } from '../code.ts';
import type { Change } from '../write.ts';
import { orderReferences, refersTo } from './order.ts';

export type Report = DocumentReference | DiagnosticReport;

const LOINC = 'http://loinc.org';
/** The notes that answer a referral, value set cn-consult-report; the first stands for all others. */
export const CONSULT_REPORTS = [
  '11488-4',
  '34099-2',
  '34788-0',
  '34785-6',
  '34760-9',
  '34879-7',
  '34103-2',
  '34781-5',
  '34841-7',
  '34800-3',
] as const;

const FINAL: ReadonlySet<string | undefined> = new Set(['final', 'amended', 'corrected', 'appended']);
const CORRECTED: ReadonlySet<string | undefined> = new Set(['amended', 'corrected', 'appended']);

/** How far the writing of a report is. */
const stateOf = (report: Report): string | undefined =>
  report.resourceType === 'DiagnosticReport' ? report.status : (report.docStatus ?? 'final');

/** Whether it can be relied on: preliminary, superseded and erroneous ones cannot. */
export function isFinal(resource: Resource | undefined): resource is Report {
  if (resource?.resourceType === 'DiagnosticReport') return FINAL.has(stateOf(resource));
  return (
    resource?.resourceType === 'DocumentReference' &&
    resource.status === 'current' &&
    FINAL.has(stateOf(resource))
  );
}

/** Whether it says something else than it, or the document that it replaces, said before. */
export const isCorrected = (report: Report): boolean =>
  CORRECTED.has(stateOf(report)) ||
  (report.resourceType === 'DocumentReference' &&
    (report.relatesTo ?? []).some(({ code }) => code === 'replaces' || code === 'appends'));

/** The orders that a report answers. */
export const answeredBy = (report: Report): string[] =>
  orderReferences(
    report.resourceType === 'DiagnosticReport'
      ? report.basedOn
      : (report.context?.related as Reference[] | undefined),
  );

const issuedAt = (report: Report): string | undefined =>
  report.resourceType === 'DiagnosticReport' ? report.issued : report.date;

/** Whether a change brings a report: a new one, one that became final, a correction, or an answer to another order. */
export function isNews({ before, after }: Change<Report>): boolean {
  if (!isFinal(after) || !answeredBy(after).length) return false;
  if (!isFinal(before)) return true;
  return (
    stateOf(before) !== stateOf(after) ||
    issuedAt(before) !== issuedAt(after) ||
    String(answeredBy(before)) !== String(answeredBy(after))
  );
}

/** The code of the consultation note that a report is, as measures look for it. */
export function consultCode(report: Report): string {
  const code = codeOf(report.resourceType === 'DiagnosticReport' ? report.code : report.type, LOINC);
  return (CONSULT_REPORTS as readonly (string | undefined)[]).includes(code) ? code! : CONSULT_REPORTS[0];
}

export const consultCoding = (report: Report) => ({ system: LOINC, code: consultCode(report) });

/** Whether a list of inputs or outputs has a report. */
export const carries = (
  list: readonly { valueReference?: Reference }[] | undefined,
  report: Report,
): boolean => (list ?? []).some(({ valueReference }) => refersTo(valueReference, keyOf(report)));
