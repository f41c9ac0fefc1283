// The reports that can close a loop: what came back from a referral or a test, newest first.
// https://hl7.org/fhir/R4/documentreference.html · https://hl7.org/fhir/R4/diagnosticreport.html
import type { DiagnosticReport, DocumentReference, Resource, Task, TaskOutput } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { WrongPatient } from './failure.ts';
import { parameter } from './parameter.ts';

/** A report as it is chosen. */
export interface Report {
  reference: string;
  /** Undefined when the report does not say what it is. */
  title?: string;
  /** When it was written, as FHIR writes it. */
  date?: string;
}

/** The parameter that carries each type of report. */
const PARAMETERS: Readonly<Record<string, readonly [code: string, text: string]>> = {
  DocumentReference: ['consult-note', 'Consultation note'],
  DiagnosticReport: ['result', 'Result'],
};

/** The newest of each type that are offered. */
const OFFERED = '50';

/** The patient's current documents and final results, the newest first. */
export async function reportsOf(client: Client, patient: string): Promise<readonly Report[]> {
  const of = { patient: `Patient/${patient}`, _sort: '-date', _count: OFFERED };
  const found = await Promise.all([
    client.search('DocumentReference', { ...of, status: 'current' }, 1),
    client.search('DiagnosticReport', { ...of, status: 'final,amended,corrected,appended' }, 1),
  ]);
  const all = found.flatMap(({ resources }) => resources).filter(isReport);
  if (all.some((one) => one.subject?.reference !== `Patient/${patient}`)) throw new WrongPatient();
  const time = ({ date }: Report) => (date ? new Date(date).getTime() : 0);
  return all.map(reportOf).sort((a, b) => time(b) - time(a));
}

const isReport = (resource: Resource): resource is DocumentReference | DiagnosticReport =>
  resource.resourceType in PARAMETERS;

function reportOf(resource: DocumentReference | DiagnosticReport): Report {
  const isDocument = resource.resourceType === 'DocumentReference';
  const concept = isDocument ? resource.type : resource.code;
  const title = (isDocument && resource.description) || concept?.text || concept?.coding?.[0]?.display;
  const date = isDocument ? resource.date : (resource.effectiveDateTime ?? resource.issued);
  return {
    reference: `${resource.resourceType}/${resource.id}`,
    ...(title && { title }),
    ...(date && { date }),
  };
}

/** The report that the task itself names as its input, among those that can be chosen. */
export const namedReport = (task: Task, reports: readonly Report[]): Report | undefined =>
  reports.find(({ reference }) => task.input?.some((one) => one.valueReference?.reference === reference));

/** The report as an output of the task that it closes. */
export function reportOutput({ reference }: Report): TaskOutput {
  const [type = ''] = reference.split('/');
  const [code, text] = PARAMETERS[type]!;
  return { type: parameter(code, text), valueReference: { reference } };
}
